"""Whoever may use encrypted data may use the data's own key, but only through the service that holds it."""

from collections.abc import Callable

import pytest

from modules import grants
from modules.policy import Condition, Statement
from tests.support.construct import CONTEXT

DATA = "arn:aws:s3:::bucket"
KEY = "arn:aws:kms:us-east-1:111122223333:key/data"


def _through(service: str) -> list[Condition]:
    return [Condition("StringEquals", "kms:ViaService", [f"{service}.us-east-1.amazonaws.com"])]


@pytest.mark.requirement("IAM-1")
@pytest.mark.parametrize(
    ("granted", "expected"),
    [
        (
            grants.read_objects(CONTEXT, "Raw", DATA, KEY, "in/"),
            [
                Statement("ReadRaw", ["s3:GetObject"], [f"{DATA}/in/*"]),
                Statement("ReadRawKey", ["kms:Decrypt"], [KEY], conditions=_through("s3")),
            ],
        ),
        (
            grants.write_objects(CONTEXT, "Bars", DATA, KEY),
            [
                Statement("WriteBars", ["s3:PutObject"], [f"{DATA}/*"]),
                Statement(
                    "WriteBarsKey", ["kms:GenerateDataKey", "kms:Decrypt"], [KEY], conditions=_through("s3")
                ),
            ],
        ),
        (
            grants.consume_queue(CONTEXT, "Raw", DATA, KEY),
            [
                Statement(
                    "ConsumeRaw",
                    ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
                    [DATA],
                ),
                Statement("ConsumeRawKey", ["kms:Decrypt"], [KEY], conditions=_through("sqs")),
            ],
        ),
        (
            grants.send_to_queue(CONTEXT, "Failed", DATA, KEY),
            [
                Statement("SendFailed", ["sqs:SendMessage"], [DATA]),
                Statement(
                    "SendFailedKey", ["kms:GenerateDataKey", "kms:Decrypt"], [KEY], conditions=_through("sqs")
                ),
            ],
        ),
        (
            grants.publish_to_topic(CONTEXT, "Alerts", DATA, KEY),
            [
                Statement("PublishAlerts", ["sns:Publish"], [DATA]),
                Statement(
                    "PublishAlertsKey",
                    ["kms:GenerateDataKey", "kms:Decrypt"],
                    [KEY],
                    conditions=_through("sns"),
                ),
            ],
        ),
        (
            grants.use_table(CONTEXT, "Sessions", DATA, KEY, ["dynamodb:GetItem"]),
            [
                Statement("UseSessions", ["dynamodb:GetItem"], [DATA]),
                Statement(
                    "UseSessionsKey",
                    ["kms:Decrypt"],
                    [KEY],
                    conditions=_through("dynamodb"),
                ),
            ],
        ),
        (
            grants.read_secret(CONTEXT, "Master", DATA, KEY),
            [
                Statement("ReadMaster", ["secretsmanager:GetSecretValue"], [DATA]),
                Statement("ReadMasterKey", ["kms:Decrypt"], [KEY], conditions=_through("secretsmanager")),
            ],
        ),
        (
            grants.connect_to_database(CONTEXT, "Database", "cluster-ABC", "market_reader"),
            [
                Statement(
                    "ConnectToDatabase",
                    ["rds-db:connect"],
                    ["arn:aws:rds-db:us-east-1:111122223333:dbuser:cluster-ABC/market_reader"],
                )
            ],
        ),
        (
            grants.list_objects("Bars", DATA, "bars/"),
            [
                Statement(
                    "ListBars",
                    ["s3:ListBucket"],
                    [DATA],
                    conditions=(Condition("StringLike", "s3:prefix", ["bars/*"]),),
                )
            ],
        ),
        (grants.list_objects("Bars", DATA), [Statement("ListBars", ["s3:ListBucket"], [DATA])]),
        (
            grants.delete_objects("Bars", DATA, "bars/"),
            [Statement("DeleteBars", ["s3:DeleteObject"], [f"{DATA}/bars/*"])],
        ),
    ],
    ids=lambda value: value[0].sid if isinstance(value, list) else "",
)
def test_grants_allow_exactly_this(granted: list[Statement], expected: list[Statement]) -> None:
    assert granted == expected


@pytest.mark.requirement("IAM-1")
@pytest.mark.parametrize(
    "grant",
    [
        grants.read_objects,
        grants.write_objects,
        grants.consume_queue,
        grants.send_to_queue,
        grants.publish_to_topic,
        grants.read_secret,
    ],
)
def test_function_gets_the_datas_own_key(grant: Callable[..., list[Statement]]) -> None:
    keys = [statement for statement in grant(CONTEXT, "X", DATA, KEY) if statement.resources == [KEY]]
    assert len(keys) == 1
    assert "kms:Decrypt" in keys[0].actions
