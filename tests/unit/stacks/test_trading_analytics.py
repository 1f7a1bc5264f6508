"""The trading-analytics stack as a whole: what only shows once everything is wired together."""

from collections import Counter

import pytest

from modules import critical_events
from tests.support.stacks import trading_analytics
from tests.support.synthesized import Synthesized


def _actions(synthesized: Synthesized, role: str) -> dict[str, set[str]]:
    """Return what a role's own policy allows, as resource → actions."""
    statements = synthesized.statements(
        synthesized.one("aws_iam_policy", name=f"trading-{role}-policy-dev")["policy"]
    )
    allowed: dict[str, set[str]] = {}
    for statement in statements.values():
        if statement["effect"] == "Allow":
            for resource in statement["resources"]:
                allowed.setdefault(resource, set()).update(statement["actions"])
    return allowed


@pytest.mark.requirement("IAM-2")
def test_every_role_carries_the_region_boundary(dev: Synthesized) -> None:
    boundary = dev.id_of("aws_iam_policy", name="trading-region-boundary-policy-dev")
    roles = dev.all("aws_iam_role")
    assert len(roles) >= 8
    assert {role.get("permissions_boundary") for role in roles.values()} == {f"${{{boundary}.arn}}"}
    statement = dev.statements(
        dev.one("aws_iam_policy", name="trading-region-boundary-policy-dev")["policy"]
    )["DenyOtherRegions"]
    assert statement["condition"] == [
        {"test": "StringNotEquals", "values": ["us-east-1"], "variable": "aws:RequestedRegion"}
    ]


@pytest.mark.requirement("IAM-1")
def test_the_processor_may_use_the_buckets_key_and_not_only_its_own(dev: Synthesized) -> None:
    storage = (
        f"${{{dev.id_of('aws_kms_key', description='Buckets and the streams that deliver to them')}.arn}}"
    )
    policy = dev.one("aws_iam_policy", name="trading-market-data-policy-dev")["policy"]
    by_way_of_s3 = {
        sid: statement
        for sid, statement in dev.statements(policy).items()
        if {"values": ["s3.us-east-1.amazonaws.com"], "variable": "kms:ViaService", "test": "StringEquals"}
        in statement.get("condition", [])
    }
    assert by_way_of_s3["ReadRawKey"]["actions"] == ["kms:Decrypt"]
    assert by_way_of_s3["WriteBarsKey"]["actions"] == ["kms:GenerateDataKey", "kms:Decrypt"]
    assert all(statement["resources"] == [storage] for statement in by_way_of_s3.values())


@pytest.mark.requirement("IAM-1")
def test_functions_may_do_nothing_on_everything_but_what_has_no_resource_level(dev: Synthesized) -> None:
    for role in ("market-data", "api", "critical-events"):
        assert _actions(dev, role)["*"] == {
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
        }


@pytest.mark.requirement("IAM-1")
def test_the_api_reads_seconds_and_writes_uploads_and_nothing_else_of_the_buckets(dev: Synthesized) -> None:
    allowed = _actions(dev, "api")
    objects = {
        resource.rpartition("}/")[2]: actions
        for resource, actions in allowed.items()
        if "}/" in resource and "aws_s3_bucket" in resource
    }
    assert objects == {
        "bars/interval=1s/*": {"s3:GetObject"},
        "uploads/*": {"s3:PutObject"},
    }


@pytest.mark.requirement("OBS-1")
def test_every_log_group_is_declared_encrypted_and_expires(dev: Synthesized) -> None:
    key = f"${{{dev.id_of('aws_kms_key', description='CloudWatch log groups')}.arn}}"
    groups = dev.all("aws_cloudwatch_log_group")
    assert {group["kms_key_id"] for group in groups.values()} == {key}
    assert {group["retention_in_days"] for group in groups.values()} == {30}
    names = {group["name"] for group in groups.values()}
    for function in dev.all("aws_lambda_function").values():
        assert f"/aws/lambda/{function['function_name']}" in names


