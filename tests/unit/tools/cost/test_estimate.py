"""An estimate adds up, forgets nothing, and prices what is in the stack under the load it is given."""

from decimal import Decimal
from typing import Any

import pytest

from tools.cost.estimate import Estimate, estimate
from tools.cost.load import LOADS, FunctionLoad, Load, loads_of
from tools.cost.prices import price_table
from tools.cost.services import PRICERS
from tools.cost.services.free import FREE
from tools.errors import ToolError

GATEWAY = {"vpc_endpoint_type": "Gateway"}
INTERFACE = {"vpc_endpoint_type": "Interface", "subnet_ids": ["a", "b", "c"]}


def _estimate(resources: dict[str, Any], load: Load | None = None, region: str = "us-east-1") -> Estimate:
    return estimate({"resource": resources}, region, price_table(), Load(), load or Load())


def _blocks(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {f"r{number}": block for number, block in enumerate(blocks)}


def _lines(resources: dict[str, Any], load: Load | None = None) -> dict[str, tuple[str, str]]:
    """Dollars by what they are for: idle, design."""
    return {
        line.what: (str(line.idle_usd), str(line.design_usd)) for line in _estimate(resources, load).lines
    }


def test_a_type_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(ToolError, match=r"what do these cost\? aws_efs_file_system, aws_elasticache_user\. "):
        _estimate({"aws_elasticache_user": {"a": {}}, "aws_efs_file_system": {"a": {}}, "aws_vpc": {"a": {}}})


def test_a_type_is_priced_or_free_and_not_both() -> None:
    assert set(PRICERS) & set(FREE) == set()


def test_lines_add_up_to_the_cent() -> None:
    priced = _estimate({"aws_nat_gateway": _blocks({}), "aws_eip": _blocks({})})
    assert [line.idle_usd for line in priced.lines] == [Decimal("32.85"), Decimal("3.65")]
    assert priced.idle_usd == priced.design_usd == Decimal("36.50")


def test_the_biggest_come_first() -> None:
    priced = _estimate({"aws_nat_gateway": _blocks({}), "aws_eip": _blocks({}), "aws_kms_key": _blocks({})})
    assert [line.what for line in priced.biggest(2)] == ["NAT gateways", "public IPv4 addresses"]


def test_what_costs_nothing_under_both_loads_is_left_out() -> None:
    assert _lines({"aws_vpc": {"a": {}}, "aws_sns_topic": {"a": {}}}) == {}


def test_nat_gateways_and_addresses_cost_by_the_hour_each() -> None:
    three = _blocks({}, {}, {})
    assert _lines({"aws_nat_gateway": three, "aws_eip": three}) == {
        "NAT gateways": ("98.55", "98.55"),
        "public IPv4 addresses": ("10.95", "10.95"),
    }


def test_functions_data_passes_interface_endpoints_where_there_are_some() -> None:
    load = Load(service_gb=Decimal(100))
    without = _lines({"aws_nat_gateway": _blocks({}), "aws_vpc_endpoint": _blocks(GATEWAY)}, load)
    assert without["data through NAT gateways"] == ("0.00", "4.50")
    with_them = _lines(
        {"aws_nat_gateway": _blocks({}), "aws_vpc_endpoint": _blocks(GATEWAY, INTERFACE, INTERFACE)}, load
    )
    assert with_them == {
        "NAT gateways": ("32.85", "32.85"),
        "interface endpoints, by zone": ("43.80", "43.80"),
        "data through interface endpoints": ("0.00", "1.00"),
    }


def _database(low: float, high: float, instances: int, **cluster: Any) -> dict[str, Any]:
    scaling = {"min_capacity": low, "max_capacity": high}
    member = {
        "cluster_identifier": "${aws_rds_cluster.db.cluster_identifier}",
        "instance_class": "db.serverless",
    }
    return {
        "aws_rds_cluster": {
            "db": {
                "engine": "aurora-postgresql",
                "serverlessv2_scaling_configuration": scaling,
                **cluster,
            }
        },
        "aws_rds_cluster_instance": _blocks(*[member] * instances),
    }


@pytest.mark.parametrize(
    ("low", "high", "instances", "usd"),
    [
        # 730 hours at 0.12, and 100 of them at a quarter of the range above
        (2, 32, 3, ("525.60", "795.60")),
        (0.5, 8, 2, ("87.60", "132.60")),
        (0, 2, 1, None),
    ],
)
def test_aurora_costs_its_minimum_and_a_share_of_its_range_while_it_works(
    low: float, high: float, instances: int, usd: tuple[str, str] | None
) -> None:
    load = Load(database_hours=100, database_share=Decimal("0.25"))
    lines = _lines(_database(low, high, instances), load)
    assert lines == {"capacity (ACU) of all instances": usd or ("0.00", "6.00")}


def test_a_database_that_is_paused_costs_nothing() -> None:
    assert _lines(_database(0, 2, 1)) == {}


def test_the_clusters_secret_storage_and_requests() -> None:
    load = Load(database_gb=Decimal(10), database_ios=Decimal(5_000_000))
    lines = _lines(_database(0, 2, 0, manage_master_user_password=True), load)
    assert lines == {
        "secrets": ("0.40", "0.40"),
        "storage": ("0.00", "1.00"),
        "storage requests": ("0.00", "1.00"),
    }


def _function(purpose: str, **more: Any) -> dict[str, Any]:
    name = f"trading-{purpose}-function-dev"
    return {"function_name": name, "architectures": ["arm64"], "memory_size": 1024, **more}


def test_functions_cost_by_requests_memory_and_temporary_storage() -> None:
    load = Load(
        functions={"api": FunctionLoad(Decimal(10_000_000), Decimal("0.1"))}, traces=Decimal(1_000_000)
    )
    large = _function("api", memory_size=2048, ephemeral_storage={"size": 1536})
    assert _lines({"aws_lambda_function": _blocks(large, _function("migrations"))}, load) == {
        "requests": ("0.00", "2.00"),
        "time, by memory": ("0.00", "26.67"),
        "time, by temporary storage": ("0.00", "0.03"),
        "traces": ("0.00", "5.00"),
    }


def test_a_load_of_a_function_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ToolError, match="functions that the stack does not have: apii"):
        _estimate(
            {"aws_lambda_function": _blocks(_function("api"))}, Load(functions={"apii": FunctionLoad()})
        )


