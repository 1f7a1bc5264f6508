"""The bootstrap stack in a local AWS, by the real tool and Terraform: made, interrupted, changed, taken down.

The stages follow each other once, as module fixtures; each test looks at what one of them left.
"""

import http.server
import io
import json
import os
import shutil
import stat
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from rich.console import Console

from local.inventory import leftovers
from stacks.catalogue import BOOTSTRAP
from tools import local_profile, local_server
from tools.bootstrap import bootstrap
from tools.bootstrap_down import bootstrap_down
from tools.bootstrap_state import OVERRIDE, Bucket
from tools.command import CommandFailedError
from tools.deployment import selection, target
from tools.deployment.stack import Stack
from tools.errors import ToolError
from tools.workspace import Workspace

REGION = "us-east-1"
BUCKET = local_profile.STATE_BUCKET
KEY = "dev/bootstrap-dev.tfstate"
REPOSITORY = "acme/platform"
RENAMED = "acme@12/platform@34"

TERRAFORM = """#!/bin/sh
case "$*" in
  *{word}*) echo "the machine went down"; exit 1 ;;
esac
exec {real} "$@"
"""
"""A Terraform that does everything but one thing."""

STATES = {
    "dev/trading-analytics-dev.tfstate": b'{"resources": [{"type": "aws_vpc"}]}',
    "dev/trading-analytics-dev.tfstate.tflock": b"{}",
    "dev/destroyed-dev.tfstate": b'{"resources": []}',
}


@dataclass(frozen=True)
class Left:
    """What a run of the tool left.

    Attributes:
        said: What it said.
        keys: What is in the bucket of the state; empty without one.
        files: Names of state files and overrides on this machine.
        file: The state file's content; None without one.
        mode: Its access rights.
    """

    said: str
    keys: list[str]
    files: list[str]
    file: str | None
    mode: int

    @property
    def resources(self) -> list[Any]:
        """The resources that the state file knows."""
        known: list[Any] = json.loads(self.file or "{}").get("resources", [])
        return known


@dataclass(frozen=True)
class Place:
    """A local AWS, and the folder of what is deployed into it."""

    workspace: Workspace
    endpoint: str

    @property
    def file(self) -> Path:
        """The state's file on this machine."""
        return self.workspace.folder / f"bootstrap-dev.{BUCKET}.tfstate"

    def run(self, what: Callable[..., None], **environ: str) -> str:
        """Run the tool and return what it said."""
        base = {**os.environ, "DEPLOYMENT_REPOSITORY": REPOSITORY, "AUTO_APPROVE": "1", **environ}
        place = target.local(self.workspace, self.endpoint, base)
        said = io.StringIO()
        with local_profile.entered(place.environment):
            stack = Stack(BOOTSTRAP, selection.settings_of(place.environment), place)
            stack.synthesize()
            stack.install_providers()
            what(stack, base, Console(file=said, width=200))
        return said.getvalue()

    def client(self, service: str) -> Any:
        """A client of the local AWS."""
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def left(self, said: str = "") -> Left:
        """Look at what is there now."""
        found = [*self.workspace.folder.glob("*.tfstate*"), *self.workspace.folder.rglob(OVERRIDE)]
        here = self.file.exists()
        return Left(
            said=said,
            keys=self._keys(),
            files=[path.name for path in found],
            file=self.file.read_text() if here else None,
            mode=stat.S_IMODE(self.file.stat().st_mode) if here else 0,
        )

    def _keys(self) -> list[str]:
        s3 = self.client("s3")
        if not any(bucket["Name"] == BUCKET for bucket in s3.list_buckets()["Buckets"]):
            return []
        return [found["Key"] for found in s3.list_objects_v2(Bucket=BUCKET).get("Contents", ())]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    workspace = Workspace(tmp_path_factory.mktemp("bootstrap"))
    server = local_server.start(workspace, 0, workspace.folder, os.environ)
    yield Place(workspace, server.endpoint)
    local_server.stop(workspace)


def _path_without(word: str, folder: Path) -> str:
    """A search path to a Terraform that ends where a word is among its arguments."""
    folder.mkdir()
    (folder / "terraform").write_text(TERRAFORM.format(word=word, real=shutil.which("terraform")))
    (folder / "terraform").chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture(scope="module")
def refused(place: Place) -> str:
    """What is said where the bucket was there before."""
    s3 = place.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    with pytest.raises(ToolError) as error:
        place.run(bootstrap)
    s3.delete_bucket(Bucket=BUCKET)
    return str(error.value)