@pytest.mark.requirement("OBS-2")
@pytest.mark.requirement("OBS-3")
def test_log_groups_go_to_the_archive_and_to_the_alert_function(dev: Synthesized) -> None:
    filters = dev.all("aws_cloudwatch_log_subscription_filter").values()
    assert max(Counter(each["log_group_name"] for each in filters).values()) == 2  # CloudWatch's limit
    archived = {each["log_group_name"] for each in filters if "firehose" in each["destination_arn"]}
    watched = {each["log_group_name"] for each in filters if "lambda" in each["destination_arn"]}
    # Not archived: the archive's own errors, and the trail's group, whose files are there already.
    assert len(archived) == len(dev.all("aws_cloudwatch_log_group")) - 2
    alerts = dev.id_of("aws_cloudwatch_log_group", name="/aws/lambda/trading-critical-events-function-dev")
    assert f"${{{alerts}.name}}" in archived - watched


@pytest.mark.requirement("OBS-3")
def test_the_alert_function_remembers_in_a_table_of_its_own(dev: Synthesized) -> None:
    id_ = dev.id_of("aws_dynamodb_table", name="trading-alerts-table-dev")
    table = dev.one("aws_dynamodb_table", name="trading-alerts-table-dev", hash_key="id")
    assert table["ttl"] == {"enabled": True, "attribute_name": "expiration"}
    function = dev.one("aws_lambda_function", function_name="trading-critical-events-function-dev")
    variables = function["environment"]["variables"]
    assert variables["ALERTS_TABLE"] == f"${{{id_}.name}}"
    assert variables["ALERT_WINDOW_SECONDS"] == "900"
    assert _actions(dev, "critical-events")[f"${{{id_}.arn}}"] == {
        "dynamodb:DeleteItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
    }


@pytest.mark.requirement("DB-2")
@pytest.mark.parametrize(
    ("function", "user", "endpoint", "server"),
    [
        ("market-data", "market_writer", "endpoint", "read-write"),
        ("api", "market_reader", "reader_endpoint", "any"),
    ],
)
def test_functions_reach_the_database_by_verified_tls_each_as_its_own_user(
    dev: Synthesized, function: str, user: str, endpoint: str, server: str
) -> None:
    cluster = dev.id_of("aws_rds_cluster")
    variables = dev.one("aws_lambda_function", function_name=f"trading-{function}-function-dev")[
        "environment"
    ]["variables"]
    assert {name: value for name, value in variables.items() if name.startswith("PG")} == {
        "PGHOST": f"${{{cluster}.{endpoint}}}",
        "PGPORT": f"${{{cluster}.port}}",
        "PGDATABASE": "trading",
        "PGUSER": user,
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": "/var/task/database/certificates/us-east-1.pem",
        "PGTARGETSESSIONATTRS": server,
    }
    account = "${data.aws_caller_identity.identity.account_id}"
    (database,) = (item for item in _actions(dev, function).items() if "rds-db:connect" in item[1])
    assert database == (
        f"arn:${{data.aws_partition.partition.partition}}:rds-db:us-east-1:{account}:"
        f"dbuser:${{{cluster}.cluster_resource_id}}/{user}",
        {"rds-db:connect"},
    )


@pytest.mark.requirement("DB-2")
def test_only_the_migrations_read_the_master_users_secret(dev: Synthesized) -> None:
    secret = f"${{{dev.id_of('aws_rds_cluster')}.master_user_secret[0].secret_arn}}"
    variables = dev.one("aws_lambda_function", function_name="trading-migrations-function-dev")[
        "environment"
    ]["variables"]
    assert variables["MASTER_SECRET_ARN"] == secret
    assert "PGUSER" not in variables
    assert _actions(dev, "migrations")[secret] == {"secretsmanager:GetSecretValue"}
    assert dev.text.count("secretsmanager:GetSecretValue") == 1


def test_functions_that_use_the_schema_come_after_the_migrations(dev: Synthesized) -> None:
    run = dev.id_of("aws_lambda_invocation")
    _, migrations = dev.target(dev.one("aws_lambda_invocation")["function_name"])
    assert migrations["handler"] == "database_migrations.handler.handler"
    after = {
        function["function_name"]
        for function in dev.all("aws_lambda_function").values()
        if run in function["depends_on"]
    }
    assert after == {"trading-market-data-function-dev", "trading-api-function-dev"}


