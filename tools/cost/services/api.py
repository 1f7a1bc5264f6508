"""The REST API and its firewall."""

from collections.abc import Iterator
from decimal import Decimal

from tools.cost.charges import HOURS, MILLION, Charge
from tools.cost.load import Load
from tools.cost.resources import Resources
from tools.cost.services.logs import METRICS

API = "API Gateway"
WAF = "WAF"


def rest_apis(_: Resources, load: Load) -> Iterator[Charge]:
    """Requests, and what goes out over the internet."""
    yield Charge(API, "requests", "rest-api-request-million", load.api_requests / MILLION)
    yield Charge("Data transfer", "responses to the internet", "internet-out-gb", load.response_gb)


def method_metrics(stack: Resources, load: Load) -> Iterator[Charge]:
    """Metrics of each method, which API Gateway reports as custom ones where they are switched on."""
    for settings in stack.all("aws_api_gateway_method_settings"):
        if settings["settings"].get("metrics_enabled"):
            metrics = len(stack.all("aws_api_gateway_method")) * load.method_metrics
            yield Charge(METRICS, "custom metrics", "metric-month", metrics * load.metric_hours / HOURS)


def firewalls(stack: Resources, load: Load) -> Iterator[Charge]:
    """The list, each rule or group of AWS's own, and requests."""
    for acl in stack.all("aws_wafv2_web_acl"):
        yield Charge(WAF, "web ACLs", "firewall-acl-month", Decimal(1))
        yield Charge(WAF, "rules and managed groups", "firewall-rule-month", Decimal(len(acl["rule"])))
        yield Charge(WAF, "requests", "firewall-request-million", load.api_requests / MILLION)
