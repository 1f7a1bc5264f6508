"""What a stack is asked to do in a month: nothing (idle), or what it is designed for.

The requirements say how fast each client may ask (API-2), what a trading day looks like (section D) and how
long logs are kept. They name no number of shares and of requests: these are assumptions, each beside its
reason, to be replaced by what the first months show.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tools.errors import ToolError

SECONDS = 730 * 3600
"""Seconds of a month."""
KB_PER_GB = 1024 * 1024


@dataclass(frozen=True)
class FunctionLoad:
    """What one function does in a month.

    Attributes:
        invocations: How often it runs.
        seconds: Seconds billed each time.
    """

    invocations: Decimal = Decimal(0)
    seconds: Decimal = Decimal(0)


@dataclass(frozen=True)
class Load:
    """What happens in a month. GB are of 2^30 bytes, as AWS bills them.

    Attributes:
        functions: By the purpose in the function's name; one that is not named here does not run.
        api_requests: Requests to the API, firewall included.
        response_gb: What the API answers, over the internet.
        service_gb: What functions exchange with AWS services that have no gateway endpoint.
        log_gb: What is written to log groups, by their kind (see ``services/logs.py``).
        metrics: Metrics that functions report besides those that an alarm looks at.
        method_metrics: Metrics that API Gateway reports for each method.
        metric_hours: Hours in which both are reported; a metric costs by the hour.
        traces: Traces that X-Ray records.
        database_hours: Hours in which the database has work; in all others it is at its minimum.
        database_share: Share of the range from minimum to maximum that it then takes.
        database_gb: Stored at the end of the first month.
        database_ios: Reads and writes of its storage.
        object_gb: Stored in buckets at the end of the first month, archive of logs left out.
        object_writes: Requests that write or list.
        object_reads: Requests that read.
        table_writes: Write units of DynamoDB.
        table_reads: Read units.
        table_gb: Stored in tables.
        queue_requests: Requests to queues.
        alerts: Messages published to topics.
        key_requests: Requests to KMS.
        secret_calls: Calls of Secrets Manager.
        data_events: Events of objects that the audit trail records.
        config_items: Configurations that AWS Config records.
    """

    functions: Mapping[str, FunctionLoad] = field(default_factory=dict)
    api_requests: Decimal = Decimal(0)
    response_gb: Decimal = Decimal(0)
    service_gb: Decimal = Decimal(0)
    log_gb: Mapping[str, Decimal] = field(default_factory=dict)
    metrics: int = 0
    method_metrics: int = 0
    metric_hours: int = 0
    traces: Decimal = Decimal(0)
    database_hours: int = 0
    database_share: Decimal = Decimal(0)
    database_gb: Decimal = Decimal(0)
    database_ios: Decimal = Decimal(0)
    object_gb: Decimal = Decimal(0)
    object_writes: Decimal = Decimal(0)
    object_reads: Decimal = Decimal(0)
    table_writes: Decimal = Decimal(0)
    table_reads: Decimal = Decimal(0)
    table_gb: Decimal = Decimal(0)
    queue_requests: Decimal = Decimal(0)
    alerts: Decimal = Decimal(0)
    key_requests: Decimal = Decimal(0)
    secret_calls: Decimal = Decimal(0)
    data_events: Decimal = Decimal(0)
    config_items: Decimal = Decimal(0)

    def function(self, purpose: str) -> FunctionLoad:
        """Return what a function does."""
        return self.functions.get(purpose, FunctionLoad())


@dataclass(frozen=True)
class Loads:
    """The loads of a stack.

    Attributes:
        idle: What happens in any environment that nobody uses.
        design: What happens by environment.
    """

    idle: Load
    design: Mapping[str, Load]


@dataclass(frozen=True)
class Activity:
    """What differs between environments, in docs/cost.md with each field's ``why``."""

    symbols: int = field(
        metadata={
            "what": "shares, each with one file a trading day",
            "why": "production: as many as the S&P 500 has; staging a tenth; development a handful",
        }
    )
    requests_per_second: Decimal = field(
        metadata={
            "what": "requests to the API a second, on average, day and night",
            "why": "production: 1 % of what API-2 lets one key ask for; staging a hundredth of it",
        }
    )
    active_hours: int = field(
        metadata={
            "what": "hours a month with requests at all",
            "why": "development: 21 working days of 8 hours; a pull request: five",
        }
    )
    database_hours: int = field(
        metadata={
            "what": "hours a month in which the database has work",
            "why": "21 sessions of 6.5 hours (section D); development: whenever it has requests",
        }
    )
    deployments: int = field(
        metadata={
            "what": "deployments a month",
            "why": "every change reaches development and staging, production once a week; a push is one",
        }
    )