def test_a_firewall_costs_by_itself_by_rules_and_by_requests() -> None:
    load = Load(api_requests=Decimal(2_000_000), response_gb=Decimal(10))
    acl: dict[str, Any] = {"rule": [{}, {}, {}]}
    lines = _lines({"aws_wafv2_web_acl": _blocks(acl), "aws_api_gateway_rest_api": _blocks({})}, load)
    assert lines["web ACLs"] == ("5.00", "5.00")
    assert lines["rules and managed groups"] == ("3.00", "3.00")
    assert lines["responses to the internet"] == ("0.00", "0.90")
    by_service = {
        line.service: line.design_usd
        for line in _estimate(
            {"aws_wafv2_web_acl": _blocks(acl), "aws_api_gateway_rest_api": _blocks({})}, load
        ).lines
        if line.what == "requests"
    }
    assert by_service == {"WAF": Decimal("1.20"), "API Gateway": Decimal("7.00")}


@pytest.mark.parametrize(("enabled", "usd"), [(True, ("0.00", "1.50")), (False, None)])
def test_metrics_of_methods_cost_where_they_are_switched_on(
    enabled: bool, usd: tuple[str, str] | None
) -> None:
    resources = {
        "aws_api_gateway_method_settings": _blocks({"settings": {"metrics_enabled": enabled}}),
        "aws_api_gateway_method": _blocks({}, {}),
    }
    lines = _lines(resources, Load(method_metrics=5, metric_hours=365))
    assert lines == ({"custom metrics": usd} if usd else {})


def test_alarms_cost_by_the_metrics_that_they_look_at() -> None:
    simple = {"namespace": "AWS/Lambda", "metric_name": "Errors", "period": 60}
    both = {
        "metric_query": [{"metric": {**simple, "metric_name": name}} for name in ("a", "b")]
        + [{"expression": "a / b"}]
    }
    resources = {
        "aws_cloudwatch_metric_alarm": _blocks(simple, both),
        "aws_cloudwatch_composite_alarm": _blocks({}),
        "aws_cloudwatch_dashboard": _blocks({}),
    }
    assert _lines(resources) == {
        "metrics that alarms look at": ("0.30", "0.30"),
        "composite alarms": ("0.50", "0.50"),
        "dashboards": ("3.00", "3.00"),
    }


