"""Publishes the market-data processor's results into a folder: no network, no database."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from market_data_processor import layout
from market_data_processor.layout import Partition, Source
from market_data_processor.merging import Results


class Folder:
    """Publishes into a folder what comes out of files that are processed one after the other."""

    def __init__(self, folder: Path) -> None:
        """Use an existing folder."""
        self.path = folder
        self._covered: dict[Source, set[Partition]] = {}

    def cover(self, source: Source, partitions: Sequence[Partition]) -> Sequence[Partition]:
        """Remember what a source contributes to."""
        covered = self._covered.setdefault(source, set())
        covered.update(partitions)
        return sorted(covered)

    @contextmanager
    def exclusive(self, source: Source, partitions: Sequence[Partition]) -> Iterator["ExclusiveFolder"]:
        """Nobody else is there."""
        yield ExclusiveFolder(self.path, source, partitions)

    def store_rejects(self, source: Source, path: Path) -> None:
        """Keep the rejects."""
        target = self.path / layout.rejects(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)

    def sources(self) -> list[Source]:
        """What was processed."""
        return list(self._covered)

    def partitions(self) -> list[Partition]:
        """What any source contributed to."""
        return sorted(set().union(*self._covered.values()))


class ExclusiveFolder:
    """Some partitions of a folder."""

    def __init__(self, folder: Path, source: Source, partitions: Sequence[Partition]) -> None:
        """Know whose partial is the own one."""
        self._folder, self._source, self._partitions = folder, source, partitions

    def others(self, directory: Path) -> Mapping[Partition, Sequence[Path]]:
        """The partials of all other sources, where they are."""
        return {
            partition: [
                path
                for path in sorted((self._folder / layout.partials(partition)).glob("*"))
                if path != self._folder / layout.partial(partition, self._source)
            ]
            for partition in self._partitions
        }

    def replace(self, results: Results) -> None:
        """Move the files to where their keys say."""
        for key, path in (*results.partials.items(), *results.merged.items()):
            target = self._folder / key
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)
