"""Permissions that functions need on what others own: exact actions, on the resource and on its key (IAM-1).

Whoever reads an encrypted object needs the key of the *bucket*; the key of the function's own environment is
no help. So each of these grants both, and the key only by way of the service that holds the data
(``kms:ViaService``).

The name given to each becomes part of the statements' ids: letters and digits only.
"""

from collections.abc import Sequence

from modules.context import Context
from modules.policy import Condition, Statement


def read_objects(
    context: Context, name: str, bucket_arn: str, key_arn: str, prefix: str = ""
) -> list[Statement]:
    """Allow reading objects, those whose key starts with ``prefix``."""
    return [
        Statement(f"Read{name}", ["s3:GetObject"], [f"{bucket_arn}/{prefix}*"]),
        _use_key(context, f"Read{name}Key", key_arn, "s3", ["kms:Decrypt"]),
    ]


def write_objects(
    context: Context, name: str, bucket_arn: str, key_arn: str, prefix: str = ""
) -> list[Statement]:
    """Allow writing objects, those whose key starts with ``prefix``.

    Writing needs ``kms:Decrypt`` besides, since S3 reads what it has kept encrypted: the parts of an upload
    in parts, and the bucket's S3 Bucket Key
    (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html).
    What is left of a failed upload goes by the bucket's lifecycle.
    """
    return [
        Statement(f"Write{name}", ["s3:PutObject"], [f"{bucket_arn}/{prefix}*"]),
        _use_key(context, f"Write{name}Key", key_arn, "s3", ["kms:GenerateDataKey", "kms:Decrypt"]),
    ]


def list_objects(name: str, bucket_arn: str, prefix: str = "") -> list[Statement]:
    """Allow listing the keys that start with ``prefix``; without it, S3 says 403 of a missing object."""
    conditions = (Condition("StringLike", "s3:prefix", [f"{prefix}*"]),) if prefix else ()
    return [Statement(f"List{name}", ["s3:ListBucket"], [bucket_arn], conditions=conditions)]


def delete_objects(name: str, bucket_arn: str, prefix: str = "") -> list[Statement]:
    """Allow deleting objects, those whose key starts with ``prefix``."""
    return [Statement(f"Delete{name}", ["s3:DeleteObject"], [f"{bucket_arn}/{prefix}*"])]


def consume_queue(context: Context, name: str, queue_arn: str, key_arn: str) -> list[Statement]:
    """Allow an event-source mapping to take messages, as Lambda documents it for queues."""
    return [
        Statement(
            f"Consume{name}",
            ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            [queue_arn],
        ),
        _use_key(context, f"Consume{name}Key", key_arn, "sqs", ["kms:Decrypt"]),
    ]


def send_to_queue(context: Context, name: str, queue_arn: str, key_arn: str) -> list[Statement]:
    """Allow sending messages."""
    return [
        Statement(f"Send{name}", ["sqs:SendMessage"], [queue_arn]),
        _use_key(context, f"Send{name}Key", key_arn, "sqs", ["kms:GenerateDataKey", "kms:Decrypt"]),
    ]


def use_table(
    context: Context, name: str, table_arn: str, key_arn: str, actions: Sequence[str]
) -> list[Statement]:
    """Allow exactly these actions on a DynamoDB table, such as ``dynamodb:GetItem``.

    DynamoDB decrypts the table's key on behalf of whoever uses the table; whatever else it does with the
    customer's key, it does by a grant of whoever made the table (DynamoDB developer guide, "Encryption at
    rest: How it works").
    """
    return [
        Statement(f"Use{name}", actions, [table_arn]),
        _use_key(context, f"Use{name}Key", key_arn, "dynamodb", ["kms:Decrypt"]),
    ]


def publish_to_topic(context: Context, name: str, topic_arn: str, key_arn: str) -> list[Statement]:
    """Allow publishing messages."""
    return [
        Statement(f"Publish{name}", ["sns:Publish"], [topic_arn]),
        _use_key(context, f"Publish{name}Key", key_arn, "sns", ["kms:GenerateDataKey", "kms:Decrypt"]),
    ]


def read_secret(context: Context, name: str, secret_arn: str, key_arn: str) -> list[Statement]:
    """Allow reading a secret's present value."""
    return [
        Statement(f"Read{name}", ["secretsmanager:GetSecretValue"], [secret_arn]),
        _use_key(context, f"Read{name}Key", key_arn, "secretsmanager", ["kms:Decrypt"]),
    ]


def connect_to_database(context: Context, name: str, cluster_resource_id: str, user: str) -> list[Statement]:
    """Allow logging in to a cluster as one user, with a token instead of a password.

    What that user may do is written in the database, by its migrations.
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html
    """
    # No resource has this ARN as an attribute; it names the cluster by the id that AWS gives only once.
    arn = (
        f"arn:{context.partition}:rds-db:{context.region}:{context.account_id}:"
        f"dbuser:{cluster_resource_id}/{user}"
    )
    return [Statement(f"ConnectTo{name}", ["rds-db:connect"], [arn])]


def _use_key(context: Context, sid: str, key_arn: str, service: str, actions: Sequence[str]) -> Statement:
    via = Condition("StringEquals", "kms:ViaService", [f"{service}.{context.region}.amazonaws.com"])
    return Statement(sid, actions, [key_arn], conditions=[via])
