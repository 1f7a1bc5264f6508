"""API keys and their usage plan: a throttle for each client (API-2)."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.api_gateway_api_key import ApiGatewayApiKey
from cdktf_cdktf_provider_aws.api_gateway_usage_plan import (
    ApiGatewayUsagePlan,
    ApiGatewayUsagePlanApiStages,
    ApiGatewayUsagePlanThrottleSettings,
)
from cdktf_cdktf_provider_aws.api_gateway_usage_plan_key import ApiGatewayUsagePlanKey
from constructs import Construct

from modules.context import Context, DataClassification


@dataclass(frozen=True)
class UsagePlansProps:
    """Properties of the clients' keys.

    Attributes:
        api_id: The API.
        stage_name: The stage that the keys open.
        clients: Names of the clients, one key each.
        rate_limit: Requests a second for each key.
        burst_limit: Requests at once for each key.
    """

    api_id: str
    stage_name: str
    clients: Sequence[str]
    rate_limit: int
    burst_limit: int


class UsagePlans(Construct):
    """One plan whose throttle API Gateway applies to every key by itself.

    Attributes:
        key_ids: Id of each client's key. The values are read from API Gateway by whoever hands them out.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: UsagePlansProps) -> None:
        super().__init__(scope, id_)
        plan_name = context.name("clients-usage-plan")
        plan = ApiGatewayUsagePlan(
            self,
            "plan",
            name=plan_name,
            description="Throttle of each institutional client",
            api_stages=[ApiGatewayUsagePlanApiStages(api_id=props.api_id, stage=props.stage_name)],
            throttle_settings=ApiGatewayUsagePlanThrottleSettings(
                rate_limit=props.rate_limit, burst_limit=props.burst_limit
            ),
            tags=context.tags(DataClassification.INTERNAL, plan_name),
        )
        self.key_ids: dict[str, str] = {}
        for client in props.clients:
            key_name = context.name(f"{client}-api-key")
            key = ApiGatewayApiKey(
                self,
                f"key-{client}",
                name=key_name,
                description=f"Identifies {client}",
                tags=context.tags(DataClassification.CONFIDENTIAL, key_name),
            )
            ApiGatewayUsagePlanKey(
                self, f"plan-key-{client}", key_id=key.id, key_type="API_KEY", usage_plan_id=plan.id
            )
            self.key_ids[client] = key.id
