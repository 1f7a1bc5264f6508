"""The Lambda Runtime API, as one worker sees it.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

The standard library's HTTP server is not used, because it refuses header lines above 64 KB: AWS's client
reports the stack of an error in a header of up to 1 MB.
"""

import asyncio
import json
from dataclasses import dataclass

from local.runtime.invocation import Invocation

_MAXIMUM_HEAD = 2 * 1024 * 1024
_PREFIX = "/2018-06-01/runtime/"


@dataclass(frozen=True)
class Answer:
    """What the runtime said of an invocation, or of its own start.

    Attributes:
        payload: the function's answer, or the description of its error; JSON.
        error_type: None for success.
    """

    payload: bytes
    error_type: str | None = None


@dataclass(frozen=True)
class _Request:
    path: str
    headers: dict[str, str]
    body: bytes


class RuntimeApi:
    """Hands invocations to the runtime client of one worker, one at a time."""

    def __init__(self) -> None:
        self.initialized = asyncio.Event()
        """Set when the runtime first asks for an invocation: its initialization has succeeded."""
        self.initialization_error: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        """What the runtime reported instead."""
        self._invocations: asyncio.Queue[tuple[Invocation, int]] = asyncio.Queue()
        self._answer: asyncio.Future[Answer] | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> str:
        """Listens on a free port of the loopback interface.

        Returns:
            The address, as `AWS_LAMBDA_RUNTIME_API` has it.
        """
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_MAXIMUM_HEAD)
        host, port = self._server.sockets[0].getsockname()
        return f"{host}:{port}"

    async def close(self) -> None:
        """Frees the port and ends every connection."""
        if self._server is not None:
            self._server.close()
        connections = list(self._connections)
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections)

    def hand_out(self, invocation: Invocation, deadline_ms: int) -> "asyncio.Future[Answer]":
        """Gives the runtime its next invocation.

        Args:
            invocation: the event.
            deadline_ms: when it times out, in milliseconds since 1970.

        Returns:
            What the runtime will answer.
        """
        self._answer = asyncio.get_running_loop().create_future()
        self._invocations.put_nowait((invocation, deadline_ms))
        return self._answer

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101
        self._connections.add(task)
        try:
            while True:
                request = await _read(reader)
                status, headers, body = await self._respond(request)
                head = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers.items())]
                head += [f"Content-Length: {len(body)}", "", ""]
                writer.write("\r\n".join(head).encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the worker has gone, or is being stopped
        finally:
            self._connections.discard(task)
            writer.close()

    async def _respond(self, request: _Request) -> tuple[str, dict[str, str], bytes]:
        action = request.path.removeprefix(_PREFIX)
        if action == "invocation/next":
            self.initialized.set()
            invocation, deadline_ms = await self._invocations.get()
            return "200 OK", _headers(invocation, deadline_ms), invocation.payload
        if action == "init/error":
            if not self.initialization_error.done():
                self.initialization_error.set_result(_error(request))
            return _accepted()
        if action.startswith("invocation/") and action.endswith(("/response", "/error")):
            answer = _error(request) if action.endswith("/error") else Answer(request.body)
            if self._answer is not None and not self._answer.done():
                self._answer.set_result(answer)
            return _accepted()
        return "404 Not Found", {}, b""


def _accepted() -> tuple[str, dict[str, str], bytes]:
    return "202 Accepted", {"Content-Type": "application/json"}, b'{"status":"OK"}'


def _error(request: _Request) -> Answer:
    """An error as the runtime reports it: its type is in a header or else in the description."""
    error_type = request.headers.get("lambda-runtime-function-error-type")
    if error_type is None:
        error_type = json.loads(request.body).get("errorType")
    return Answer(request.body, error_type or "Runtime.Unknown")


def _headers(invocation: Invocation, deadline_ms: int) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
        "Lambda-Runtime-Deadline-Ms": str(deadline_ms),
        "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
        "Lambda-Runtime-Trace-Id": invocation.trace_header,
    }
    if invocation.client_context is not None:
        headers["Lambda-Runtime-Client-Context"] = invocation.client_context
    return headers


async def _read(reader: asyncio.StreamReader) -> _Request:
    """Reads one request; every client of this API says how long its body is."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head[:-4].split("\r\n")
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return _Request(path=first.split(" ")[1], headers=headers, body=body)
