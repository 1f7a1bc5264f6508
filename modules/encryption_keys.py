"""The workload's keys, one for each purpose, each with a policy of its own (KMS-1)."""

from collections.abc import Sequence
from dataclasses import dataclass

from constructs import Construct

from modules.context import Context, DataClassification
from modules.customer_key import THIS_KEY, CustomerKey, CustomerKeyProps
from modules.policy import Condition, Statement, service

# Services that AWS documents to send aws:SourceAccount with their KMS requests. EventBridge does not: with
# that condition its messages are dropped without an error
# (https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html). The encryption context, which names
# the topic or queue, bounds every sender to this account's.
_SENDS_SOURCE_ACCOUNT = frozenset({"budgets.amazonaws.com", "cloudwatch.amazonaws.com"})


@dataclass(frozen=True)
class EncryptionKeysProps:
    """Properties of the workload's keys.

    Attributes:
        topic_publishers: Service principals that publish to topics under the messaging key, such as
            ``cloudwatch.amazonaws.com`` (alarms) or ``events.amazonaws.com``. AWS Config is not among them:
            it does not support encrypted topics, its events go over EventBridge.
        queue_senders: Service principals that send to queues under the messaging key, such as
            ``s3.amazonaws.com``.
        audit_trail_arn: CloudTrail trail that writes to a bucket under the storage key; None for none.
        config_recorder: Whether AWS Config writes to a bucket under the storage key.
    """

    topic_publishers: Sequence[str]
    queue_senders: Sequence[str]
    audit_trail_arn: str | None
    config_recorder: bool


