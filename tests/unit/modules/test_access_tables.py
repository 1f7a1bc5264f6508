"""Tables of sessions and API keys (DDB-1)."""

import pytest
from cdktf import TerraformStack

from modules.access_tables import AccessTables, AccessTablesProps
from tests.support.construct import CONTEXT, synthesize
from tests.support.synthesized import Synthesized
from tests.support.tags import untagged

SESSIONS, KEYS = "trading-sessions-table-dev", "trading-api-keys-table-dev"


@pytest.fixture(scope="module")
def tables() -> Synthesized:
    def build(stack: TerraformStack) -> None:
        AccessTables(stack, "tables", CONTEXT, AccessTablesProps("arn:dynamodb-key"))

    return synthesize(build)


@pytest.mark.requirement("DDB-1")
@pytest.mark.parametrize("name", [SESSIONS, KEYS])
def test_table_is_on_demand_recoverable_and_under_the_customers_key(tables: Synthesized, name: str) -> None:
    table = tables.one(
        "aws_dynamodb_table",
        name=name,
        billing_mode="PAY_PER_REQUEST",
        point_in_time_recovery={"enabled": True},
        server_side_encryption={"enabled": True, "kms_key_arn": "arn:dynamodb-key"},
        tags={"DataClassification": "Confidential"},
    )
    assert not {"read_capacity", "write_capacity", "stream_enabled"} & set(table)


@pytest.mark.requirement("DDB-1")
def test_sessions_expire(tables: Synthesized) -> None:
    sessions = tables.one("aws_dynamodb_table", name=SESSIONS, hash_key="session_id")
    assert sessions["ttl"] == {"enabled": True, "attribute_name": "expires_at"}
    # DynamoDB takes no attribute that is no key.
    assert sessions["attribute"] == [{"name": "session_id", "type": "S"}]
    assert "global_secondary_index" not in sessions


@pytest.mark.requirement("DDB-1")
def test_api_keys_are_found_by_user(tables: Synthesized) -> None:
    keys = tables.one("aws_dynamodb_table", name=KEYS, hash_key="key_id")
    assert keys["global_secondary_index"] == [
        {"name": "by-user", "hash_key": "user_id", "projection_type": "ALL"}
    ]
    assert keys["attribute"] == [{"name": "key_id", "type": "S"}, {"name": "user_id", "type": "S"}]
    assert "ttl" not in keys


@pytest.mark.requirement("GEN-5")
def test_tables_can_be_destroyed(tables: Synthesized) -> None:
    tables.count("aws_dynamodb_table", 2, deletion_protection_enabled=False)


@pytest.mark.requirement("GEN-4")
def test_everything_taggable_is_tagged(tables: Synthesized) -> None:
    assert untagged(tables) == []
