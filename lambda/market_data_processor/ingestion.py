"""One raw object, from its bytes to published bars: what the function does, without the cloud.

**Exactly once.** Bars are not counted up; they are recomputed from partials (see :mod:`.aggregation`), of
which each raw object has one per symbol and day, under a name made from the object's own. For some symbols
and days at a time, and alone with them (a lock that the database keeps):

1. the raw object is still what was read, or everything begins anew;
2. the other objects' partials are read, and merged with this object's own;
3. the own partials, the bars and the analytics are stored, each only if nobody else stored it since it was
   last looked at; otherwise all of this is done again. That happens only to somebody who lost the lock
   without knowing it;
4. the database's rows are replaced, and committed as the lock is released.

Delivered again, or retried after a crash at any point, an object is replaced by itself. Of several objects
processed at the same time, the last to have the lock sees every partial.

A raw object that is uploaded again with other content replaces its earlier contribution everywhere: where it
has no trades any more, its partial becomes an empty one. Nothing is ever deleted.
"""

import json
import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Protocol

from .aggregation import Aggregation, Seconds
from .layout import Partition, Source
from .merging import Merge, Results
from .rows import Reject
from .trade_file import ByteStream, read_blocks

PARTITIONS_AT_A_TIME = 16
"""Symbols and days that are locked and published together."""
SECONDS_AT_A_TIME = 50_000
"""Seconds with trades that are merged together, unless one symbol and day has more."""
_ATTEMPTS = 5


class LostRaceError(RuntimeError):
    """Somebody else stored an object meanwhile that is ours to store."""


class SupersededError(RuntimeError):
    """The raw object is no longer what was read: other content was stored under its name."""


class Exclusive(Protocol):
    """Some partitions that nobody else publishes now."""

    def others(self, directory: Path) -> Mapping[Partition, Sequence[Path]]:
        """Fetch the partials of all other sources into an empty directory."""

    def replace(self, results: Results) -> None:
        """Store partials, then what was merged from them, then the rows.

        Raises:
            LostRaceError: We are not alone.
        """


class Publication(Protocol):
    """Where partials, bars and rejects go. Has to be safe for threads."""

    def cover(self, source: Source, partitions: Sequence[Partition]) -> Sequence[Partition]:
        """Note that a source contributes to these; return all that it ever contributed to."""

    def exclusive(self, source: Source, partitions: Sequence[Partition]) -> AbstractContextManager[Exclusive]:
        """Wait until nobody else publishes these; what was replaced is there for good on leaving.

        Raises:
            SupersededError: The source has other content by now.
        """

    def store_rejects(self, source: Source, path: Path) -> None:
        """Store (or replace) the rejects of a source's present content."""


@dataclass(frozen=True)
class Summary:
    """What became of a raw object.

    Attributes:
        rows: Rows after the header.
        rejects: Rows set aside.
        partitions: Symbols and days that it contributes to.
        lost_races: How often something was published once more, since somebody else had done it meanwhile.
    """

    rows: int
    rejects: int
    partitions: int
    lost_races: int


def ingest(stream: ByteStream, source: Source, publication: Publication, memory_limit_mb: int) -> Summary:
    """Process a raw object; nothing is published before all of it was read.

    Args:
        stream: Its bytes.
        source: Which object it is.
        publication: Where the results go.
        memory_limit_mb: What the engine may hold in memory.

    Returns:
        What became of it.

    Raises:
        NotATradesFileError: It is no trades file.
        SupersededError: It was replaced while it was processed.
        LostRaceError: Others were faster five times in a row.
    """
    with TemporaryDirectory(prefix="trades-") as name, Aggregation(Path(name), memory_limit_mb) as trades:
        directory = Path(name)
        rejects_file = directory / "rejects.jsonl"
        with rejects_file.open("w", encoding="ascii") as file:
            rows, rejects = _aggregate(stream, trades, file)
        own = trades.finish()
        if rejects:
            publication.store_rejects(source, rejects_file)

        def publish(partitions: Mapping[Partition, Seconds]) -> int:
            for lost_races in range(_ATTEMPTS):
                try:
                    with TemporaryDirectory(dir=directory) as working:
                        _publish(trades, source, publication, partitions, Path(working))
                except LostRaceError:
                    continue
                return lost_races
            raise LostRaceError(
                f"others published {next(iter(partitions))} or its neighbours {_ATTEMPTS} times in a row"
            )

        with ThreadPoolExecutor(_workers()) as pool:
            former = dict.fromkeys(publication.cover(source, list(own)), Seconds(hash=0, rows=0))
            lost_races = sum(pool.map(publish, _batches({**former, **own})))
    return Summary(rows, rejects, len(own), lost_races)


def _workers() -> int:
    return os.cpu_count() or 1


def _aggregate(stream: ByteStream, trades: Aggregation, rejects_file: IO[str]) -> tuple[int, int]:
    """Aggregate block after block, a few at a time while the next is read; count rows and rejects."""
    rows = rejects = 0
    running: deque[Future[list[Reject]]] = deque()

    def settle() -> int:
        found = running.popleft().result()
        rejects_file.writelines(
            json.dumps({"line": each.line, "reason": each.reason, "raw": each.raw}) + "\n" for each in found
        )
        return len(found)

    with ThreadPoolExecutor(_workers()) as pool:
        for block in read_blocks(stream):
            rows += block.line_count
            running.append(pool.submit(trades.add, block))
            if len(running) > _workers():
                rejects += settle()
        while running:
            rejects += settle()
    return rows, rejects


def _batches(partitions: Mapping[Partition, Seconds]) -> Iterator[Mapping[Partition, Seconds]]:
    """Divide what is published together, neighbours in the engine's table together."""
    batch: dict[Partition, Seconds] = {}
    rows = 0
    for partition, seconds in sorted(partitions.items(), key=lambda item: item[1].hash):
        if batch and (len(batch) == PARTITIONS_AT_A_TIME or rows + seconds.rows > SECONDS_AT_A_TIME):
            yield batch
            batch, rows = {}, 0
        batch[partition] = seconds
        rows += seconds.rows
    if batch:
        yield batch


def _publish(
    trades: Aggregation,
    source: Source,
    publication: Publication,
    partitions: Mapping[Partition, Seconds],
    directory: Path,
) -> None:
    fetched, merged = directory / "others", directory / "results"
    fetched.mkdir()
    merged.mkdir()
    with publication.exclusive(source, list(partitions)) as exclusive:
        others = exclusive.others(fetched)
        exclusive.replace(Merge(trades, partitions, source, others, merged).run())