def test_a_metric_of_our_own_is_paid_once_however_many_alarms_look_at_it() -> None:
    own = {
        "namespace": "trading-functions-dev",
        "metric_name": "Rejects",
        "dimensions": {"service": "market-data"},
        "period": 60,
    }
    lines = _lines(
        {"aws_cloudwatch_metric_alarm": _blocks(own, {**own, "threshold": 5})},
        Load(metrics=9, metric_hours=730),
    )
    assert lines["custom metrics"] == ("0.00", "3.00")


def _log_group(name: str, days: int = 30) -> dict[str, Any]:
    return {"name": name, "retention_in_days": days}


def test_logs_cost_when_written_and_as_long_as_they_are_kept() -> None:
    load = Load(log_gb={"function": Decimal(100)})
    groups = _blocks(
        _log_group("/aws/lambda/a"), _log_group("/aws/lambda/b", days=300), _log_group("/aws/vpc/x")
    )
    # 50 GB of each function, compressed to 7.5, kept one month and ten
    assert _lines({"aws_cloudwatch_log_group": groups}, load) == {
        "ingestion": ("0.00", "50.00"),
        "storage, compressed": ("0.00", "2.48"),
    }


def test_a_log_group_of_unknown_kind_is_an_error() -> None:
    with pytest.raises(ToolError, match="what writes to the log group /aws/elasticache/slow"):
        _estimate({"aws_cloudwatch_log_group": _blocks(_log_group("/aws/elasticache/slow"))})


def test_the_archive_gets_what_is_subscribed_to_it_and_no_more() -> None:
    stream = "${aws_kinesis_firehose_delivery_stream.archive.arn}"
    resources = {
        "aws_cloudwatch_log_group": {"api": _log_group("/aws/lambda/api"), "vpc": _log_group("/aws/vpc/x")},
        "aws_kinesis_firehose_delivery_stream": {"archive": {}},
        "aws_cloudwatch_log_subscription_filter": _blocks(
            {"destination_arn": stream, "log_group_name": "${aws_cloudwatch_log_group.api.name}"},
            {
                "destination_arn": "${aws_lambda_function.alerts.arn}",
                "log_group_name": "${aws_cloudwatch_log_group.vpc.name}",
            },
        ),
    }
    load = Load(log_gb={"function": Decimal(1000), "flow": Decimal(1000)})
    by_service = {line.service: line.design for line in _estimate(resources, load).lines}
    assert by_service["Data Firehose"] == 200
    assert by_service["S3"] == 150


def test_a_metric_filter_costs_once_its_log_group_is_written_to() -> None:
    resources = {
        "aws_cloudwatch_log_group": {
            "trail": _log_group("/aws/cloudtrail/x"),
            "api": _log_group("/aws/lambda/x"),
        },
        "aws_cloudwatch_log_metric_filter": _blocks(
            {"log_group_name": "${aws_cloudwatch_log_group.trail.name}"},
            {"log_group_name": "${aws_cloudwatch_log_group.api.name}"},
        ),
    }
    assert _lines(resources, Load(log_gb={"trail": Decimal(1)}))["custom metrics"] == ("0.00", "0.30")


def test_keys_trail_and_config() -> None:
    resources = {
        "aws_kms_key": _blocks({}, {}),
        "aws_cloudtrail": _blocks({}),
        "aws_config_configuration_recorder": _blocks(
            {"recording_mode": {"recording_frequency": "CONTINUOUS"}}
        ),
        "aws_config_config_rule": _blocks({}, {}),
    }
    load = Load(key_requests=Decimal(1_000_000), data_events=Decimal(1_000_000), config_items=Decimal(1000))
    lines = _lines(resources, load)
    assert lines == {
        "customer-managed keys": ("2.00", "2.00"),
        "requests": ("0.00", "3.00"),
        "data events": ("0.00", "1.00"),
        "recorded configurations": ("0.00", "3.00"),
        # 30 a month of each rule, and three for each recorded configuration
        "evaluations of rules": ("0.06", "3.06"),
    }


