"""VPC flow logs (NET-6)."""

import pytest
from cdktf import TerraformStack

from modules.network.flow_logs import FlowLogs, FlowLogsProps
from tests.support.construct import CONTEXT, synthesize
from tests.support.synthesized import Synthesized
from tests.support.tags import untagged

BOUNDARY = "arn:aws:iam::111122223333:policy/boundary"


@pytest.fixture(scope="module")
def logs() -> Synthesized:
    def build(stack: TerraformStack) -> None:
        FlowLogs(stack, "flow-logs", CONTEXT, FlowLogsProps("vpc-1", "arn:logs-key", BOUNDARY))

    return synthesize(build)


@pytest.mark.requirement("NET-6")
def test_all_traffic_of_the_vpc_goes_to_the_log_group(logs: Synthesized) -> None:
    # What the Config rule VPC_FLOW_LOGS_ENABLED looks for is a flow log of the VPC itself.
    flow_log = logs.one(
        "aws_flow_log",
        vpc_id="vpc-1",
        traffic_type="ALL",
        log_destination_type="cloud-watch-logs",
        max_aggregation_interval=60,
    )
    assert logs.target(flow_log["log_destination"]) == (
        "aws_cloudwatch_log_group",
        logs.one("aws_cloudwatch_log_group"),
    )
    assert not {"subnet_id", "eni_id"} & set(flow_log)


@pytest.mark.requirement("NET-6")
def test_records_are_encrypted_and_kept_thirty_days(logs: Synthesized) -> None:
    logs.one(
        "aws_cloudwatch_log_group",
        name="/aws/vpc/trading-flow-logs-dev",
        kms_key_id="arn:logs-key",
        retention_in_days=30,
    )


@pytest.mark.requirement("IAM-1")
def test_role_writes_to_this_group_only(logs: Synthesized) -> None:
    role = logs.one("aws_iam_role", name="trading-flow-logs-role-dev", permissions_boundary=BOUNDARY)
    trust = logs.statements(role["assume_role_policy"])["AssumedByService"]
    assert trust["principals"] == [{"identifiers": ["vpc-flow-logs.amazonaws.com"], "type": "Service"}]
    assert {(condition["variable"], *condition["values"]) for condition in trust["condition"]} == {
        ("aws:SourceAccount", "111122223333"),
        ("aws:SourceArn", "arn:aws:ec2:us-east-1:111122223333:vpc-flow-log/*"),
    }
    (statement,) = logs.statements(logs.one("aws_iam_policy")["policy"]).values()
    assert sorted(statement["actions"]) == [
        "logs:CreateLogStream",
        "logs:DescribeLogStreams",
        "logs:PutLogEvents",
    ]
    (resource,) = statement["resources"]
    assert resource.endswith(":*")
    assert logs.target(resource.removesuffix(":*"))[0] == "aws_cloudwatch_log_group"


def test_flow_log_waits_for_the_roles_permissions(logs: Synthesized) -> None:
    attachment = logs.id_of("aws_iam_role_policy_attachment")
    assert logs.one("aws_flow_log")["depends_on"] == [attachment]


@pytest.mark.requirement("GEN-4")
def test_everything_taggable_is_tagged(logs: Synthesized) -> None:
    assert untagged(logs) == []
