"""The function's settings, read from its environment once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Config:
    """Settings of the market-data processor.

    Attributes:
        processed_bucket: Bucket for bars, partials and rejects (``PROCESSED_BUCKET``).
        engine_memory_mb: What the engine may hold in memory, in MB (``ENGINE_MEMORY_MB``); the process
            needs some 150 MB beside it.
    """

    processed_bucket: str
    engine_memory_mb: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the settings.

        Raises:
            KeyError: A variable is missing.
            ValueError: ``ENGINE_MEMORY_MB`` is not a number.
        """
        return cls(
            processed_bucket=environment["PROCESSED_BUCKET"],
            engine_memory_mb=int(environment["ENGINE_MEMORY_MB"]),
        )
