"""The API: what clients may ask, how much of it, and what is logged."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cdktf import TerraformStack

from modules.api.account import ApiAccount, ApiAccountProps
from modules.api.description import Description
from modules.api.rest_api import RestApi, RestApiProps
from modules.api.stage import ACCESS_LOG_FIELDS, Stage, StageProps
from modules.api.usage_plans import UsagePlans, UsagePlansProps
from modules.api.web_firewall import WebFirewall, WebFirewallProps
from tests.support.construct import CONTEXT, synthesize
from tests.support.synthesized import Synthesized

OPENAPI = Path("lambda/analytics_api/openapi.json")
ORIGINS = ("https://dashboard.example.com", "https://beta.example.com")
FUNCTION_ARN = "arn:aws:apigateway:us-east-1:lambda:path/functions/f/invocations"


def _api(openapi: Path = OPENAPI, *, function_arn: str = FUNCTION_ARN, iam: bool = False) -> Synthesized:
    def build(stack: TerraformStack) -> None:
        account = ApiAccount(
            stack, "account", CONTEXT, ApiAccountProps(boundary_arn="arn:aws:iam::1:policy/b")
        )
        api = RestApi(
            stack, "api", CONTEXT, RestApiProps(Description.read(openapi), "f", function_arn, ORIGINS, iam)
        )
        stage = Stage(
            stack,
            "stage",
            CONTEXT,
            StageProps(
                api_id=api.id,
                api_name=api.name,
                deployment_id=api.deployment_id,
                stage_name="dev",
                rate_limit=2000,
                burst_limit=1000,
                logs_key_arn="arn:key",
                log_retention_days=30,
                after=[account.account],
            ),
        )
        UsagePlans(stack, "plans", CONTEXT, UsagePlansProps(api.id, stage.name, ("alpha", "beta"), 1000, 500))
        WebFirewall(stack, "firewall", CONTEXT, WebFirewallProps(stage.arn, 600_000, "arn:key", 30))

    return synthesize(build)


@pytest.fixture(scope="module")
def api() -> Synthesized:
    return _api()


def _digest(synthesized: Synthesized) -> str:
    digest: str = synthesized.one("aws_api_gateway_deployment")["triggers"]["api"]
    return digest


def _variants(tmp_path: Path) -> Iterator[Path]:
    """Write descriptions that each differ from ours in one part of the API."""
    for old, new in [
        ('"required": true, "description": "Length', '"required": false, "description": "Length'),  # method
        ("/v1/symbols", "/v1/instruments"),  # resource
        ('"maxLength": 128', '"maxLength": 64'),  # model
        ('"operationId": "listSymbols",', '"operationId": "listSymbols", "security": [],'),  # key
    ]:
        text = OPENAPI.read_text()
        assert old in text
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.json"
        path.write_text(text.replace(old, new))
        yield path


@pytest.mark.requirement("API-1")
def test_the_api_is_regional(api: Synthesized) -> None:
    api.one(
        "aws_api_gateway_rest_api", name="trading-api-dev", endpoint_configuration={"types": ["REGIONAL"]}
    )


@pytest.mark.requirement("API-1")
def test_every_operation_of_the_description_is_a_method_behind_a_key(api: Synthesized) -> None:
    document = json.loads(OPENAPI.read_text())
    operations = {
        operation["operationId"] for item in document["paths"].values() for operation in item.values()
    }
    methods = api.all("aws_api_gateway_method", api_key_required=True)
    assert {method["operation_name"] for method in methods.values()} == operations
    api.count("aws_api_gateway_method", len(operations) + len(document["paths"]))
    api.count("aws_api_gateway_integration", len(operations), type="AWS_PROXY", uri=FUNCTION_ARN)


@pytest.mark.requirement("API-1")
def test_requests_are_validated_before_the_function(api: Synthesized) -> None:
    validator = api.id_of(
        "aws_api_gateway_request_validator", validate_request_body=True, validate_request_parameters=True
    )
    bars = api.one("aws_api_gateway_method", operation_name="listBars")
    assert bars["request_parameters"] == {
        "method.request.path.symbol": True,
        "method.request.querystring.interval": True,
        "method.request.querystring.from": True,
        "method.request.querystring.to": True,
        "method.request.querystring.limit": False,
        "method.request.querystring.cursor": False,
        "method.request.header.If-None-Match": False,
    }
    assert bars["request_validator_id"] == f"${{{validator}.id}}"
    session = api.one("aws_api_gateway_method", operation_name="createSession")
    _, model = api.target(session["request_models"]["application/json"])
    schema = json.loads(model["schema"])
    assert (schema["required"], schema["additionalProperties"]) == (["user_id"], False)
    assert schema["$schema"] == "http://json-schema.org/draft-04/schema#"


@pytest.mark.requirement("API-1")
def test_preflight_requests_name_only_the_dashboards_origins(api: Synthesized) -> None:
    responses = api.all("aws_api_gateway_integration_response")
    assert len(responses) == len(json.loads(OPENAPI.read_text())["paths"])
    for response in responses.values():
        template = response["response_templates"]["application/json"]
        assert '["https://dashboard.example.com","https://beta.example.com"]' in template
        assert "$allowed.contains($origin)" in template
        headers = response["response_parameters"]
        assert (
            headers["method.response.header.Access-Control-Allow-Origin"] == "'https://dashboard.example.com'"
        )
    assert "'*'" not in api.text
    for preflight in api.all("aws_api_gateway_method", http_method="OPTIONS").values():
        assert "api_key_required" not in preflight


@pytest.mark.requirement("API-1")
def test_every_error_of_the_gateways_own_is_a_problem_that_browsers_may_read(api: Synthesized) -> None:
    responses = api.all("aws_api_gateway_gateway_response").values()
    for response in responses:
        headers = {
            name.removeprefix("gatewayresponse.header."): value
            for name, value in response["response_parameters"].items()
        }
        assert headers["Access-Control-Allow-Origin"] == "'https://dashboard.example.com'"
        assert headers["Content-Type"] == "'application/problem+json'"
        template = response["response_templates"]["application/json"]
        problem = json.loads(template.replace("$context.error.messageString", '"message"'))
        assert problem["instance"] == "$context.requestId"
        assert (problem["type"], problem["detail"]) == ("about:blank", "message")
        assert str(problem.get("status")) == str(response.get("status_code"))
    assert {"DEFAULT_4XX", "DEFAULT_5XX", "THROTTLED"} <= {each["response_type"] for each in responses}


@pytest.mark.requirement("API-1")
def test_the_defaults_leave_each_error_its_own_status(api: Synthesized) -> None:
    for type_ in ("DEFAULT_4XX", "DEFAULT_5XX"):
        assert "status_code" not in api.one("aws_api_gateway_gateway_response", response_type=type_)


@pytest.mark.requirement("API-2")
def test_a_client_over_its_limit_is_told_when_to_ask_again(api: Synthesized) -> None:
    response = api.one("aws_api_gateway_gateway_response", response_type="THROTTLED", status_code="429")
    assert response["response_parameters"]["gatewayresponse.header.Retry-After"] == "'1'"


@pytest.mark.requirement("API-2")
def test_each_client_has_a_key_of_its_own_under_the_plan(api: Synthesized) -> None:
    api.count("aws_api_gateway_api_key", 2)
    api.count("aws_api_gateway_usage_plan_key", 2, key_type="API_KEY")
    plan = api.one("aws_api_gateway_usage_plan")
    assert plan["throttle_settings"] == {"burst_limit": 500, "rate_limit": 1000}
    settings = api.one("aws_api_gateway_method_settings", method_path="*/*")["settings"]
    assert settings["throttling_rate_limit"] == 2000 > plan["throttle_settings"]["rate_limit"]


@pytest.mark.requirement("API-2")
def test_requests_may_have_to_be_signed_as_well() -> None:
    signed = _api(iam=True)
    signed.count("aws_api_gateway_method", 7, authorization="AWS_IAM", api_key_required=True)
    signed.count("aws_api_gateway_method", 0, authorization="AWS_IAM", http_method="OPTIONS")


@pytest.mark.requirement("API-3")
def test_any_part_that_changes_redeploys_the_api(api: Synthesized, tmp_path: Path) -> None:
    digests = {_digest(_api(path)) for path in _variants(tmp_path)}
    digests.add(_digest(_api(function_arn=FUNCTION_ARN.replace("/f/", "/g/"))))  # integration
    digests.add(_digest(_api(iam=True)))
    assert len(digests) == 6
    assert _digest(api) not in digests


@pytest.mark.requirement("API-3")
def test_nothing_else_redeploys_the_api(api: Synthesized, tmp_path: Path) -> None:
    text = OPENAPI.read_text()
    path = tmp_path / "openapi.json"
    path.write_text(text.replace("Symbols that bars are held of", "Symbols, in order"))
    assert _digest(_api(path)) == _digest(api)


@pytest.mark.requirement("API-3")
def test_the_deployment_is_created_before_the_old_one_is_destroyed(api: Synthesized) -> None:
    deployment = api.one("aws_api_gateway_deployment")
    assert deployment["lifecycle"] == {"create_before_destroy": True}
    # The deployment makes no stage: the stage is a resource of its own.
    assert "stage_name" not in deployment
    parts = [
        f"{type_}.{id_}"
        for type_ in ("method", "integration", "integration_response", "gateway_response", "model")
        for type_, blocks in [(f"aws_api_gateway_{type_}", api.all(f"aws_api_gateway_{type_}"))]
        for id_ in blocks
    ]
    assert set(parts) <= set(deployment["depends_on"])


@pytest.mark.requirement("API-4")
def test_the_access_log_holds_neither_keys_nor_sessions() -> None:
    secret = {"$context.path", "$context.identity.apiKey", "$context.authorizer.principalId"}
    assert secret & set(ACCESS_LOG_FIELDS.values()) == set()
    assert ACCESS_LOG_FIELDS["resource"] == "$context.resourcePath"
    assert ACCESS_LOG_FIELDS["apiKeyId"] == "$context.identity.apiKeyId"


@pytest.mark.requirement("API-4")
def test_the_stage_logs_who_asked_for_what_but_no_bodies(api: Synthesized) -> None:
    stage = api.one("aws_api_gateway_stage", xray_tracing_enabled=True)
    settings = api.one("aws_api_gateway_method_settings")["settings"]
    assert (settings["data_trace_enabled"], settings["logging_level"]) == (False, "ERROR")
    assert (settings["metrics_enabled"],) == (True,)
    format_ = stage["access_log_settings"]["format"]
    assert "$context.identity.apiKeyId" in format_
    # REST APIs do not know routeKey, and the key itself is a credential.
    assert not re.search(r"routeKey|identity\.apiKey\b", format_)


@pytest.mark.requirement("API-4")
@pytest.mark.requirement("OBS-1")
def test_the_log_groups_exist_before_the_stage(api: Synthesized) -> None:
    stage = api.one("aws_api_gateway_stage")
    rest_api = api.id_of("aws_api_gateway_rest_api")
    execution = api.id_of(
        "aws_cloudwatch_log_group",
        name=f"API-Gateway-Execution-Logs_${{{rest_api}.id}}/dev",
        retention_in_days=30,
        kms_key_id="arn:key",
    )
    assert execution in stage["depends_on"]
    type_, access = api.target(stage["access_log_settings"]["destination_arn"])
    assert (type_, access["retention_in_days"]) == ("aws_cloudwatch_log_group", 30)


@pytest.mark.requirement("API-4")
def test_the_accounts_role_exists_before_the_stage(api: Synthesized) -> None:
    assert api.id_of("aws_api_gateway_account") in api.one("aws_api_gateway_stage")["depends_on"]
    attachment = api.one("aws_iam_role_policy_attachment")
    assert attachment["policy_arn"].endswith("AmazonAPIGatewayPushToCloudWatchLogs")


@pytest.mark.requirement("API-5")
def test_the_firewall_stands_in_front_of_the_stage(api: Synthesized) -> None:
    stage = api.id_of("aws_api_gateway_stage")
    api.one("aws_wafv2_web_acl_association", resource_arn=f"${{{stage}.arn}}")
    acl = api.one("aws_wafv2_web_acl", scope="REGIONAL")
    rules = {rule["name"]: rule for rule in acl["rule"]}
    assert {"AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"} <= set(rules)
    assert sorted(rule["priority"] for rule in acl["rule"]) == list(range(len(rules)))
    rate = rules["RateByAddress"]
    assert rate["action"] == {"block": {}}
    assert rate["statement"]["rate_based_statement"]["limit"] == 600_000


@pytest.mark.requirement("API-5")
def test_the_firewalls_log_hides_credentials(api: Synthesized) -> None:
    logging = api.one("aws_wafv2_web_acl_logging_configuration")
    *headers, path = logging["redacted_fields"]
    assert {field["single_header"]["name"] for field in headers} == {"authorization", "cookie", "x-api-key"}
    assert path == {"uri_path": {}}
    _, group = api.target(logging["log_destination_configs"][0])
    assert group["name"].startswith("aws-waf-logs-")
