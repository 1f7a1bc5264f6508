"""The API's stage: throttling, access and execution logs, tracing (API-2, API-4)."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import Fn, ITerraformDependable
from cdktf_cdktf_provider_aws.api_gateway_method_settings import (
    ApiGatewayMethodSettings,
    ApiGatewayMethodSettingsSettings,
)
from cdktf_cdktf_provider_aws.api_gateway_stage import ApiGatewayStage, ApiGatewayStageAccessLogSettings
from constructs import Construct

from modules.context import Context, DataClassification
from modules.log_group import LogGroup, LogGroupProps

ACCESS_LOG_FIELDS = {
    "requestId": "$context.requestId",
    "extendedRequestId": "$context.extendedRequestId",
    "requestTime": "$context.requestTime",
    "sourceIp": "$context.identity.sourceIp",
    "userAgent": "$context.identity.userAgent",
    "apiKeyId": "$context.identity.apiKeyId",
    "caller": "$context.identity.caller",
    "method": "$context.httpMethod",
    "resource": "$context.resourcePath",
    "protocol": "$context.protocol",
    "status": "$context.status",
    "responseLength": "$context.responseLength",
    "responseLatency": "$context.responseLatency",
    "integrationLatency": "$context.integrationLatency",
    "integrationError": "$context.integrationErrorMessage",
    "error": "$context.error.message",
    "wafResponse": "$context.wafResponseCode",
    "traceId": "$context.xrayTraceId",
}
"""Who asked for what, when, from where, and the outcome (PCI-DSS 10.2.2).

The key's id, never its value; and no path, which may hold the id of a session.
"""


@dataclass(frozen=True)
class StageProps:
    """Properties of a stage.

    Attributes:
        api_id: The API.
        api_name: Its name.
        deployment_id: The deployment that the stage serves.
        stage_name: Last part of the stage's address.
        rate_limit: Requests a second for the stage as a whole. Higher than one key's, so that one client at
            its limit leaves room for the others.
        burst_limit: Requests at once for the stage as a whole.
        logs_key_arn: Key of the log groups.
        log_retention_days: Days that the logs stay searchable.
        after: What must exist before a stage with logging, such as the account's role.
    """

    api_id: str
    api_name: str
    deployment_id: str
    stage_name: str
    rate_limit: int
    burst_limit: int
    logs_key_arn: str
    log_retention_days: int
    after: Sequence[ITerraformDependable] = ()


class Stage(Construct):
    """A stage with declared log groups and a throttle.

    Attributes:
        name: The stage's name.
        arn: Its ARN, for the firewall's association.
        invoke_url: Address of the API.
        access_logs: Log group of the access log.
        execution_logs: Log group of the execution log.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: StageProps) -> None:
        super().__init__(scope, id_)
        access_logs = LogGroup(
            self,
            "access-logs",
            context,
            LogGroupProps(
                name=f"/aws/apigateway/{props.api_name}/access",
                key_arn=props.logs_key_arn,
                retention_days=props.log_retention_days,
            ),
        )
        # API Gateway dictates this name; where the group is missing it makes one without key and expiry.
        execution_logs = LogGroup(
            self,
            "execution-logs",
            context,
            LogGroupProps(
                name=f"API-Gateway-Execution-Logs_{props.api_id}/{props.stage_name}",
                key_arn=props.logs_key_arn,
                retention_days=props.log_retention_days,
            ),
        )
        stage = ApiGatewayStage(
            self,
            "stage",
            rest_api_id=props.api_id,
            deployment_id=props.deployment_id,
            stage_name=props.stage_name,
            xray_tracing_enabled=True,
            access_log_settings=ApiGatewayStageAccessLogSettings(
                destination_arn=access_logs.arn, format=Fn.jsonencode(ACCESS_LOG_FIELDS)
            ),
            tags=context.tags(DataClassification.CONFIDENTIAL, context.name("stage")),
            depends_on=[execution_logs.group, *props.after],
        )
        ApiGatewayMethodSettings(
            self,
            "settings",
            rest_api_id=props.api_id,
            stage_name=stage.stage_name,
            method_path="*/*",
            settings=ApiGatewayMethodSettingsSettings(
                metrics_enabled=True,
                # INFO writes a dozen lines for each request, its path among them.
                logging_level="ERROR",
                # Data tracing writes whole requests and responses, bodies included, to the log.
                data_trace_enabled=False,
                throttling_rate_limit=props.rate_limit,
                throttling_burst_limit=props.burst_limit,
            ),
        )
        self.name = stage.stage_name
        self.arn = stage.arn
        self.invoke_url = stage.invoke_url
        self.access_logs = access_logs
        self.execution_logs = execution_logs
