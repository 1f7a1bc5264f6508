"""Subscription filters of CloudWatch Logs: events that match a pattern go to a function or a stream.

moto 5.2.5 sends every event whatever the pattern, and numbers events where AWS has strings.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
"""

import logging
from collections.abc import Callable
from typing import Any

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.utils import get_backend

from local.log_patterns.pattern import UnknownPatternError, compile_pattern
from local.monitoring import metrics
from local.runtime import resource_policy

_PRINCIPALS = ("logs.amazonaws.com", "logs.{region}.amazonaws.com")

_logger = logging.getLogger(__name__)


def may_invoke(group: Any, function_arn: str) -> bool:
    """Whether a function's resource policy lets a log group invoke it.

    Args:
        group: the `moto.logs.models.LogGroup`.
        function_arn: the function.
    """
    try:
        function = get_backend(group.account_id, group.region).get_function(function_arn)
    except UnknownFunctionException:
        return False
    principals = [name.format(region=group.region) for name in _PRINCIPALS]
    return resource_policy.allows(function, principals, f"{group.arn}:*", group.account_id)


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
        if service == "lambda" and not may_invoke(stream.log_group, destination_arn):
            _logger.error("%s: its resource policy does not let %s invoke it", destination_arn, filter_name)
            return
        pattern = stream.log_group.subscription_filters[filter_name].filter_pattern
        try:
            matches = compile_pattern(pattern or "")
        except UnknownPatternError as error:
            _logger.error("subscription filter %s sends nothing: %s", filter_name, error)
            return
        matching = [
            {**event, "id": f"{event['id']:056d}"} for event in log_events if matches(event["message"])
        ]
        if not matching:
            return
        original(
            stream,
            service=service,
            destination_arn=destination_arn,
            filter_name=filter_name,
            log_events=matching,
        )
        if service == "firehose":  # where moto writes the record to the bucket at once
            group, name = stream.log_group, destination_arn.rpartition("/")[2]
            counts = {"IncomingRecords": 1, "DeliveryToS3.Success": 1}
            metrics.put(group.account_id, group.region, "AWS/Firehose", counts, {"DeliveryStreamName": name})

    return send
