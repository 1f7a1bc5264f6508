"""API keys: which usage plan lets a request in.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
"""

from dataclasses import dataclass
from typing import Any

from local.gateway.deployments import Served
from local.gateway.errors import INVALID_KEY, RefusedError


@dataclass(frozen=True)
class Client:
    """Who a request's key belongs to.

    Attributes:
        key: `moto.apigateway.models.ApiKey`.
        plan: `moto.apigateway.models.UsagePlan`.
        method_throttles: limits that the plan has for single methods of this stage (`/v1/bars/GET`).
    """

    key: Any
    plan: Any
    method_throttles: dict[str, dict[str, Any]]


def identify(served: Served, value: str | None) -> Client:
    """Finds the client whose key a request carries.

    Args:
        served: the stage.
        value: header `x-api-key`.

    Returns:
        The key and the plan through which it opens the stage.

    Raises:
        RefusedError: no key, or one that is unknown, disabled or of another stage.
    """
    for plan in list(served.backend.usage_plans.values()):
        for stage in plan.api_stages:
            if (stage["apiId"], stage["stage"]) != (served.api_id, served.stage.name):
                continue
            for key_id in list(served.backend.usage_plan_keys.get(plan.id, ())):
                key = served.backend.keys.get(key_id)
                # a flag set on creation may be text
                if key is not None and key.value == value and str(key.enabled).lower() == "true":
                    return Client(key, plan, stage.get("throttle") or {})
    raise RefusedError(INVALID_KEY)
