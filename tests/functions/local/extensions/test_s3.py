import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
OTHER_KEY = KEY.replace("1111", "9999")


@pytest.fixture
def s3(client: Callable[[str], Any]) -> Any:
    return client("s3")


@pytest.fixture
def bucket(s3: Any, unique: str) -> str:
    s3.create_bucket(Bucket=unique)
    return unique


def put_policy(s3: Any, bucket: str, *statements: dict[str, Any]) -> None:
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))


def deny(bucket: str, action: str, condition: dict[str, Any]) -> dict[str, Any]:
    resources = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": resources,
        "Condition": condition,
    }


def test_lifecycle_comes_back_as_it_was_put(s3: Any, bucket: str) -> None:
    rule = {
        "ID": "all",
        "Status": "Enabled",
        "Filter": {
            "And": {"Prefix": "tmp/", "ObjectSizeGreaterThan": 1000, "Tags": [{"Key": "a", "Value": "b"}]}
        },
        "Transitions": [{"Days": 90, "StorageClass": "GLACIER"}],
        "NoncurrentVersionExpiration": {"NoncurrentDays": 90, "NewerNoncurrentVersions": 3},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})

    answer = s3.get_bucket_lifecycle_configuration(Bucket=bucket)

    assert answer["Rules"] == [rule]
    assert answer["TransitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"


def test_a_deleted_lifecycle_is_gone(s3: Any, bucket: str) -> None:
    rule = {
        "ID": "all",
        "Status": "Enabled",
        "Filter": {},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 90, "NewerNoncurrentVersions": 3},
    }
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
    assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"] == [rule]
    s3.delete_bucket_lifecycle(Bucket=bucket)

    with pytest.raises(ClientError) as error:
        s3.get_bucket_lifecycle_configuration(Bucket=bucket)

    assert error.value.response["Error"]["Code"] == "NoSuchLifecycleConfiguration"


def test_intelligent_tiering_is_kept_until_deleted(s3: Any, bucket: str) -> None:
    configuration = {
        "Id": "all",
        "Status": "Enabled",
        "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}],
    }
    s3.put_bucket_intelligent_tiering_configuration(
        Bucket=bucket, Id="all", IntelligentTieringConfiguration=configuration
    )

    answer = s3.get_bucket_intelligent_tiering_configuration(Bucket=bucket, Id="all")
    assert answer["IntelligentTieringConfiguration"] == configuration

    s3.delete_bucket_intelligent_tiering_configuration(Bucket=bucket, Id="all")
    with pytest.raises(ClientError) as error:
        s3.get_bucket_intelligent_tiering_configuration(Bucket=bucket, Id="all")
    assert error.value.response["Error"]["Code"] == "NoSuchConfiguration"


@pytest.mark.parametrize("with_queue", [False, True])
def test_notification_reports_the_event_bridge_switch(
    s3: Any, bucket: str, client: Callable[[str], Any], with_queue: bool
) -> None:
    configuration: dict[str, Any] = {"EventBridgeConfiguration": {}}
    if with_queue:
        client("sqs").create_queue(QueueName=bucket)
        queue = {
            "Id": "trades",
            "QueueArn": f"arn:aws:sqs:us-east-1:123456789012:{bucket}",
            "Events": ["s3:ObjectCreated:*"],
            "Filter": {"Key": {"FilterRules": [{"Name": "suffix", "Value": ".csv"}]}},
        }
        configuration["QueueConfigurations"] = [queue]
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=configuration)

    answer = s3.get_bucket_notification_configuration(Bucket=bucket)

    answer.pop("ResponseMetadata")
    assert answer == configuration


def test_logging_is_accepted_when_the_policy_allows_it_among_others(s3: Any, bucket: str) -> None:
    s3.create_bucket(Bucket=f"{bucket}-logs")
    statements = [
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{bucket}-logs/*",
         "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {"Effect": "Allow", "Principal": {"Service": ["logging.s3.amazonaws.com", "x.amazonaws.com"]},
         "Action": ["s3:PutObject"], "Resource": [f"arn:aws:s3:::{bucket}-logs/*"]},
    ]  # fmt: skip
    s3.put_bucket_policy(Bucket=f"{bucket}-logs", Policy=json.dumps({"Statement": statements}))
    logging = {"TargetBucket": f"{bucket}-logs", "TargetPrefix": "raw/"}

    s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={"LoggingEnabled": logging})

    assert s3.get_bucket_logging(Bucket=bucket)["LoggingEnabled"] == logging


@pytest.mark.holds_on_bare_moto
def test_logging_is_refused_without_permission(s3: Any, bucket: str) -> None:
    s3.create_bucket(Bucket=f"{bucket}-logs")
    logging = {"TargetBucket": f"{bucket}-logs", "TargetPrefix": "raw/"}

    with pytest.raises(ClientError) as error:
        s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={"LoggingEnabled": logging})

    assert error.value.response["Error"]["Code"] == "InvalidTargetBucketForLogging"


def test_a_tls_only_policy_lets_requests_pass(s3: Any, bucket: str) -> None:
    put_policy(s3, bucket, deny(bucket, "s3:*", {"Bool": {"aws:SecureTransport": "false"}}))

    s3.put_object(Bucket=bucket, Key="a", Body=b"x")

    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"x"
    assert s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "a"}]})["Deleted"] == [{"Key": "a"}]


def test_an_upload_with_another_key_is_denied(s3: Any, bucket: str) -> None:
    condition = {"StringNotEqualsIfExists": {"s3:x-amz-server-side-encryption-aws-kms-key-id": KEY}}
    put_policy(
        s3,
        bucket,
        deny(
            bucket,
            "s3:PutObject",
            {**condition, "Null": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "false"}},
        ),
    )
    upload = {"Bucket": bucket, "Key": "a", "Body": b"x", "ServerSideEncryption": "aws:kms"}

    s3.put_object(Bucket=bucket, Key="default", Body=b"x")
    s3.put_object(**upload, SSEKMSKeyId=KEY)
    with pytest.raises(ClientError) as error:
        s3.put_object(**upload, SSEKMSKeyId=OTHER_KEY)

    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_a_denial_of_a_service_is_not_one_of_the_account(s3: Any, bucket: str) -> None:
    statement = deny(bucket, "s3:*", {})
    put_policy(s3, bucket, {**statement, "Principal": {"Service": "logging.s3.amazonaws.com"}})

    s3.put_object(Bucket=bucket, Key="a", Body=b"x")

    assert s3.head_object(Bucket=bucket, Key="a")["ContentLength"] == 1


def test_a_delete_marker_goes_after_versioning_was_suspended(s3: Any, bucket: str) -> None:
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket=bucket, Key="a", Body=b"x")["VersionId"]
    marker = s3.delete_object(Bucket=bucket, Key="a")["VersionId"]
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})

    for each in (version, marker):
        s3.delete_object(Bucket=bucket, Key="a", VersionId=each)

    listed = s3.list_object_versions(Bucket=bucket)
    assert "Versions" not in listed
    assert "DeleteMarkers" not in listed


def test_a_listing_tells_the_buckets_region(client: Callable[[str], Any], unique: str) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket=unique, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    answer = s3.list_objects_v2(Bucket=unique)
    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"] == "eu-west-1"
