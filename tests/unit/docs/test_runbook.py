"""What docs/runbook.md says of alarms, metrics, logs and names is what the stacks and the code have."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import cdktf
import pytest
from analytics_api.uploads import UPLOAD_SECONDS
from aws_lambda_powertools.utilities.data_classes import S3Event
from critical_events.alert import LogEvent, Origin, by_kind, compose

from local.monitoring import alarm_messages
from modules.cost_budget import THRESHOLDS
from modules.customer_key import DELETION_WINDOW_DAYS
from modules.database.aurora_cluster import MASTER_USERNAME, SECRET_ROTATION_DAYS
from modules.deployment.state_bucket import NONCURRENT_DAYS
from modules.object_queue import ObjectQueueProps
from modules.queue import RETENTION_SECONDS
from modules.secure_bucket import ARCHIVE_AFTER_DAYS, SecureBucketProps
from settings import Settings, load
from stacks.catalogue import WORKLOADS
from stacks.trading_analytics import ALERT_WINDOW_SECONDS, DATABASE_NAME
from tests.support.emitted_metrics import emitted_metrics
from tests.support.log_fields import fields_of
from tests.support.markdown import Document, Section, code_of
from tests.support.stacks import ENVIRON
from tests.support.synthesized import Block, Synthesized
from tools.reaper import DEFAULT_MAX_DAYS, LABEL

RUNBOOK = Document(Path(__file__).resolve().parents[3] / "docs" / "runbook.md")
TEXT = " ".join(RUNBOOK.text.split())
ALARM_USD = 0.10

_WORKLOADS = "|".join(stack.workload for stack in WORKLOADS)
_QUERY = re.compile(r"^insights (\S+) '\n(.*?)'$", re.MULTILINE | re.DOTALL)
_WORDS_OF_QUERIES = frozenset(
    {
        *("fields", "filter", "stats", "sort", "limit", "by", "as", "desc", "asc"),
        *("like", "not", "and", "or", "in", "bin", "count", "pct", "max", "min", "sum"),
    }
)


def _settings(suffix: str) -> Settings:
    return load({**ENVIRON, "ENVIRONMENT_SUFFIX": suffix}, {})


@pytest.fixture(scope="session")
def stacks() -> dict[str, Synthesized]:
    """Every workload stack in production."""
    settings = _settings("prod")
    return {stack.name: Synthesized.of(stack.make(cdktf.Testing.app(), settings)) for stack in WORKLOADS}


# --- Alarms ---------------------------------------------------------------------------------------


def _entries() -> list[Section]:
    return [section for section in RUNBOOK.sections() if section.level == 4]


def _seen(entry: Section) -> list[str]:
    """Metrics that an entry names."""
    match = re.search(r"^Seen by: (.+)$", entry.text, re.MULTILINE)
    assert match, f"{entry.title} does not say how it is seen"
    return code_of(match[1])


def _purpose(alarm: Block) -> str:
    match = re.fullmatch(rf"(?:{_WORKLOADS})-(.+)-alarm-(?:dev|prod)", alarm["alarm_name"])
    assert match, alarm["alarm_name"]
    return match[1]


def _metrics(alarm: Block) -> list[str]:
    """Metrics that an alarm looks at, each as often as it does."""
    if "alarm_rule" in alarm:
        return []
    if "metric_query" not in alarm:
        return [_short(alarm["namespace"], alarm["metric_name"])]
    parts = [query["metric"] for query in alarm["metric_query"] if "metric" in query]
    return [_short(part["namespace"], part["metric_name"]) for part in parts]


def _short(namespace: str, name: str) -> str:
    """Metrics of our own without workload and environment."""
    own = re.fullmatch(rf"(?:{_WORKLOADS})-(functions|logs)-(?:dev|prod)", namespace)
    plain = re.sub(rf"^(?:{_WORKLOADS})-(.+)-(?:dev|prod)$", r"\1", name)
    return f"{own[1]} {plain}" if own else f"{namespace} {name}"


def _alarms(stack: Synthesized) -> dict[str, Block]:
    return {_purpose(alarm): alarm for alarm in stack.all("aws_cloudwatch_metric_alarm").values()}


def _with_composite(stack: Synthesized) -> dict[str, Block]:
    composite = {_purpose(alarm): alarm for alarm in stack.all("aws_cloudwatch_composite_alarm").values()}
    return {**_alarms(stack), **composite}


@pytest.mark.requirement("OBS-3")
def test_every_alarm_is_documented_with_its_metrics_and_no_other(stacks: dict[str, Synthesized]) -> None:
    documented = {purpose: sorted(_seen(entry)) for entry in _entries() for purpose in code_of(entry.title)}
    for stack in stacks.values():
        deployed = {
            purpose: sorted(set(_metrics(alarm))) for purpose, alarm in _with_composite(stack).items()
        }
        assert {purpose: documented.get(purpose) for purpose in deployed} == deployed
    assert set(documented) == {purpose for stack in stacks.values() for purpose in _with_composite(stack)}


@pytest.mark.requirement("OBS-3")
def test_every_alarm_is_documented_once() -> None:
    times = Counter(purpose for entry in _entries() for purpose in code_of(entry.title))
    assert {purpose: number for purpose, number in times.items() if number > 1} == {}
    for entry in _entries():
        assert re.fullmatch(r"`[a-z0-9-]+`( `[a-z0-9-]+`)*", entry.title)


@pytest.mark.requirement("OBS-3")
@pytest.mark.parametrize("entry", _entries(), ids=lambda entry: code_of(entry.title)[0])
def test_every_entry_says_what_it_means_where_to_look_and_what_to_do(entry: Section) -> None:
    parts = re.findall(r"^- \*\*(\w+):\*\* (.+?)(?=^- \*\*|\Z|^#|^\n)", entry.text, re.MULTILINE | re.DOTALL)
    assert [name for name, _ in parts] == ["Means", "Look", "Do"]
    for name, text in parts:
        assert len(text.split()) >= 2, f"{name} says nothing"


@pytest.mark.requirement("GEN-6")
def test_development_lacks_only_what_it_has_none_of(dev: Synthesized, prod: Synthesized) -> None:
    assert set(_alarms(prod)) - set(_alarms(dev)) == {"db-replica-lag", "nat-2-ports", "nat-3-ports"}
    assert set(_alarms(dev)) <= set(_alarms(prod))


def test_costs_are_those_of_the_stacks(dev: Synthesized, prod: Synthesized) -> None:
    for name, stack in (("Development has", dev), ("production", prod)):
        alarms = _alarms(stack)
        metrics = sum(len(_metrics(alarm)) for alarm in alarms.values())
        assert f"{name} {len(alarms)} alarms over {metrics} metrics ({metrics * ALARM_USD:.2f} USD)" in TEXT


@pytest.mark.requirement("OBS-3")
def test_composite_alarm_and_dashboard_stay_below_cloudwatchs_limits(stacks: dict[str, Synthesized]) -> None:
    for stack in stacks.values():
        assert len(_alarms(stack)) <= 100  # children of a composite alarm, alarms of a widget
        names = [alarm["alarm_name"] for alarm in _alarms(stack).values()]
        assert len(" OR ".join(f'ALARM("{name}")' for name in names)) <= 10_240


# --- Metrics --------------------------------------------------------------------------------------


def _service(function: Block) -> str:
    return str(function["environment"]["variables"]["POWERTOOLS_SERVICE_NAME"])


def _informing() -> set[tuple[str, ...]]:
    (section,) = (each for each in RUNBOOK.sections() if each.title == "Metrics that only inform")
    rows = re.findall(r"^\| ([a-z-]+) \| `(\w+)` \| .+ \|$", section.text, re.MULTILINE)
    assert len(rows) == len(set(rows)) == section.text.count("\n|") - 2
    return set(rows)


@pytest.mark.requirement("OBS-3")
def test_every_metric_of_a_function_has_an_alarm_or_only_informs(stacks: dict[str, Synthesized]) -> None:
    emitted, watched = set(), set()
    for stack in stacks.values():
        emitted |= {
            (_service(function), metric)
            for function in stack.all("aws_lambda_function").values()
            for metric in emitted_metrics(function["handler"].partition(".")[0])
        }
        watched |= {
            (alarm["dimensions"]["service"], alarm["metric_name"])
            for alarm in _alarms(stack).values()
            if re.fullmatch(rf"(?:{_WORKLOADS})-functions-prod", alarm.get("namespace", ""))
        }
    assert watched & _informing() == set()
    assert watched | _informing() == emitted


@pytest.mark.requirement("OBS-3")
def test_functions_report_under_the_name_that_alarms_look_for(stacks: dict[str, Synthesized]) -> None:
    for entry in WORKLOADS:
        for function in stacks[entry.name].all("aws_lambda_function").values():
            assert function["function_name"] == f"{entry.workload}-{_service(function)}-function-prod"
            namespace = function["environment"]["variables"]["POWERTOOLS_METRICS_NAMESPACE"]
            assert namespace == f"{entry.workload}-functions-prod"


# --- Messages -------------------------------------------------------------------------------------


def test_alert_functions_mail_is_one_that_it_writes() -> None:
    (example,) = (block for block in RUNBOOK.blocks("text") if "critical event" in block)
    line = {
        "message": "not a trades file",
        "reason": "the object is empty",
        "raw_object": "s3://trading-raw-bucket-prod-111122223333/uploads/a.csv",
        "function_request_id": "6f2c",
    }
    group = "/aws/lambda/trading-market-data-function-prod"
    events = [LogEvent(datetime(2026, 1, 31, 9, 30, tzinfo=UTC), json.dumps(line))]
    alert = compose(Origin("111122223333", "us-east-1", group, "stream"), by_kind(events), {})
    # The link is shortened: whoever reads it clicks on it.
    assert f"{alert.subject}\n\n{alert.body}\n".startswith(example.removesuffix("...\n"))


def test_alarms_mail_has_the_subject_that_cloudwatch_gives_it(prod: Synthesized) -> None:
    (subject,) = (block for block in RUNBOOK.blocks("text") if block.startswith("ALARM"))
    name = subject.split('"')[1]
    prod.one("aws_cloudwatch_metric_alarm", alarm_name=name)
    assert subject == f'ALARM: "{name}" in {alarm_messages.region_name("us-east-1")}\n'


# --- Logs -----------------------------------------------------------------------------------------


def _queries() -> Iterator[tuple[str, str]]:
    for block in RUNBOOK.blocks("sh"):
        for group, query in _QUERY.findall(block):
            yield group.replace("$suffix", "prod").replace("$function", "market-data"), query


def _asked(query: str) -> set[str]:
    """Fields that a query names."""
    bare = re.sub(r'"[^"]*"|/[^/]*/', "", query)
    own = set(re.findall(r"\bas (\w+)", bare))
    return set(re.findall(r"(?<![\w@.])[@A-Za-z_][\w.]*", bare)) - _WORDS_OF_QUERIES - own


def test_every_query_is_read() -> None:
    assert len(list(_queries())) == RUNBOOK.text.count("\ninsights /") + RUNBOOK.text.count("\ninsights aws")
    assert len(list(_queries())) >= 10


@pytest.mark.parametrize(("group", "query"), list(_queries()))
def test_queries_ask_for_fields_that_the_log_has(group: str, query: str) -> None:
    assert _asked(query) - fields_of(group) == set()


@pytest.mark.parametrize("text", ["object processed", "alerts can't be remembered"])
def test_messages_to_look_for_are_written_by_a_function(text: str) -> None:
    assert text in TEXT
    code = "".join(path.read_text(encoding="utf-8") for path in Path("lambda").rglob("*.py"))
    assert f'"{text}"' in code


def test_fields_in_the_text_of_queries_are_told_from_words() -> None:
    query = (
        'fields @timestamp, a.b | filter c like /x y/ and d = "e f" | stats count(*) as n by bin(5m) | sort n'
    )
    assert _asked(query) == {"@timestamp", "a.b", "c", "d"}


def test_log_groups_of_queries_are_the_stacks_own(stacks: dict[str, Synthesized]) -> None:
    groups = {
        group["name"] for stack in stacks.values() for group in stack.all("aws_cloudwatch_log_group").values()
    }
    assert {group for group, _ in _queries()} - groups == set()


def test_functions_that_queries_may_be_about_are_all(prod: Synthesized) -> None:
    match = re.search(r"^function=(\S+)  # or (.+)$", RUNBOOK.text, re.MULTILINE)
    assert match
    named = [match[1], *match[2].split(", ")]
    assert sorted(named) == sorted(map(_service, prod.all("aws_lambda_function").values()))


# --- Names and numbers ----------------------------------------------------------------------------


def test_names_are_those_of_resources(stacks: dict[str, Synthesized]) -> None:
    text = RUNBOOK.text.replace("<environment>", "prod").replace("$suffix", "prod")
    names = set(re.findall(rf"(?<![\w-])(?:{_WORKLOADS})-[a-z0-9-]+-prod(?![\w-]*[a-z])", text))
    # What the procedures themselves make.
    names = {name for name in names if not re.search(r"-(?:restored|old|before)-", name)}
    known = "".join(stack.text for stack in stacks.values())
    assert {name for name in names if not re.search(rf"(?<![\w-]){name}(?![\w-]*[a-z])", known)} == set()
    assert len(names) > 30


def test_a_replayed_message_is_read_by_the_processor() -> None:
    (template,) = re.findall(r"'(\{Records: .+\})'", RUNBOOK.text)
    message = (
        re.sub(r"(\w+): ", r'"\1": ', template).replace("$bucket", '"raw"').replace("$key", '"a%20b.csv"')
    )
    (record,) = S3Event(json.loads(message)).records
    assert (record.s3.bucket.name, record.s3.get_object.key) == ("raw", "a%20b.csv")


def _facts() -> list[str]:
    backups = {
        name: _settings(name).trading_analytics.aurora.backup_retention_days for name in ("staging", "dev")
    }
    most = _settings("prod").trading_analytics.aurora.backup_retention_days
    settings = _settings("prod")
    object_versions = SecureBucketProps.noncurrent_days
    tries = ObjectQueueProps.max_receive_count
    assert (tries, RETENTION_SECONDS) == (5, 14 * 86_400)
    assert DELETION_WINDOW_DAYS == 7
    return [
        f"told once in {ALERT_WINDOW_SECONDS // 60} minutes",
        f"searchable in CloudWatch for {settings.log_retention_days} days (`LOG_RETENTION_DAYS`)",
        f"for {settings.log_archive_days} days (`LOG_ARCHIVE_DAYS`)",
        f"in Glacier after {ARCHIVE_AFTER_DAYS} days",
        f"older than {ARCHIVE_AFTER_DAYS} days may be in Glacier",
        f"{most} days back in production (staging {backups['staging']}, development {backups['dev']})",
        f"kept for {object_versions} days, those of a state for {NONCURRENT_DAYS}",
        "a file failed for good: five deliveries",
        "Messages are kept for 14 days",
        "within seven days",
        f"RDS does it every {SECRET_ROTATION_DAYS} days",
        f"it ends after {UPLOAD_SECONDS // 60} minutes",
        f"had no change for {DEFAULT_MAX_DAYS} days (`PREVIEW_MAX_DAYS`)",
        f"lost the label `{LABEL}`",
        f"tells at {THRESHOLDS[0][1]} % and {THRESHOLDS[1][1]} % of `MONTHLY_BUDGET_USD` spent",
        f"dbname={DATABASE_NAME} user={MASTER_USERNAME} ",
        f"MinCapacity={settings.trading_analytics.aurora.min_capacity:g},"
        f"MaxCapacity={settings.trading_analytics.aurora.max_capacity:g}",
    ]


@pytest.mark.parametrize("fact", _facts())
def test_numbers_are_those_of_the_code(fact: str) -> None:
    assert fact in TEXT
