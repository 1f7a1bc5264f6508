"""Everything that reaches a function's log where its level is DEBUG, the libraries' lines included."""

import io
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from unittest import mock

import boto3

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "ASIA" + "FUNCTIONLOGSTEST",
    "AWS_SECRET_ACCESS_KEY": "secret-access-key-of-the-function",
    "AWS_SESSION_TOKEN": "session-token-of-the-function",
}
"""Credentials of a function's role, as the environment has them; to be looked for in the log."""


@contextmanager
def everything_logged() -> Iterator[io.StringIO]:
    """Catch what is logged and printed, while the environment has the role's credentials.

    Sets the root logger to DEBUG, as Lambda's runtime does for such a function before it imports the
    handler. So the handler's module has to be loaded within.
    """
    log = io.StringIO()
    root = logging.getLogger()
    level, handler = root.level, logging.StreamHandler(log)
    root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    known = [each for each in logging.root.manager.loggerDict.values() if isinstance(each, logging.Logger)]
    streams = {
        stream: stream.stream
        for logger in known
        for stream in logger.handlers
        if type(stream) is logging.StreamHandler
    }
    try:
        for stream in streams:
            stream.setStream(log)
        with (
            mock.patch.dict(os.environ, CREDENTIALS),
            mock.patch.object(boto3, "DEFAULT_SESSION", None),  # which remembers its credentials
            redirect_stdout(log),
            redirect_stderr(log),
        ):
            yield log
    finally:
        for stream, before in streams.items():
            stream.setStream(before)
        root.removeHandler(handler)
        root.setLevel(level)
