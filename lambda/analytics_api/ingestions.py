"""Uploads of trades: which key a client's file gets. Knows no AWS."""

import uuid

MAX_BYTES = 1024**3
"""Largest upload; a day of every US trade, compressed, is about this size."""


def upload_key(client: str, file_name: str) -> str:
    """Return the key of a new upload, under the client's own prefix.

    Args:
        client: The client, by the id of its API key.
        file_name: The client's own name for the file, as described.
    """
    return f"uploads/{client}/{uuid.uuid4()}/{file_name}"
