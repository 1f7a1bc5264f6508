"""Subscription filters of CloudWatch Logs: events that match a pattern go to a function or a stream.

moto 5.2.5 sends every event whatever the pattern, and numbers events where AWS has strings.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
"""

import logging
from collections.abc import Callable
from typing import Any

from local.log_patterns.pattern import UnknownPatternError, compile_pattern

_logger = logging.getLogger(__name__)


def filtered(original: Callable[..., None]) -> Callable[..., None]:
    """Wraps `moto.logs.models.LogStream._send_log_events` so that it sends what the filter's pattern matches.

    Args:
        original: moto's method; functions are invoked through `LambdaFunction.invoke`.

    Returns:
        The wrapped method.
    """

    def send(
        stream: Any, service: str, destination_arn: str, filter_name: str, log_events: list[dict[str, Any]]
    ) -> None:
        pattern = stream.log_group.subscription_filters[filter_name].filter_pattern
        try:
            matches = compile_pattern(pattern or "")
        except UnknownPatternError as error:
            _logger.error("subscription filter %s sends nothing: %s", filter_name, error)
            return
        matching = [
            {**event, "id": f"{event['id']:056d}"} for event in log_events if matches(event["message"])
        ]
        if matching:
            original(
                stream,
                service=service,
                destination_arn=destination_arn,
                filter_name=filter_name,
                log_events=matching,
            )

    return send
