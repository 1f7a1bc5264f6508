"""The local AWS in the background: started once, found again, stopped; every failure in plain words."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import local_server
from tools.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    workspace = Workspace(tmp_path)
    yield workspace
    local_server.stop(workspace)


def test_it_is_started_found_and_stopped(workspace: Workspace, tmp_path: Path) -> None:
    server = local_server.start(workspace, 0, tmp_path, os.environ)

    assert local_server.find(workspace) == server
    assert local_server.account(server.endpoint) == "123456789012"

    local_server.stop(workspace)
    assert local_server.find(workspace) is None
    assert not workspace.server_record.exists()
    with pytest.raises(local_server.LocalAwsError, match=f"no AWS answers at {server.endpoint}"):
        local_server.account(server.endpoint)
    local_server.stop(workspace)  # twice is fine


def test_a_busy_port_is_said_with_the_way_out_and_the_log(workspace: Workspace, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(local_server.LocalAwsError) as failure:
            local_server.start(workspace, port, tmp_path, os.environ)

    assert f"port {port}" in str(failure.value)
    assert "LOCAL_AWS_PORT" in str(failure.value)
    assert str(workspace.server_log) in str(failure.value)


def test_a_process_id_that_is_somebody_elses_now_is_not_ours(workspace: Workspace) -> None:
    workspace.server_record.write_text(f'{{"pid": {os.getpid()}, "endpoint": "http://127.0.0.1:1"}}')

    assert local_server.find(workspace) is None


@pytest.mark.parametrize("given", ["no", "-1", "65536", "٣"])
def test_a_port_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(local_server.LocalAwsError, match=f"LOCAL_AWS_PORT={given} is no port"):
        local_server.port({"LOCAL_AWS_PORT": given})


def test_the_port_has_a_default() -> None:
    assert local_server.port({}) == 4566
    assert local_server.port({"LOCAL_AWS_PORT": "5000"}) == 5000
