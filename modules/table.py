"""On-demand DynamoDB tables, encrypted and recoverable to any second (DDB-1)."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.dynamodb_table import (
    DynamodbTable,
    DynamodbTableAttribute,
    DynamodbTableGlobalSecondaryIndex,
    DynamodbTablePointInTimeRecovery,
    DynamodbTableServerSideEncryption,
    DynamodbTableTtl,
)
from constructs import Construct

from modules.context import Context, DataClassification


@dataclass(frozen=True)
class Index:
    """A global secondary index, with all attributes of the items.

    Attributes:
        name: Its name.
        hash_key: String attribute that it is asked by.
    """

    name: str
    hash_key: str


@dataclass(frozen=True)
class TableProps:
    """Properties of a table.

    Attributes:
        purpose: Purpose part of the name (``sessions`` gives ``trading-sessions-table-dev``).
        hash_key: String attribute that identifies an item.
        key_arn: Customer-managed key.
        indexes: Further ways to ask.
        ttl_attribute: Number attribute with the second since 1970 after which an item expires; None for
            never. DynamoDB sweeps within days, so readers check it too.
    """

    purpose: str
    hash_key: str
    key_arn: str
    indexes: Sequence[Index] = ()
    ttl_attribute: str | None = None


class Table(Construct):
    """A confidential table.

    Attributes:
        name: The table's name.
        arn: Its ARN; an index's is ``<arn>/index/<name>``.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: TableProps) -> None:
        super().__init__(scope, id_)
        name = context.name(f"{props.purpose}-table")
        table = DynamodbTable(
            self,
            "table",
            name=name,
            billing_mode="PAY_PER_REQUEST",
            hash_key=props.hash_key,
            attribute=[
                DynamodbTableAttribute(name=attribute, type="S")
                for attribute in sorted({props.hash_key, *(index.hash_key for index in props.indexes)})
            ],
            global_secondary_index=[
                DynamodbTableGlobalSecondaryIndex(
                    name=index.name, hash_key=index.hash_key, projection_type="ALL"
                )
                for index in props.indexes
            ]
            or None,
            ttl=DynamodbTableTtl(enabled=True, attribute_name=props.ttl_attribute)
            if props.ttl_attribute
            else None,
            point_in_time_recovery=DynamodbTablePointInTimeRecovery(enabled=True),
            server_side_encryption=DynamodbTableServerSideEncryption(enabled=True, kms_key_arn=props.key_arn),
            deletion_protection_enabled=False,
            tags=context.tags(DataClassification.CONFIDENTIAL, name),
        )
        self.name = table.name
        self.arn = table.arn