ACTIVITIES: Mapping[str, Activity] = {
    "dev": Activity(5, Decimal("0.01"), 168, 168, 40),
    "staging": Activity(50, Decimal("0.1"), 730, 137, 40),
    "prod": Activity(500, Decimal(10), 730, 137, 4),
    "pr": Activity(5, Decimal("0.01"), 40, 40, 20),
}
"""By the family of environments; ``pr`` stands for a pull request's, as if it stood for a month."""


@dataclass(frozen=True)
class Ratios:
    """What one file, request or deployment takes, in docs/cost.md with each field's ``why``."""

    trading_days: int = field(default=21, metadata={"what": "trading days a month", "why": "252 a year"})
    file_kb: int = field(
        default=133,
        metadata={
            "what": "KB of a file of trades",
            "why": "samples/ibm-20131007-trades.csv.gz, 24,293 trades",
        },
    )
    output_kb: int = field(
        default=312,
        metadata={"what": "KB that the processor makes of it", "why": "measured with that file"},
    )
    output_objects: int = field(
        default=7,
        metadata={"what": "objects that it makes of it", "why": "measured: partial, five bars, analytics"},
    )
    file_seconds: Decimal = field(
        default=Decimal(1),
        metadata={
            "what": "seconds that the processor is billed for it",
            "why": "measured 0.2 without S3 and database; they are assumed to take four times as much",
        },
    )
    file_database_kb: int = field(
        default=100,
        metadata={"what": "KB that it adds to the database", "why": "500 bars of 200 bytes, index included"},
    )
    file_database_ios: int = field(
        default=2000,
        metadata={"what": "storage requests that it causes", "why": "four for each bar; a guess"},
    )
    file_queue_requests: int = field(
        default=3, metadata={"what": "requests to the queue", "why": "sent, received, deleted"}
    )
    request_seconds: Decimal = field(
        default=Decimal("0.05"),
        metadata={
            "what": "seconds that the API function is billed for a request",
            "why": "the query takes 0.001 (docs/decisions.md); connection, objects and cold starts the rest",
        },
    )
    response_kb: int = field(
        default=20,
        metadata={"what": "KB of a response", "why": "some 200 bars; many answers are 304 without a body"},
    )
    request_database_ios: int = field(
        default=1,
        metadata={"what": "storage requests of an API request", "why": "most is in memory; a guess"},
    )
    session_share: Decimal = field(
        default=Decimal("0.01"),
        metadata={
            "what": "share of API requests that read and write a session",
            "why": "one session for a hundred queries; a guess",
        },
    )
    key_requests: Decimal = field(
        default=Decimal("0.05"),
        metadata={
            "what": "requests to KMS for an API request or an object",
            "why": "bucket keys, table keys and environments are decrypted once for many; a guess",
        },
    )
    service_kb: Decimal = field(
        default=Decimal("0.5"),
        metadata={
            "what": "KB to Secrets Manager and SNS for an API request or a file",
            "why": "neither calls them but for an alert; generous",
        },
    )
    invocation_log_kb: Decimal = field(
        default=Decimal("1.2"),
        metadata={"what": "KB in the log of an invocation", "why": "Lambda's start and report, our metrics"},
    )
    access_log_kb: Decimal = field(
        default=Decimal("0.7"), metadata={"what": "KB in the access log of a request", "why": "its 18 fields"}
    )
    firewall_log_kb: Decimal = field(
        default=Decimal("1.5"),
        metadata={"what": "KB in the firewall's log of a request", "why": "headers and matched labels"},
    )
    flow_log_kb: Decimal = field(
        default=Decimal("0.25"),
        metadata={
            "what": "KB in the flow logs of an invocation",
            "why": "two records: to and from the database",
        },
    )
    event_log_kb: Decimal = field(
        default=Decimal("1.5"), metadata={"what": "KB of an event in the trail's log", "why": "typical"}
    )
    file_data_events: int = field(
        default=20,
        metadata={"what": "events of objects for a file", "why": "its objects, read and written, conditions"},
    )
    deployment_items: int = field(
        default=60,
        metadata={
            "what": "configurations that a deployment changes",
            "why": "functions, versions, network interfaces and what refers to them; a guess",
        },
    )
    database_share: Decimal = field(
        default=Decimal("0.25"),
        metadata={
            "what": "share of the database's range that it takes while it works",
            "why": "the alarm on capacity is to stay quiet; a guess",
        },
    )


RATIOS = Ratios()

