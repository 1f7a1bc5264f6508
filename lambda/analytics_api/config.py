"""The function's configuration, read from its environment in one place."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    """What the function is told by its environment.

    Attributes:
        processed_bucket: Bucket of the one-second bars (``PROCESSED_BUCKET``).
        raw_bucket: Bucket that clients upload trades to (``RAW_BUCKET``).
        sessions_table: Table of the dashboard's sessions (``SESSIONS_TABLE``).
        origins: Web origins that browsers may call from (``ORIGINS``, with commas).
    """

    processed_bucket: str
    raw_bucket: str
    sessions_table: str
    origins: tuple[str, ...]

    @classmethod
    def from_environment(cls) -> "Config":
        """Read the configuration.

        Raises:
            KeyError: A variable is missing.
        """
        return cls(
            processed_bucket=os.environ["PROCESSED_BUCKET"],
            raw_bucket=os.environ["RAW_BUCKET"],
            sessions_table=os.environ["SESSIONS_TABLE"],
            origins=tuple(os.environ["ORIGINS"].split(",")),
        )
