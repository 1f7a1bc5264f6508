"""Tables of those who use the API: their sessions and their keys (DDB-1)."""

from dataclasses import dataclass

from constructs import Construct

from modules.context import Context
from modules.table import Index, Table, TableProps

KEYS_BY_USER = "by-user"
"""Index of the API keys' table."""


@dataclass(frozen=True)
class AccessTablesProps:
    """Properties of the tables.

    Attributes:
        key_arn: Customer-managed key.
    """

    key_arn: str


class AccessTables(Construct):
    """Sessions and API keys.

    - sessions: opened, read and ended by ``session_id``; swept some time after ``expires_at``;
    - API keys: read by ``key_id`` at each request, listed and revoked by ``user_id``; its value
      is no attribute.

    Attributes:
        sessions: Table of sessions.
        api_keys: Table of API keys.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: AccessTablesProps) -> None:
        super().__init__(scope, id_)
        self.sessions = Table(
            self,
            "sessions",
            context,
            TableProps(
                purpose="sessions",
                hash_key="session_id",
                key_arn=props.key_arn,
                ttl_attribute="expires_at",
            ),
        )
        self.api_keys = Table(
            self,
            "api-keys",
            context,
            TableProps(
                purpose="api-keys",
                hash_key="key_id",
                key_arn=props.key_arn,
                indexes=[Index(KEYS_BY_USER, "user_id")],
            ),
        )