class EncryptionKeys(Construct):
    """One key for each purpose: whoever may use one learns nothing that another protects.

    Attributes:
        database: Aurora's storage, backups and Performance Insights.
        storage: Buckets, and the streams that deliver to them.
        dynamodb: DynamoDB tables.
        functions: Environments of Lambda functions.
        logs: CloudWatch log groups.
        messaging: SNS topics and SQS queues.
        secrets: Secrets Manager secrets, the one that RDS manages included.
        all: Every key by the name of its purpose.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: EncryptionKeysProps) -> None:
        super().__init__(scope, id_)

        def key(
            purpose: str,
            description: str,
            used_through: Sequence[str] = (),
            statements: Sequence[Statement] = (),
        ) -> CustomerKey:
            classification = (
                DataClassification.INTERNAL if purpose == "messaging" else DataClassification.CONFIDENTIAL
            )
            return CustomerKey(
                self,
                purpose,
                context,
                CustomerKeyProps(purpose, description, used_through, statements, classification),
            )

        self.database = key("database", "Aurora storage, backups and Performance Insights", ["rds"])
        self.storage = key(
            "storage",
            "Buckets and the streams that deliver to them",
            ["s3", "firehose"],
            _bucket_writers(context, props),
        )
        self.dynamodb = key("dynamodb", "DynamoDB tables", ["dynamodb"], [_described_by_dynamodb()])
        self.functions = key("functions", "Environments of Lambda functions", ["lambda"])
        self.logs = key("logs", "CloudWatch log groups", (), [log_groups(context)])
        self.messaging = key(
            "messaging", "SNS topics and SQS queues", ["sns", "sqs"], _message_senders(context, props)
        )
        # RDS makes the master user's secret on behalf of whoever creates the cluster.
        self.secrets = key("secrets", "Secrets Manager secrets", ["secretsmanager", "rds"])
        self.all = {
            "database": self.database,
            "storage": self.storage,
            "dynamodb": self.dynamodb,
            "functions": self.functions,
            "logs": self.logs,
            "messaging": self.messaging,
            "secrets": self.secrets,
        }


def log_groups(context: Context) -> Statement:
    """Let CloudWatch Logs of the stack's region use the key for this account's log groups.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    return Statement(
        sid="CloudWatchLogsUsesKey",
        actions=["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        resources=THIS_KEY,
        principals=[service(f"logs.{context.region}.amazonaws.com")],
        conditions=[
            Condition(
                "ArnLike",
                "kms:EncryptionContext:aws:logs:arn",
                [f"arn:{context.partition}:logs:{context.region}:{context.account_id}:log-group:*"],
            )
        ],
    )


def trail_delivery(context: Context, trail_arn: str) -> list[Statement]:
    """Let CloudTrail encrypt one trail's files.

    It decrypts as well, because the bucket has an S3 Bucket Key:
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
    """
    cloudtrail = service("cloudtrail.amazonaws.com")
    from_trail = Condition("StringEquals", "aws:SourceArn", [trail_arn])
    return [
        Statement(
            sid="CloudTrailEncryptsFiles",
            actions=["kms:GenerateDataKey*"],
            resources=THIS_KEY,
            principals=[cloudtrail],
            conditions=[
                from_trail,
                Condition(
                    "StringLike",
                    "kms:EncryptionContext:aws:cloudtrail:arn",
                    [f"arn:{context.partition}:cloudtrail:*:{context.account_id}:trail/*"],
                ),
            ],
        ),
        Statement(
            sid="CloudTrailReadsKey",
            actions=["kms:Decrypt", "kms:DescribeKey"],
            resources=THIS_KEY,
            principals=[cloudtrail],
            conditions=[from_trail],
        ),
    ]


def config_delivery(context: Context) -> Statement:
    """Let AWS Config encrypt what it delivers as itself, where its role's access fails.

    https://docs.aws.amazon.com/config/latest/developerguide/s3-kms-key-policy.html
    """
    return Statement(
        sid="ConfigEncryptsDeliveries",
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        resources=THIS_KEY,
        principals=[service("config.amazonaws.com")],
        conditions=[Condition("StringEquals", "aws:SourceAccount", [context.account_id])],
    )


def senders(
    context: Context, services: Sequence[str], messaging_service: str, context_key: str
) -> list[Statement]:
    """Let services send messages to this account's encrypted topics or queues.

    Args:
        context: The stack's context.
        services: Service principals.
        messaging_service: ``sns`` or ``sqs``.
        context_key: Key of the encryption context that names the topic or queue.
    """
    in_this_account = Condition(
        "ArnLike",
        f"kms:EncryptionContext:{context_key}",
        [f"arn:{context.partition}:{messaging_service}:{context.region}:{context.account_id}:*"],
    )
    source_account = Condition("StringEquals", "aws:SourceAccount", [context.account_id])
    return [
        Statement(
            sid=f"{_words(name)}SendsTo{messaging_service.upper()}",
            actions=["kms:GenerateDataKey*", "kms:Decrypt"],
            resources=THIS_KEY,
            principals=[service(name)],
            conditions=[in_this_account, *([source_account] if name in _SENDS_SOURCE_ACCOUNT else [])],
        )
        for name in services
    ]


def _words(service_principal: str) -> str:
    """Name a service in a statement id, which has letters and digits only (``EventsRds``)."""
    return "".join(part.capitalize() for part in service_principal.removesuffix(".amazonaws.com").split("."))


def _bucket_writers(context: Context, props: EncryptionKeysProps) -> list[Statement]:
    return [
        *(trail_delivery(context, props.audit_trail_arn) if props.audit_trail_arn else []),
        *([config_delivery(context)] if props.config_recorder else []),
    ]


def _message_senders(context: Context, props: EncryptionKeysProps) -> list[Statement]:
    return [
        *senders(context, props.topic_publishers, "sns", "aws:sns:topicArn"),
        *senders(context, props.queue_senders, "sqs", "aws:sqs:arn"),
    ]


def _described_by_dynamodb() -> Statement:
    """Let DynamoDB watch the key's state itself.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    """
    return Statement(
        sid="DynamoDbDescribesKey",
        actions=["kms:Describe*", "kms:Get*", "kms:List*"],
        resources=THIS_KEY,
        principals=[service("dynamodb.amazonaws.com")],
    )
