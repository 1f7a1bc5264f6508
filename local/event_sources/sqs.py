"""Event-source mappings of queues: Lambda polls a queue and invokes a function with batches of its messages.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

import asyncio
import contextlib
import json
import time
from typing import Any

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.utils import get_backend
from moto.events.models import EventPattern
from moto.sqs.exceptions import QueueDoesNotExist
from moto.sqs.models import sqs_backends

from local.event_sources import sqs_event
from local.permissions import platform
from local.runtime.function import FunctionConfiguration
from local.runtime.functions import Functions
from local.runtime.invocation import Invocation, ThrottledError

_CONCURRENT_BATCHES = 5
"""Lambda starts with five batches at once; a mapping's own maximum replaces it."""

_POLLING = ("GetQueueAttributes", "ReceiveMessage")

_RECHECK_SECONDS = 1.0
"""Messages in flight may be made visible earlier than their time-out says; nothing tells the poller."""


class QueuePollers:
    """One poller for each mapping of a queue; belongs to one event loop.

    A poller sleeps until a message arrives or becomes visible again.

    Args:
        functions: runs the functions.
    """

    def __init__(self, functions: Functions) -> None:
        self._functions = functions
        self._wakes: dict[str, set[asyncio.Event]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, mapping: Any) -> None:
        """Starts to poll for a mapping; ends by itself when the mapping is deleted.

        Args:
            mapping: the `moto.awslambda.models.EventSourceMapping`.
        """
        task = asyncio.get_running_loop().create_task(self._poll(mapping))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def wake(self, queue_arn: str) -> None:
        """Lets the pollers of a queue look again: it has a new message, or a mapping was changed.

        Args:
            queue_arn: ARN of the queue.
        """
        for event in self._wakes.get(queue_arn, ()):
            event.set()

    async def stop(self) -> None:
        """Stops polling and gives up the batches that run."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _poll(self, mapping: Any) -> None:
        wake = asyncio.Event()
        queue_arn = mapping.event_source_arn
        self._wakes.setdefault(queue_arn, set()).add(wake)
        running: set[asyncio.Task[None]] = set()
        gathering_since: float | None = None
        backend = get_backend(mapping.account_id, mapping.region)
        try:
            while backend.get_event_source_mapping(mapping.uuid) is mapping:
                wake.clear()
                queue = _find_queue(queue_arn)
                pause: float | None = None
                if queue is not None and mapping.enabled and len(running) < _concurrency(mapping):
                    visible = len(queue.messages)
                    gathering_since = (gathering_since or time.monotonic()) if visible else None
                    pause = _gathering_left(mapping, visible, gathering_since)
                    if pause is None and visible and not _may(mapping, *_POLLING):
                        pause = _RECHECK_SECONDS  # the role may be mended meanwhile
                    elif pause is None:
                        messages = _receive(queue, mapping.batch_size)
                        if messages:
                            gathering_since = None
                            batch = asyncio.create_task(self._deliver(mapping, queue, messages))
                            running.add(batch)
                            batch.add_done_callback(running.discard)
                            batch.add_done_callback(lambda _: wake.set())
                            continue
                        pause = _until_visible(queue)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(wake.wait(), pause)
            await asyncio.gather(*running, return_exceptions=True)
        finally:
            self._wakes[queue_arn].discard(wake)
            for batch in running:
                batch.cancel()

    async def _deliver(self, mapping: Any, queue: Any, messages: list[Any]) -> None:
        """Runs one batch. Messages that fail stay in flight: their visibility time-out brings them back."""
        records = {message.id: sqs_event.record(message, queue) for message in messages}
        chosen = {key: value for key, value in records.items() if _passes(mapping, value)}
        failed: set[str] = set()
        if chosen:
            failed = await self._invoke(mapping, chosen)
        done = [message for message in messages if message.id not in failed]
        if not done or not _may(mapping, "DeleteMessage"):
            return
        backend = sqs_backends[queue.account_id][queue.region]
        for message in done:
            backend.delete_message(queue.name, message.receipt_handle)

    async def _invoke(self, mapping: Any, records: dict[str, dict[str, Any]]) -> set[str]:
        """Invokes the function with a batch; gives the ids of the messages that failed."""
        payload = json.dumps({"Records": list(records.values())}).encode()
        arn = mapping.function_arn
        try:
            function = get_backend(mapping.account_id, mapping.region).get_function(arn)
            outcome = await self._functions.invoke(function, Invocation(payload, arn))
        except (UnknownFunctionException, ThrottledError):
            return set(records)
        if outcome.error_type is not None:
            return set(records)
        if "ReportBatchItemFailures" in (mapping.function_response_types or ()):
            return sqs_event.failed_messages(outcome.payload, set(records))
        return set()


def _find_queue(arn: str) -> Any | None:
    _, _, _, region, account, name = arn.split(":")
    return sqs_backends[account][region].queues.get(name)


def _concurrency(mapping: Any) -> int:
    return int((mapping.scaling_config or {}).get("MaximumConcurrency") or _CONCURRENT_BATCHES)


def _gathering_left(mapping: Any, visible: int, since: float | None) -> float | None:
    """Seconds that a batch still waits for more messages; None when it may go."""
    window = mapping.max_batch_window or 0
    if since is None or visible >= mapping.batch_size:
        return None
    left = since + window - time.monotonic()
    return left if left > 0 else None


def _may(mapping: Any, *operations: str) -> bool:
    """Whether the function's role lets the poller do all of this with the queue."""
    name = mapping.event_source_arn.rpartition(":")[2]
    try:
        function = get_backend(mapping.account_id, mapping.region).get_function(mapping.function_arn)
    except UnknownFunctionException:
        return False
    configuration = FunctionConfiguration.of(function)
    return all(platform.may(configuration, "sqs", operation, QueueName=name) for operation in operations)


def _receive(queue: Any, count: int) -> list[Any]:
    """Takes up to a batch; moto moves messages received too often to the dead-letter queue."""
    backend = sqs_backends[queue.account_id][queue.region]
    received: list[Any] = []
    with contextlib.suppress(QueueDoesNotExist):  # deleted at this very moment
        received = backend.receive_message(
            queue.name,
            count,
            wait_seconds_timeout=0,
            visibility_timeout=queue.visibility_timeout,
            message_attribute_names=["All"],
        )
    return received


def _until_visible(queue: Any) -> float | None:
    """Seconds until the next look at messages that are in flight or delayed; None if there are none."""
    hidden = [max(message.visible_at, message.delayed_until) for message in list(queue._messages)]
    if not hidden:
        return None
    seconds = float(min(hidden)) / 1000 - time.time()
    return min(max(seconds, 0) + 0.002, _RECHECK_SECONDS)


def _passes(mapping: Any, record: dict[str, Any]) -> bool:
    """Whether a record passes the mapping's filters: any of them; a JSON body is looked into.

    https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
    """
    filters = (mapping.filter_criteria or {}).get("Filters") or []
    if not filters:
        return True
    with contextlib.suppress(ValueError):
        record = {**record, "body": json.loads(record["body"])}
    return any(EventPattern.load(chosen["Pattern"]).matches_event(record) for chosen in filters)
