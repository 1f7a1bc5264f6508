"""Buckets and tables."""

from collections.abc import Iterator
from decimal import Decimal

from tools.cost.charges import MILLION, Charge
from tools.cost.load import Load
from tools.cost.resources import Resources, expect

S3 = "S3"
DYNAMODB = "DynamoDB"


def buckets(_: Resources, load: Load) -> Iterator[Charge]:
    """What all buckets hold; an empty one costs nothing."""
    yield Charge(S3, "storage (Standard)", "s3-standard-gb", load.object_gb)
    yield Charge(S3, "requests that write or list", "s3-write-thousand", load.object_writes / 1000)
    yield Charge(S3, "requests that read", "s3-read-thousand", load.object_reads / 1000)


def tables(stack: Resources, load: Load) -> Iterator[Charge]:
    """What all tables are asked and hold; point-in-time recovery costs by what they hold."""
    blocks = stack.all("aws_dynamodb_table")
    for table in blocks:
        expect(table, "billing_mode", "PAY_PER_REQUEST")
    yield Charge(DYNAMODB, "write units", "dynamodb-write-million", load.table_writes / MILLION)
    yield Charge(DYNAMODB, "read units", "dynamodb-read-million", load.table_reads / MILLION)
    yield Charge(DYNAMODB, "storage", "dynamodb-storage-gb", load.table_gb)
    recovered = any(table.get("point_in_time_recovery", {}).get("enabled") for table in blocks)
    yield Charge(
        DYNAMODB,
        "point-in-time recovery",
        "dynamodb-recovery-gb",
        load.table_gb if recovered else Decimal(0),
    )
