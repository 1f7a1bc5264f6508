"""Raw objects as they are read, and the processed bucket's objects as they are written."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from . import layout
from .ingestion import LostRaceError, SupersededError
from .layout import Partition, Source
from .trade_file import ByteStream

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import PutObjectRequestTypeDef

_ATTEMPTS = 10
# What S3 answers if the condition of a write does not hold (any more).
_LOST = ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey")
_NEVER_MATCHES = '"absent"'

Etags = Mapping[str, str]
"""ETag by key."""


class RawObject:
    """An object of the raw bucket."""

    def __init__(self, client: "S3Client", bucket: str, key: str) -> None:
        """Begin to read it.

        Raises:
            botocore.exceptions.ClientError: It is not there, or must not be read.
        """
        self._client, self._bucket, self._key = client, bucket, key
        answer = client.get_object(Bucket=bucket, Key=key)
        self._etag = answer["ETag"]
        self.source = Source(name=f"{bucket}/{key}", content=self._etag.strip('"'))
        self.body: ByteStream = answer["Body"]

    def ensure_current(self) -> None:
        """Raise if its content is no longer what is being read.

        Raises:
            SupersededError: It was replaced or removed.
        """
        try:
            etag = self._client.head_object(Bucket=self._bucket, Key=self._key)["ETag"]
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("404", "NoSuchKey"):
                raise
            etag = _NEVER_MATCHES
        if etag != self._etag:
            raise SupersededError(f"{self.source.name} was replaced while it was processed")


class ProcessedBucket:
    """The objects of the processed bucket."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        """Use ``bucket`` through ``client``, which has to be safe for threads (boto3's are)."""
        self._client = client
        self._bucket = bucket

    def etags(self, prefix: str) -> dict[str, str]:
        """Return the ETag of every object whose key starts with ``prefix``.

        Listing tells "absent" from "not allowed", which a HEAD request does only with this very permission.
        """
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        return {item["Key"]: item["ETag"] for page in pages for item in page.get("Contents", ())}

    def fetch(self, key: str, path: Path) -> None:
        """Write an object to a file."""
        path.write_bytes(self._read(key))

    def replace(self, key: str, content: bytes, etag: str | None) -> None:
        """Write an object only if it still has this ETag, or is still absent if there is none.

        Raises:
            LostRaceError: It was written or removed meanwhile.
        """
        condition: Mapping[str, str] = {"IfNoneMatch": "*"} if etag is None else {"IfMatch": etag}
        request: PutObjectRequestTypeDef = {"Bucket": self._bucket, "Key": key, "Body": content}
        try:
            self._client.put_object(**request, **condition)
        except ClientError as error:
            if error.response["Error"]["Code"] in _LOST:
                raise LostRaceError(f"{key} was written by somebody else") from error
            raise

    def cover(self, source: Source, partitions: Iterable[Partition]) -> Sequence[Partition]:
        """Note that a source contributes to these; return all that it ever contributed to, in order.

        Raises:
            LostRaceError: Others noted something ten times in a row.
        """
        key = layout.coverage(source)
        wanted = set(partitions)
        for _ in range(_ATTEMPTS):
            etag = self.etags(key).get(key)
            known = set(_partitions(self._read(key))) if etag else set()
            if wanted <= known:
                return sorted(known)
            content = json.dumps([(each.symbol, each.date.isoformat()) for each in sorted(known | wanted)])
            try:
                self.replace(key, content.encode(), etag)
            except LostRaceError:
                continue
            return sorted(known | wanted)
        raise LostRaceError(f"{key} was written by others {_ATTEMPTS} times in a row")

    def store_rejects(self, source: Source, path: Path) -> None:
        """Store (or replace) the rejects of a source's present content."""
        self._client.upload_file(str(path), self._bucket, layout.rejects(source))

    def _read(self, key: str) -> bytes:
        return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()


def _partitions(content: bytes) -> list[Partition]:
    return [Partition(symbol, date.fromisoformat(day)) for symbol, day in json.loads(content)]
