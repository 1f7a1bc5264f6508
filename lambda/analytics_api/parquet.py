"""One-second bars in the Parquet objects of the processed bucket: too many of them for the database."""

import json
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from analytics_api.aws import availability
from analytics_api.bars import BarQuery

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_NEW_YORK = ZoneInfo("America/New_York")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAMES = ("open", "high", "low", "close", "volume", "vwap", "trade_count")
_BARS = """
SELECT epoch_us(start), open::DOUBLE, high::DOUBLE, low::DOUBLE, close::DOUBLE,
       volume, vwap::DOUBLE, trade_count
FROM read_parquet($files)
WHERE epoch_us(start) > $after AND epoch_us(start) < $end
ORDER BY start
LIMIT $limit
"""


class ParquetBars:
    """Bars in Hive-style partitions, a symbol's day each."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def bars(self, query: BarQuery) -> Sequence[str]:
        """Return bars of the days that the query spans, each as a JSON object.

        Raises:
            UnavailableError: The objects cannot be read now.
        """
        found: list[str] = []
        for day in _trading_days(query.after, query.end):
            found += self._day(query, day, query.limit - len(found))
            if len(found) == query.limit:
                break
        return found

    def _day(self, query: BarQuery, day: date, limit: int) -> Sequence[str]:
        prefix = f"bars/interval={query.interval}/symbol={query.symbol}/date={day}/"
        with tempfile.TemporaryDirectory() as folder:
            files = self._download(prefix, Path(folder))
            return _read(files, query, limit) if files else []

    def _download(self, prefix: str, folder: Path) -> Sequence[str]:
        files = []
        with availability("ObjectsUnavailable"):
            listing = self._s3.list_objects_v2(Bucket=self._bucket, Prefix=prefix)
            for number, entry in enumerate(listing.get("Contents", [])):
                file = folder / f"{number}.parquet"
                body = self._s3.get_object(Bucket=self._bucket, Key=entry["Key"])["Body"]
                file.write_bytes(body.read())
                files.append(str(file))
        return files


def _read(files: Sequence[str], query: BarQuery, limit: int) -> Sequence[str]:
    # Imported by the first request for seconds: the others do without it, and start without it.
    import duckdb

    with duckdb.connect() as connection:
        rows = connection.execute(
            _BARS,
            {
                "files": files,
                "after": _microseconds(query.after),
                "end": _microseconds(query.end),
                "limit": limit,
            },
        ).fetchall()
    return [
        json.dumps(
            {
                "start": (_EPOCH + timedelta(microseconds=row[0])).isoformat(),
                **dict(zip(_NAMES, row[1:], strict=True)),
            },
            separators=(",", ":"),
        )
        for row in rows
    ]


def _trading_days(after: datetime, end: datetime) -> Iterator[date]:
    """Yield the New York dates of a span; the partitions are trading days."""
    day = (after + timedelta(microseconds=1)).astimezone(_NEW_YORK).date()
    last = (end - timedelta(microseconds=1)).astimezone(_NEW_YORK).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
