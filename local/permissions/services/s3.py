"""Permissions of S3's operations.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

from moto.s3.models import FakeKey, s3_backends

from local.permissions.call import Call
from local.permissions.evaluation import Access
from local.permissions.keys import customer_key, uses

_READ_KEY = ("Decrypt",)
_WRITE_KEY = ("GenerateDataKey",)
_WRITE_AND_READ_KEY = ("GenerateDataKey", "Decrypt")
"""For uploads in parts, which S3 reads to put them together, and where the bucket has an S3 Bucket Key, which
S3 keeps encrypted.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuAndPermissions.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
"""


def accesses(call: Call) -> Iterable[Access]:
    """What an operation of S3 takes; raises KeyError for one that is not known here."""
    return _OPERATIONS[call.operation](call)


def _get_object(call: Call) -> Iterable[Access]:
    bucket, name, version = (
        call.parameters["Bucket"],
        call.parameters["Key"],
        call.parameters.get("VersionId"),
    )
    yield _on_object(call, "GetObjectVersion" if version else "GetObject", bucket, name)
    found = _object(call, bucket, name, version)
    if found is None:
        yield _that_it_is_missing(call, bucket, name)
    else:
        yield from _use_of_its_key(call, bucket, name, found)


def _head_object(call: Call) -> Iterable[Access]:
    needs_key = call.parameters.get("ChecksumMode") == "ENABLED"
    for access in _get_object(call):
        if needs_key or not access.action.startswith("kms:"):
            yield access


def _put_object(call: Call) -> Iterable[Access]:
    bucket, name = call.parameters["Bucket"], call.parameters["Key"]
    yield _on_object(call, "PutObject", bucket, name)
    if call.parameters.get("Tagging"):
        yield _on_object(call, "PutObjectTagging", bucket, name)
    if "IfMatch" in call.parameters:
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
        yield _on_object(call, "GetObject", bucket, name)
    yield from _use_of_key_for_writing(call, bucket, name, _WRITE_KEY)


def _upload_in_parts(call: Call) -> Iterable[Access]:
    bucket, name = call.parameters["Bucket"], call.parameters["Key"]
    yield _on_object(call, "PutObject", bucket, name)
    yield from _use_of_key_for_writing(call, bucket, name, _WRITE_AND_READ_KEY)


def _copy_object(call: Call) -> Iterable[Access]:
    source, _, version = unquote(call.parameters["CopySource"]).lstrip("/").partition("?versionId=")
    bucket, _, name = source.partition("/")
    yield _on_object(call, "GetObjectVersion" if version else "GetObject", bucket, name)
    found = _object(call, bucket, name, version or None)
    if found is not None:
        yield from _use_of_its_key(call, bucket, name, found)
    yield from _put_object(call)


def _delete_object(call: Call) -> Iterable[Access]:
    action = "DeleteObjectVersion" if call.parameters.get("VersionId") else "DeleteObject"
    yield _on_object(call, action, call.parameters["Bucket"], call.parameters["Key"])


def _delete_objects(call: Call) -> Iterable[Access]:
    """All keys or none; AWS deletes those that it may."""
    for entry in call.parameters["Delete"]["Objects"]:
        action = "DeleteObjectVersion" if entry.get("VersionId") else "DeleteObject"
        yield _on_object(call, action, call.parameters["Bucket"], entry["Key"])


def _object_action(action: str) -> Callable[[Call], Iterable[Access]]:
    return lambda call: [_on_object(call, action, call.parameters["Bucket"], call.parameters["Key"])]


def _bucket_action(action: str) -> Callable[[Call], Iterable[Access]]:
    def of_bucket(call: Call) -> Iterable[Access]:
        names = {"Prefix": "s3:prefix", "Delimiter": "s3:delimiter", "MaxKeys": "s3:max-keys"}
        context = {key: str(call.parameters[name]) for name, key in names.items() if name in call.parameters}
        yield Access(f"s3:{action}", _bucket_arn(call, call.parameters["Bucket"]), context)

    return of_bucket


_OPERATIONS: dict[str, Callable[[Call], Iterable[Access]]] = {
    "AbortMultipartUpload": _object_action("AbortMultipartUpload"),
    "CompleteMultipartUpload": _upload_in_parts,
    "CopyObject": _copy_object,
    "CreateMultipartUpload": _upload_in_parts,
    "DeleteObject": _delete_object,
    "DeleteObjects": _delete_objects,
    "GetBucketLocation": _bucket_action("GetBucketLocation"),
    "GetObject": _get_object,
    "GetObjectTagging": _object_action("GetObjectTagging"),
    "HeadBucket": _bucket_action("ListBucket"),
    "HeadObject": _head_object,
    "ListMultipartUploads": _bucket_action("ListBucketMultipartUploads"),
    "ListObjectVersions": _bucket_action("ListBucketVersions"),
    "ListObjects": _bucket_action("ListBucket"),
    "ListObjectsV2": _bucket_action("ListBucket"),
    "ListParts": _object_action("ListMultipartUploadParts"),
    "PostObject": _put_object,
    "PutObject": _put_object,
    "PutObjectTagging": _object_action("PutObjectTagging"),
    "UploadPart": _upload_in_parts,
}


def _bucket_arn(call: Call, bucket: str) -> str:
    return f"arn:{call.partition}:s3:::{bucket}"


def _on_object(call: Call, action: str, bucket: str, name: str) -> Access:
    return Access(f"s3:{action}", f"{_bucket_arn(call, bucket)}/{name}")


def _that_it_is_missing(call: Call, bucket: str, name: str) -> Access:
    """Only who may list learns that an object is missing (404); others get 403.

    A permission to list a prefix is enough for the keys below it (seen by others:
    https://github.com/kopia/kopia/pull/3072).
    """
    return Access("s3:ListBucket", _bucket_arn(call, bucket), {"s3:prefix": name})


def _bucket(call: Call, name: str) -> Any | None:
    return s3_backends[call.account_id][call.partition].buckets.get(name)


def _object(call: Call, bucket: str, name: str, version: str | None) -> FakeKey | None:
    owner = _bucket(call, bucket)
    if owner is None:
        return None
    versions = owner.keys.getlist(name, default=[])
    if version is not None:
        versions = [one for one in versions if str(one.version_id) == version]
    return versions[-1] if versions and isinstance(versions[-1], FakeKey) else None


def _use_of_its_key(call: Call, bucket: str, name: str, found: FakeKey) -> list[Access]:
    key = (
        customer_key(found.kms_key_id, call.account_id, call.region)
        if found.encryption == "aws:kms"
        else None
    )
    return uses(call, key, _READ_KEY, _encryption_context(call, bucket, name, bool(found.bucket_key_enabled)))


def _use_of_key_for_writing(call: Call, bucket: str, name: str, actions: tuple[str, ...]) -> list[Access]:
    owner = _bucket(call, bucket)
    rule = ((owner.encryption if owner else None) or {}).get("Rule", {})
    default = rule.get("ApplyServerSideEncryptionByDefault", {})
    algorithm = call.parameters.get("ServerSideEncryption") or default.get("SSEAlgorithm")
    reference = call.parameters.get("SSEKMSKeyId") or default.get("KMSMasterKeyID")
    if algorithm != "aws:kms":
        return []
    bucket_key = str(rule.get("BucketKeyEnabled", "false")).lower() == "true"
    key = customer_key(reference, call.account_id, call.region)
    if bucket_key:
        actions = _WRITE_AND_READ_KEY
    return uses(call, key, actions, _encryption_context(call, bucket, name, bucket_key))


def _encryption_context(call: Call, bucket: str, name: str, bucket_key: bool) -> dict[str, str]:
    """An S3 Bucket Key is bound to the bucket, a key of its own to the object."""
    arn = _bucket_arn(call, bucket)
    return {"aws:s3:arn": arn if bucket_key else f"{arn}/{name}"}
