"""What holds for the whole of every stack: state, names, tags, destruction, outputs, determinism."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modules.secure_bucket import NAME_LIMIT
from settings.catalogue import SUFFIX_MAX_LENGTH
from tests.support.provider_schema import is_taggable
from tests.support.stacks import ENVIRON, trading_analytics
from tests.support.synthesized import Block, Synthesized

ACCOUNT_ID = re.compile(r"\$\{data\.aws_caller_identity\.[^}]*\.account_id\}")

# Attribute that names a resource, and the longest name that the service takes.
NAMES = {
    "aws_api_gateway_api_key": ("name", 1024),
    "aws_api_gateway_rest_api": ("name", 1024),
    "aws_api_gateway_usage_plan": ("name", 1024),
    "aws_budgets_budget": ("name", 100),
    "aws_cloudtrail": ("name", 128),
    "aws_cloudwatch_composite_alarm": ("alarm_name", 255),
    "aws_cloudwatch_dashboard": ("dashboard_name", 255),
    "aws_cloudwatch_event_rule": ("name", 64),
    "aws_cloudwatch_log_group": ("name", 512),
    "aws_cloudwatch_metric_alarm": ("alarm_name", 255),
    "aws_config_config_rule": ("name", 128),
    "aws_config_configuration_recorder": ("name", 256),
    "aws_config_delivery_channel": ("name", 256),
    "aws_db_event_subscription": ("name", 255),
    "aws_db_parameter_group": ("name", 255),
    "aws_db_subnet_group": ("name", 255),
    "aws_dynamodb_table": ("name", 255),
    "aws_iam_policy": ("name", 128),
    "aws_iam_role": ("name", 64),
    "aws_kinesis_firehose_delivery_stream": ("name", 64),
    "aws_kms_alias": ("name", 256),
    "aws_lambda_function": ("function_name", 64),
    "aws_lambda_layer_version": ("layer_name", 140),
    "aws_rds_cluster": ("cluster_identifier", 63),
    "aws_rds_cluster_instance": ("identifier", 63),
    "aws_rds_cluster_parameter_group": ("name", 255),
    "aws_s3_bucket": ("bucket", NAME_LIMIT),
    "aws_security_group": ("name", 255),
    "aws_sns_topic": ("name", 256),
    "aws_sqs_queue": ("name", 80),
    "aws_wafv2_web_acl": ("name", 128),
}
# The suffix stands elsewhere: the service dictates the name, or the API's id is part of it.
NAMED_BY_SERVICE = re.compile(r"API-Gateway-Execution-Logs_\$\{.*\}/")


@pytest.fixture(scope="module")
def longest() -> Synthesized:
    """The stack with the longest suffix that settings allow."""
    return trading_analytics(ENVIRONMENT_SUFFIX="p" + "r" * (SUFFIX_MAX_LENGTH - 1))


def _resources(synthesized: Synthesized) -> Iterator[tuple[str, str, Block]]:
    for type_, blocks in synthesized.json["resource"].items():
        for id_, block in blocks.items():
            yield type_, id_, block


@pytest.mark.requirement("GEN-1")
def test_state_is_encrypted_locked_and_in_the_folder_of_its_environment(dev: Synthesized) -> None:
    backend = dev.backend("s3")
    assert {name: backend[name] for name in ("bucket", "key", "region", "encrypt", "use_lockfile")} == {
        "bucket": ENVIRON["STATE_BUCKET"],
        "key": "dev/trading-analytics-dev.tfstate",
        "region": "us-east-1",
        "encrypt": True,
        "use_lockfile": True,
    }


def test_credentials_of_another_account_are_refused_by_the_provider(dev: Synthesized) -> None:
    assert dev.json["provider"]["aws"] == [{"allowed_account_ids": ["111122223333"], "region": "us-east-1"}]


@pytest.mark.requirement("GEN-2")
@pytest.mark.parametrize("path", sorted(Path("stacks").glob("*.py")), ids=str)
def test_stacks_compose_constructs_and_make_no_resource(path: Path) -> None:
    allowed = {"provider", "data_aws_caller_identity", "data_aws_partition"}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cdktf_cdktf_provider_aws"):
            assert (node.module or "").rpartition(".")[2] in allowed, f"{path} makes resources: {node.module}"


@pytest.mark.requirement("GEN-2")
@pytest.mark.parametrize("path", sorted(Path("modules").rglob("*.py")), ids=str)
def test_constructs_read_no_environment_and_no_settings(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            assert not {alias.name for alias in node.names} & {"os", "settings", "local", "tools"}, path
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] not in {"os", "settings", "local", "tools", "stacks"}, (
                path
            )


@pytest.mark.requirement("GEN-2")
@pytest.mark.parametrize("path", sorted(Path("modules").rglob("*.py")), ids=str)
def test_props_are_frozen_and_documented(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef) and node.name.endswith("Props"):
            decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
            assert decorators == ["dataclass(frozen=True)"], f"{path}: {node.name}"
            fields = [
                statement.target.id
                for statement in node.body
                if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
            ]
            documentation = ast.get_docstring(node) or ""
            assert [field for field in fields if f"{field}:" not in documentation] == [], (
                f"{path}: {node.name}"
            )


@pytest.mark.requirement("GEN-3")
def test_every_name_carries_the_environment(dev: Synthesized) -> None:
    wrong = [
        f"{type_} {block[attribute]}"
        for type_, _, block in _resources(dev)
        if type_ in NAMES
        for attribute in [NAMES[type_][0]]
        if not re.search(r"(^|[-/])trading-.*-dev($|[-/])", block[attribute])
        and not NAMED_BY_SERVICE.match(block[attribute])
    ]
    assert wrong == []


@pytest.mark.requirement("GEN-3")
def test_every_nameable_type_is_known_here(dev: Synthesized) -> None:
    """A type that is new to the stack has to be added to NAMES, or be nothing that one names."""
    nameable = re.compile(r"^(name|bucket|identifier|\w+_name|\w+_identifier)$")
    unknown = {
        type_
        for type_, _, block in _resources(dev)
        if type_ not in NAMES
        for attribute, value in block.items()
        if nameable.match(attribute) and isinstance(value, str) and "${" not in value
    }
    # Parts of another resource, or records whose name another resource dictates.
    assert unknown <= {
        "aws_api_gateway_gateway_response",
        "aws_api_gateway_method",
        "aws_api_gateway_model",
        "aws_api_gateway_request_validator",
        "aws_api_gateway_stage",
        "aws_cloudwatch_log_metric_filter",
        "aws_cloudwatch_log_stream",
        "aws_cloudwatch_log_subscription_filter",
        "aws_cloudwatch_query_definition",
        "aws_vpc_endpoint",
    }


@pytest.mark.requirement("GEN-3")
def test_buckets_carry_the_account_that_makes_them_unique(dev: Synthesized) -> None:
    for bucket in dev.all("aws_s3_bucket").values():
        assert ACCOUNT_ID.search(bucket["bucket"]), bucket["bucket"]


@pytest.mark.requirement("GEN-3")
@pytest.mark.requirement("GEN-7")
def test_the_longest_suffix_fits_every_name(longest: Synthesized) -> None:
    too_long = [
        f"{type_} {name}: {len(name)} > {limit}"
        for type_, _, block in _resources(longest)
        if type_ in NAMES
        for attribute, limit in [NAMES[type_]]
        for name in [ACCOUNT_ID.sub("123456789012", block[attribute])]
        if len(name) > limit
    ]
    assert too_long == []


@pytest.mark.requirement("GEN-4")
def test_every_taggable_resource_carries_the_four_tags(dev: Synthesized) -> None:
    wrong = []
    for type_, id_, block in _resources(dev):
        if not is_taggable(type_):
            continue
        tags = block.get("tags", {})
        fixed = {key: tags.get(key) for key in ("Environment", "CostCenter", "Compliance")}
        if fixed != {
            "Environment": "dev",
            "CostCenter": "trading-platform",
            "Compliance": "PCI-DSS",
        } or tags.get("DataClassification") not in ("Confidential", "Internal", "Public"):
            wrong.append(f"{type_}.{id_}: {tags}")
    assert wrong == []


@pytest.mark.requirement("GEN-4")
def test_the_classification_is_chosen_for_each_resource(dev: Synthesized) -> None:
    def of(type_: str, **expected: Any) -> str:
        tag: str = dev.one(type_, **expected)["tags"]["DataClassification"]
        return tag

    assert of("aws_rds_cluster") == "Confidential"
    assert of("aws_vpc") == "Internal"
    assert of("aws_s3_bucket", bucket=re.compile("raw")) == "Confidential"
    assert of("aws_s3_bucket", bucket=re.compile("access-logs")) == "Internal"


@pytest.mark.requirement("GEN-5")
def test_everything_goes_with_one_command(dev: Synthesized) -> None:
    for bucket in dev.all("aws_s3_bucket").values():
        assert bucket["force_destroy"] is True, bucket["bucket"]
    for cluster in dev.all("aws_rds_cluster").values():
        assert (cluster["skip_final_snapshot"], cluster["deletion_protection"]) == (True, False)
        assert "final_snapshot_identifier" not in cluster
    for key in dev.all("aws_kms_key").values():
        assert key["deletion_window_in_days"] == 7
    for table in dev.all("aws_dynamodb_table").values():
        assert table.get("deletion_protection_enabled", False) is False
    for secret in dev.all("aws_secretsmanager_secret").values():
        assert secret["recovery_window_in_days"] == 0
    assert "prevent_destroy" not in dev.text


@pytest.mark.requirement("GEN-8")
def test_outputs_are_described(dev: Synthesized) -> None:
    outputs = dev.json["output"]
    assert {
        "vpc_id",
        "public_subnet_ids",
        "private_subnet_ids",
        "database_subnet_ids",
        "database_endpoint",
        "database_reader_endpoint",
        "database_secret_arn",
        "api_url",
        "raw_bucket",
        "analytics_bucket",
        "archive_bucket",
        "log_archive_bucket",
        "sessions_table",
        "api_keys_table",
        "key_arns",
        "dashboard_url",
    } <= set(outputs)
    assert [name for name, output in outputs.items() if not output.get("description")] == []


@pytest.mark.requirement("GEN-8")
def test_outputs_that_lead_to_credentials_are_sensitive(dev: Synthesized) -> None:
    sensitive = {name for name, output in dev.json["output"].items() if output.get("sensitive")}
    assert sensitive == {"database_secret_arn"}


@pytest.mark.requirement("GEN-9")
def test_the_same_settings_give_the_same_bytes(dev: Synthesized) -> None:
    assert trading_analytics().text == dev.text


@pytest.mark.requirement("GEN-9")
def test_no_path_of_the_machine_is_in_the_stack(dev: Synthesized) -> None:
    assert str(Path.cwd()) not in dev.text


@pytest.mark.requirement("GEN-6")
def test_any_suffix_makes_a_stack_of_its_own() -> None:
    other = trading_analytics(ENVIRONMENT_SUFFIX="pr-42")
    assert other.backend("s3")["key"] == "pr-42/trading-analytics-pr-42.tfstate"
    other.one("aws_rds_cluster", cluster_identifier="trading-db-pr-42")
    # One per account: another environment has them.
    for type_ in ("aws_config_configuration_recorder", "aws_cloudtrail", "aws_api_gateway_account"):
        other.absent(type_)
