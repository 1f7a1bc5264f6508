"""`make reap`: forgotten environments go, everything else stays, and what is left is named."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from local.control_plane import ControlPlane
from tests.support.fake_github import REPOSITORY, TOKEN, FakeGitHub, Refusal, fake_github
from tools import reaper
from tools.errors import ToolError
from tools.github.client import GitHub
from tools.reaper import Reaper
from tools.workspace import ROOT

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FRESH, EDGE, OLD = "2026-11-19T00:00:00Z", "2026-11-06T12:00:00Z", "2026-11-06T11:59:59Z"
BUCKET_RESOURCE = {"mode": "managed", "type": "aws_s3_bucket", "name": "raw"}
DATA = {"mode": "data", "type": "aws_caller_identity", "name": "me"}


class World:
    """A state bucket, a GitHub, and a reaper whose destroys only change the states."""

    def __init__(self, s3: "S3Client", bucket: str, github: FakeGitHub) -> None:
        self.s3 = s3
        self.bucket = bucket
        self.github = github
        self.destroyed: list[str] = []
        self.said: list[str] = []
        self.failing: set[str] = set()
        self.empties = True

    def pull_request(self, number: int, state: str = "open", updated: str = FRESH, *labels: str) -> None:
        self.github.pull_requests[number] = {
            "state": state,
            "labels": [{"name": label} for label in labels],
            "updated_at": updated,
        }

    def state(self, key: str, *resources: dict[str, Any]) -> None:
        content = {"version": 4, "resources": [*resources]}
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=json.dumps(content).encode())

    def preview(self, number: int, stack: str = "trading-analytics") -> None:
        self.state(f"pr-{number}/{stack}-pr-{number}.tfstate", BUCKET_RESOURCE, DATA)

    def keys(self) -> list[str]:
        return [found["Key"] for found in self.s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])]

    def reap(self, **options: Any) -> None:
        def destroy(stack: str) -> None:
            self.destroyed.append(stack)
            if stack in self.failing:
                raise ToolError("make destroy failed with exit status 2")
            number = stack.rpartition("-")[2]
            if self.empties:
                self.state(f"pr-{number}/{stack}.tfstate")

        github = GitHub(REPOSITORY, TOKEN, self.github.url, sleep=lambda _: None)
        Reaper(self.s3, self.bucket, github, destroy, self.said.append, now=NOW, **options).run()


@pytest.fixture(scope="module")
def aws() -> Iterator[ControlPlane]:
    with ControlPlane() as control_plane:
        yield control_plane


@pytest.fixture
def world(aws: ControlPlane) -> Iterator[World]:
    s3 = boto3.client(
        "s3",
        endpoint_url=aws.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    bucket = f"state-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=bucket)
    with fake_github() as github:
        yield World(s3, bucket, github)


@pytest.mark.parametrize(
    ("pull_request", "reason"),
    [
        (("closed", FRESH, "preview"), "its pull request is closed"),
        (("open", FRESH), "its pull request lost the label preview"),
        (("open", FRESH, "previews"), "its pull request lost the label preview"),
        (("open", OLD, "preview"), "nothing happened to its pull request for 14 days"),
    ],
)
def test_forgotten_environment_goes_and_is_not_found_again(
    world: World, pull_request: tuple[str, ...], reason: str
) -> None:
    world.pull_request(42, *pull_request)
    world.preview(42)
    world.reap()
    assert world.destroyed == ["trading-analytics-pr-42"]
    assert world.said == [f"trading-analytics-pr-42 goes: {reason}"]
    assert world.keys() == []
    world.reap()
    assert world.destroyed == ["trading-analytics-pr-42"]


@pytest.mark.parametrize("updated", [FRESH, EDGE])
def test_environment_in_use_stays(world: World, updated: str) -> None:
    world.pull_request(42, "open", updated, "bug", "preview")
    world.preview(42)
    world.reap()
    assert (world.destroyed, world.said) == ([], ["pr-42 stays"])
    assert world.keys() == ["pr-42/trading-analytics-pr-42.tfstate"]


def test_days_are_a_setting(world: World) -> None:
    world.pull_request(42, "open", EDGE, "preview")
    world.preview(42)
    world.reap(max_days=13)
    assert world.destroyed == ["trading-analytics-pr-42"]


def test_nothing_but_states_of_pull_requests_is_looked_at(world: World) -> None:
    others = [
        "dev/trading-analytics-dev.tfstate",
        "pr/bootstrap-pr.tfstate",
        "pr-x/trading-analytics-pr-x.tfstate",
        "pr-42/trading-analytics-pr-42.tfstate.tflock",
        "prod/trading-analytics-prod.tfstate",
        "old/pr-42/trading-analytics-pr-42.tfstate",
    ]
    for key in others:
        world.state(key, BUCKET_RESOURCE)
    world.reap()
    assert (world.destroyed, world.github.calls) == ([], [])
    assert sorted(world.keys()) == sorted(others)


def test_every_stack_of_an_environment_goes_and_github_is_asked_once(world: World) -> None:
    world.pull_request(9, "closed")
    world.pull_request(10, "closed")
    world.preview(10, "transactions")
    world.preview(10)
    world.preview(9)
    world.reap()
    assert world.destroyed == ["trading-analytics-pr-9", "trading-analytics-pr-10", "transactions-pr-10"]
    assert [call.rpartition("/")[2] for call in world.github.calls] == ["9", "10"]


def test_states_beyond_the_first_page_are_found(world: World) -> None:
    for number in range(1, 1004):
        world.s3.put_object(Bucket=world.bucket, Key=f"pr-{number}/x.tfstate.tflock", Body=b"")
    world.pull_request(999999, "closed")
    world.preview(999999)
    world.reap()
    assert world.destroyed == ["trading-analytics-pr-999999"]


@pytest.mark.parametrize("resources", [(), (DATA,)])
def test_empty_state_is_removed_without_a_destroy(
    world: World, resources: tuple[dict[str, Any], ...]
) -> None:
    world.pull_request(42, "closed")
    world.state("pr-42/trading-analytics-pr-42.tfstate", *resources)
    world.reap()
    assert (world.destroyed, world.keys()) == ([], [])


def test_after_a_failure_the_others_go_and_what_is_left_is_named(world: World) -> None:
    for number in (1, 2, 3):
        world.pull_request(number, "closed")
        world.preview(number)
    world.failing = {"trading-analytics-pr-1"}
    world.pull_request(4, "closed")
    world.github.pull_requests.pop(3)
    world.preview(4)
    with pytest.raises(ToolError) as failure:
        world.reap()
    _, first, third = str(failure.value).splitlines()
    assert first == "trading-analytics-pr-1: make destroy failed with exit status 2"
    # Whoever may not see a pull request is told the same as of one that never was: no reason to destroy.
    assert third.startswith("pr-3: ")
    assert "404 Not Found" in third
    assert world.destroyed == ["trading-analytics-pr-1", "trading-analytics-pr-2", "trading-analytics-pr-4"]
    assert world.keys() == [f"pr-{number}/trading-analytics-pr-{number}.tfstate" for number in (1, 3)]


def test_github_down_destroys_nothing(world: World) -> None:
    world.pull_request(42, "closed")
    world.preview(42)
    world.github.refusals.extend([Refusal(503)] * 4)
    with pytest.raises(ToolError, match=r"pr-42: .* 503"):
        world.reap()
    assert (world.destroyed, len(world.keys())) == ([], 1)


def test_state_with_resources_is_never_removed(world: World) -> None:
    world.pull_request(42, "closed")
    world.preview(42)
    world.empties = False
    with pytest.raises(
        ToolError, match="trading-analytics-pr-42: destroyed, and yet its state has resources"
    ):
        world.reap()
    assert world.keys() == ["pr-42/trading-analytics-pr-42.tfstate"]


def test_refusal_by_s3_keeps_nothing_else_from_going(world: World) -> None:
    for number in (1, 2):
        world.pull_request(number, "closed")
        world.state(f"pr-{number}/trading-analytics-pr-{number}.tfstate")
    refuse = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:DeleteObject",
            "Resource": f"arn:aws:s3:::{world.bucket}/pr-1/*",
        },
    }
    world.s3.put_bucket_policy(Bucket=world.bucket, Policy=json.dumps(refuse))
    with pytest.raises(
        ToolError, match=r"trading-analytics-pr-1: .*DeleteObject operation: Forbidden"
    ) as failure:
        world.reap()
    assert "pr-2" not in str(failure.value)
    assert world.keys() == ["pr-1/trading-analytics-pr-1.tfstate"]


def test_dry_run_only_tells(world: World) -> None:
    world.pull_request(42, "closed")
    world.preview(42)
    world.state("pr-42/transactions-pr-42.tfstate")
    world.reap(dry_run=True)
    assert world.destroyed == []
    assert len(world.keys()) == 2
    assert world.said == [
        "trading-analytics-pr-42 goes: its pull request is closed",
        "transactions-pr-42 goes: its pull request is closed",
    ]


# --- The command ----------------------------------------------------------------------------------

MAKE = """#!/bin/sh
env > "$RECORD"
echo "make $*" >> "$RECORD"
exit $STATUS
"""


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another `make`, which writes down how it was called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "make").write_text(MAKE)
    (folder / "make").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return tmp_path / "record"


def test_destroy_is_make_destroy_of_the_stack_and_nothing_of_the_calling_make(make: Path) -> None:
    environment = {
        **os.environ,
        "RECORD": str(make),
        "STATUS": "0",
        "MAKEFLAGS": "n -- STACK=other",
        "MAKELEVEL": "1",
        "MFLAGS": "-n",
        "ENVIRONMENT_SUFFIX": "dev",
        "LOCAL": "1",
    }
    reaper.make_destroy(environment, "trading-analytics-pr-42")
    seen = make.read_text().splitlines()
    assert "make destroy" in seen
    assert {"STACK=trading-analytics-pr-42", "AUTO_APPROVE=1", "LOCAL=1"} <= set(seen)
    assert not any(line.startswith(("MAKE", "MFLAGS", "ENVIRONMENT_SUFFIX")) for line in seen)
    with pytest.raises(ToolError, match="make destroy failed with exit status 3"):
        reaper.make_destroy({**environment, "STATUS": "3"}, "trading-analytics-pr-42")


@pytest.mark.parametrize(
    ("given", "days"), [({}, 14), ({"PREVIEW_MAX_DAYS": ""}, 14), ({"PREVIEW_MAX_DAYS": "3"}, 3)]
)
def test_days_are_read(given: dict[str, str], days: int) -> None:
    assert reaper.max_days(given) == days


@pytest.mark.parametrize("given", ["0", "-1", "1.5", "two", "٣"])
def test_days_that_are_none_are_refused(given: str) -> None:
    with pytest.raises(ToolError, match=f"PREVIEW_MAX_DAYS={given} is no number of days"):
        reaper.max_days({"PREVIEW_MAX_DAYS": given})


@pytest.fixture
def job(world: World, aws: ControlPlane, make: Path, tmp_path: Path) -> dict[str, str]:
    """The environment of the workflow's job."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "RECORD": str(make),
        "STATUS": "0",
        "STATE_BUCKET": world.bucket,
        "AWS_ENDPOINT_URL": aws.endpoint_url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_API_URL": world.github.url,
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
    }


