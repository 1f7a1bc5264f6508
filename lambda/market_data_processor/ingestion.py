"""One raw object, from its bytes to published bars: what the function does, without the cloud.

**Exactly once.** Bars are not counted up; they are recomputed from partials (see :mod:`.aggregation`), of
which each raw object has one per symbol and day, under a name made from the object's own. So:

1. the object's partial is stored. Delivered again, or retried after a crash at any point, it is replaced by
   itself;
2. the bars of that symbol and day are merged from *all* partials there, and replace the former bars only if
   nobody else replaced them meanwhile; otherwise this step is repeated. Of several objects processed at the
   same time, the last to publish has therefore seen every partial.

A raw object that is uploaded again with other content replaces its earlier contribution to each symbol and
day that it still covers.
"""

import functools
import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from .aggregation import Aggregation, Partition
from .trade_file import ByteStream, read_blocks

Merge = Callable[[Sequence[Path], Path], None]
"""Writes the bars (second argument), given the partials."""
INTERVALS = {"1m": 60}
"""Seconds in a bar of each interval that is published."""
_PUBLISHING_THREADS = 8


@dataclass(frozen=True)
class Source:
    """A raw object.

    Attributes:
        name: Unique among all raw objects; decides between trades of the same microsecond in different
            objects.
        content: Tells apart what has been stored under that name one after the other.
    """

    name: str
    content: str


class Publication(Protocol):
    """Where partials, bars and rejects go."""

    def store_partial(self, partition: Partition, source: Source, path: Path) -> None:
        """Store (or replace) a source's partial of a partition."""

    def replace_bars(
        self,
        partition: Partition,
        interval: str,
        directory: Path,
        merge: Merge,
    ) -> None:
        """Replace a partition's bars by what ``merge`` makes of all its partials.

        If the bars are replaced by somebody else meanwhile, do it again.

        Args:
            partition: The symbol and day.
            interval: Name of the interval.
            directory: Empty directory for working files.
            merge: Makes the bars.
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
    """

    rows: int
    rejects: int
    partitions: int


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
    """
    with TemporaryDirectory(prefix="trades-") as name, Aggregation(Path(name), memory_limit_mb) as trades:
        directory = Path(name)
        rows = _aggregate(stream, trades)
        partitions = trades.finish()
        rejects = trades.reject_count
        if rejects:
            trades.write_rejects(directory / "rejects.jsonl")
            publication.store_rejects(source, directory / "rejects.jsonl")

        def publish(partition: Partition) -> None:
            with TemporaryDirectory(dir=directory) as working:
                partial = Path(working, "partial.parquet")
                trades.write_partial(partition, source.name, partial)
                publication.store_partial(partition, source, partial)
            for interval, seconds in INTERVALS.items():
                with TemporaryDirectory(dir=directory) as working:
                    publication.replace_bars(
                        partition,
                        interval,
                        Path(working),
                        functools.partial(trades.write_bars, seconds=seconds),
                    )

        with ThreadPoolExecutor(_PUBLISHING_THREADS) as pool:
            list(pool.map(publish, partitions))
    return Summary(rows=rows, rejects=rejects, partitions=len(partitions))


def _aggregate(stream: ByteStream, trades: Aggregation) -> int:
    """Aggregate block after block, a few at a time while the next is read; return the number of rows."""
    rows = 0
    workers = os.cpu_count() or 1
    running: deque[Future[None]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        for block in read_blocks(stream):
            rows += block.line_count
            running.append(pool.submit(trades.add, block))
            if len(running) > workers:
                running.popleft().result()
        for future in running:
            future.result()
    return rows
