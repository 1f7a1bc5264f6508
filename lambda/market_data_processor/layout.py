"""Where in the processed bucket things are, by their keys.

- ``bars/interval=1m/symbol=IBM/date=2013-10-07/bars.parquet`` and
  ``analytics/symbol=IBM/date=2013-10-07/analytics.parquet``: what readers read;
- ``partials/symbol=IBM/date=2013-10-07/<source>.parquet``: one raw object's contribution;
- ``sources/<source>.json``: symbols and days that a raw object ever contributed to;
- ``rejects/<raw bucket>/<raw key>/<raw ETag>.jsonl``: a raw object's bad rows.
"""

import hashlib
from dataclasses import dataclass
from datetime import date

INTERVALS = {"1s": 1, "1m": 60, "5m": 300, "1h": 3600, "1d": 86400}
"""Seconds in a bar of each interval. A bar starts on a multiple of its length in UTC; only a day's starts at
midnight in New York."""


@dataclass(frozen=True)
class Source:
    """A raw object.

    Attributes:
        name: Unique among all raw objects; decides between trades of the same millisecond in different
            objects.
        content: Tells apart what has been stored under that name one after the other.
    """

    name: str
    content: str

    @property
    def digest(self) -> str:
        """What stands for the name in keys."""
        return hashlib.sha256(self.name.encode()).hexdigest()[:32]


@dataclass(frozen=True, order=True)
class Partition:
    """What one object of bars or of a partial covers.

    Attributes:
        symbol: The traded instrument, as in the trades.
        date: The trading day in New York.
    """

    symbol: str
    date: date

    @property
    def folder(self) -> str:
        """Its Hive-style folder, within each kind of object."""
        return f"symbol={self.symbol}/date={self.date.isoformat()}/"


def bars(partition: Partition, interval: str) -> str:
    """Return the key of bars."""
    return f"bars/interval={interval}/{partition.folder}bars.parquet"


def analytics(partition: Partition) -> str:
    """Return the key of the analytics."""
    return f"analytics/{partition.folder}analytics.parquet"


def results(partition: Partition) -> list[str]:
    """Return the keys of all that is merged from the partials of a partition."""
    return [*(bars(partition, interval) for interval in INTERVALS), analytics(partition)]


def partials(partition: Partition) -> str:
    """Return what the keys of a partition's partials begin with."""
    return f"partials/{partition.folder}"


def partial(partition: Partition, source: Source) -> str:
    """Return the key of one source's partial."""
    return f"{partials(partition)}{source.digest}.parquet"


def coverage(source: Source) -> str:
    """Return the key of the list of partitions that a source ever contributed to."""
    return f"sources/{source.digest}.json"


def rejects(source: Source) -> str:
    """Return the key of the rejects of a source's present content."""
    return f"rejects/{source.name}/{source.content}.jsonl"