@pytest.fixture(scope="module")
def interrupted(place: Place, refused: str) -> Left:
    """What the first run left, which ended before it could copy the state."""
    path = _path_without("-migrate-state", place.workspace.folder / "copies-nothing")
    with pytest.raises(CommandFailedError, match="the machine went down"):
        place.run(bootstrap, PATH=path)
    return place.left()


@pytest.fixture(scope="module")
def resumed(place: Place, interrupted: Left) -> Left:
    """What the second run left."""
    return place.left(said=place.run(bootstrap))


@pytest.fixture(scope="module")
def changed(place: Place, interrupted: Left, resumed: Left) -> Left:
    """What a run with another setting left, as if the one before had ended before it removed its file."""
    assert interrupted.file
    place.file.write_text(interrupted.file)
    return place.left(said=place.run(bootstrap, DEPLOYMENT_REPOSITORY=RENAMED))


@pytest.fixture(scope="module")
def needed(place: Place, changed: Left) -> str:
    """What is said to whoever takes the stack down while there are others."""
    s3 = place.client("s3")
    for key, state in STATES.items():
        s3.put_object(Bucket=BUCKET, Key=key, Body=state)
    with pytest.raises(ToolError) as error:
        place.run(bootstrap_down)
    for key in list(STATES)[:2]:
        s3.delete_object(Bucket=BUCKET, Key=key)
    return str(error.value)


@pytest.fixture(scope="module")
def half_down(place: Place, needed: str) -> Left:
    """What a run left that ended before it destroyed anything."""
    path = _path_without("destroy", place.workspace.folder / "destroys-nothing")
    with pytest.raises(CommandFailedError, match="the machine went down"):
        place.run(bootstrap_down, PATH=path)
    return place.left()


@pytest.fixture(scope="module")
def down(place: Place, half_down: Left) -> list[str]:
    """What is there after everything."""
    place.run(bootstrap_down)
    return leftovers(place.endpoint, [REGION])


def test_a_bucket_that_was_there_before_is_left_alone(refused: str) -> None:
    assert refused == (
        f"there is a bucket {BUCKET} already, and `make bootstrap` did not make it: it has no {KEY}. "
        "Choose another name for STATE_BUCKET, or delete the bucket if nobody needs it"
    )


def test_a_bucket_of_another_account_is_told_apart_from_none(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refuses(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response(403)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refuses) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
        with pytest.raises(ToolError, match=r"can't be looked at \(403\): it may be somebody else's"):
            Bucket("taken", KEY, REGION).has_state()
        server.shutdown()


def test_until_the_bucket_has_the_state_a_file_has_it_that_nobody_else_reads(interrupted: Left) -> None:
    assert interrupted.resources
    assert interrupted.mode == 0o600
    assert interrupted.keys == []


@pytest.mark.requirement("GEN-1")
def test_the_next_run_goes_on_and_leaves_the_state_in_the_bucket_alone(
    place: Place, interrupted: Left, resumed: Left
) -> None:
    assert "bootstrap-dev: no changes" in resumed.said
    assert resumed.keys == [KEY]
    assert resumed.files == []
    key = place.client("kms").describe_key(KeyId="alias/bootstrap-state-key-dev")["KeyMetadata"]
    # The local AWS keeps the name that Terraform gives the key, where AWS tells its ARN.
    head = place.client("s3").head_object(Bucket=BUCKET, Key=KEY)
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", "alias/bootstrap-state-key-dev")
    assert key["Enabled"]


def test_afterwards_a_run_applies_what_is_another(place: Place, resumed: Left, changed: Left) -> None:
    assert "bootstrap-dev: has changes: 2 to change" in changed.said
    assert changed.files == []
    role = place.client("iam").get_role(RoleName="bootstrap-deploy-role-dev")["Role"]
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Condition"]["StringEquals"] == {
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        "token.actions.githubusercontent.com:sub": f"repo:{RENAMED}:environment:dev",
        "token.actions.githubusercontent.com:ref": "refs/heads/main",
    }


def test_a_bucket_that_others_need_stays(needed: str) -> None:
    assert needed.splitlines() == [
        f"the bucket {BUCKET} is still needed, it holds:",
        "  dev/trading-analytics-dev.tfstate",
        "  dev/trading-analytics-dev.tfstate.tflock",
        "`make destroy STACK=<id>` destroys a stack; a .tflock means that somebody is at work",
    ]


def test_before_the_bucket_goes_a_file_has_the_state(half_down: Left) -> None:
    assert half_down.resources
    assert half_down.mode == 0o600
    assert KEY not in half_down.keys


@pytest.mark.requirement("GEN-5")
def test_nothing_is_left(place: Place, down: list[str]) -> None:
    assert down == []
    assert place.left().files == []
    assert "There is no bootstrap-dev" in place.run(bootstrap_down)
