from collections.abc import Callable
from typing import Any


def test_on_demand_limits_are_kept(client: Callable[[str], Any], unique: str) -> None:
    dynamodb = client("dynamodb")
    limits = {"MaxReadRequestUnits": 1000, "MaxWriteRequestUnits": 500}
    dynamodb.create_table(
        TableName=unique,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        OnDemandThroughput=limits,
    )
    assert dynamodb.describe_table(TableName=unique)["Table"]["OnDemandThroughput"] == limits

    limits = {"MaxReadRequestUnits": 2000, "MaxWriteRequestUnits": 500}
    dynamodb.update_table(TableName=unique, OnDemandThroughput=limits)

    assert dynamodb.describe_table(TableName=unique)["Table"]["OnDemandThroughput"] == limits
