"""What an alert never quotes: secrets and keys, wherever they stand in a line of a log."""

import re

MASK = "(hidden)"

_NAME = (
    r"(?:pass(?:word|wd|phrase)|pwd|secret(?:[_-]?(?:key|string|access[_-]?key))?|api[_-]?key|token"
    r"|authorization|cookie|private[_-]?key|credentials?|signature)"
)
"""What the name of a secret ends in: ``X-Amz-Signature``, ``clientSecret``, ``aws_session_token``."""

_SECRETS = (
    # A whole block, before its lines are looked at.
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
    # Headers, whose values have spaces, and signed requests.
    re.compile(r"(?P<keep>\b(?:authorization|cookie)\s*[:=]\s*)[^\n\"']+", re.IGNORECASE),
    re.compile(r"(?P<keep>\bAWS4-HMAC-SHA256\b)[^\n\"']+", re.IGNORECASE),
    re.compile(r"(?P<keep>\b(?:Bearer|Basic)\s+)[\w.~+/=-]{8,}", re.IGNORECASE),
    # name=value, name: value, "name": "value", and JSON within JSON, whose quotes have a \\ before them.
    re.compile(
        rf"(?P<keep>(?<![\w-])[\w-]*{_NAME}(?:\\?[\"'])?\s*[=:]\s*)"
        r"(?:\\\".*?\\\"|\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\s&,;\"'}\]]+)",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<keep>\w://[^\s/:@]*:)[^\s/@]+(?=@)"),  # user:password@host
    re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),  # ids of AWS access keys
    re.compile(r"\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*"),  # JSON web tokens
)


def redact(text: str) -> str:
    """Hide secrets and keys: values by the name in front of them, and what is one by its look."""
    for secret in _SECRETS:
        text = secret.sub(_hidden, text)
    return text


def _hidden(found: re.Match[str]) -> str:
    return f"{found.groupdict().get('keep') or ''}{MASK}"
