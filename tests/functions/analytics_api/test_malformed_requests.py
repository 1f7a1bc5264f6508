"""Whatever a client sends: an answer as described, never a failure of ours.

10,000 requests in every run; 100,000 with ``NIGHTLY=1``.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from analytics_api import description
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from tests.functions.analytics_api.conftest import (
    DESCRIBED,
    Context,
    environment,
    load_handler,
    operation_of,
)
from tests.support.market_rows import store_analytics, store_bars
from tests.support.postgresql import Database
from tests.support.proxy_events import proxy_event

NIGHTLY = os.environ.get("NIGHTLY") == "1"
REQUESTS = 100_000 if NIGHTLY else 10_000
BATCH = 20
"""Requests an example of Hypothesis: the choice of one costs more than its answer."""

TEXT = st.text(max_size=20)
ODD = st.sampled_from(
    [
        "",
        " ",
        "\x00",
        "'; DROP TABLE market.bars; --",
        "%27%20OR%201=1",
        "../../etc/passwd",
        "\ud800",
        "𝟙",
        "NaN",
        "null",
        "-0",
        "1e400",
        "9" * 40,
        "A" * 2000,
    ]
)
SYMBOLS = st.sampled_from(["IBM", "AIG", "BRK.A", "ibm", "I" * 13]) | ODD | TEXT
MOMENTS = (
    st.sampled_from(["2013-10-07T13:30:00Z", "2013-10-07T20:00:00Z", "1970-01-01T00:00:00Z", "2013-10-07"])
    | st.datetimes().map(lambda moment: f"{moment.isoformat()}Z")
    | st.datetimes().map(lambda moment: f"{moment.isoformat(timespec='seconds')}+23:59")
    | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[Zz+-]", fullmatch=True)
    | ODD
)
INTERVALS = st.sampled_from(["1m", "5m", "1h", "1d", "1s", "1w", "60"])
CURSORS = st.text("ABCXYZabcxyz0189-_", min_size=22, max_size=22) | ODD
VALUES: dict[str, st.SearchStrategy[str]] = {
    "interval": INTERVALS | ODD,
    "from": MOMENTS,
    "to": MOMENTS,
    "limit": st.integers(-1, 1002).map(str) | ODD,
    "cursor": CURSORS,
    "date": st.dates().map(str) | MOMENTS,
}
# Mostly names that are known, so that many requests get past the validation.
SOUND_QUERIES = st.sampled_from(["1m", "5m", "1h", "1d"]).map(
    lambda interval: {"interval": interval, "from": "2013-10-07T13:30:00Z", "to": "2013-10-07T20:00:00Z"}
) | st.dates().map(lambda day: {"date": str(day)})
QUERIES = (
    SOUND_QUERIES
    | st.fixed_dictionaries(
        {"interval": INTERVALS, "from": MOMENTS, "to": MOMENTS},
        optional={"limit": VALUES["limit"], "cursor": CURSORS},
    )
    | st.dictionaries(
        st.sampled_from([*VALUES, "x"]) | TEXT,
        st.one_of(*VALUES.values(), st.lists(TEXT, min_size=1, max_size=2)),
        max_size=5,
    )
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | ODD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=4,
)
BODIES = (
    st.sampled_from([{"user_id": "ann"}, {"user_id": "ann", "ttl_seconds": 60}, {"file_name": "ibm.csv"}])
    | st.none()
    | TEXT
    | st.sampled_from(["[" * 100_000, '{"user_id": ' * 1000, "\ufeff{}", "9" * 5000, "{'user_id': 1}"])
    | st.fixed_dictionaries(
        {}, optional={"user_id": JSON | st.just("ann"), "ttl_seconds": JSON | st.just(60)}
    )
    | st.fixed_dictionaries({"file_name": ODD | TEXT | st.just("ibm.csv")}, optional={"x": JSON})
    | JSON
)
HEADERS = st.dictionaries(
    st.sampled_from(["If-None-Match", "Origin", "Content-Type", "Accept-Encoding"]), ODD | TEXT, max_size=2
)
IDS = st.text("abcXYZ019-_", min_size=43, max_size=43) | ODD | TEXT
PATHS = {
    "listSymbols": st.just("/v1/symbols"),
    "listBars": SYMBOLS.map("/v1/bars/{}".format),
    "getAnalytics": SYMBOLS.map("/v1/analytics/{}".format),
    "createSession": st.just("/v1/sessions"),
    "getSession": IDS.map("/v1/sessions/{}".format),
    "deleteSession": IDS.map("/v1/sessions/{}".format),
    "createIngestion": st.just("/v1/ingestions"),
}
REQUEST = st.one_of(
    *(
        st.fixed_dictionaries(
            {
                "method": st.just(operation.method),
                "path": PATHS[operation.id],
                "body": BODIES if operation.body else st.none(),
                "query": QUERIES if operation.query_parameters else st.just({}),
                "headers": HEADERS,
                "base64": st.booleans() if operation.body else st.just(False),
            }
        )
        for operation in description.operations()
    ),
    st.fixed_dictionaries(
        {
            "method": st.sampled_from(["GET", "POST", "PUT", "HEAD", "get", "\x00"]),
            "path": TEXT.map("/{}".format) | ODD,
            "body": st.none(),
            "query": st.just({}),
            "headers": HEADERS,
            "base64": st.just(False),
        }
    ),
)


@pytest.fixture(scope="module")
def handler(postgresql: Database) -> Iterator[ModuleType]:
    """The handler with some bars, in a database that the requests share."""
    postgresql.empty()
    store_bars(postgresql, 3)
    store_analytics(postgresql)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(postgresql.environment("market_reader")).items():
            patch.setenv(name, value)
        # A log of millions of characters would be all that these tests do.
        patch.setenv("POWERTOOLS_LOG_LEVEL", "CRITICAL")
        with mock_aws():
            yield load_handler()


@pytest.mark.timeout(1800 if NIGHTLY else 120)
@pytest.mark.requirement("FN-3")
def test_no_request_makes_the_function_fail(handler: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    statuses: Counter[tuple[str | None, int]] = Counter()

    @settings(
        max_examples=REQUESTS // BATCH,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(REQUEST, min_size=BATCH, max_size=BATCH))
    def answer_all(requests: list[dict[str, Any]]) -> None:
        for request in requests:
            event = proxy_event(
                request["method"],
                request["path"],
                request["body"],
                headers=request["headers"],
                query=request["query"],
            )
            # As it crosses the wire to the function.
            event = json.loads(json.dumps(event | {"isBase64Encoded": request["base64"]}))
            answer = handler.handler(event, Context())
            json.dumps(answer)
            assert answer["statusCode"] < 500, request
            operation = operation_of(request["method"], request["path"])
            DESCRIBED.check(operation, answer)
            statuses[operation, answer["statusCode"]] += 1

    answer_all()
    capsys.readouterr()
    assert statuses.total() >= REQUESTS
    # They got beyond the validation: some tens of each, in ten thousand.
    for operation, status in (
        ("listSymbols", 200),
        ("listBars", 200),
        ("listBars", 404),
        ("getAnalytics", 404),
        ("createSession", 201),
        ("getSession", 404),
        ("createIngestion", 201),
    ):
        assert statuses[operation, status] > REQUESTS // 5000, statuses
