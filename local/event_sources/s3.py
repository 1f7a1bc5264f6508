"""S3 event notifications as S3 sends them.

moto 5.2.5 leaves the version id, the sequencer, and who did it from where out of the record, encodes a key's
slashes, and announces the end of a multipart upload twice, as a Put too.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus


def event(event_name: str, bucket: Any, key: Any, notification_id: str) -> dict[str, Any]:
    """Replaces `moto.s3.notifications._get_s3_event`.

    Args:
        event_name: `s3:ObjectCreated:Put` and the like.
        bucket: the `moto.s3.models.FakeBucket`.
        key: the `moto.s3.models.FakeKey`.
        notification_id: id of the notification's configuration.

    Returns:
        The message with its one record.
    """
    described = {"key": quote_plus(key.name, safe="/*")}
    if not event_name.startswith("s3:ObjectRemoved:"):  # an object that has gone has no size and no hash
        described |= {"size": key.size, "eTag": key.etag.strip('"')}
    if bucket.is_versioned:
        described["versionId"] = key.version_id
    described["sequencer"] = f"{time.time_ns():018X}"
    return {
        "Records": [
            {
                "eventVersion": "2.1",
                "eventSource": "aws:s3",
                "awsRegion": bucket.region_name,
                "eventTime": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "eventName": event_name.removeprefix("s3:"),
                "userIdentity": {"principalId": f"AWS:{bucket.account_id}"},
                "requestParameters": {"sourceIPAddress": "127.0.0.1"},
                "responseElements": {
                    "x-amz-request-id": uuid.uuid4().hex[:16].upper(),
                    "x-amz-id-2": uuid.uuid4().hex,
                },
                "s3": {
                    "s3SchemaVersion": "1.0",
                    "configurationId": notification_id,
                    "bucket": {
                        "name": bucket.name,
                        "ownerIdentity": {"principalId": bucket.account_id},
                        "arn": bucket.arn,
                    },
                    "object": described,
                },
            }
        ]
    }


def announced_once(original: Callable[..., Any]) -> Callable[..., Any]:
    """Wraps `S3Backend.put_object`, which also ends multipart uploads: these have an event of their own."""

    def put_object(backend: Any, *arguments: Any, **options: Any) -> Any:
        if options.get("multipart") is not None:
            options["disable_notification"] = True
        return original(backend, *arguments, **options)

    return put_object
