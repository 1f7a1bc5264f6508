"""One worker: a process with a function in it that runs one invocation at a time."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.permissions import platform
from local.runtime import platform_log, worker_environment
from local.runtime.function import FunctionConfiguration
from local.runtime.invocation import Invocation, Outcome
from local.runtime.log_stream import LogStream
from local.runtime.output import WorkerOutput
from local.runtime.platform_log import Measurements
from local.runtime.runtime_api import Answer, RuntimeApi

_MAIN = Path(__file__).with_name("worker_main.py")
_INITIALIZATION_SECONDS = 10
_MAXIMUM_RESPONSE = 6_291_556


@dataclass(frozen=True)
class Installation:
    """What a worker is started from.

    Attributes:
        python: the interpreter.
        code: folder of the function's code.
        python_path: folders of the layers.
        endpoint_url: address of the local AWS.
        scratch: folder for temporary files; the worker makes its own in it.
        rds_certificate: certificate that the local databases are verified with, if there are any.
    """

    python: Path
    code: Path
    python_path: tuple[Path, ...]
    endpoint_url: str
    scratch: Path
    rds_certificate: Path | None = None


@dataclass(frozen=True)
class _Ending:
    """How an invocation or a start ended."""

    answer: Answer
    status: str
    log_message: str | None = None


class Worker:
    """A warm process for one function version.

    Args:
        function: what it runs.
        installation: what it is started from.
    """

    def __init__(self, function: FunctionConfiguration, installation: Installation) -> None:
        self._function = function
        self._installation = installation
        self._log = LogStream(function)
        self._api = RuntimeApi()
        self._process: asyncio.subprocess.Process | None = None
        self._exit: asyncio.Task[int] | None = None
        self._output: WorkerOutput | None = None
        self._lifeline: int | None = None
        self._temporary: Path | None = None
        self._stopped = False

    @property
    def alive(self) -> bool:
        """Whether it can take an invocation."""
        return not self._stopped and (self._exit is None or not self._exit.done())

    @property
    def process_id(self) -> int | None:
        """Id of the process, once there is one."""
        return None if self._process is None else self._process.pid

    async def invoke(self, invocation: Invocation) -> Outcome:
        """Runs one invocation; the first one starts the process.

        Args:
            invocation: the event.

        Returns:
            What came of it. After a time-out or a death of the process the worker isn't `alive` any more.
        """
        self._log.begin_tail()
        initialization_ms = None
        ending: _Ending | None = None
        if self._process is None:
            begin = time.perf_counter()
            if platform.may_read_environment(self._function):
                await self._start()
                ending = await self._initialize(invocation.request_id)
            else:
                ending = _locked(invocation.request_id)
            initialization_ms = (time.perf_counter() - begin) * 1000
        self._log.write_lines(platform_log.start(self._function, invocation.request_id))
        begin = time.perf_counter()
        if ending is None:
            ending = await self._run(invocation)
        measured = Measurements(
            duration_ms=(time.perf_counter() - begin) * 1000,
            initialization_ms=initialization_ms,
            peak_memory_mb=_peak_memory_mb(self.process_id),
        )
        if self._output is not None and not self._stopped:
            self._output.drain(last=True)
        request_id = invocation.request_id
        if ending.log_message is not None:
            self._log.write_lines(platform_log.failure(self._function, request_id, ending.log_message))
        error_type = ending.answer.error_type
        self._log.write_lines(
            platform_log.report(self._function, request_id, ending.status, error_type, measured)
        )
        outcome = Outcome(
            payload=ending.answer.payload,
            request_id=request_id,
            executed_version=self._function.version,
            error_type=error_type,
            log_tail=self._log.tail(),
            duration_ms=measured.duration_ms,
        )
        if ending.status in ("failure", "timeout"):
            await self.stop()
        return outcome

    async def stop(self) -> None:
        """Ends the process and all that it has started, as Lambda does: at once."""
        if self._stopped:
            return
        self._stopped = True
        self._log.close()
        if self._process is not None and self._exit is not None:
            with contextlib.suppress(ProcessLookupError):  # it may have ended by itself
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._exit
        if self._output is not None:
            self._output.close()
        if self._lifeline is not None:
            os.close(self._lifeline)
        await self._api.close()
        if self._temporary is not None:
            await asyncio.to_thread(shutil.rmtree, self._temporary, ignore_errors=True)

    async def _start(self) -> None:
        runtime_api = await self._api.start()
        self._temporary = self._installation.scratch / self._log.name.rpartition("]")[2]
        self._temporary.mkdir(parents=True)
        environment = worker_environment.build(
            self._function,
            endpoint_url=self._installation.endpoint_url,
            rds_certificate=self._installation.rds_certificate,
            runtime_api=runtime_api,
            log_stream=self._log.name,
            code=self._installation.code,
            python_path=self._installation.python_path,
            temporary=self._temporary,
        )
        self._output = WorkerOutput(self._log.write)
        lifeline, self._lifeline = os.pipe()
        environment["_LAMBDA_TELEMETRY_LOG_FD"] = str(self._output.telemetry)
        self._process = await asyncio.create_subprocess_exec(
            self._installation.python,
            "-P",  # the folder of worker_main.py holds modules of the project, which a function must not see
            _MAIN,
            str(lifeline),
            self._function.handler,
            env=environment,
            cwd=self._installation.code,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=self._output.stdout,
            stderr=self._output.stdout,
            pass_fds=(lifeline, self._output.telemetry),
            start_new_session=True,
        )
        os.close(lifeline)
        self._output.started()
        self._exit = asyncio.create_task(self._process.wait())

    async def _initialize(self, request_id: str) -> _Ending | None:
        """Waits until the runtime asks for an invocation; tells what went wrong if it doesn't.

        Lambda gives the initialization 10 seconds, and another try within the first invocation's time-out.
        """
        initialized = asyncio.create_task(self._api.initialized.wait())
        failed = self._api.initialization_error
        seconds = _INITIALIZATION_SECONDS + self._function.timeout
        assert self._exit is not None  # noqa: S101
        events: set[asyncio.Future[Any]] = {initialized, failed, self._exit}
        await asyncio.wait(events, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        initialized.cancel()
        if failed.done():
            return _Ending(failed.result(), "failure")
        if self._api.initialized.is_set():
            return None
        if self._exit.done():
            return _exited(request_id, self._exit.result())
        return self._timed_out(request_id)

    async def _run(self, invocation: Invocation) -> _Ending:
        deadline_ms = time.time_ns() // 1_000_000 + self._function.timeout * 1000
        answered = self._api.hand_out(invocation, deadline_ms)
        assert self._exit is not None  # noqa: S101
        events: set[asyncio.Future[Any]] = {answered, self._exit}
        await asyncio.wait(events, timeout=self._function.timeout, return_when=asyncio.FIRST_COMPLETED)
        if answered.done():
            answer = answered.result()
            if len(answer.payload) > _MAXIMUM_RESPONSE:
                answer = _too_large()
            return _Ending(answer, "success" if answer.error_type is None else "error")
        if self._exit.done():
            return _exited(invocation.request_id, self._exit.result())
        return self._timed_out(invocation.request_id)

    def _timed_out(self, request_id: str) -> _Ending:
        message = f"Task timed out after {self._function.timeout:.2f} seconds"
        return _Ending(_described(request_id, "Sandbox.Timedout", message), "timeout", message)


def _locked(request_id: str) -> _Ending:
    """The end of a start without the environment; AWS refuses the invocation itself with this error."""
    message = "Lambda was unable to decrypt the environment variables because KMS access was denied."
    return _Ending(_described(request_id, "KMSAccessDeniedException", message), "failure", message)


def _described(request_id: str, error_type: str, message: str) -> Answer:
    payload = {"errorType": error_type, "errorMessage": f"RequestId: {request_id} Error: {message}"}
    return Answer(json.dumps(payload).encode(), error_type)


def _exited(request_id: str, status: int) -> _Ending:
    if status == 0:
        message = "Runtime exited without providing a reason"
    elif status > 0:
        message = f"Runtime exited with error: exit status {status}"
    else:
        message = f"Runtime exited with error: signal: {signal.strsignal(-status) or -status}".lower()
        message = message.replace("runtime", "Runtime", 1)
    return _Ending(_described(request_id, "Runtime.ExitError", message), "failure", message)


def _too_large() -> Answer:
    error_type = "Function.ResponseSizeTooLarge"
    message = f"Response payload size exceeded maximum allowed payload size ({_MAXIMUM_RESPONSE} bytes)."
    return Answer(json.dumps({"errorType": error_type, "errorMessage": message}).encode(), error_type)


def _peak_memory_mb(process_id: int | None) -> int | None:
    """Highest resident memory of a process so far, from Linux's `/proc`; None elsewhere or after its end."""
    if process_id is None or sys.platform != "linux":
        return None
    try:
        status = Path(f"/proc/{process_id}/status").read_text()
    except OSError:
        return None
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return -(-int(line.split()[1]) // 1024)
    return None
