"""What a role's session may call: exactly what its policy says, with the service's own error for the rest."""

import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.local_functions import ACCOUNT, REGION, LocalAws
from tests.support.roles import KEY_OF_ANYONE, Block, Role, allow, document


def code_of(call: Callable[[], Any]) -> str:
    """Code of the error that a call ends in."""
    with pytest.raises(ClientError) as caught:
        call()
    return str(caught.value.response["Error"]["Code"])


@pytest.fixture
def key(aws: LocalAws) -> str:
    """ARN of a customer-managed key that leaves its use to IAM."""
    made = aws.client("kms").create_key(Policy=document(KEY_OF_ANYONE))
    return str(made["KeyMetadata"]["Arn"])


@pytest.fixture
def bucket(aws: LocalAws, key: str) -> str:
    """A bucket under the key, with an S3 Bucket Key."""
    name = f"b-{uuid.uuid4().hex[:8]}"
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=name)
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    s3.put_bucket_encryption(
        Bucket=name,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]
        },
    )
    s3.put_object(Bucket=name, Key="bars/a", Body=b"content")
    return name


def test_each_service_refuses_in_its_own_words(aws: LocalAws) -> None:
    role = Role(aws, [])
    url, _ = aws.queue()
    topic = aws.client("sns").create_topic(Name=f"t-{uuid.uuid4().hex[:8]}")["TopicArn"]
    calls: list[tuple[str, Callable[[], Any]]] = [
        ("AccessDenied", lambda: role.client("s3").get_object(Bucket="b", Key="k")),
        ("403", lambda: role.client("s3").head_object(Bucket="b", Key="k")),
        ("AccessDenied", lambda: role.client("sqs").send_message(QueueUrl=url, MessageBody="m")),
        ("AuthorizationError", lambda: role.client("sns").publish(TopicArn=topic, Message="m")),
        (
            "AccessDeniedException",
            lambda: role.client("dynamodb").get_item(TableName="t", Key={"id": {"S": "1"}}),
        ),
        ("AccessDeniedException", lambda: role.client("secretsmanager").get_secret_value(SecretId="s")),
        ("AccessDeniedException", lambda: role.client("lambda").invoke(FunctionName="f")),
    ]
    assert [code_of(call) for _, call in calls] == [code for code, _ in calls]


def test_the_error_says_who_what_on_which_and_why(aws: LocalAws) -> None:
    role = Role(aws, [])
    with pytest.raises(ClientError) as caught:
        role.client("s3").get_object(Bucket="trades", Key="a b/ü")
    assert caught.value.response["Error"]["Message"] == (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/{role.name}/test is not authorized to perform:"
        " s3:GetObject on resource: arn:aws:s3:::trades/a b/ü because no identity-based policy allows the"
        " s3:GetObject action"
    )


def test_keys_of_a_user_are_not_checked(aws: LocalAws, bucket: str) -> None:
    assert aws.client("s3").get_object(Bucket=bucket, Key="bars/a")["Body"].read() == b"content"


