"""Permissions of DynamoDB's operations on items.

For whoever reads or writes items, DynamoDB decrypts the table's key with the customer-managed key, and no
more ("it sends a new request to AWS KMS to decrypt the table key"). Its other uses of the key happen by a
grant of whoever makes the table.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html
"""

from collections.abc import Iterable, Iterator

from moto.dynamodb.models import dynamodb_backends

from local.permissions.call import Call
from local.permissions.evaluation import Access
from local.permissions.keys import customer_key, uses

_ITEM_OPERATIONS = frozenset(
    ("DeleteItem", "DescribeTable", "GetItem", "PutItem", "Query", "Scan", "UpdateItem", "DescribeTimeToLive")
)
_WITHOUT_ITEMS = frozenset(("DescribeTable", "DescribeTimeToLive"))
_IN_TRANSACTION = {
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


def accesses(call: Call) -> Iterable[Access]:
    """What an operation of DynamoDB takes; raises KeyError for one that is not known here."""
    if call.operation in ("BatchGetItem", "BatchWriteItem"):
        for table in call.parameters["RequestItems"]:
            yield from _on_table(call, call.operation, table)
    elif call.operation in ("TransactGetItems", "TransactWriteItems"):
        for item in call.parameters["TransactItems"]:
            for kind, details in item.items():
                yield from _on_table(call, _IN_TRANSACTION[kind], details["TableName"])
    elif call.operation in _ITEM_OPERATIONS:
        yield from _on_table(call, call.operation, call.parameters["TableName"])
    else:
        raise KeyError(call.operation)


def _on_table(call: Call, operation: str, table: str) -> Iterator[Access]:
    name = table.rpartition("/")[2]
    index = call.parameters.get("IndexName")
    arn = call.arn(f"table/{name}")
    yield Access(f"dynamodb:{operation}", f"{arn}/index/{index}" if index else arn)
    if operation in _WITHOUT_ITEMS:
        return
    found = dynamodb_backends[call.account_id][call.region].tables.get(name)
    settings = getattr(found, "sse_specification", None) or {}
    key = customer_key(settings.get("KMSMasterKeyId"), call.account_id, call.region)
    context = {"aws:dynamodb:tableName": name, "aws:dynamodb:subscriberId": call.account_id}
    yield from uses(call, key, ("Decrypt",), context)