def test_tables_buckets_queues_and_topics() -> None:
    resources = {
        "aws_dynamodb_table": _blocks(
            {"billing_mode": "PAY_PER_REQUEST", "point_in_time_recovery": {"enabled": True}}
        ),
        "aws_s3_bucket": _blocks({}, {}),
        "aws_sqs_queue": _blocks({}, {}),
        "aws_sns_topic": _blocks({}),
    }
    load = Load(
        table_writes=Decimal(8_000_000),
        table_reads=Decimal(8_000_000),
        table_gb=Decimal(10),
        object_gb=Decimal(1000),
        object_writes=Decimal(1_000_000),
        object_reads=Decimal(1_000_000),
        queue_requests=Decimal(10_000_000),
        alerts=Decimal(10_000_000),
    )
    found = {(line.service, line.what): str(line.design_usd) for line in _estimate(resources, load).lines}
    assert found == {
        ("DynamoDB", "write units"): "5.00",
        ("DynamoDB", "read units"): "1.00",
        ("DynamoDB", "storage"): "2.50",
        ("DynamoDB", "point-in-time recovery"): "2.00",
        ("S3", "storage (Standard)"): "23.00",
        ("S3", "requests that write or list"): "5.00",
        ("S3", "requests that read"): "0.40",
        ("SQS", "requests"): "4.00",
        ("SNS", "messages"): "5.00",
    }


@pytest.mark.parametrize(
    ("type_", "block", "message"),
    [
        ("aws_dynamodb_table", {"billing_mode": "PROVISIONED"}, "billing_mode = 'PROVISIONED'"),
        ("aws_lambda_function", _function("api", architectures=["x86_64"]), r"architectures = \['x86_64'\]"),
        ("aws_vpc_endpoint", {"vpc_endpoint_type": "GatewayLoadBalancer"}, "vpc_endpoint_type = "),
        (
            "aws_cloudwatch_log_group",
            {**_log_group("/aws/vpc/x"), "log_group_class": "INFREQUENT_ACCESS"},
            "log_group_class = ",
        ),
        (
            "aws_config_configuration_recorder",
            {"recording_mode": {"recording_frequency": "DAILY"}},
            "recording_frequency = 'DAILY'",
        ),
        (
            "aws_cloudwatch_metric_alarm",
            {"namespace": "AWS/Lambda", "metric_name": "Errors", "period": 10},
            "standard resolution only",
        ),
    ],
)
def test_what_would_cost_something_else_is_an_error(type_: str, block: dict[str, Any], message: str) -> None:
    with pytest.raises(ToolError, match=message):
        _estimate({type_: _blocks(block)})


@pytest.mark.parametrize(
    ("cluster", "instance", "message"),
    [
        ({"storage_type": "aurora-iopt1"}, {}, "storage_type"),
        ({"engine": "aurora-mysql"}, {}, "engine"),
        ({}, {"instance_class": "db.r8g.large"}, "instance_class"),
        ({}, {"performance_insights_retention_period": 31}, "performance_insights_retention_period"),
        ({}, {"monitoring_interval": 1}, "monitoring_interval"),
    ],
)
def test_a_database_of_another_kind_is_an_error(
    cluster: dict[str, Any], instance: dict[str, Any], message: str
) -> None:
    resources = _database(0, 2, 1, **cluster)
    resources["aws_rds_cluster_instance"]["r0"] |= instance
    with pytest.raises(ToolError, match=message):
        _estimate(resources)


def test_a_stacks_region_pays_its_own_prices_where_they_are_known() -> None:
    resources = {"aws_nat_gateway": _blocks({}), "aws_kms_key": _blocks({})}
    lines = {line.what: line for line in _estimate(resources, region="ca-central-1").lines}
    assert lines["NAT gateways"].idle_usd == Decimal("36.50")
    assert lines["NAT gateways"].price.region == "ca-central-1"
    assert lines["customer-managed keys"].price.region == "us-east-1"


def test_a_stack_without_a_design_load_is_an_error() -> None:
    with pytest.raises(ToolError, match="no design load of the stack transaction-processing"):
        loads_of("transaction-processing")


def test_the_design_load_follows_from_the_activity() -> None:
    production = LOADS["trading-analytics"].design["prod"]
    assert production.api_requests == 26_280_000
    assert production.functions["market-data"].invocations == 500 * 21
    # the first request of each second and 5 % of the other nine
    assert production.traces == Decimal("1.45") * 730 * 3600
    assert production.object_writes == 500 * 21 * 8
