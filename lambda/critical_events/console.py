"""Links into the CloudWatch console."""

from datetime import datetime, timedelta
from urllib.parse import quote

_MARGIN = timedelta(minutes=1)
"""Shown before and after the events, since what led to an error stands around it."""


def log_events_url(region: str, log_group: str, log_stream: str, first: datetime, last: datetime) -> str:
    """Return the page that shows a log stream's events of a span of time.

    Args:
        region: AWS region.
        log_group: Name of the log group.
        log_stream: Name of the log stream.
        first: Time of the first event.
        last: Time of the last event.
    """
    query = f"?start={_milliseconds(first - _MARGIN)}&end={_milliseconds(last + _MARGIN)}"
    return (
        f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
        f"#logsV2:log-groups/log-group/{_twice(log_group)}/log-events/{_twice(log_stream)}{_once(query)}"
    )


def _milliseconds(time: datetime) -> int:
    return round(time.timestamp() * 1000)


def _once(text: str) -> str:
    # The console keeps its state behind the #, percent-encoded with $ for %.
    return quote(text, safe="").replace("%", "$")


def _twice(text: str) -> str:
    return _once(quote(text, safe=""))
