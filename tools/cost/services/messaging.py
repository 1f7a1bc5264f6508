"""Queues and topics."""

from collections.abc import Iterator

from tools.cost.charges import MILLION, Charge
from tools.cost.load import Load
from tools.cost.resources import Resources


def queues(_: Resources, load: Load) -> Iterator[Charge]:
    """Requests to all queues, Lambda's own polls included."""
    yield Charge("SQS", "requests", "queue-request-million", load.queue_requests / MILLION)


def topics(_: Resources, load: Load) -> Iterator[Charge]:
    """Messages; what subscribers get by mail is left out."""
    yield Charge("SNS", "messages", "topic-request-million", load.alerts / MILLION)
