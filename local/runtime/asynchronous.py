"""Asynchronous invocations: Lambda's internal queue, with its retries, dead-letter queues and destinations.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any

from moto.awslambda.exceptions import UnknownEventConfig, UnknownFunctionException
from moto.awslambda.utils import get_backend

from local.runtime import destinations
from local.runtime.destinations import Destinations
from local.runtime.function import FunctionConfiguration
from local.runtime.functions import Functions
from local.runtime.invocation import Invocation, Outcome, ThrottledError

RETRY_DELAYS = (60.0, 120.0)
"""Seconds before the first and the second retry after an error of the function, as Lambda waits."""

_FIRST_BACKOFF = 1.0
_LONGEST_BACKOFF = 300.0


@dataclass(frozen=True)
class _Settings:
    """A function's `EventInvokeConfig`, with Lambda's defaults."""

    retries: int = 2
    maximum_age: float = 21600
    on_success: str | None = None
    on_failure: str | None = None

    @classmethod
    def of(cls, function: Any) -> "_Settings":
        backend = get_backend(function.account_id, function.region)
        try:
            described = backend.get_function_event_invoke_config(function.function_name)
        except UnknownEventConfig:
            return cls()
        targets = described.get("DestinationConfig") or {}
        return cls(
            retries=described.get("MaximumRetryAttempts", cls.retries),
            maximum_age=described.get("MaximumEventAgeInSeconds", cls.maximum_age),
            on_success=(targets.get("OnSuccess") or {}).get("Destination"),
            on_failure=(targets.get("OnFailure") or {}).get("Destination"),
        )


class AsynchronousInvocations:
    """Events on their way to functions that nobody waits for; belongs to one event loop.

    Args:
        functions: runs them.
        retry_delays: seconds before each retry.
    """

    def __init__(self, functions: Functions, retry_delays: tuple[float, ...] = RETRY_DELAYS) -> None:
        self._functions = functions
        self._retry_delays = retry_delays
        self._destinations = Destinations(lambda arn, payload: self.submit(Invocation(payload, arn)))
        self._tasks: set[asyncio.Task[None]] = set()

    def submit(self, invocation: Invocation) -> None:
        """Takes an event; returns at once.

        Args:
            invocation: the event and the ARN of its function.
        """
        task = asyncio.get_running_loop().create_task(self._process(invocation))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Drops the events that wait."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _process(self, invocation: Invocation) -> None:
        arrived = time.monotonic()
        attempts = 0
        backoff = _FIRST_BACKOFF
        outcome: Outcome | None = None
        while True:
            function = _find(invocation.function_arn)
            if function is None:
                return  # deleted in the meantime: Lambda drops its events too
            settings = _Settings.of(function)
            try:
                outcome = await self._functions.invoke(function, invocation)
            except ThrottledError:
                delay, backoff = backoff, min(backoff * 2, _LONGEST_BACKOFF)
            else:
                attempts += 1
                if outcome.error_type is None:
                    self._record(function, settings.on_success, invocation, outcome, "Success", attempts)
                    return
                if attempts > settings.retries:
                    self._fail(function, settings, invocation, outcome, "RetriesExhausted", attempts)
                    return
                delay = self._retry_delays[attempts - 1]
            if time.monotonic() - arrived + delay > settings.maximum_age:
                self._fail(function, settings, invocation, outcome, "EventAgeExceeded", attempts)
                return
            await asyncio.sleep(delay)

    def _fail(
        self,
        function: Any,
        settings: _Settings,
        invocation: Invocation,
        outcome: Outcome | None,
        condition: str,
        attempts: int,
    ) -> None:
        self._record(function, settings.on_failure, invocation, outcome, condition, attempts)
        configuration = FunctionConfiguration.of(function)
        dead_letter_arn = configuration.dead_letter_arn
        if dead_letter_arn is not None:
            attributes = destinations.dead_letter_attributes(invocation, outcome)
            event = invocation.payload.decode()
            self._destinations.deliver(configuration, dead_letter_arn, event, attributes)

    def _record(
        self,
        function: Any,
        destination: str | None,
        invocation: Invocation,
        outcome: Outcome | None,
        condition: str,
        attempts: int,
    ) -> None:
        if destination is None:
            return
        qualified = function.function_arn
        if function.version == "$LATEST":
            qualified += ":$LATEST"
        record = destinations.record(qualified, invocation, outcome, condition, attempts)
        self._destinations.deliver(FunctionConfiguration.of(function), destination, json.dumps(record))


def _find(function_arn: str) -> Any | None:
    _, _, _, region, account, *_ = function_arn.split(":")
    try:
        return get_backend(account, region).get_function(function_arn)
    except UnknownFunctionException:
        return None
