"""SQS: attributes that moto 5.2.5 changes or loses.

- `RedrivePolicy` comes back with blanks that AWS does not write (drift in every queue with a dead-letter
  queue).
- `RedriveAllowPolicy` is unknown.
- SetQueueAttributes without a policy wipes the policy, so the order of separate resources decides whether
  it survives.
"""

import json
from collections.abc import Callable
from typing import Any

from moto.sqs.models import Queue

from local.extensions.wrapping import wrap, wrap_property


def register() -> None:
    """Extends moto's SQS."""
    Queue.BASE_ATTRIBUTES = [*Queue.BASE_ATTRIBUTES, "RedriveAllowPolicy"]
    Queue.redrive_allow_policy = None
    wrap_property(Queue, "attributes", _attributes)
    wrap(Queue, "_set_attributes", _set_attributes)


def _attributes(original: Callable[[Any], Any], queue: Any) -> dict[str, Any]:
    attributes: dict[str, Any] = original(queue)
    if attributes["RedrivePolicy"]:
        attributes["RedrivePolicy"] = json.dumps(queue.redrive_policy, separators=(",", ":"))
    if not attributes["RedriveAllowPolicy"]:
        del attributes["RedriveAllowPolicy"]
    return attributes


def _set_attributes(
    original: Callable[..., Any], queue: Any, attributes: dict[str, Any], now: float | None = None
) -> None:
    before = getattr(queue, "policy", None)
    original(queue, attributes, now)
    if "Policy" not in attributes:
        queue.policy = before
