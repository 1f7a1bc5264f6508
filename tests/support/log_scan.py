"""Looks for secrets in every log group of an account."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

LOOKS_LIKE_A_SECRET = {
    "a signature": re.compile(r"X-Amz-Signature=[0-9a-f]{16}", re.IGNORECASE),
    "a security token": re.compile(r"X-Amz-Security-Token['\"]?\s*[=:]\s*['\"]?[\w%/+]{16}", re.IGNORECASE),
    "a signed request": re.compile(r"AWS4-HMAC-SHA256 Credential="),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a bearer's token": re.compile(r"\bBearer [\w.~+/-]{16}"),
}
"""What is secret in every log, whatever its value."""


@dataclass(frozen=True)
class Leak:
    """A line that holds a secret. The line itself is left out: it would be the next leak.

    Attributes:
        log_group: where it stands.
        log_stream: where it stands.
        secret: what it holds, by name.
    """

    log_group: str
    log_stream: str
    secret: str


def leaks(logs: Any, secrets: Mapping[str, str]) -> set[Leak]:
    """Look through all log groups.

    Args:
        logs: client of CloudWatch Logs.
        secrets: values that no line may hold, by name; and what looks like a secret anyway.
    """
    assert all(len(value) >= 8 for value in secrets.values()), "too short to be told from ordinary text"
    return {
        Leak(group, stream, name)
        for group, stream, line in log_lines(logs)
        for name in (
            *(name for name, value in secrets.items() if value in line),
            *(name for name, pattern in LOOKS_LIKE_A_SECRET.items() if pattern.search(line)),
        )
    }


def log_lines(logs: Any) -> Iterator[tuple[str, str, str]]:
    """Every line of every log group: group, stream, text."""
    for groups in logs.get_paginator("describe_log_groups").paginate():
        for group in groups["logGroups"]:
            name = group["logGroupName"]
            for page in logs.get_paginator("filter_log_events").paginate(logGroupName=name):
                for event in page["events"]:
                    yield name, event["logStreamName"], event["message"]