def test_migrations_run_once_every_instance_of_the_cluster_is_there(prod: Synthesized) -> None:
    run = prod.one("aws_lambda_invocation")
    assert set(run["depends_on"]) == {
        f"aws_rds_cluster_instance.{name}" for name in prod.all("aws_rds_cluster_instance")
    }
    archive = prod.id_of("data.archive_file", output_path="${path.module}/database_migrations.zip")
    assert run["triggers"] == {
        "code": f"${{{archive}.output_base64sha256}}",
        "cluster": f"${{{prod.id_of('aws_rds_cluster')}.cluster_resource_id}}",
    }


@pytest.mark.parametrize("package", ["database_migrations", "market_data_processor", "analytics_api"])
def test_functions_that_use_the_database_bring_its_package(dev: Synthesized, package: str) -> None:
    excludes = dev.one("data.archive_file", output_path=f"${{path.module}}/{package}.zip")["excludes"]
    assert not {"database", package} & set(excludes)


@pytest.mark.requirement("FN-2")
def test_new_objects_of_the_raw_bucket_reach_the_processor(dev: Synthesized) -> None:
    notification = dev.one("aws_s3_bucket_notification")
    mapping = dev.one("aws_lambda_event_source_mapping", function_response_types=["ReportBatchItemFailures"])
    assert notification["queue"][0]["queue_arn"] == mapping["event_source_arn"]
    _, function = dev.target(mapping["function_name"])
    assert function["handler"] == "market_data_processor.handler.handler"
    _, queue = dev.target(mapping["event_source_arn"])
    assert queue["visibility_timeout_seconds"] == 6 * function["timeout"]
    assert "maxReceiveCount" in queue["redrive_policy"]


@pytest.mark.requirement("GEN-6")
def test_environments_differ_where_cost_and_reliability_differ(dev: Synthesized, prod: Synthesized) -> None:
    for stack, nat, instances, minimum, endpoints in ((dev, 1, 1, 0, 0), (prod, 3, 3, 2, 2)):
        stack.count("aws_nat_gateway", nat)
        stack.count("aws_rds_cluster_instance", instances)
        stack.count("aws_vpc_endpoint", endpoints, vpc_endpoint_type="Interface")
        scaling = stack.one("aws_rds_cluster")["serverlessv2_scaling_configuration"]
        assert scaling["min_capacity"] == minimum


@pytest.mark.requirement("NET-4")
def test_functions_reach_the_internet_only_where_there_are_no_endpoints(
    dev: Synthesized, prod: Synthesized
) -> None:
    dev.count("aws_vpc_security_group_egress_rule", 1, cidr_ipv4="0.0.0.0/0", from_port=443, to_port=443)
    prod.absent("aws_vpc_security_group_egress_rule", cidr_ipv4="0.0.0.0/0")


@pytest.mark.requirement("API-2")
def test_the_stage_allows_more_than_one_key_in_every_environment(dev: Synthesized, prod: Synthesized) -> None:
    for stack in (dev, prod):
        key = stack.one("aws_api_gateway_usage_plan")["throttle_settings"]["rate_limit"]
        stage = stack.one("aws_api_gateway_method_settings")["settings"]["throttling_rate_limit"]
        assert stage > key == 1000


@pytest.mark.requirement("OBS-3")
def test_every_alarm_reports_to_the_topic_and_shows_on_the_dashboard(dev: Synthesized) -> None:
    topic = f"${{{dev.id_of('aws_sns_topic')}.arn}}"
    alarms = dev.all("aws_cloudwatch_metric_alarm")
    assert {tuple(alarm["alarm_actions"]) for alarm in alarms.values()} == {(topic,)}
    body = dev.one("aws_cloudwatch_dashboard")["dashboard_body"]
    rule = dev.one("aws_cloudwatch_composite_alarm")["alarm_rule"]
    for id_ in alarms:
        assert f"aws_cloudwatch_metric_alarm.{id_}.arn" in body
        assert f"aws_cloudwatch_metric_alarm.{id_}.alarm_name" in rule


