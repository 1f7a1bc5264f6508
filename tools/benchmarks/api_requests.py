"""A process that is the API function: sends its handler requests, and prints how long each took.

    python -m tools.benchmarks.api_requests COUNT

Prints a line when it is ready, waits for one, and then prints JSON: seconds of each request by its kind.
"""

import contextlib
import json
import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tools.benchmarks.market_year import SYMBOLS
from tools.workspace import ROOT

WARM_UP = 200
_FIRST_MONDAY = datetime(2013, 1, 7, tzinfo=UTC)


@dataclass
class _Context:
    """What powertools reads of an invocation's context."""

    function_name: str = "trading-api-function-bench"
    memory_limit_in_mb: int = 1024
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:trading-api-function-bench"
    aws_request_id: str = "00000000-0000-0000-0000-000000000000"


def _bars(interval: str, minutes: int, limit: int) -> Callable[[random.Random], tuple[str, dict[str, str]]]:
    def request(choice: random.Random) -> tuple[str, dict[str, str]]:
        start = _weekday(choice) + timedelta(hours=14, minutes=30)
        end = start + timedelta(minutes=minutes)
        query = {"interval": interval, "from": f"{start:%FT%TZ}", "to": f"{end:%FT%TZ}", "limit": str(limit)}
        return f"/v1/bars/{choice.choice(SYMBOLS)}", query

    return request


def _analytics(choice: random.Random) -> tuple[str, dict[str, str]]:
    return f"/v1/analytics/{choice.choice(SYMBOLS)}", {"date": f"{_weekday(choice):%F}"}


def _weekday(choice: random.Random) -> datetime:
    return _FIRST_MONDAY + timedelta(days=7 * choice.randrange(50) + choice.randrange(5))


KINDS: dict[str, tuple[int, Callable[[random.Random], tuple[str, dict[str, str]]]]] = {
    "an hour of minutes": (40, _bars("1m", 60, 500)),
    "a day of minutes": (15, _bars("1m", 390, 500)),
    "a full page (1000 minutes)": (5, _bars("1m", 60 * 24 * 7, 1000)),
    "a week of 5 minutes": (10, _bars("5m", 60 * 24 * 7, 500)),
    "a year of days": (5, _bars("1d", 60 * 24 * 366, 500)),
    "analytics of a day": (15, _analytics),
    "symbols": (10, lambda _: ("/v1/symbols", {})),
}
"""Kinds of request, each with how many of a hundred it makes."""


def requests(count: int, seed: int) -> Sequence[tuple[str, dict[str, Any]]]:
    """Return requests of all kinds, shuffled: the kind and API Gateway's event."""
    choice = random.Random(seed)  # noqa: S311 - nothing is kept secret by it
    kinds = choice.choices(list(KINDS), [share for share, _ in KINDS.values()], k=count)
    return [(kind, _event(*KINDS[kind][1](choice))) for kind in kinds]


def _event(path: str, query: dict[str, str]) -> dict[str, Any]:
    headers = {"Accept": "application/json", "Origin": "https://dashboard.example.com", "X-Api-Key": "key"}
    return {
        "resource": path,
        "path": path,
        "httpMethod": "GET",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": query or None,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} or None,
        "pathParameters": None,
        "stageVariables": None,
        "body": None,
        "isBase64Encoded": False,
        "requestContext": {
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "stage": "bench",
            "identity": {"apiKeyId": "client", "sourceIp": "192.0.2.1"},
        },
    }


def main(count: int) -> None:
    """Measure."""
    sys.path.insert(0, str(ROOT / "lambda"))
    from analytics_api.handler import handler  # the environment names the database

    context = _Context()
    seconds: dict[str, list[float]] = {kind: [] for kind in KINDS}
    with Path(os.devnull).open("w", encoding="utf-8") as log:
        for _, event in requests(WARM_UP, seed=0):
            with contextlib.redirect_stdout(log):
                handler(event, context)
        events = requests(count, seed=os.getpid())
        print("ready", flush=True)
        sys.stdin.readline()
        with contextlib.redirect_stdout(log):
            begun = time.perf_counter()
            for kind, event in events:
                started = time.perf_counter()
                answer = handler(event, context)
                seconds[kind].append(time.perf_counter() - started)
                if answer["statusCode"] != 200 or '"bars":[]' in answer["body"]:
                    raise RuntimeError(f"{event['path']} was answered with {answer}")
            took = time.perf_counter() - begun
    print(json.dumps({"took": took, "seconds": seconds}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