def _command(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tools.reaper"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_command_reaps_and_says_so_in_the_jobs_summary(
    world: World, job: dict[str, str], tmp_path: Path
) -> None:
    world.pull_request(42, "closed")
    world.state("pr-42/trading-analytics-pr-42.tfstate")
    ran = _command(job)
    assert ran.returncode == 0, ran.stderr
    assert world.keys() == []
    line = "trading-analytics-pr-42 goes: its pull request is closed"
    assert line in ran.stdout
    assert (tmp_path / "summary").read_text() == f"- {line}\n\n"


def test_command_fails_with_what_is_left(world: World, job: dict[str, str], make: Path) -> None:
    world.pull_request(42, "closed")
    world.preview(42)
    ran = _command(job)  # the other `make` destroys nothing
    assert ran.returncode == 1
    assert "left:\ntrading-analytics-pr-42: destroyed, and yet its state has resources" in ran.stderr
    assert "STACK=trading-analytics-pr-42" in make.read_text().splitlines()


def test_command_tries_dry(world: World, job: dict[str, str], make: Path) -> None:
    world.pull_request(42, "closed")
    world.preview(42)
    ran = _command({**job, "DRY_RUN": "1"})
    assert ran.returncode == 0, ran.stderr
    assert "trading-analytics-pr-42 goes" in ran.stdout
    assert len(world.keys()) == 1
    assert not make.exists()