@pytest.mark.requirement("OBS-3")
def test_log_metrics_count_where_it_happens(dev: Synthesized) -> None:
    counted = {}
    for each in dev.all("aws_cloudwatch_log_metric_filter").values():
        _, group = dev.target(each["log_group_name"])
        purpose = each["name"].removeprefix("trading-").removesuffix("-filter-dev")
        counted[purpose] = (group["name"], each["pattern"])
    trail = "/aws/cloudtrail/trading-audit-trail-dev"
    assert {purpose: group for purpose, (group, _) in counted.items()} == {
        "db-failed-logins": "/aws/rds/cluster/trading-db-dev/postgresql",
        "market-data-memory": "/aws/lambda/trading-market-data-function-dev",
        "api-throttled-requests": "/aws/apigateway/trading-api-dev/access",
        "root-use": trail,
        "sign-in-without-mfa": trail,
        "trail-changes": trail,
        "key-removals": trail,
    }
    assert counted["db-failed-logins"][1] == critical_events.FAILED_LOGIN_EVENTS
    assert counted["market-data-memory"][1] == critical_events.FUNCTION_REPORTS
    assert counted["api-throttled-requests"][1] == critical_events.API_THROTTLED_EVENTS


@pytest.mark.requirement("OBS-3")
def test_alarms_follow_the_settings(dev: Synthesized, prod: Synthesized) -> None:
    def threshold(stack: Synthesized, purpose: str) -> float:
        suffix = "dev" if stack is dev else "prod"
        alarm = stack.one("aws_cloudwatch_metric_alarm", alarm_name=f"trading-{purpose}-alarm-{suffix}")
        return float(alarm["threshold"])

    for purpose, in_dev, in_prod in (
        ("db-cpu", 90, 70),
        ("db-connections", 302, 4000),
        ("api-server-errors", 0.1, 0.01),
        ("api-latency", 3000, 1000),
        ("api-throttled-requests", 600, 600),
        ("market-data-concurrency", 1.8, 18),
    ):
        assert (threshold(dev, purpose), threshold(prod, purpose)) == (in_dev, in_prod), purpose
    throttled = trading_analytics(API_KEY_RATE_LIMIT="100")
    assert throttled.one(
        "aws_cloudwatch_metric_alarm", alarm_name="trading-api-throttled-requests-alarm-dev", threshold=60
    )


@pytest.mark.requirement("TRAIL-1")
@pytest.mark.requirement("CFG-1")
def test_what_the_account_has_already_can_be_left_out() -> None:
    off = dict.fromkeys(("AUDIT_TRAIL", "CONFIG_RECORDER", "PASSWORD_POLICY", "API_ACCOUNT_ROLE"), "false")
    stack = trading_analytics(**off)
    for type_ in (
        "aws_cloudtrail",
        "aws_config_configuration_recorder",
        "aws_iam_account_password_policy",
        "aws_api_gateway_account",
    ):
        stack.absent(type_)
    # Nobody reports of a recorder and a trail that are not ours.
    stack.absent("aws_cloudwatch_event_rule", name="trading-config-delivery-rule-dev")
    stack.absent("aws_cloudwatch_metric_alarm", alarm_name="trading-audit-trail-silence-alarm-dev")
    # The rules stay: a recorder is there, only not ours.
    assert len(stack.all("aws_config_config_rule")) >= 40
    assert "cloudtrail.amazonaws.com" not in stack.text


def test_the_budget_reports_to_the_topic_and_can_be_left_out(prod: Synthesized) -> None:
    topic = f"${{{prod.id_of('aws_sns_topic')}.arn}}"
    budget = prod.one("aws_budgets_budget", name="trading-cost-budget-prod", limit_amount="1750")
    assert {tuple(each["subscriber_sns_topic_arns"]) for each in budget["notification"]} == {(topic,)}
    trading_analytics(MONTHLY_BUDGET_USD="40").one("aws_budgets_budget", limit_amount="40")
    trading_analytics(MONTHLY_BUDGET_USD="0").absent("aws_budgets_budget")
