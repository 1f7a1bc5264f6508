"""Workers are warm, follow their function's changes, and never outlive it or the server."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.awslambda.responses import LambdaResponse
from moto.awslambda.utils import get_backend

from tests.support.local_functions import ACCOUNT, REGION, LocalAws, eventually, local_aws, zipped

PID = "import os\ndef handler(event, context):\n    return os.getpid()\n"
ADDRESS = "import os\ndef handler(event, context):\n    return os.environ['AWS_LAMBDA_RUNTIME_API']\n"
SLEEP = "import os, time\ndef handler(event, context):\n    time.sleep(event)\n    return os.getpid()\n"


def exists(process_id: int) -> bool:
    """Whether there is such a process; one that has ended and wasn't reaped counts."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_worker_stays_warm(aws: LocalAws) -> None:
    name = aws.function(PID)
    assert aws.invoke(name)["Payload"] == aws.invoke(name)["Payload"]


def test_new_code_runs_in_a_new_worker_and_the_old_one_ends(aws: LocalAws) -> None:
    name = aws.function(PID)
    old = aws.invoke(name)["Payload"]
    aws.client("lambda").update_function_code(
        FunctionName=name, ZipFile=zipped({"app.py": "def handler(event, context):\n    return 'new'\n"})
    )
    assert not exists(old)
    assert aws.invoke(name)["Payload"] == "new"


def test_a_new_setting_reaches_the_function(aws: LocalAws) -> None:
    name = aws.function("import os\ndef handler(event, context):\n    return os.environ.get('MODE')\n")
    assert aws.invoke(name)["Payload"] is None
    aws.client("lambda").update_function_configuration(
        FunctionName=name, Environment={"Variables": {"MODE": "fast"}}
    )
    assert aws.invoke(name)["Payload"] == "fast"


def test_an_invocation_that_runs_during_an_update_ends_normally(aws: LocalAws) -> None:
    name = aws.function(SLEEP)
    with ThreadPoolExecutor() as pool:
        running = pool.submit(aws.invoke, name, 0.5)
        eventually(lambda: aws.log(f"/aws/lambda/{name}"))
        aws.client("lambda").update_function_configuration(FunctionName=name, Timeout=9)
        old = running.result()["Payload"]
    assert aws.invoke(name, 0)["Payload"] != old
    assert eventually(lambda: not exists(old))


def test_a_deleted_functions_workers_end_and_its_log_group_stays_deleted(aws: LocalAws) -> None:
    name = aws.function(SLEEP)
    with ThreadPoolExecutor() as pool:
        idle = aws.invoke(name, 0)["Payload"]
        running = pool.submit(aws.invoke, name, 60)
        eventually(lambda: len([line for line in aws.log(f"/aws/lambda/{name}") if "START" in line]) == 2)
        aws.client("lambda").delete_function(FunctionName=name)
        assert running.result()["FunctionError"] == "Unhandled"
        assert len([line for line in aws.log(f"/aws/lambda/{name}") if "REPORT" in line]) == 1
        aws.client("logs").delete_log_group(logGroupName=f"/aws/lambda/{name}")
    assert not exists(idle)
    assert aws.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"] == []


def test_a_deleted_functions_runtime_api_is_closed(aws: LocalAws) -> None:
    name = aws.function(ADDRESS)
    host, port = aws.invoke(name)["Payload"].split(":")
    socket.create_connection((host, int(port))).close()
    aws.client("lambda").delete_function(FunctionName=name)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)))


def test_a_change_that_no_api_call_made_retires_workers_too(aws: LocalAws) -> None:
    """CloudFormation and an installation that was under way while the function changed take this way."""
    name = aws.function(PID)
    old = aws.invoke(name)["Payload"]
    get_backend(ACCOUNT, REGION).get_function(name).update_configuration({"Timeout": 5})
    assert aws.invoke(name)["Payload"] != old
    assert not exists(old)


def test_what_a_function_started_ends_with_its_worker(aws: LocalAws) -> None:
    name = aws.function(
        "import subprocess\ndef handler(event, context):\n    return subprocess.Popen(['sleep', '600']).pid\n"
    )
    child = aws.invoke(name)["Payload"]
    aws.client("lambda").delete_function(FunctionName=name)
    assert eventually(lambda: not exists(child) or _is_zombie(child))


def _is_zombie(process_id: int) -> bool:
    """Orphans are reaped by the machine's first process, which need not exist in a container."""
    return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def test_invocations_at_the_same_time_run_in_workers_of_their_own(aws: LocalAws) -> None:
    name = aws.function(SLEEP)
    with ThreadPoolExecutor() as pool:
        workers = {response["Payload"] for response in pool.map(lambda _: aws.invoke(name, 0.5), range(3))}
    assert len(workers) == 3


def test_reserved_concurrency_refuses_what_is_above_it(aws: LocalAws) -> None:
    name = aws.function(SLEEP)
    client = aws.client("lambda")
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    with ThreadPoolExecutor() as pool:
        running = pool.submit(aws.invoke, name, 1)
        eventually(lambda: aws.log(f"/aws/lambda/{name}"))
        with pytest.raises(ClientError) as caught:
            aws.invoke(name, 0)
        assert "FunctionError" not in running.result()
    response: Any = caught.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert response["Error"]["Code"] == "TooManyRequestsException"
    assert response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert "FunctionError" not in aws.invoke(name, 0)


def test_a_reserved_concurrency_of_zero_stops_a_function(aws: LocalAws) -> None:
    name = aws.function(PID)
    aws.client("lambda").put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    with pytest.raises(ClientError, match="TooManyRequestsException"):
        aws.invoke(name)


def test_stopping_the_data_path_ends_and_reaps_every_worker(tmp_path: Path) -> None:
    threads = threading.active_count()
    invoke = LambdaResponse.invoke
    with local_aws(tmp_path) as own:
        workers = [own.invoke(own.function(PID))["Payload"] for _ in range(2)]
        assert all(exists(worker) for worker in workers)
    assert not any(exists(worker) for worker in workers)
    assert eventually(lambda: threading.active_count() <= threads)
    assert LambdaResponse.invoke is invoke


@pytest.fixture
def other_server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A local AWS in a process of its own, with a worker that is busy."""
    program = f"""
import time
from pathlib import Path
from tests.support.local_functions import eventually, local_aws
with local_aws(Path({str(tmp_path)!r})) as aws:
    name = aws.function({SLEEP!r}, Timeout=60)
    worker = aws.invoke(name, 0)["Payload"]
    aws.invoke(name, 50, InvocationType="Event")
    assert eventually(lambda: str(aws.log("/aws/lambda/" + name)).count("START") == 2)
    print(worker, flush=True)
    time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process, int(process.stdout.readline())
        process.kill()


def test_workers_die_with_a_server_that_is_killed(other_server: tuple[subprocess.Popen[str], int]) -> None:
    process, worker = other_server
    assert exists(worker)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert eventually(lambda: not exists(worker) or _is_zombie(worker))


def test_warm_invocations_are_quick(aws: LocalAws) -> None:
    """The median of a warm invocation over HTTP, client included, is a few milliseconds (4 ms measured)."""
    name = aws.function(PID)
    aws.invoke(name)
    durations = []
    for _ in range(20):
        begin = time.perf_counter()
        aws.invoke(name)
        durations.append(time.perf_counter() - begin)
    assert sorted(durations)[10] < 0.04  # Nagle's algorithm alone would cost 40 ms
