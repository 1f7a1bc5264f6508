"""Keys, calls of Secrets Manager, the audit trail, AWS Config."""

from collections.abc import Iterator
from decimal import Decimal

from tools.cost.charges import Charge
from tools.cost.load import Load
from tools.cost.resources import Resources, expect

KMS = "KMS"
CONFIG = "Config"

EVALUATIONS_PER_ITEM = 3
"""Rules that judge one changed configuration; most types of resources have two to four."""

DAILY_EVALUATIONS = Decimal(30)
"""Evaluations of each rule in a month in which nothing changes: as if each judged one resource a day."""


def keys(stack: Resources, load: Load) -> Iterator[Charge]:
    """Each key, in its first year; rotation adds a dollar a month after each of the first two years."""
    yield Charge(KMS, "customer-managed keys", "key-month", Decimal(len(stack.all("aws_kms_key"))))
    yield Charge(KMS, "requests", "key-request-10k", load.key_requests / 10_000)


def rotations(_: Resources, load: Load) -> Iterator[Charge]:
    """Calls; rotation itself costs nothing where RDS does it."""
    yield Charge("Secrets Manager", "calls", "secret-call-10k", load.secret_calls / 10_000)


def trails(_: Resources, load: Load) -> Iterator[Charge]:
    """Events of objects; the first copy of an account's management events costs nothing."""
    yield Charge("CloudTrail", "data events", "trail-data-event-100k", load.data_events / 100_000)


def recorders(stack: Resources, load: Load) -> Iterator[Charge]:
    """Recorded configurations."""
    for recorder in stack.all("aws_config_configuration_recorder"):
        expect(recorder["recording_mode"], "recording_frequency", "CONTINUOUS")
        yield Charge(CONFIG, "recorded configurations", "config-item", load.config_items)


def rules(stack: Resources, load: Load) -> Iterator[Charge]:
    """Evaluations, of changes and by the day."""
    number = len(stack.all("aws_config_config_rule"))
    evaluations = number * DAILY_EVALUATIONS + load.config_items * EVALUATIONS_PER_ITEM
    yield Charge(CONFIG, "evaluations of rules", "config-evaluation", evaluations)
