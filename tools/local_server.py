"""The local AWS as a background process: started, found again, stopped."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tools.errors import ToolError
from tools.workspace import ROOT, Workspace

DEFAULT_PORT = 4566
START_SECONDS = 60.0
STOP_SECONDS = 20.0


class LocalAwsError(ToolError):
    """The local AWS doesn't start, or doesn't answer; the text says which and where its log is."""


@dataclass(frozen=True)
class LocalServer:
    """A local AWS that was started in the background.

    Attributes:
        pid: its process.
        endpoint: its address, such as `http://127.0.0.1:4566`.
    """

    pid: int
    endpoint: str


def session() -> boto3.Session:
    """A session of a user of no account, who may do anything in a local AWS."""
    return boto3.Session(
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - no secret: a local AWS takes any
    )


def account(endpoint: str) -> str:
    """The account id that an AWS answers with.

    Raises:
        LocalAwsError: it doesn't answer.
    """
    client = session().client(
        "sts",
        endpoint_url=endpoint,
        config=Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1}),
    )
    try:
        return str(client.get_caller_identity()["Account"])
    except (BotoCoreError, ClientError) as problem:
        raise LocalAwsError(f"no AWS answers at {endpoint}: {problem}") from problem


def port(environment: Mapping[str, str]) -> int:
    """The port to serve on: `LOCAL_AWS_PORT`, 4566 by default; 0 takes a free one.

    Raises:
        LocalAwsError: it is no port.
    """
    given = environment.get("LOCAL_AWS_PORT") or str(DEFAULT_PORT)
    if not (given.isascii() and given.isdigit() and int(given) <= 65535):
        raise LocalAwsError(f"LOCAL_AWS_PORT={given} is no port: a number from 0 to 65535 is")
    return int(given)


def find(workspace: Workspace) -> LocalServer | None:
    """The local AWS of this workspace, if its process is alive."""
    try:
        record = json.loads(workspace.server_record.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    server = LocalServer(record["pid"], record["endpoint"])
    # A process id is used again in time; the command line tells whose it is now.
    shown = subprocess.run(
        ["ps", "-o", "command=", "-p", str(server.pid)], capture_output=True, text=True, check=False
    )
    return server if "local.server" in shown.stdout else None


def start(workspace: Workspace, port: int, layers: Path, environment: Mapping[str, str]) -> LocalServer:
    """Starts the local AWS and waits until it answers.

    Args:
        workspace: where its record, log and working files go.
        port: 0 for a free one.
        layers: this machine's builds of the functions' layers.
        environment: the server's environment.

    Raises:
        LocalAwsError: it ended at once (a busy port, for one) or doesn't answer in time.
    """
    workspace.folder.mkdir(parents=True, exist_ok=True)
    arguments = ["--port", str(port), "--layers", str(layers), "--work", str(workspace.server_work)]
    arguments += ["--rds-certificate", str(workspace.rds_certificate), "--mailbox", str(workspace.mailbox)]
    with workspace.server_log.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "local.server", *arguments],
            env=dict(environment),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        endpoint = _announced(process, workspace.server_log)
        account(endpoint)
    except BaseException:
        process.kill()
        process.wait()
        raise
    record = {"pid": process.pid, "endpoint": endpoint}
    workspace.server_record.write_text(json.dumps(record), encoding="utf-8")
    return LocalServer(process.pid, endpoint)


def stop(workspace: Workspace) -> None:
    """Stops this workspace's local AWS, if it runs, and forgets it."""
    if server := find(workspace):
        _signal(server.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while find(workspace):
            if time.monotonic() > deadline:
                _signal(server.pid, signal.SIGKILL)
            time.sleep(0.1)
    workspace.server_record.unlink(missing_ok=True)


def _announced(process: subprocess.Popen[bytes], log: Path) -> str:
    """The address that the server prints once it answers."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        said = log.read_text(encoding="utf-8", errors="replace").splitlines()
        for line in said:
            if line.startswith("http://"):
                return line.strip()
        if process.poll() is not None:
            reason = said[-1] if said else f"exit status {process.returncode}"
            raise LocalAwsError(f"{reason} (LOCAL_AWS_PORT= chooses another port; log: {log})")
        time.sleep(0.1)
    raise LocalAwsError(f"the local AWS didn't answer within {START_SECONDS:.0f} s (log: {log})")


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
    with suppress(ChildProcessError):  # where this process started it, collect it
        os.waitpid(pid, os.WNOHANG)
