"""The metrics that API Gateway puts for each request to a REST API.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
"""

from local.gateway.context import Variables
from local.gateway.deployments import Served
from local.monitoring import metrics

_NAMESPACE = "AWS/ApiGateway"


def put(served: Served, variables: Variables) -> None:
    """Puts the metrics of the API and of its stage.

    Args:
        served: the stage.
        variables: all that is known of the request and its answer.
    """
    status = int(variables["status"])
    counts = {"Count": 1, "4XXError": status // 100 == 4, "5XXError": status // 100 == 5}
    times = {"Latency": variables["responseLatency"]}
    if "integrationLatency" in variables:
        times["IntegrationLatency"] = variables["integrationLatency"]
    account, region = served.backend.account_id, served.backend.region_name
    name = served.backend.apis[served.api_id].name
    for dimensions in ({"ApiName": name}, {"ApiName": name, "Stage": served.stage.name}):
        metrics.put(account, region, _NAMESPACE, counts, dimensions, unit="Count")
        metrics.put(account, region, _NAMESPACE, times, dimensions, unit="Milliseconds")
