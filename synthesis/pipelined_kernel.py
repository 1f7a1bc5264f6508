"""Both sides at once: node loads packages and resource modules while Python imports its own.

jsii waits for the answer to each request. While Python imports, the only requests are `load`, one per
package, whose answers nobody reads; and when Python imports a resource's module, node will need its
counterpart. So these requests are written without waiting, and their answers are read before the next
request that needs one.
"""

import atexit
import contextlib
import json
import logging
import subprocess
import threading
from collections import deque
from collections.abc import Callable
from types import ModuleType

from jsii._kernel.providers.process import ProcessProvider, _NodeProcess, stderr_sink
from jsii._kernel.types import LoadRequest, LoadResponse

_log = logging.getLogger(__name__)
_MOST_UNANSWERED = 64  # their requests fit in a pipe, so neither side can wait for the other to read


class StartedProcess(_NodeProcess):
    """A kernel process that `node.start_kernel` has started."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._process = process
        self.sink_thread = threading.Thread(target=stderr_sink, args=(process.stderr,), daemon=True)
        self.sink_thread.start()
        atexit.register(self.stop)

    def post(self, message: dict[str, str]) -> None:
        """Write a request without reading its answer."""
        if self._process.stdin is not None:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()

    def expect_success(self) -> None:
        """Read the answer to the oldest request that was posted.

        Raises:
            RuntimeError: the kernel could not do it.
            ValueError: what came is no answer, or node has ended.
        """
        answer = self._next_message()
        if "ok" not in answer:
            raise RuntimeError(answer.get("error", answer))

    def abandon(self) -> None:
        """End the process without the courtesies of `stop`, which needs one that works."""
        atexit.unregister(self.stop)
        self._process.kill()
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):  # requests that it never read
                self._process.stdin.close()


class PipelinedProvider(ProcessProvider):
    """Sends requests ahead until the first that needs its answer; then it is as jsii's own.

    When anything at all goes wrong before that first request, a process as jsii starts it takes over:
    nothing has been made by then but packages loaded, and they are loaded again.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        super().__init__()
        self._started = StartedProcess(process)
        self._node: _NodeProcess = self._started
        self._unread: deque[Callable[[], None]] = deque([self._started.handshake])
        self._loads: list[LoadRequest] = []
        self._ahead = True

    @property
    def _process(self) -> _NodeProcess:
        """The process, with every answer read: what the base class sends its requests through."""
        if self._ahead:
            self._read_answers(leave=0)
            self._ahead = False
        return self._node

    def load(self, request: LoadRequest) -> LoadResponse:
        """Load a package; a failure shows with the next request that needs its answer."""
        if not self._ahead:
            return super().load(request)
        self._loads.append(request)
        self._post(
            {"api": "load", "name": request.name, "version": request.version, "tarball": request.tarball}
        )
        return LoadResponse(assembly=request.name, types=0)

    def prepare(self, module: ModuleType) -> None:
        """Make node load the counterpart of an imported module, by asking for its resource's type."""
        for member in vars(module).values() if self._ahead else ():
            if "TF_RESOURCE_TYPE" in getattr(member, "__dict__", ()):
                self._post({"api": "sget", "fqn": member.__jsii_type__, "property": "tfResourceType"})
                return

    def _post(self, message: dict[str, str]) -> None:
        self._read_answers(leave=_MOST_UNANSWERED - 1)
        if not self._ahead:
            return  # the process that took over has loaded everything
        with contextlib.suppress(OSError):  # node has ended, as reading its answer will show
            self._started.post(message)
        self._unread.append(self._started.expect_success)

    def _read_answers(self, leave: int) -> None:
        try:
            while len(self._unread) > leave:
                self._unread.popleft()()
        except Exception as error:  # whatever it is: see the class
            _log.warning(
                "node's fast start failed (%s: %s); starting it as jsii does", type(error).__name__, error
            )
            self._take_over()

    def _take_over(self) -> None:
        self._started.abandon()
        self._unread.clear()
        self._ahead = False
        self._node = _NodeProcess()  # type: ignore[no-untyped-call]
        self._node.start()  # type: ignore[no-untyped-call]
        for request in self._loads:
            super().load(request)
