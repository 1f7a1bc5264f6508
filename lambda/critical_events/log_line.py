"""What a line of a log says: what happened, of which kind that is, and what it was about."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .redaction import redact

TEXT_LIMIT = 500
"""Characters of one statement that an alert quotes; the log has the rest."""

ABOUT_LIMIT = 1100
"""The same for what it was about: an object's key alone has up to 1024."""

_READ_LIMIT = 10_000
"""Characters that are looked at; CloudWatch takes lines of up to 1 MiB."""

# What differs between two lines that say the same: times, ids, addresses, quoted names, numbers.
_VARIABLE = re.compile(
    r"\d{4}-\d\d-\d\d[T ][\d:.,]+(?:Z|[+-]\d\d:?\d\d)?"
    r"|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
    r"|\b0x[0-9a-f]+\b|\b[0-9a-f]{16,}\b"
    r"|\b[a-z][a-z0-9+.-]*://\S+"
    r"|\"[^\"]*\"|(?<!\w)'[^']*'(?!\w)"
    r"|\d+",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Statement:
    """What one line says. Secrets and keys are hidden in all of it.

    Attributes:
        what: What happened.
        error: Type of the error; empty where the line names none.
        reason: Why; empty where the line does not say.
        about: What it was about: a file, a request, who called; empty where the line does not say.
    """

    what: str
    error: str = ""
    reason: str = ""
    about: str = ""

    @property
    def kind(self) -> str:
        """What statements have in common that say the same of different things at different times."""
        return _VARIABLE.sub("#", "\n".join((self.what, self.error, self.reason)))


def read(message: str) -> Statement:
    """Read one line.

    Of JSON the fields that tell: those of a function's log line, of an error that no function caught, of the
    platform's report, of an API's access log, or of CloudTrail. Anything else is quoted as it is.
    """
    try:
        fields = json.loads(message)
    except ValueError:
        fields = None
    statement = _of_fields(fields) if isinstance(fields, dict) else None
    return statement if statement and statement.what else Statement(_line(message))


def is_of_function(message: str, function_name: str) -> bool:
    """Say whether a line is CloudTrail's, of a call that a function made with its role.

    Lambda names the session of a function's role after the function.
    """
    try:
        identity = json.loads(message)["userIdentity"]
        return str(identity["arn"]).endswith(f"/{function_name}")
    except (ValueError, KeyError, TypeError):
        return False


def _of_fields(fields: Mapping[str, Any]) -> Statement:
    record = fields.get("record")
    if isinstance(record, dict) and "status" in record:
        return _of_platform(record)
    if "errorCode" in fields:
        return _of_trail(fields)
    if "method" in fields:
        return Statement(
            _joined(fields.get("status"), fields.get("method"), fields.get("resource")),
            reason=_line(fields.get("error")),
            about=_listed(
                _labelled("API key id", fields.get("apiKeyId")), _labelled("request", fields.get("requestId"))
            ),
        )
    return _of_function(fields)


def _of_function(fields: Mapping[str, Any]) -> Statement:
    """Read what a function logged through Powertools, or Lambda for it about an exception."""
    told = fields.get("message") or fields.get("errorMessage")
    error = _line(fields.get("exception_name") or fields.get("errorType"))
    # The last line of a traceback is "ValueError: what is wrong".
    exception = str(fields.get("exception") or "").strip().rpartition("\n")[2]
    reason = _line(fields.get("reason")) or _line(exception).partition(": ")[2]
    about = _listed(
        _labelled("file", fields.get("raw_object")),
        _labelled("operation", fields.get("operation")),
        _labelled("request", fields.get("function_request_id") or fields.get("requestId")),
    )
    return Statement(_line(told), error, reason, about)


def _of_platform(record: Mapping[str, Any]) -> Statement:
    metrics = record.get("metrics")
    used = metrics if isinstance(metrics, dict) else {}
    memory = [used[name] for name in ("maxMemoryUsedMB", "memorySizeMB") if name in used]
    status = {"timeout": "timed out", "failure": "broke off"}.get(str(record["status"]), record["status"])
    return Statement(
        _joined("invocation", status),
        error=_line(record.get("errorType")),
        reason=f"{memory[0]} of {memory[1]} MB of memory in use" if len(memory) == 2 else "",
        about=_labelled("request", record.get("requestId")),
    )


def _of_trail(fields: Mapping[str, Any]) -> Statement:
    identity = fields.get("userIdentity")
    caller = identity.get("arn") if isinstance(identity, dict) else None
    return Statement(
        _joined(fields.get("errorCode"), fields.get("eventSource"), fields.get("eventName")),
        reason=_line(fields.get("errorMessage")),
        about=_labelled("caller", caller),
    )


def _labelled(label: str, value: object) -> str:
    text = _line(value, ABOUT_LIMIT)
    return f"{label} {text}" if text not in ("", "-") else ""  # API Gateway writes - for what there is not


def _listed(*texts: str) -> str:
    return _line(", ".join(filter(None, texts)), ABOUT_LIMIT)


def _joined(*values: object) -> str:
    return " ".join(filter(None, map(_line, values)))


def _line(value: object, limit: int = TEXT_LIMIT) -> str:
    """Return a value as one short line without secrets, nothing as nothing."""
    if value is None or value == "":
        return ""
    text = value if isinstance(value, str) else json.dumps(value)
    line = " ".join(redact(text[:_READ_LIMIT]).split())
    return line if len(line) <= limit else f"{line[: limit - 3]}..."
