"""Metrics in log lines: CloudWatch's embedded metric format.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
from typing import Any

from local.monitoring import clock, metrics

_MAXIMUM_VALUES = 100


def receive(group: Any, events: list[dict[str, Any]]) -> None:
    """Puts the metrics that log events carry; what does not follow the specification is only a log event.

    Args:
        group: the `moto.logs.models.LogGroup`.
        events: `timestamp` and `message` of each.
    """
    for event in events:
        message = event["message"]
        if '"CloudWatchMetrics"' in message:
            try:
                document = json.loads(message)
            except ValueError:
                continue
            if isinstance(document, dict) and isinstance(document.get("_aws"), dict):
                _put(group, document)


def _put(group: Any, document: dict[str, Any]) -> None:
    metadata = document["_aws"]
    timestamp = metadata.get("Timestamp")
    directives = metadata.get("CloudWatchMetrics")
    if not isinstance(timestamp, int) or not isinstance(directives, list):
        return
    for directive in directives:
        for names in directive.get("Dimensions") or [[]]:
            if not all(name in document for name in names):
                continue
            dimensions = {name: str(document[name]) for name in names}
            for definition in directive["Metrics"]:
                for value in _values(document.get(definition["Name"])):
                    metrics.put(
                        group.account_id,
                        group.region,
                        directive["Namespace"],
                        {definition["Name"]: value},
                        dimensions,
                        at=clock.of_log_event(timestamp),
                        unit=definition.get("Unit") or "None",
                    )


def _values(target: Any) -> list[float]:
    """The values of a metric: one number, or up to 100."""
    numbers = target if isinstance(target, list) else [target]
    if len(numbers) > _MAXIMUM_VALUES:
        return []
    return [one for one in numbers if isinstance(one, int | float) and not isinstance(one, bool)]
