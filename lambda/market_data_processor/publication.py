"""Publishes to two stores as if they were one: objects in S3, rows in PostgreSQL."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from . import layout
from .layout import Partition, Source
from .merging import Results
from .postgres import Database, Rows
from .s3 import ProcessedBucket, RawObject

_REQUESTS_AT_A_TIME = 8


class TwoStores:
    """Publishes what comes out of one raw object (implements :class:`.ingestion.Publication`)."""

    def __init__(self, raw: RawObject, objects: ProcessedBucket, database: Database) -> None:
        """Publish to ``objects`` and ``database`` what is made of ``raw``."""
        self._raw, self._objects, self._database = raw, objects, database

    def cover(self, source: Source, partitions: Sequence[Partition]) -> Sequence[Partition]:
        """Note that a source contributes to these; return all that it ever contributed to, in order."""
        return self._objects.cover(source, partitions)

    def store_rejects(self, source: Source, path: Path) -> None:
        """Store (or replace) the rejects of a source's present content."""
        self._objects.store_rejects(source, path)

    @contextmanager
    def exclusive(self, source: Source, partitions: Sequence[Partition]) -> Iterator["ExclusiveStores"]:
        """Wait until nobody else publishes these; what was replaced is there for good on leaving.

        Raises:
            SupersededError: The source has other content by now.
            psycopg.Error: The database can't be reached, or others are too slow.
        """
        with self._database.exclusive(partitions) as rows, ThreadPoolExecutor(_REQUESTS_AT_A_TIME) as pool:
            self._raw.ensure_current()
            yield ExclusiveStores(self._objects, rows, pool, source, partitions)


class ExclusiveStores:
    """Both stores' part of some partitions (implements :class:`.ingestion.Exclusive`)."""

    def __init__(
        self,
        objects: ProcessedBucket,
        rows: Rows,
        pool: ThreadPoolExecutor,
        source: Source,
        partitions: Sequence[Partition],
    ) -> None:
        """Look at what is there; to be made only once the partitions are locked."""
        self._objects, self._rows, self._pool = objects, rows, pool
        self._etags: dict[str, str] = {}
        self._others: dict[Partition, list[str]] = {}
        for partition, found in zip(partitions, pool.map(self._look, partitions), strict=True):
            self._etags |= found
            own, prefix = layout.partial(partition, source), layout.partials(partition)
            self._others[partition] = [key for key in found if key.startswith(prefix) and key != own]

    def others(self, directory: Path) -> Mapping[Partition, Sequence[Path]]:
        """Fetch the partials of all other sources into an empty directory."""
        paths = {
            key: directory / str(number)
            for number, key in enumerate(key for keys in self._others.values() for key in keys)
        }
        list(self._pool.map(self._objects.fetch, paths.keys(), paths.values()))
        return {partition: [paths[key] for key in keys] for partition, keys in self._others.items()}

    def replace(self, results: Results) -> None:
        """Store partials, then what was merged from them, then the rows.

        Raises:
            LostRaceError: We are not alone.
        """
        for files in (results.partials, results.merged):
            list(self._pool.map(self._put, files.items()))
        self._rows.replace(results)

    def _put(self, file: tuple[str, Path]) -> None:
        key, path = file
        self._objects.replace(key, path.read_bytes(), self._etags.get(key))

    def _look(self, partition: Partition) -> dict[str, str]:
        """The ETags of a partition's objects.

        What was merged is looked at before the partials that it will be merged from, so that nothing that is
        stored in between remains unnoticed. Where there is no partial, nothing was ever merged: this saves
        most requests for a new day.
        """
        partials = layout.partials(partition)
        if not self._objects.etags(partials):
            return {}
        found: dict[str, str] = {}
        for key in layout.results(partition):
            found |= self._objects.etags(key)
        return found | self._objects.etags(partials)
