"""What was told, remembered in DynamoDB for all invocations: Powertools' idempotency records."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig
from aws_lambda_powertools.utilities.idempotency.exceptions import IdempotencyItemAlreadyExistsError
from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import STATUS_CONSTANTS
from botocore.exceptions import BotoCoreError, ClientError

from .telling import Standing

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

UNTOLD_KEPT = timedelta(days=1)
"""How long the number of untold events waits for the next alert of the kind."""

logger = Logger(child=True)
_Result = TypeVar("_Result")


class AlertTable:
    """The table, with the key ``id`` and the expiry ``expiration``.

    Powertools' decorators run one function for one key; an alert tells several kinds at once, so the store of
    records below them is used as it is. A record says INPROGRESS from claim to alert, with the moment at
    which the invocation that claimed it is over, and COMPLETED from then to the end of the window.

    Args:
        client: DynamoDB's client.
        name: Name of the table.
        window_seconds: How long a kind is not told again.
    """

    def __init__(self, client: "DynamoDBClient", name: str, window_seconds: int) -> None:
        self.client = client
        self.name = name
        self.records = DynamoDBPersistenceLayer(table_name=name, boto3_client=client)
        self.records.configure(IdempotencyConfig(expires_after_seconds=window_seconds), key_prefix="told")


class TableMemory:
    """The memory of one invocation. What the table can't remember is new: better told twice than never.

    Args:
        table: The table.
        scope: The log group: the kinds of one are not those of another.
        remaining_milliseconds: Says how long the invocation may still run. A claim lapses at that moment, so
            that the retry of an invocation that broke off tells what it had claimed.

    Attributes:
        failed: Whether the table failed. It is not asked again then, since waiting for it takes time that
            publishing needs.
    """

    def __init__(self, table: AlertTable, scope: str, remaining_milliseconds: Callable[[], int]) -> None:
        self._table = table
        self._scope = scope
        self._remaining_milliseconds = remaining_milliseconds
        self.failed = False

    def claim(self, kind: str) -> Standing:
        """See :class:`critical_events.telling.Memory`."""
        return self._try(lambda: self._claim(kind), Standing.NEW)

    def told(self, kind: str) -> None:
        """See :class:`critical_events.telling.Memory`."""
        self._try(lambda: self._table.records.save_success(self._record(kind), {}), None)

    def release(self, kind: str) -> None:
        """See :class:`critical_events.telling.Memory`."""
        reason = RuntimeError("the alert was not published")
        self._try(lambda: self._table.records.delete_record(self._record(kind), reason), None)

    def count_untold(self, kind: str, events: int) -> None:
        """See :class:`critical_events.telling.Memory`."""
        self._try(lambda: self._count_untold(kind, events), None)

    def take_untold(self, kind: str) -> int:
        """See :class:`critical_events.telling.Memory`."""
        return self._try(lambda: self._take_untold(kind), 0)

    def _claim(self, kind: str) -> Standing:
        try:
            self._table.records.save_inprogress(self._record(kind), self._remaining_milliseconds())
        except IdempotencyItemAlreadyExistsError as exists:
            record = exists.old_data_record
            told = record is not None and record.status == STATUS_CONSTANTS["COMPLETED"]
            return Standing.TOLD if told else Standing.BEING_TOLD
        return Standing.NEW

    def _count_untold(self, kind: str, events: int) -> None:
        expiration = int((datetime.now(UTC) + UNTOLD_KEPT).timestamp())
        self._table.client.update_item(
            TableName=self._table.name,
            Key=self._key_of_untold(kind),
            UpdateExpression="ADD #events :events SET #expiration = :expiration",
            ExpressionAttributeNames={"#events": "events", "#expiration": "expiration"},
            ExpressionAttributeValues={
                ":events": {"N": str(events)},
                ":expiration": {"N": str(expiration)},
            },
        )

    def _take_untold(self, kind: str) -> int:
        counted = self._table.client.delete_item(
            TableName=self._table.name, Key=self._key_of_untold(kind), ReturnValues="ALL_OLD"
        ).get("Attributes")
        return int(counted["events"]["N"]) if counted else 0

    def _record(self, kind: str) -> dict[str, str]:
        """Return what Powertools makes the record's key of."""
        return {"log_group": self._scope, "kind": kind}

    def _key_of_untold(self, kind: str) -> "dict[str, AttributeValueTypeDef]":
        fingerprint = hashlib.sha256(f"{self._scope}\n{kind}".encode()).hexdigest()
        return {"id": {"S": f"untold#{fingerprint}"}}

    def _try(self, call: Callable[[], _Result], otherwise: _Result) -> _Result:
        if self.failed:
            return otherwise
        try:
            return call()
        except (ClientError, BotoCoreError) as error:
            logger.warning("alerts can't be remembered", exc_info=error)
            self.failed = True
            return otherwise
