"""Plans that Terraform and the AWS provider made against the local AWS, told to people."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from local.control_plane import ControlPlane
from tools import local_profile, providers
from tools.plan.changes import Action, Change, Plan, read
from tools.plan.comment import comment
from tools.plan.guard import DataLossError, refuse_data_loss
from tools.plan.importance import Importance, grouped
from tools.plan.summary import drifted, fingerprint, headline
from tools.plan.values import SENSITIVE, UNKNOWN, Difference, differences

PROVIDER = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "5.100.0" }
  }
}
provider "aws" {
  region            = "us-east-1"
  s3_use_path_style = true
}
"""

BEFORE = (
    PROVIDER
    + """
resource "aws_sns_topic" "stays" { name = "stays" }
resource "aws_sns_topic" "updated" {
  name         = "updated"
  display_name = "old"
}
resource "aws_dynamodb_table" "replaced" {
  name         = "replaced"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "old"
  attribute {
    name = "old"
    type = "S"
  }
}
resource "aws_s3_bucket" "removed" { bucket = "removed" }
resource "aws_iam_policy" "reader" {
  name = "reader"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sns:GetTopicAttributes", Resource = aws_sns_topic.stays.arn }]
  })
}
resource "aws_secretsmanager_secret" "login" { name = "login" }
resource "aws_secretsmanager_secret_version" "login" {
  secret_id     = aws_secretsmanager_secret.login.id
  secret_string = "hunter2"
}
output "display_name" { value = aws_sns_topic.updated.display_name }
"""
)

AFTER = (
    BEFORE.replace('display_name = "old"', 'display_name = "new"')
    .replace('"old"', '"key"')
    .replace('resource "aws_s3_bucket" "removed" { bucket = "removed" }', "")
    .replace('Action = "sns:GetTopicAttributes"', 'Action = "sns:*"')
    .replace("hunter2", "hunter3")
    + """
resource "aws_sqs_queue" "created" { name = "created" }
resource "aws_sns_topic_subscription" "created" {
  topic_arn = aws_sns_topic.stays.arn
  protocol  = "sqs"
  endpoint  = aws_sqs_queue.created.arn
}
"""
)


