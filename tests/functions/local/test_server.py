import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.control_plane import HEALTH_PATH

COMMAND = [sys.executable, "-m", "local.server"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", "--work", str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    with process:
        yield process
        process.kill()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_on_a_free_port_until_it_is_told_to_stop(
    server: subprocess.Popen[str], stop: signal.Signals
) -> None:
    assert server.stdout is not None
    url = server.stdout.readline().strip()
    with urllib.request.urlopen(url + HEALTH_PATH) as answer:
        assert answer.status == 200

    server.send_signal(stop)

    assert server.wait(10) == 0
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(url + HEALTH_PATH)


def test_a_busy_port_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        run = subprocess.run([*COMMAND, "--port", port], capture_output=True, text=True, check=False)

    assert run.returncode == 1
    assert run.stderr == f"local AWS: port {port} on 127.0.0.1 is in use by another program\n"
    assert run.stdout == ""


def test_an_address_that_others_could_reach_is_refused() -> None:
    run = subprocess.run([*COMMAND, "--host", "0.0.0.0"], capture_output=True, text=True, check=False)

    assert run.returncode == 1
    assert "loopback addresses" in run.stderr
    assert run.stderr.count("\n") == 1
