"""A proxy that lets nothing through and remembers what was asked of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class RecordingProxy:
    """Listens on a free loopback port.

    Attributes:
        url: its address.
        requests: the request lines seen, such as `CONNECT sts.amazonaws.com:443 HTTP/1.1`.
    """

    def __init__(self) -> None:
        requests: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def refuse(self) -> None:
                requests.append(self.requestline)
                self.send_error(403)

            do_CONNECT = do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = refuse  # noqa: N815 - the names that http.server calls

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing."""

        self.requests = requests
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def listening(self) -> Iterator["RecordingProxy"]:
        """Serves while the block runs."""
        Thread(target=self._server.serve_forever, daemon=True).start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
