"""S3 event notifications as S3 sends them.

moto 5.2.5 leaves the version id, the sequencer, and who did it from where out of the record, encodes a key's
slashes, and announces the end of a multipart upload twice, as a Put too.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

import logging
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.utils import get_backend

from local.runtime import resource_policy

_logger = logging.getLogger(__name__)


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


def invoking(invoke: Callable[[Any, dict[str, Any]], None]) -> Callable[..., None]:
    """Replaces `moto.s3.notifications._invoke_awslambda`.

    Args:
        invoke: invokes a function asynchronously: moto's function, event.

    Returns:
        The replacement; a function whose resource policy does not let the bucket invoke it is not invoked.
    """

    def invoke_function(account_id: str, event_body: dict[str, Any], fn_arn: str, region_name: str) -> None:
        try:
            function = get_backend(account_id, region_name).get_function(fn_arn)
        except UnknownFunctionException:
            return
        bucket = event_body["Records"][0]["s3"]["bucket"]
        owner = bucket["ownerIdentity"]["principalId"]
        if resource_policy.allows(function, ["s3.amazonaws.com"], bucket["arn"], owner):
            invoke(function, event_body)
        else:
            _logger.error("%s: its resource policy does not let %s invoke it", fn_arn, bucket["arn"])

    return invoke_function
