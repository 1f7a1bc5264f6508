"""The processed bucket: partials, bars and rejects as objects.

- ``bars/interval=1m/symbol=IBM/date=2013-10-07/bars.parquet``: what readers read;
- ``partials/symbol=IBM/date=2013-10-07/<hash of the source's name>.parquet``: one source's contribution;
- ``rejects/<raw bucket>/<raw key>/<raw ETag>.jsonl``: a source's bad rows.
"""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from .aggregation import Partition
from .ingestion import Merge, Source

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_ATTEMPTS = 10


class ProcessedBucket:
    """Stores what comes out of raw objects (implements :class:`.ingestion.Publication`)."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        """Use ``bucket`` through ``client``, which has to be safe for threads (boto3's are)."""
        self._client = client
        self._bucket = bucket

    def store_partial(self, partition: Partition, source: Source, path: Path) -> None:
        """Store (or replace) a source's partial of a partition."""
        name = hashlib.sha256(source.name.encode()).hexdigest()[:32]
        key = f"{_partials(partition)}{name}.parquet"
        self._client.put_object(Bucket=self._bucket, Key=key, Body=path.read_bytes())

    def replace_bars(
        self,
        partition: Partition,
        interval: str,
        directory: Path,
        merge: Merge,
    ) -> None:
        """Replace a partition's bars by the merge of its partials, unless somebody else did meanwhile.

        The condition is S3's own (``If-Match`` with the ETag seen before the partials were listed, or
        ``If-None-Match: *`` where there were no bars).

        Raises:
            TimeoutError: Others were faster ten times in a row.
        """
        key = f"bars/interval={interval}/{_hive(partition)}/bars.parquet"
        bars = directory / "bars.parquet"
        for _ in range(_ATTEMPTS):
            etag = self._etag(key)
            merge(self._fetch_partials(partition, directory), bars)
            try:
                if etag is None:
                    self._client.put_object(
                        Bucket=self._bucket, Key=key, Body=bars.read_bytes(), IfNoneMatch="*"
                    )
                else:
                    self._client.put_object(
                        Bucket=self._bucket, Key=key, Body=bars.read_bytes(), IfMatch=etag
                    )
            except ClientError as error:
                if error.response["Error"]["Code"] not in (
                    "PreconditionFailed",
                    "ConditionalRequestConflict",
                ):
                    raise
            else:
                return
        raise TimeoutError(f"{key} was replaced by others {_ATTEMPTS} times in a row")

    def store_rejects(self, source: Source, path: Path) -> None:
        """Store (or replace) the rejects of a source's present content."""
        key = f"rejects/{source.name}/{source.content}.jsonl"
        self._client.upload_file(str(path), self._bucket, key)

    def _etag(self, key: str) -> str | None:
        # Listing tells "absent" from "not allowed", which a HEAD request does only with this very permission.
        page = self._client.list_objects_v2(Bucket=self._bucket, Prefix=key, MaxKeys=1)
        return next((item["ETag"] for item in page.get("Contents", ()) if item["Key"] == key), None)

    def _fetch_partials(self, partition: Partition, directory: Path) -> list[Path]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=_partials(partition)
        )
        paths = []
        for item in (item for page in pages for item in page.get("Contents", ())):
            path = directory / item["Key"].rpartition("/")[2]
            body = self._client.get_object(Bucket=self._bucket, Key=item["Key"])["Body"]
            path.write_bytes(body.read())
            paths.append(path)
        return paths


def _hive(partition: Partition) -> str:
    return f"symbol={partition.symbol}/date={partition.date.isoformat()}"


def _partials(partition: Partition) -> str:
    return f"partials/{_hive(partition)}/"
