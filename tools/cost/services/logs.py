"""Log groups, the stream that carries them to the archive, and metrics of what they say."""

from collections.abc import Iterator
from decimal import Decimal

from tools.cost.charges import Charge
from tools.cost.load import Load
from tools.cost.resources import Block, Resources, expect
from tools.errors import ToolError

LOGS = "CloudWatch logs"
METRICS = "CloudWatch metrics"

COMPRESSED = Decimal("0.15")
"""CloudWatch stores logs compressed; AWS's own examples on the pricing page take this share."""

STREAMED = Decimal("0.2")
"""Share that Firehose bills: CloudWatch sends gzip, and Firehose rounds each record up to 5 KB."""

KINDS = {
    "/aws/lambda/": "function",
    "/aws/rds/": "database",
    "/aws/vpc/": "flow",
    "/aws/cloudtrail/": "trail",
    "/aws/apigateway/": "access",
    "API-Gateway-Execution-Logs_": "execution",
    "aws-waf-logs-": "firewall",
    "/aws/kinesisfirehose/": "delivery",
}
"""What writes to a log group, by the beginning of its name. Execution and delivery logs hold errors only."""


def kind(log_group: Block) -> str:
    """Tell what writes to a log group.

    Raises:
        ToolError: Its name tells nothing that is known here.
    """
    for beginning, found in KINDS.items():
        if log_group["name"].startswith(beginning):
            return found
    raise ToolError(
        f"what writes to the log group {log_group['name']}? Add it to tools/cost/services/logs.py"
    )


def log_groups(stack: Resources, load: Load) -> Iterator[Charge]:
    """What is written, and what is kept once logs are as old as they get."""
    groups = stack.all("aws_cloudwatch_log_group")
    kinds = [kind(group) for group in groups]
    for group, its_kind in zip(groups, kinds, strict=True):
        expect(group, "log_group_class", None, "STANDARD")
        written = load.log_gb.get(its_kind, Decimal(0)) / kinds.count(its_kind)
        months = Decimal(group["retention_in_days"]) / 30
        yield Charge(LOGS, "ingestion", "log-ingest-gb", written)
        yield Charge(LOGS, "storage, compressed", "log-storage-gb", written * COMPRESSED * months)


def archive_streams(stack: Resources, load: Load) -> Iterator[Charge]:
    """What the subscription filters carry to the archive, and the archive after a month."""
    carried = Decimal(0)
    groups = stack.all("aws_cloudwatch_log_group")
    kinds = [kind(group) for group in groups]
    for subscription in stack.all("aws_cloudwatch_log_subscription_filter"):
        if "aws_kinesis_firehose_delivery_stream" in subscription["destination_arn"]:
            its_kind = kind(stack.target(subscription["log_group_name"]))
            carried += load.log_gb.get(its_kind, Decimal(0)) / kinds.count(its_kind)
    yield Charge("Data Firehose", "ingestion", "firehose-gb", carried * STREAMED)
    yield Charge("S3", "storage (Standard)", "s3-standard-gb", carried * COMPRESSED)


def metric_filters(stack: Resources, load: Load) -> Iterator[Charge]:
    """One metric for each filter whose log group is written to."""
    written = [
        each
        for each in stack.all("aws_cloudwatch_log_metric_filter")
        if load.log_gb.get(kind(stack.target(each["log_group_name"])))
    ]
    yield Charge(METRICS, "custom metrics", "metric-month", Decimal(len(written)))
