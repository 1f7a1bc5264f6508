"""S3: bucket sub-resources that moto 5.2.5 loses parts of.

- Lifecycle: `NewerNoncurrentVersions` of an expiration and the object sizes of a filter are dropped, so
  the provider waits three minutes for what it wrote to appear, and fails. GET answers the document that
  PUT stored.
- Intelligent tiering: unknown, the PUT is taken for CreateBucket.
- Notifications: the EventBridge switch is stored but not reported (drift).
- Logging: a policy of the log bucket whose principal is `*`, or whose actions or principals are lists,
  fails with a server error or is refused.
- Listing: the answer lacks the bucket's region, which S3 tells with it.
- Deletion: removing a delete marker after versioning was suspended is a server error, which the provider
  retries for an hour (it suspends versioning first when it destroys a bucket with all it holds).
"""

import json
from collections.abc import Callable
from typing import Any

from moto.s3.models import FakeBucket, FakeDeleteMarker
from moto.s3.responses import S3Response

from local.extensions.wrapping import add, wrap

_LOGGING_PRINCIPAL = "logging.s3.amazonaws.com"
_XMLNS = "http://s3.amazonaws.com/doc/2006-03-01/"
_TIERING = "intelligent-tiering"
_Querystring = dict[str, list[str]]


def register() -> None:
    """Extends moto's S3."""
    wrap(S3Response, "_bucket_response_put", _put)
    wrap(S3Response, "_bucket_response_get", _get)
    wrap(S3Response, "_bucket_response_delete", _delete)
    wrap(S3Response, "list_objects_v2", _list)
    wrap(S3Response, "get_bucket_notification", _get_notification)
    # The store of versions disposes of whatever it removes; a marker has nothing to give back.
    add(FakeDeleteMarker, "dispose", lambda marker, garbage=False: None)
    FakeBucket._log_permissions_enabled_policy = staticmethod(_lets_log_delivery_write)


def _documents(response: Any) -> dict[str, bytes]:
    """The stored documents of the request's bucket, kept on moto's own object so that they end with it."""
    bucket = response.backend.get_bucket(response.bucket_name)
    documents: dict[str, bytes] = bucket.__dict__.setdefault("stored_documents", {})
    return documents


def _tiering_document(query: _Querystring) -> str:
    return f"{_TIERING}/{query['id'][0]}"


def _put(original: Callable[..., Any], response: Any, request: Any, bucket: str, query: _Querystring) -> Any:
    if _TIERING in query:
        _documents(response)[_tiering_document(query)] = response.body
        return 200, {}, ""
    answer = original(response, request, bucket, query)
    if "lifecycle" in query:
        _documents(response)["lifecycle"] = response.body
    return answer


def _get(original: Callable[..., Any], response: Any, bucket: str, query: _Querystring) -> Any:
    if _TIERING in query and "id" in query:
        document = _documents(response).get(_tiering_document(query))
        if document is None:
            return 404, {}, "<Error><Code>NoSuchConfiguration</Code><Message>no such id</Message></Error>"
        return 200, {}, document
    if "lifecycle" in query and "lifecycle" in _documents(response):
        headers = {"x-amz-transition-default-minimum-object-size": "all_storage_classes_128K"}
        return 200, headers, _documents(response)["lifecycle"]
    return original(response, bucket, query)


def _delete(original: Callable[..., Any], response: Any, bucket: str, query: _Querystring) -> Any:
    if _TIERING in query:
        _documents(response).pop(_tiering_document(query), None)
        return 204, {}, ""
    if "lifecycle" in query:
        _documents(response).pop("lifecycle", None)
    return original(response, bucket, query)


def _list(original: Callable[..., Any], response: Any) -> Any:
    status, headers, body = original(response)
    region = response.backend.get_bucket(response.bucket_name).region_name
    return status, {**headers, "x-amz-bucket-region": region}, body


def _get_notification(original: Callable[..., Any], response: Any) -> Any:
    configuration = response.backend.get_bucket_notification_configuration(response.bucket_name)
    answer = original(response)
    if configuration is None or configuration.event_bridge is None:
        return answer
    status, headers, body = answer
    end = "</NotificationConfiguration>"
    if not body.rstrip().endswith(end):
        # nothing else is configured, and moto answers with an element that is closed where it opens
        body = f'<NotificationConfiguration xmlns="{_XMLNS}">{end}'
    return status, headers, body.replace(end, f"<EventBridgeConfiguration/>{end}")


def _lets_log_delivery_write(target_bucket: Any, target_prefix: str | None) -> bool:
    """Whether the log bucket's policy allows S3's log delivery to write, in whatever shape."""
    if not target_bucket.policy:
        return False
    objects = {f"{target_bucket.arn}/*", f"{target_bucket.arn}/{target_prefix or ''}*"}
    for statement in json.loads(target_bucket.policy)["Statement"]:
        principal = statement.get("Principal")
        services = _as_list(principal.get("Service")) if isinstance(principal, dict) else []
        if (
            statement["Effect"] == "Allow"
            and _LOGGING_PRINCIPAL in services
            and "s3:PutObject" in _as_list(statement.get("Action"))
            and objects & set(_as_list(statement.get("Resource")))
        ):
            return True
    return False


def _as_list(value: str | list[str] | None) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else value
