"""The control plane: moto behind one HTTP address, with the project's extensions registered."""

import errno
import json
import logging
import os
import socket
from collections.abc import Iterable
from threading import Thread
from typing import Any, Self
from urllib.parse import parse_qs

from moto.core.config import default_user_config
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import BaseWSGIServer, make_server

from local import extensions
from local.gateway.application import Gateway
from local.monitoring import clock
from local.permissions.enforcement import Enforcement
from local.replays import Replays

HEALTH_PATH = "/_local/health"
"""Answers 200 as soon as the server accepts calls; no AWS service has a path like it."""

CLOCK_PATH = "/_local/clock"
"""POST with `?advance=<seconds>` moves the clock of metrics and alarms ahead; its time is the answer."""

LOOPBACK = "127.0.0.1"


_FORM = "application/x-www-form-urlencoded"

_logger = logging.getLogger(__name__)


class PortInUseError(Exception):
    """The address is taken by another program."""


class ControlPlane:
    """A moto server on a loopback address.

    Example:
        >>> with ControlPlane() as aws:
        ...     boto3.client("s3", endpoint_url=aws.endpoint_url).list_buckets()
    """

    def __init__(self, host: str = LOOPBACK, port: int = 0) -> None:
        """Binds the address, so that a busy port is known before anything starts.

        Args:
            host: an IPv4 loopback address; the emulator knows no authentication and must not be reachable.
            port: 0 chooses a free one, see `endpoint_url`.

        Raises:
            ValueError: `host` is not a loopback address.
            PortInUseError: another program listens there.
        """
        if not host.startswith("127."):
            raise ValueError(f"the local AWS binds loopback addresses (127.0.0.0/8) only, not {host!r}")
        _configure_moto()
        extensions.register()
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((host, port))
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    raise PortInUseError(f"port {port} on {host} is in use by another program") from error
                raise
            listener.listen(128)
            # werkzeug duplicates the descriptor; given one, it does not end the process when binding fails
            self._server: BaseWSGIServer = make_server(
                host,
                listener.getsockname()[1],
                _Application(),
                threaded=True,
                request_handler=_RequestHandler,
                fd=listener.fileno(),
            )
        self._thread = Thread(target=self._server.serve_forever, name="local-aws", daemon=True)

    @property
    def endpoint_url(self) -> str:
        """The one address of every service, `http://127.0.0.1:4566`."""
        return f"http://{self._server.host}:{self._server.port}"

    def start(self) -> None:
        """Serves from a thread of its own; calls are answered when this returns."""
        self._thread.start()

    def stop(self) -> None:
        """Stops accepting calls and frees the port."""
        self._server.shutdown()
        self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Application:
    """Moto's dispatcher, and before it the health path and the REST APIs."""

    def __init__(self) -> None:
        self._moto = Gateway(Replays(Enforcement(DomainDispatcherApplication(create_backend_app))))

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == HEALTH_PATH:
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"ok\n"]
        if environ.get("PATH_INFO") == CLOCK_PATH and environ["REQUEST_METHOD"] == "POST":
            return _advance_clock(environ, start_response)
        if environ["REQUEST_METHOD"] == "PUT" and environ.get("CONTENT_TYPE", "").startswith(_FORM):
            # `curl --data-binary` says so of any upload, and moto would read the object as an (empty) form
            del environ["CONTENT_TYPE"]
        try:
            answer: Iterable[bytes] = self._moto(environ, start_response)
        except NotImplementedError as error:
            # moto's own answer is 500, which clients repeat for minutes; none of them repeats 501
            _logger.error("%s", error)
            headers = [("Content-Type", "application/json"), ("x-amzn-errortype", "NotImplemented")]
            start_response("501 Not Implemented", headers)
            return [json.dumps({"message": f"local AWS: {error}"}).encode()]
        return answer


def _advance_clock(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    try:
        clock.advance(float(parse_qs(environ.get("QUERY_STRING", ""))["advance"][0]))
    except (KeyError, ValueError) as error:
        start_response("400 Bad Request", [("Content-Type", "text/plain")])
        return [f"advance=<seconds> is missing or wrong: {error}\n".encode()]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{clock.now():.3f}\n".encode()]


class _RequestHandler(MotoRequestHandler):  # type: ignore[misc]  # moto is untyped
    """Moto's handler, without Nagle's delay and without a log line for each of thousands of calls."""

    disable_nagle_algorithm = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Says nothing: what AWS would refuse too is the caller's to tell, and failures log their cause."""


def _configure_moto() -> None:
    # Read when the IAM backend is first used: the stacks attach policies that AWS manages.
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    # Functions are run by the local data path, never by moto in a container.
    default_user_config["lambda"] = {"use_docker": False}
