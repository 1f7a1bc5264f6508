"""What people and workflows do to a stack that is deployed: look, find drift, change it, and be stopped."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.local.conftest import DEPLOY_ROLE, FOLDER, PLAN_ROLE, SETTINGS, Deployment
from tests.support.make import fail, succeed
from tests.support.readme import block_with
from tools import local_profile
from tools.plan.comment import MAX_CHARACTERS, marker
from tools.workspace import ROOT

PLAN = ROOT / "build" / "plan" / "trading-analytics-dev"
SAMPLE = ROOT / "docs" / "samples" / "pull-request-comment.md"
CHANGED = {"INTERFACE_ENDPOINTS": "true", "CONFIG_RECORDER": "false", "NAT_GATEWAYS": "3"}
"""A change of settings that adds, changes, destroys, bears on security and would lose data."""

_AS_PLAN = {**SETTINGS, "LOCAL_ROLE": PLAN_ROLE}
_AS_DEPLOY = {**SETTINGS, "LOCAL_ROLE": DEPLOY_ROLE, "AUTO_APPROVE": "1"}
_RANDOM = re.compile(
    r"\b(?:vpc|subnet|sg|rtb|igw|nat|eni|acl|eipalloc|vpce|pl|eipassoc|sgr|aclassoc|rtbassoc)-[0-9a-f]{8,17}\b"
    r"|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"
)


def _summary() -> dict[str, object]:
    summary: dict[str, object] = json.loads((PLAN / "summary.json").read_text(encoding="utf-8"))
    return summary


def _masked(text: str) -> str:
    """Replace what each deployment makes up anew by the order in which it is met."""
    met: dict[str, str] = {}

    def number(match: "re.Match[str]") -> str:
        kind = match[0].partition("-")[0] if "-" in match[0][:9] else "key"
        return met.setdefault(match[0], f"<{kind} {len(met) + 1}>")

    return _RANDOM.sub(number, text)


def test_the_role_that_plans_finds_that_nothing_has_drifted(deployment: Deployment) -> None:
    said = succeed("drift", **_AS_PLAN)
    assert "trading-analytics-dev: no changes" in said
    assert _summary()["has_changes"] is False
    assert (PLAN / "comment.md").read_text(encoding="utf-8") == (
        f"{marker('trading-analytics-dev')}\n\n### `trading-analytics-dev`: no changes\n"
    )


def test_what_somebody_changes_has_drifted(deployment: Deployment) -> None:
    sns = deployment.client("sns")
    topic = {"TopicArn": deployment.outputs["alert_topic_arn"], "AttributeName": "DisplayName"}
    sns.set_topic_attributes(**topic, AttributeValue="by hand")
    try:
        said = fail("drift", **_AS_PLAN)
    finally:
        sns.set_topic_attributes(**topic, AttributeValue="trading-alerts-topic-dev")
    assert "not as it was deployed: trading-analytics-dev" in said
    comment = (PLAN / "comment.md").read_text(encoding="utf-8")
    assert "Changed outside of Terraform, and put back by this plan: `aws_sns_topic.alerts_topic_" in comment


def test_a_changed_setting_is_told_as_the_sample_has_it(deployment: Deployment) -> None:
    succeed("diff", **_AS_PLAN, **CHANGED)
    comment = _masked((PLAN / "comment.md").read_text(encoding="utf-8"))
    assert len(comment) < MAX_CHARACTERS
    found = PLAN / "sample.md"
    found.write_text(comment, encoding="utf-8")
    assert SAMPLE.read_text(encoding="utf-8") == comment, f"copy {found} to {SAMPLE} if it is right"


def test_a_deployment_that_would_lose_data_is_stopped(deployment: Deployment) -> None:
    said = fail("deploy", **_AS_DEPLOY, CONFIG_RECORDER="false")
    assert re.search(r"aws_s3_bucket\.compliance-recorder_bucket_\w+: destroy, holds objects", said)
    assert "name the addresses in ALLOW_DATA_LOSS" in said
    assert "trading-config-bucket-dev-123456789012" in {
        bucket["Name"] for bucket in deployment.client("s3").list_buckets()["Buckets"]
    }


def test_only_the_approved_plan_is_applied(deployment: Deployment) -> None:
    changed = {"LOG_LEVEL": "INFO", "NAT_GATEWAYS": "3"}
    succeed("diff", **_AS_PLAN, **changed)
    approved = str(_summary()["fingerprint"])
    said = fail("deploy", **_AS_DEPLOY, **changed, API_CONCURRENCY="6", APPROVED_PLAN=approved)
    assert (
        f"the plan is no longer the approved one ({_summary()['fingerprint']}, approved was {approved})"
        in said
    )

    succeed("deploy", **_AS_DEPLOY, **changed, APPROVED_PLAN=approved)
    function = deployment.client("lambda").get_function_configuration(FunctionName="trading-api-function-dev")
    assert function["LoggingConfig"]["ApplicationLogLevel"] == "INFO"


def test_the_plan_with_its_secrets_is_not_left_behind(deployment: Deployment) -> None:
    assert not (deployment.stack.folder / "plan").exists()


@pytest.mark.requirement("IAM-1")
def test_the_role_that_plans_can_not_deploy(deployment: Deployment) -> None:
    said = fail("deploy", **_AS_DEPLOY | {"LOCAL_ROLE": PLAN_ROLE}, LOG_LEVEL="INFO")
    assert "no identity-based policy allows the s3:PutObject action" in " ".join(said.split())


def test_trades_are_processed_on_what_is_deployed_and_settings_are_as_they_were(
    deployment: Deployment,
) -> None:
    said = succeed("local", **SETTINGS)
    assert "GET /v1/bars/IBM with the key: 453 one-minute bars on 2013-10-07, from the database" in said
    picture = Path(deployment.stack.workspace.folder / "bars-IBM-2013-10-07.svg")
    assert picture.read_text(encoding="utf-8").startswith("<?xml")


def test_the_readmes_commands_for_what_is_deployed_work_as_they_stand(deployment: Deployment) -> None:
    answer = _run(block_with("curl").replace("curl ", "curl --silent --show-error --noproxy '*' "))
    assert json.loads(answer)["bars"][0]["start"] == "2013-10-07T13:30:00+00:00"


def test_a_cdktf_typed_by_hand_finds_its_providers(deployment: Deployment) -> None:
    by_hand = block_with("node_modules/.bin/cdktf")
    options = f"--output {FOLDER} --no-color --skip-synth"
    said = _run(
        by_hand.replace("cdktf diff", f"cdktf diff {options}"),
        **local_profile.environment(deployment.stack.endpoint, {}, deployment.stack.workspace.folder),
    )
    assert "No changes. Your infrastructure matches the configuration." in said


def _run(block: str, **variables: str) -> str:
    """Run a block of the README in this deployment's folder; return what it said."""
    script = block.replace(".local/", f"{FOLDER}/")
    environment = {**os.environ, **variables}
    done = subprocess.run(
        ["bash", "-euc", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
