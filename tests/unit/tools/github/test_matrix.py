"""`make matrix`: what the workflows plan and deploy."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from stacks import catalogue
from tools.errors import ToolError
from tools.github import matrix
from tools.github.matrix import Environment, Target
from tools.workspace import ROOT

DEV, STAGING, PROD, PR = "111111111111", "222222222222", "333333333333", "444444444444"
ORIGINS = {"dashboardOrigins": ["https://dashboard.example.com"]}
CONTEXT: dict[str, Any] = {
    "environments": {
        "prod": {"accountId": PROD, "stateBucket": "state-prod", **ORIGINS},
        "sandbox": {"accountId": DEV, "stateBucket": "state-sandbox"},
        "pr": {"accountId": PR, "stateBucket": "state-pr", "stateRegion": "eu-west-1"},
        "dev": {"accountId": DEV, "stateBucket": "state-dev", "tradingAnalyticsRegion": "eu-central-1"},
        "pr-7": {"accountId": PR, "stateBucket": "state-pr"},
        "staging": {"accountId": STAGING, "stateBucket": "state-staging", **ORIGINS},
    }
}


def test_environments_come_in_their_order_and_previews_are_none() -> None:
    assert matrix.configured(CONTEXT) == ["dev", "staging", "prod", "sandbox"]
    assert matrix.configured({}) == []


def test_target_is_all_that_a_job_needs() -> None:
    assert matrix.targets(CONTEXT, ["dev"]) == [
        Target(
            stack="trading-analytics-dev",
            environment="dev",
            family="dev",
            region="eu-central-1",
            account_id=DEV,
            state_region="us-east-1",
            plan_role=f"arn:aws:iam::{DEV}:role/bootstrap-plan-role-dev",
            deploy_role=f"arn:aws:iam::{DEV}:role/bootstrap-deploy-role-dev",
        )
    ]


def test_pull_request_has_the_settings_and_roles_of_its_family() -> None:
    (target,) = matrix.targets(CONTEXT, ["pr-42"])
    assert (target.stack, target.environment, target.family) == ("trading-analytics-pr-42", "pr-42", "pr")
    assert target.deploy_role == f"arn:aws:iam::{PR}:role/bootstrap-deploy-role-pr"
    assert matrix.environments(CONTEXT, ["pr"]) == [
        Environment(
            environment="pr",
            family="pr",
            account_id=PR,
            state_region="eu-west-1",
            plan_role=f"arn:aws:iam::{PR}:role/bootstrap-plan-role-pr",
            deploy_role=f"arn:aws:iam::{PR}:role/bootstrap-deploy-role-pr",
        )
    ]


def test_what_is_not_configured_is_left_out() -> None:
    only_dev = {"environments": {"dev": CONTEXT["environments"]["dev"]}}
    asked = ["dev", "staging", "prod", "pr", "pr-42"]
    assert [target.environment for target in matrix.targets(only_dev, asked)] == ["dev"]
    assert [place.environment for place in matrix.environments(only_dev, asked)] == ["dev"]


def test_every_stack_of_the_catalogue_is_there_in_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    (analytics,) = (entry for entry in catalogue.WORKLOADS if entry.name == "trading-analytics")
    other = catalogue.StackEntry("transactions", "tx", lambda settings: "ca-central-1", analytics.make)
    monkeypatch.setattr(matrix, "WORKLOADS", (analytics, other))
    assert [(target.stack, target.region) for target in matrix.targets(CONTEXT, ["dev", "staging"])] == [
        ("trading-analytics-dev", "eu-central-1"),
        ("transactions-dev", "ca-central-1"),
        ("trading-analytics-staging", "us-east-1"),
        ("transactions-staging", "ca-central-1"),
    ]


def test_environment_without_its_account_is_refused() -> None:
    context = {"environments": {"dev": {"stateBucket": "state-dev"}}}
    with pytest.raises(ToolError, match=r"context\.environments\.dev: accountId is missing"):
        matrix.targets(context, ["dev"])


def test_bad_settings_are_named_with_their_environment() -> None:
    context = {"environments": {"staging": {"accountId": STAGING, "natGateways": 2}}}
    with pytest.raises(ToolError) as failure:
        matrix.targets(context, ["staging"])
    message = str(failure.value)
    assert "settings of staging" in message
    assert "NAT_GATEWAYS is '2'" in message
    assert "STATE_BUCKET is missing" in message


# --- The command ----------------------------------------------------------------------------------


class Step:
    """The command as a step of a workflow."""

    def __init__(self, folder: Path, context: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(matrix, "project_context", lambda: context)
        self.outputs, self.summary = folder / "outputs", folder / "summary"

    def run(self, **environment: str) -> dict[str, list[dict[str, str]]]:
        status = matrix.main(
            {
                "GITHUB_OUTPUT": str(self.outputs),
                "GITHUB_STEP_SUMMARY": str(self.summary),
                "GITHUB_REPOSITORY": "owner/name",
                **environment,
            }
        )
        assert status == 0
        lines = self.outputs.read_text(encoding="utf-8").splitlines()
        return {name: json.loads(value) for name, _, value in (line.partition("=") for line in lines)}


def test_all_that_is_configured_is_given_to_the_later_jobs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = Step(tmp_path, CONTEXT, monkeypatch)
    outputs = step.run()
    environments = ["dev", "staging", "prod", "sandbox"]
    assert [target["stack"] for target in outputs["targets"]] == [
        f"trading-analytics-{environment}" for environment in environments
    ]
    assert [place["environment"] for place in outputs["environments"]] == environments
    assert not step.summary.exists()


@pytest.mark.parametrize("asked", ["dev,prod", "dev prod", " dev, prod ,"])
def test_named_environments_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    outputs = Step(tmp_path, CONTEXT, monkeypatch).run(ENVIRONMENTS=asked)
    assert [target["environment"] for target in outputs["targets"]] == ["dev", "prod"]


@pytest.mark.parametrize(("asked", "said"), [("", "any environment"), ("dev", "dev")])
def test_nothing_configured_is_nothing_to_do_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str, said: str
) -> None:
    step = Step(tmp_path, {}, monkeypatch)
    assert step.run(ENVIRONMENTS=asked) == {"targets": [], "environments": []}
    # The workflows compare the text.
    assert step.outputs.read_text(encoding="utf-8") == "targets=[]\nenvironments=[]\n"
    assert step.summary.read_text(encoding="utf-8") == (
        f"Nothing to do for AWS: cdktf.json does not configure {said}.\n\n"
    )


def test_forks_get_nothing_and_are_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    step = Step(tmp_path, CONTEXT, monkeypatch)
    assert step.run(HEAD_REPOSITORY="someone/name") == {"targets": [], "environments": []}
    assert "comes from someone/name; forks get no credentials" in step.summary.read_text(encoding="utf-8")


def test_pull_requests_of_the_repository_itself_get_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(Step(tmp_path, CONTEXT, monkeypatch).run(HEAD_REPOSITORY="owner/name")["targets"]) == 4


def test_error_is_said_and_nothing_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        matrix, "project_context", lambda: {"environments": {"dev": {"stateBucket": "state"}}}
    )
    assert matrix.main({"GITHUB_OUTPUT": str(tmp_path / "outputs")}) == 1
    assert "accountId is missing" in capsys.readouterr().err
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize("module", ["tools.github.matrix", "tools.github.comment"])
def test_it_takes_no_package(module: str) -> None:
    """So that jobs need no environment for it, and a failed one can still be told of."""
    isolated = [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, '.'); import {module}"]
    ran = subprocess.run(isolated, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
