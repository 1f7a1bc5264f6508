"""Sessions in DynamoDB, bars in S3, uploads to S3."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import duckdb

from analytics_api.queries import BarQuery
from analytics_api.sessions import Session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_s3 import S3Client

UPLOAD_SECONDS = 900
_NEW_YORK = ZoneInfo("America/New_York")


class DynamoSessions:
    """Sessions in a DynamoDB table whose key is ``session_id`` and whose time to live is ``expires_at``."""

    def __init__(self, table: "Table") -> None:
        self._table = table

    def put(self, session: Session) -> None:
        """Keep a session."""
        self._table.put_item(
            Item={
                "session_id": session.id,
                "owner": session.owner,
                "user_id": session.user_id,
                "created_at": int(session.created_at.timestamp()),
                "expires_at": int(session.expires_at.timestamp()),
            }
        )

    def get(self, id_: str) -> Session | None:
        """Return a session."""
        # Strongly consistent: a session is used at once after it was opened, and never after it was ended.
        item = self._table.get_item(Key={"session_id": id_}, ConsistentRead=True).get("Item")
        if item is None:
            return None
        return Session(
            id_,
            str(item["owner"]),
            str(item["user_id"]),
            datetime.fromtimestamp(int(str(item["created_at"])), UTC),
            datetime.fromtimestamp(int(str(item["expires_at"])), UTC),
        )

    def delete(self, id_: str) -> None:
        """Forget a session."""
        self._table.delete_item(Key={"session_id": id_})


class ParquetBars:
    """Bars in Hive-style Parquet partitions of a bucket."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def symbols(self) -> list[str]:
        """Return the symbols that have one-minute bars."""
        prefix = "bars/interval=1m/symbol="
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix, Delimiter="/"
        )
        return sorted(
            common["Prefix"].removeprefix(prefix).rstrip("/")
            for page in pages
            for common in page.get("CommonPrefixes", [])
        )

    def bars(self, query: BarQuery, limit: int) -> list[dict[str, Any]]:
        """Return bars of the days that the query spans."""
        found: list[dict[str, Any]] = []
        for day in _trading_days(query.start, query.end):
            found += self._day(query, day, limit - len(found))
            if len(found) == limit:
                break
        return found

    def _day(self, query: BarQuery, day: date, limit: int) -> list[dict[str, Any]]:
        prefix = f"bars/interval={query.interval}/symbol={query.symbol}/date={day}/"
        listing = self._s3.list_objects_v2(Bucket=self._bucket, Prefix=prefix)
        keys = [entry["Key"] for entry in listing.get("Contents", [])]
        if not keys:
            return []
        with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
            files = [str(Path(folder, f"{index}.parquet")) for index in range(len(keys))]
            for key, file in zip(keys, files, strict=True):
                self._s3.download_file(self._bucket, key, file)
            rows = connection.execute(
                "SELECT epoch_us(start), open::DOUBLE, high::DOUBLE, low::DOUBLE, close::DOUBLE, volume,"
                " vwap::DOUBLE, trade_count FROM read_parquet($files)"
                " WHERE epoch_us(start) >= $from AND epoch_us(start) < $to ORDER BY start LIMIT $limit",
                {
                    "files": files,
                    "from": _microseconds(query.start),
                    "to": _microseconds(query.end),
                    "limit": limit,
                },
            ).fetchall()
        names = ("open", "high", "low", "close", "volume", "vwap", "trade_count")
        return [
            {
                "start": datetime.fromtimestamp(row[0] / 1_000_000, UTC),
                **dict(zip(names, row[1:], strict=True)),
            }
            for row in rows
        ]


class Uploads:
    """Pre-signed uploads to a bucket."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def presign(self, key: str, max_bytes: int, now: datetime) -> dict[str, Any]:
        """Return an upload of one object, of a bounded size, for a quarter of an hour."""
        post = self._s3.generate_presigned_post(
            self._bucket,
            key,
            Conditions=[["content-length-range", 1, max_bytes]],
            ExpiresIn=UPLOAD_SECONDS,
        )
        expiry = now + timedelta(seconds=UPLOAD_SECONDS)
        return {"url": post["url"], "fields": post["fields"], "key": key, "expires_at": expiry.isoformat()}


def _trading_days(start: datetime, end: datetime) -> Iterator[date]:
    """Yield the New York dates of a span; the partitions are trading days."""
    day = start.astimezone(_NEW_YORK).date()
    last = (end - timedelta(microseconds=1)).astimezone(_NEW_YORK).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def _microseconds(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
