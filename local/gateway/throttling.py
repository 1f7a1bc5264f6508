"""Limits of requests: token buckets of keys and of the stage, and the quota of a plan.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from local.gateway.errors import QUOTA_EXCEEDED, THROTTLED, RefusedError
from local.gateway.keys import Client

_PERIODS = {"DAY": "%Y-%m-%d", "WEEK": "%G-W%V", "MONTH": "%Y-%m"}


@dataclass
class _Bucket:
    tokens: float
    filled: float


class Limits:
    """What has been used of every limit.

    Args:
        clock: seconds that only grow.
        now: the time, UTC.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._clock = clock
        self._now = now
        self._lock = Lock()
        self._buckets: dict[tuple[str, ...], _Bucket] = {}
        self._used: Counter[tuple[str, str, str]] = Counter()

    def take_of_client(self, client: Client, path: str, http_method: str) -> None:
        """Counts a request of a client; a request over the rate does not count to the quota.

        Args:
            client: whose key and plan.
            path: the resource's path.
            http_method: the method, for which the plan may have limits of its own.

        Raises:
            RefusedError: over the plan's rate or quota.
        """
        method = f"{path}/{http_method}"
        own = client.method_throttles.get(method)
        limits = own or client.plan.throttle
        self._take(
            (client.plan.id, client.key.id, method if own else ""),
            limits.get("rateLimit"),
            limits.get("burstLimit"),
        )
        if client.plan.quota.get("limit") is not None:
            self._count(client)

    def take_of_stage(self, api_id: str, stage: Any, path: str, http_method: str) -> None:
        """Counts a request to a stage.

        Args:
            api_id: the API.
            stage: `moto.apigateway.models.Stage`.
            path: the resource's path.
            http_method: the method; where it has no settings of its own, those of the whole stage count.

        Raises:
            RefusedError: over the rate.
        """
        method = f"{path.replace('/', '~1')}/{http_method}"
        name = method if method in stage.method_settings else "*/*"
        settings: Mapping[str, Any] = stage.method_settings.get(name, {})
        self._take(
            (api_id, stage.name, name),
            settings.get("throttlingRateLimit"),
            settings.get("throttlingBurstLimit"),
        )

    def _take(self, name: tuple[str, ...], rate: float | None, burst: float | None) -> None:
        if rate is None or burst is None or rate < 0 or burst < 0:  # the provider writes -1 for no limit
            return
        now = self._clock()
        with self._lock:
            bucket = self._buckets.setdefault(name, _Bucket(burst, now))
            bucket.tokens = min(burst, bucket.tokens + (now - bucket.filled) * rate)
            bucket.filled = now
            if bucket.tokens < 1:
                raise RefusedError(THROTTLED)
            bucket.tokens -= 1

    def _count(self, client: Client) -> None:
        quota = client.plan.quota
        period = self._now().strftime(_PERIODS[quota["period"]])
        name = (client.plan.id, client.key.id, period)
        with self._lock:
            if self._used[name] >= int(quota["limit"]):
                raise RefusedError(QUOTA_EXCEEDED)
            self._used[name] += 1
