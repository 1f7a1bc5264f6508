"""Sessions in DynamoDB."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from analytics_api.aws import availability
from analytics_api.sessions import Session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_UNAVAILABLE = "SessionsUnavailable"


class DynamoSessions:
    """Sessions in a table whose key is ``session_id`` and whose time to live is ``expires_at``.

    Any method may raise ``UnavailableError``.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def put(self, session: Session) -> None:
        """Keep a session."""
        with availability(_UNAVAILABLE):
            self._client.put_item(
                TableName=self._table,
                Item={
                    "session_id": {"S": session.id},
                    "owner": {"S": session.owner},
                    "user_id": {"S": session.user_id},
                    "created_at": {"N": str(int(session.created_at.timestamp()))},
                    "expires_at": {"N": str(int(session.expires_at.timestamp()))},
                },
            )

    def get(self, id_: str) -> Session | None:
        """Return a session."""
        with availability(_UNAVAILABLE):
            # Strongly consistent: a session is used right after it was opened, and never after its end.
            item = self._client.get_item(
                TableName=self._table, Key={"session_id": {"S": id_}}, ConsistentRead=True
            ).get("Item")
        if item is None:
            return None
        return Session(
            id_,
            item["owner"]["S"],
            item["user_id"]["S"],
            datetime.fromtimestamp(int(item["created_at"]["N"]), UTC),
            datetime.fromtimestamp(int(item["expires_at"]["N"]), UTC),
        )

    def delete(self, id_: str, owner: str, now: datetime) -> bool:
        """Forget a session that is the owner's and has not expired; return whether there was one."""
        with availability(_UNAVAILABLE):
            try:
                self._client.delete_item(
                    TableName=self._table,
                    Key={"session_id": {"S": id_}},
                    # An item that is not there has no owner, so this fails for it too.
                    ConditionExpression="#owner = :owner AND expires_at > :now",
                    ExpressionAttributeNames={"#owner": "owner"},
                    ExpressionAttributeValues={
                        ":owner": {"S": owner},
                        ":now": {"N": str(int(now.timestamp()))},
                    },
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                return False
        return True