INFORMING_METRICS = 14
"""Metrics of functions that no alarm looks at: "Metrics that only inform" in docs/runbook.md."""

_METHOD_METRICS = 5
"""Count, Latency, IntegrationLatency, 4XXError, 5XXError."""

_IDLE_FLOW_GB = Decimal("0.1")
_IDLE_TRAIL_GB = Decimal("0.3")
_IDLE_DATABASE_GB = Decimal("0.05")
_IDLE_KEY_REQUESTS = Decimal(20_000)
# Lambda polls a queue with five long polls of 20 seconds at a time.
_POLLS = Decimal(5 * SECONDS // 20)

TRADING_IDLE = Load(
    log_gb={"flow": _IDLE_FLOW_GB, "trail": _IDLE_TRAIL_GB, "database": _IDLE_DATABASE_GB},
    queue_requests=_POLLS,
    key_requests=_IDLE_KEY_REQUESTS,
)
"""Nobody uses the environment: records of flows that are refused, events of AWS's own services, polls."""


def trading(activity: Activity) -> Load:
    """Work out what the trading-analytics stack does."""
    files = Decimal(activity.symbols * RATIOS.trading_days)
    requests = activity.requests_per_second * SECONDS
    invocations = files + requests
    events = files * RATIOS.file_data_events
    deployments = Decimal(activity.deployments)
    # X-Ray's default: the first request of each second, and 5 % of all others.
    sampled = min(activity.requests_per_second, 1 + (activity.requests_per_second - 1) / 20)
    return Load(
        functions={
            "market-data": FunctionLoad(files, RATIOS.file_seconds),
            "api": FunctionLoad(requests, RATIOS.request_seconds),
            "migrations": FunctionLoad(deployments, Decimal(5)),
            "critical-events": FunctionLoad(Decimal(100), Decimal(1)),
        },
        api_requests=requests,
        response_gb=requests * RATIOS.response_kb / KB_PER_GB,
        service_gb=invocations * RATIOS.service_kb / KB_PER_GB,
        log_gb={
            "function": invocations * RATIOS.invocation_log_kb / KB_PER_GB,
            "access": requests * RATIOS.access_log_kb / KB_PER_GB,
            "firewall": requests * RATIOS.firewall_log_kb / KB_PER_GB,
            "flow": _IDLE_FLOW_GB + invocations * RATIOS.flow_log_kb / KB_PER_GB,
            "trail": _IDLE_TRAIL_GB + events * RATIOS.event_log_kb / KB_PER_GB,
            "database": 2 * _IDLE_DATABASE_GB,
        },
        metrics=INFORMING_METRICS,
        method_metrics=_METHOD_METRICS,
        metric_hours=activity.active_hours,
        traces=sampled * SECONDS,
        database_hours=activity.database_hours,
        database_share=RATIOS.database_share,
        database_gb=files * RATIOS.file_database_kb / KB_PER_GB,
        database_ios=files * RATIOS.file_database_ios + requests * RATIOS.request_database_ios,
        object_gb=files * (RATIOS.file_kb + RATIOS.output_kb) / KB_PER_GB,
        object_writes=files * (1 + RATIOS.output_objects),
        object_reads=files * (1 + RATIOS.output_objects),
        table_writes=requests * RATIOS.session_share,
        table_reads=requests * RATIOS.session_share,
        table_gb=Decimal("0.1"),
        queue_requests=_POLLS + files * RATIOS.file_queue_requests,
        alerts=Decimal(200),
        key_requests=_IDLE_KEY_REQUESTS
        + (requests + files * (1 + RATIOS.output_objects)) * RATIOS.key_requests,
        secret_calls=deployments * 2,
        data_events=events,
        config_items=deployments * RATIOS.deployment_items,
    )


BOOTSTRAP = Load(object_gb=Decimal("0.1"), object_writes=Decimal(2000), object_reads=Decimal(10_000))
"""States of a few hundred KB, their versions, and the plans and deployments that read them."""

LOADS: Mapping[str, Loads] = {
    "trading-analytics": Loads(TRADING_IDLE, {name: trading(each) for name, each in ACTIVITIES.items()}),
    "bootstrap": Loads(Load(), dict.fromkeys(ACTIVITIES, BOOTSTRAP)),
}
"""By the name of the stack in ``stacks/catalogue.py``."""


def loads_of(stack: str) -> Loads:
    """Return the loads of a stack.

    Raises:
        ToolError: Nobody has said what it is designed for.
    """
    if stack not in LOADS:
        raise ToolError(f"no design load of the stack {stack}: add it to tools/cost/load.py")
    return LOADS[stack]