def test_the_object_and_its_key_have_to_be_allowed(aws: LocalAws, bucket: str, key: str) -> None:
    objects = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/bars/*")
    via_s3 = {"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}}
    bound_to_the_bucket = {"StringEquals": {"kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{bucket}"}}
    bound_to_the_object = {
        "StringEquals": {"kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{bucket}/bars/a"}
    }

    def read(*statements: Block) -> bytes:
        content: bytes = (
            Role(aws, statements).client("s3").get_object(Bucket=bucket, Key="bars/a")["Body"].read()
        )
        return content

    assert read(objects, allow("kms:Decrypt", key)) == b"content"
    assert read(objects, allow("kms:Decrypt", key, **via_s3)) == b"content"
    assert read(objects, allow("kms:Decrypt", key, **bound_to_the_bucket)) == b"content"
    assert code_of(lambda: read(objects)) == "AccessDenied"
    assert code_of(lambda: read(allow("kms:Decrypt", key))) == "AccessDenied"
    assert code_of(lambda: read(objects, allow("kms:Decrypt", key, **bound_to_the_object))) == "AccessDenied"
    via_sqs = {"StringEquals": {"kms:ViaService": f"sqs.{REGION}.amazonaws.com"}}
    assert code_of(lambda: read(objects, allow("kms:Decrypt", key, **via_sqs))) == "AccessDenied"


def test_without_a_bucket_key_each_object_has_a_key_of_its_own(aws: LocalAws, key: str) -> None:
    name = f"b-{uuid.uuid4().hex[:8]}"
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    aws.client("s3").create_bucket(Bucket=name)
    aws.client("s3").put_bucket_encryption(
        Bucket=name,
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": default}]},
    )
    of_the_object = {"StringEquals": {"kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{name}/a"}}
    role = Role(aws, [allow("s3:*"), allow("kms:*", key, **of_the_object)])
    role.client("s3").put_object(Bucket=name, Key="a", Body=b"1")
    assert role.client("s3").get_object(Bucket=name, Key="a")["Body"].read() == b"1"
    assert [entry["count"] for entry in role.entries("used") if entry["action"] == "kms:*"] == [2]
    assert code_of(lambda: role.client("s3").put_object(Bucket=name, Key="b", Body=b"")) == "AccessDenied"


def test_the_keys_own_policy_has_to_agree(aws: LocalAws, bucket: str, key: str) -> None:
    role = Role(aws, [allow("*")])
    administrators = KEY_OF_ANYONE | {"Action": "kms:PutKeyPolicy"}
    aws.client("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=document(administrators))

    assert code_of(lambda: role.client("s3").get_object(Bucket=bucket, Key="bars/a")) == "AccessDenied"
    (refused,) = role.entries("refused")
    assert refused["action"] == "kms:Decrypt"
    assert refused["resource"] == key
    assert refused["reason"] == "because no resource-based policy allows the kms:Decrypt action"

    denied = {"Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}
    aws.client("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=document(KEY_OF_ANYONE, denied))
    assert code_of(lambda: role.client("s3").get_object(Bucket=bucket, Key="bars/a")) == "AccessDenied"
    assert role.entries("refused")[-1]["reason"] == "with an explicit deny in a resource-based policy"


def test_what_each_operation_on_objects_takes(aws: LocalAws, bucket: str) -> None:
    role = Role(aws, [allow(["s3:*", "kms:*"])])

    def takes(call: Callable[[Any], Any]) -> set[str]:
        taker = Role(aws, [allow(action) for action in ACTIONS])
        call(taker.client("s3"))
        return taker.used()

    assert role.used() == set()
    assert takes(lambda s3: s3.get_object(Bucket=bucket, Key="bars/a")) == {"s3:GetObject", "kms:Decrypt"}
    assert takes(lambda s3: s3.head_object(Bucket=bucket, Key="bars/a")) == {"s3:GetObject"}
    assert takes(lambda s3: s3.head_object(Bucket=bucket, Key="bars/a", ChecksumMode="ENABLED")) == {
        "s3:GetObject",
        "kms:Decrypt",
    }
    assert takes(lambda s3: s3.list_objects_v2(Bucket=bucket)) == {"s3:ListBucket"}
    written = {"s3:PutObject", "kms:GenerateDataKey", "kms:Decrypt"}
    assert takes(lambda s3: s3.put_object(Bucket=bucket, Key="b", Body=b"1")) == written
    assert takes(lambda s3: s3.put_object(Bucket=bucket, Key="c", Body=b"1", IfNoneMatch="*")) == written
    etag = aws.client("s3").head_object(Bucket=bucket, Key="b")["ETag"]
    assert takes(lambda s3: s3.put_object(Bucket=bucket, Key="b", Body=b"2", IfMatch=etag)) == {
        *written,
        "s3:GetObject",
    }
    assert takes(lambda s3: s3.put_object(Bucket=bucket, Key="b", Body=b"1", Tagging="a=b")) == {
        *written,
        "s3:PutObjectTagging",
    }
    assert takes(
        lambda s3: s3.put_object(Bucket=bucket, Key="b", Body=b"1", ServerSideEncryption="AES256")
    ) == {"s3:PutObject"}
    assert takes(lambda s3: s3.copy_object(Bucket=bucket, Key="d", CopySource=f"{bucket}/bars/a")) == {
        *written,
        "s3:GetObject",
    }
    assert takes(lambda s3: s3.delete_object(Bucket=bucket, Key="d")) == {"s3:DeleteObject"}
    assert takes(
        lambda s3: s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "b"}, {"Key": "c"}]})
    ) == {"s3:DeleteObject"}

    upload = aws.client("s3").create_multipart_upload(Bucket=bucket, Key="m")["UploadId"]
    part = {"Bucket": bucket, "Key": "m", "UploadId": upload}
    assert takes(lambda s3: s3.create_multipart_upload(Bucket=bucket, Key="n")) == written
    assert takes(lambda s3: s3.upload_part(**part, PartNumber=1, Body=b"1")) == written
    assert takes(lambda s3: s3.abort_multipart_upload(**part)) == {"s3:AbortMultipartUpload"}


ACTIONS = [
    *("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"),
    *("s3:PutObjectTagging", "kms:Decrypt", "kms:GenerateDataKey"),
]


def test_only_who_may_list_learns_that_an_object_is_missing(aws: LocalAws, bucket: str) -> None:
    read = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*")
    below_bars = allow("s3:ListBucket", f"arn:aws:s3:::{bucket}", StringLike={"s3:prefix": ["bars/*"]})

    def get(name: str, *statements: Block) -> str:
        return code_of(lambda: Role(aws, statements).client("s3").get_object(Bucket=bucket, Key=name))

    assert get("bars/missing", read) == "AccessDenied"
    assert get("bars/missing", read, below_bars) == "NoSuchKey"
    assert get("missing", read, below_bars) == "AccessDenied"


def test_listing_is_bound_to_the_prefix(aws: LocalAws, bucket: str) -> None:
    s3 = Role(
        aws, [allow("s3:ListBucket", f"arn:aws:s3:::{bucket}", StringLike={"s3:prefix": ["bars/*"]})]
    ).client("s3")
    assert s3.list_objects_v2(Bucket=bucket, Prefix="bars/")["KeyCount"] == 1
    assert code_of(lambda: s3.list_objects_v2(Bucket=bucket, Prefix="ba")) == "AccessDenied"
    assert code_of(lambda: s3.list_objects_v2(Bucket=bucket)) == "AccessDenied"


def test_a_queue_and_its_key(aws: LocalAws, key: str) -> None:
    url, arn = aws.queue(KmsMasterKeyId=key)
    send, receive = allow("sqs:SendMessage", arn), allow("sqs:ReceiveMessage", arn)

    def sending(*statements: Block) -> Any:
        return Role(aws, statements).client("sqs").send_message(QueueUrl=url, MessageBody="m")

    assert sending(send, allow(["kms:GenerateDataKey", "kms:Decrypt"], key))["MessageId"]
    assert code_of(lambda: sending(send, allow("kms:Decrypt", key))) == "KMS.AccessDeniedException"
    assert code_of(lambda: sending(send, allow("kms:GenerateDataKey", key))) == "KMS.AccessDeniedException"
    assert code_of(lambda: sending(allow("kms:*", key))) == "AccessDenied"
    partly = Role(aws, [send, allow("kms:Decrypt", key)])
    assert (
        code_of(lambda: partly.client("sqs").send_message(QueueUrl=url, MessageBody="m"))
        == "KMS.AccessDeniedException"
    )
    assert partly.used() == set()  # nothing was done
    receiver = Role(aws, [receive, allow("kms:Decrypt", key)])
    assert len(receiver.client("sqs").receive_message(QueueUrl=url)["Messages"]) == 1
    assert receiver.used() == {"sqs:ReceiveMessage", "kms:Decrypt"}
    batch = Role(aws, [send, allow("kms:*", key)]).client("sqs")
    sent = batch.send_message_batch(QueueUrl=url, Entries=[{"Id": "1", "MessageBody": "m"}])
    assert len(sent["Successful"]) == 1


def test_a_topic_and_its_key(aws: LocalAws, key: str) -> None:
    topic = aws.client("sns").create_topic(
        Name=f"t-{uuid.uuid4().hex[:8]}", Attributes={"KmsMasterKeyId": key}
    )["TopicArn"]
    publish = allow("sns:Publish", topic)

    def publishing(*statements: Block) -> Any:
        return Role(aws, statements).client("sns").publish(TopicArn=topic, Message="m")

    assert publishing(publish, allow(["kms:GenerateDataKey", "kms:Decrypt"], key))["MessageId"]
    assert code_of(lambda: publishing(publish, allow("kms:Decrypt", key))) == "KMSAccessDenied"
    assert code_of(lambda: publishing(allow("kms:*", key))) == "AuthorizationError"


def test_a_table_and_its_key(aws: LocalAws, key: str) -> None:
    name = f"t-{uuid.uuid4().hex[:8]}"
    aws.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
    )
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"
    item = {"id": {"S": "1"}}
    role = Role(aws, [allow(["dynamodb:PutItem", "dynamodb:UpdateItem"], arn), allow("kms:Decrypt", key)])
    table = role.client("dynamodb")
    table.put_item(TableName=name, Item=item)
    table.put_item(TableName=arn, Item=item)
    assert role.used() == {"dynamodb:PutItem", "kms:Decrypt"}
    assert code_of(lambda: table.get_item(TableName=name, Key=item)) == "AccessDeniedException"
    transaction = [{"Put": {"TableName": name, "Item": item}}, {"Delete": {"TableName": name, "Key": item}}]
    assert code_of(lambda: table.transact_write_items(TransactItems=transaction)) == "AccessDeniedException"
    assert role.refused() == ["dynamodb:GetItem", "dynamodb:DeleteItem"]
    without_key = Role(aws, [allow("dynamodb:*", arn)]).client("dynamodb")
    assert code_of(lambda: without_key.get_item(TableName=name, Key=item)) == "AccessDeniedException"


def test_a_secret_and_its_key(aws: LocalAws, key: str) -> None:
    name = f"s-{uuid.uuid4().hex[:8]}"
    arn = aws.client("secretsmanager").create_secret(Name=name, SecretString="x", KmsKeyId=key)["ARN"]
    get = allow("secretsmanager:GetSecretValue", arn)

    def value(*statements: Block, reference: str = name) -> str:
        answer = Role(aws, statements).client("secretsmanager").get_secret_value(SecretId=reference)
        return str(answer["SecretString"])

    bound = {"StringEquals": {"kms:EncryptionContext:SecretARN": arn}}
    assert value(get, allow("kms:Decrypt", key, **bound)) == "x"
    assert value(get, allow("kms:Decrypt", key), reference=arn) == "x"
    assert code_of(lambda: value(get)) == "AccessDeniedException"
    assert code_of(lambda: value(allow("kms:Decrypt", key))) == "AccessDeniedException"


@pytest.mark.requirement("IAM-2")
def test_the_boundary_keeps_a_role_in_its_region(aws: LocalAws) -> None:
    region = {
        "Effect": "Deny",
        "NotAction": ["sts:*"],
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": REGION}},
    }
    role = Role(aws, [allow("*")], boundary=[allow("*"), region])
    url, _ = aws.queue()
    assert role.client("sqs").send_message(QueueUrl=url, MessageBody="m")["MessageId"]
    elsewhere = role.client("sqs", "eu-west-1")
    assert code_of(lambda: elsewhere.send_message(QueueUrl=url, MessageBody="m")) == "AccessDenied"
    assert code_of(lambda: role.client("s3", "eu-west-1").list_objects_v2(Bucket="b")) == "AccessDenied"
    assert role.client("sts", "eu-west-1").get_caller_identity()["Account"] == ACCOUNT
    assert [entry["reason"] for entry in role.entries("refused")] == [
        "with an explicit deny in a permissions boundary"
    ] * 2


def test_a_signed_address_and_a_signed_form_act_for_the_role_that_signed(aws: LocalAws, bucket: str) -> None:
    keys = allow(["kms:GenerateDataKey", "kms:Decrypt"])
    role = Role(aws, [allow("s3:PutObject", f"arn:aws:s3:::{bucket}/uploads/*"), keys])
    signer = role.client("s3", signature="s3v4")

    def put(name: str) -> int:
        address = signer.generate_presigned_url("put_object", {"Bucket": bucket, "Key": name})
        return _status(urllib.request.Request(address, data=b"by address", method="PUT"))

    def post(name: str) -> int:
        form = signer.generate_presigned_post(bucket, name)
        border = "border"
        parts = [
            f'--{border}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
            for field, value in form["fields"].items()
        ]
        parts.append(
            f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nby form\r\n'
            f"--{border}--\r\n"
        )
        headers = {"Content-Type": f"multipart/form-data; boundary={border}"}
        return _status(urllib.request.Request(form["url"], data="".join(parts).encode(), headers=headers))

    assert put("uploads/a") == 200
    assert put("bars/a") == 403
    assert post("uploads/b") in (200, 204)
    assert post("bars/b") == 403
    stored = aws.client("s3")
    assert stored.get_object(Bucket=bucket, Key="uploads/a")["Body"].read() == b"by address"
    assert stored.get_object(Bucket=bucket, Key="uploads/b")["Body"].read() == b"by form"
    assert stored.get_object(Bucket=bucket, Key="bars/a")["Body"].read() == b"content"


def test_an_old_signature_is_not_good_enough_for_encrypted_objects(aws: LocalAws, bucket: str) -> None:
    signer = Role(aws, [allow("*")]).client("s3", signature="s3")
    address = signer.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "a"})
    assert _status(urllib.request.Request(address, data=b"", method="PUT")) == 400
    key_id = signer.generate_presigned_post(bucket, "a")["fields"]["AWSAccessKeyId"]
    form = f'--b\r\nContent-Disposition: form-data; name="AWSAccessKeyId"\r\n\r\n{key_id}\r\n--b--'
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    sent = urllib.request.Request(f"{aws.endpoint_url}/{bucket}", data=form.encode(), headers=headers)
    assert _status(sent) == 400


def _status(request: urllib.request.Request) -> int:
    try:
        with urllib.request.urlopen(request) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_a_call_whose_permissions_are_not_known_is_refused_and_noted(aws: LocalAws, bucket: str) -> None:
    role = Role(aws, [allow("*")], function="trades")
    with pytest.raises(ClientError, match="permissions of s3:GetBucketAcl are not known"):
        role.client("s3").get_bucket_acl(Bucket=bucket)
    assert role.refused() == ["s3:?"]


def test_a_session_policy_caps_the_role(aws: LocalAws) -> None:
    role = Role(aws, [allow("*")])
    url, _ = aws.queue()
    role._keys = aws.client("sts").assume_role(
        RoleArn=role.arn, RoleSessionName="test", Policy=document(allow("sqs:GetQueueUrl"))
    )["Credentials"]
    assert code_of(lambda: role.client("sqs").send_message(QueueUrl=url, MessageBody="m")) == "AccessDenied"
    assert role.client("sqs").get_queue_url(QueueName=url.rpartition("/")[2])["QueueUrl"] == url


def test_a_change_of_the_policy_counts_at_once(aws: LocalAws) -> None:
    role = Role(aws, [])
    url, _ = aws.queue()
    assert code_of(lambda: role.client("sqs").send_message(QueueUrl=url, MessageBody="m")) == "AccessDenied"
    iam = aws.client("iam")
    policy = iam.create_policy(PolicyName=f"p-{role.name}", PolicyDocument=document(allow("sqs:*")))["Policy"]
    iam.attach_role_policy(RoleName=role.name, PolicyArn=policy["Arn"])
    assert role.client("sqs").send_message(QueueUrl=url, MessageBody="m")["MessageId"]
    (used,) = role.entries("used")
    assert used == {
        "role": role.arn,
        "policy": f"p-{role.name}",
        "sid": "#0",
        "action": "sqs:*",
        "resource": "*",
        "count": 1,
    }
    iam.create_policy_version(
        PolicyArn=policy["Arn"], PolicyDocument=document(allow("sns:*")), SetAsDefault=True
    )
    assert code_of(lambda: role.client("sqs").send_message(QueueUrl=url, MessageBody="m")) == "AccessDenied"
