"""What arrives in a queue when an object arrives in a bucket.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

import json
import re
import uuid
from typing import Any

from tests.support.local_functions import LocalAws


def connect(aws: LocalAws, versioned: bool = False, **configuration: Any) -> tuple[str, str]:
    """Makes a bucket that notifies a queue and takes the test event; gives the bucket and the queue's URL."""
    bucket = f"raw-{uuid.uuid4().hex[:8]}"
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=bucket)
    if versioned:
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    url, arn = aws.queue()
    notification = {"Id": "to-processor", "QueueArn": arn, "Events": ["s3:ObjectCreated:*"], **configuration}
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [notification]}
    )
    (message,) = take(aws, url)
    assert message["Event"] == "s3:TestEvent"
    return bucket, url


def take(aws: LocalAws, url: str, seconds: float = 5) -> list[dict[str, Any]]:
    messages = aws.receive(url, seconds)
    for message in messages:
        aws.client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [json.loads(message["Body"]) for message in messages]


def test_the_record_is_as_aws_documents_it(aws: LocalAws) -> None:
    bucket, url = connect(aws, versioned=True)
    put = aws.client("s3").put_object(
        Bucket=bucket, Key="raw/date=2013-10-07/IBM trades+é.csv.gz", Body=b"trades"
    )
    ((record,),) = (message["Records"] for message in take(aws, url))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record.pop("eventTime"))
    assert set(record.pop("responseElements")) == {"x-amz-request-id", "x-amz-id-2"}
    assert re.fullmatch("[0-9A-F]+", record["s3"]["object"].pop("sequencer"))
    assert record == {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "us-east-1",
        "eventName": "ObjectCreated:Put",
        "userIdentity": {"principalId": "AWS:123456789012"},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "to-processor",
            "bucket": {
                "name": bucket,
                "ownerIdentity": {"principalId": "123456789012"},
                "arn": f"arn:aws:s3:::{bucket}",
            },
            "object": {
                "key": "raw/date%3D2013-10-07/IBM+trades%2B%C3%A9.csv.gz",
                "size": 6,
                "eTag": put["ETag"].strip('"'),
                "versionId": put["VersionId"],
            },
        },
    }


def test_later_events_have_greater_sequencers(aws: LocalAws) -> None:
    bucket, url = connect(aws)
    sequencers = []
    for body in (b"1", b"2"):
        aws.client("s3").put_object(Bucket=bucket, Key="same", Body=body)
        described = take(aws, url)[0]["Records"][0]["s3"]["object"]
        assert "versionId" not in described
        sequencers.append(described["sequencer"])
    assert sequencers == sorted(set(sequencers))


def test_a_multipart_upload_notifies_when_it_is_complete(aws: LocalAws) -> None:
    bucket, url = connect(aws)
    s3 = aws.client("s3")
    upload = {"Bucket": bucket, "Key": "big"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    part = s3.upload_part(**upload, PartNumber=1, Body=b"x" * 10)
    assert take(aws, url, seconds=0.2) == []
    s3.complete_multipart_upload(
        **upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    )
    ((record,),) = (message["Records"] for message in take(aws, url))
    assert record["eventName"] == "ObjectCreated:CompleteMultipartUpload"
    assert record["s3"]["object"]["size"] == 10
    assert record["s3"]["object"]["eTag"].endswith("-1")


def test_other_prefixes_suffixes_and_events_notify_nobody(aws: LocalAws) -> None:
    rules = [{"Name": "prefix", "Value": "raw/"}, {"Name": "suffix", "Value": ".gz"}]
    bucket, url = connect(aws, Filter={"Key": {"FilterRules": rules}})
    s3 = aws.client("s3")
    for key in ("raw/a.csv", "other/a.gz", "raw/b.gz"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    s3.delete_object(Bucket=bucket, Key="raw/b.gz")
    assert [message["Records"][0]["s3"]["object"]["key"] for message in take(aws, url)] == ["raw/b.gz"]
    assert take(aws, url, seconds=0.2) == []


def test_a_removal_names_no_size(aws: LocalAws) -> None:
    bucket, url = connect(aws, Events=["s3:ObjectRemoved:*"])
    aws.client("s3").put_object(Bucket=bucket, Key="gone", Body=b"x")
    aws.client("s3").delete_object(Bucket=bucket, Key="gone")
    (record,) = take(aws, url)[0]["Records"]
    assert record["eventName"] == "ObjectRemoved:Delete"
    assert set(record["s3"]["object"]) == {"key", "sequencer"}
