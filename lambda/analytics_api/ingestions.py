"""Uploads of trades: which key a client's file gets. Knows no AWS."""

import re
import uuid
from typing import Any

from analytics_api.problems import bad_request

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}\.csv(?:\.gz)?")
MAX_BYTES = 1024**3
"""Largest upload; a day of every US trade, compressed, is about this size."""


def upload_key(client: str, request: Any) -> str:
    """Return the key of a new upload, under the client's own prefix.

    Args:
        client: The client, by the id of its API key.
        request: The request's body: ``file_name``.

    Raises:
        Problem: The body is not as described.
    """
    if not isinstance(request, dict) or set(request) != {"file_name"}:
        raise bad_request("the body has file_name, and nothing else")
    name = request["file_name"]
    if not isinstance(name, str) or not _FILE_NAME.fullmatch(name):
        raise bad_request("file_name ends in .csv or .csv.gz and has letters, digits and _.- in it")
    return f"uploads/{client}/{uuid.uuid4()}/{name}"