class Project:
    """A folder with Terraform code, applied to a local AWS."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment

    def write(self, code: str) -> None:
        """Replace the code."""
        (self.folder / "main.tf").write_text(code)

    def run(self, *arguments: str) -> str:
        """Run a Terraform command."""
        command = ["terraform", f"-chdir={self.folder}", *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def plan(self, *options: str) -> Plan:
        """Plan, and read what was planned."""
        self.run("plan", "-input=false", "-out=plan", *options)
        return read(json.loads(self.run("show", "-json", "plan")))


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("project")
    arranged = providers.arrange(os.environ, folder / "providers")
    with ControlPlane() as aws:
        profile = local_profile.environment(aws.endpoint_url, os.environ, folder)
        installing = {**local_profile.with_own_proxies(profile, os.environ), **arranged.environment}
        project = Project(folder, installing)
        project.write(BEFORE)
        project.run("init", "-input=false")
        project.environment = {**profile, **arranged.environment}
        project.run("apply", "-input=false", "-auto-approve")
        yield project


@pytest.fixture(scope="module")
def changed(applied: Project) -> Plan:
    applied.write(AFTER)
    return applied.plan()


def _named(plan: Plan) -> dict[str, Change]:
    return {change.address: change for change in plan.changes}


def test_nothing_changes_after_an_apply(applied: Project) -> None:
    applied.write(BEFORE)
    plan = applied.plan()
    assert plan.is_empty
    assert headline(plan) == "no changes"
    assert drifted(plan) == []
    refuse_data_loss(plan)


def test_each_kind_of_change_is_told(changed: Plan) -> None:
    assert {address: change.action for address, change in _named(changed).items()} == {
        "aws_dynamodb_table.replaced": Action.REPLACE,
        "aws_iam_policy.reader": Action.UPDATE,
        "aws_s3_bucket.removed": Action.DELETE,
        "aws_secretsmanager_secret_version.login": Action.REPLACE,
        "aws_sns_topic.updated": Action.UPDATE,
        "aws_sns_topic_subscription.created": Action.CREATE,
        "aws_sqs_queue.created": Action.CREATE,
    }
    assert headline(changed) == "has changes: 2 to add, 2 to change, 2 to replace, 1 to destroy"


def test_what_is_lost_comes_first_then_who_may_do_what(changed: Plan) -> None:
    assert {group: [change.address for change in changes] for group, changes in grouped(changed).items()} == {
        Importance.DESTRUCTIVE: [
            "aws_dynamodb_table.replaced",
            "aws_s3_bucket.removed",
            "aws_secretsmanager_secret_version.login",
        ],
        Importance.SECURITY: ["aws_iam_policy.reader"],
        Importance.REST: [
            "aws_sns_topic.updated",
            "aws_sns_topic_subscription.created",
            "aws_sqs_queue.created",
            "output.display_name",
        ],
    }


def test_values_are_shown_as_far_as_they_are_known(changed: Plan) -> None:
    changes = _named(changed)
    assert Difference("display_name", '"old"', '"new"') in differences(changes["aws_sns_topic.updated"])
    assert Difference("endpoint", None, UNKNOWN) in differences(changes["aws_sns_topic_subscription.created"])
    assert differences(changes["aws_iam_policy.reader"]) == [
        Difference("policy.Statement[0].Action", '"sns:GetTopicAttributes"', '"sns:*"')
    ]
    assert Difference("hash_key", '"old"', '"key"', forces_replacement=True) in differences(
        changes["aws_dynamodb_table.replaced"]
    )
    assert [differences(output) for output in changed.outputs] == [[Difference("value", '"old"', '"new"')]]


def test_a_secret_is_told_as_changed_and_never_shown(changed: Plan) -> None:
    secret = differences(_named(changed)["aws_secretsmanager_secret_version.login"])
    assert Difference("secret_string", SENSITIVE, SENSITIVE, forces_replacement=True) in secret
    assert "hunter" not in comment(changed, "test")


def test_the_table_and_the_bucket_stop_the_plan_until_both_are_named(changed: Plan) -> None:
    with pytest.raises(DataLossError) as stopped:
        refuse_data_loss(changed, ["aws_s3_bucket.removed"])
    assert "aws_dynamodb_table.replaced: replace, holds a table" in str(stopped.value)
    refuse_data_loss(changed, ["aws_s3_bucket.removed", "aws_dynamodb_table.replaced"])


def test_the_same_plan_has_the_same_fingerprint_and_another_has_another(
    applied: Project, changed: Plan
) -> None:
    applied.write(AFTER)
    assert fingerprint(applied.plan()) == fingerprint(changed)
    applied.write(AFTER.replace('"new"', '"newer"'))
    assert fingerprint(applied.plan()) != fingerprint(changed)


def test_everything_is_destroyed_in_a_plan_that_says_so(applied: Project) -> None:
    applied.write(BEFORE)
    plan = applied.plan("-destroy")
    assert {change.action for change in plan.changes} == {Action.DELETE}
    assert headline(plan) == "has changes: 7 to destroy"


def test_what_somebody_changed_by_hand_is_told(applied: Project) -> None:
    applied.write(BEFORE)
    topic = json.loads(applied.run("show", "-json"))["values"]["root_module"]["resources"]
    arn = next(each["values"]["arn"] for each in topic if each["address"] == "aws_sns_topic.updated")
    sns = boto3.client(
        "sns",
        endpoint_url=applied.environment["AWS_ENDPOINT_URL"],
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    sns.set_topic_attributes(TopicArn=arn, AttributeName="DisplayName", AttributeValue="by hand")
    plan = applied.plan()
    assert drifted(plan) == ["aws_sns_topic.updated"]
    assert differences(_named(plan)["aws_sns_topic.updated"]) == [
        Difference("display_name", '"by hand"', '"old"')
    ]
    assert "Changed outside of Terraform, and put back by this plan: `aws_sns_topic.updated`" in comment(
        plan, "t"
    )
