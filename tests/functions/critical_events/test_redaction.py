"""An alert never quotes a secret or a key."""

import json

import pytest
from critical_events.redaction import MASK, redact

AWS_KEY_ID = "ASIA" + "IOSFODNN7EXAMPLE"


@pytest.mark.requirement("OBS-3")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("connect with password=hunter2 failed", f"connect with password={MASK} failed"),
        ("PASSWORD: hunter2, again", f"PASSWORD: {MASK}, again"),
        ('{"password": "hunter2 \\" and more", "n": 1}', f'{{"password": {MASK}, "n": 1}}'),
        ("{'clientSecret': 'hunter2', 'n': 1}", f"{{'clientSecret': {MASK}, 'n': 1}}"),
        (json.dumps(json.dumps({"api_key": "hunter2"})), f'"{{\\"api_key\\": {MASK}}}"'),
        ("X-Api-Key: hunter2\nHost: api", f"X-Api-Key: {MASK}\nHost: api"),
        ("Authorization: Digest a b c\nHost: api", f"Authorization: {MASK}\nHost: api"),
        ("Cookie: session=hunter2; other=1", f"Cookie: {MASK}"),
        ("sent Bearer abcdef12345 to", f"sent Bearer {MASK} to"),
        ("AWS4-HMAC-SHA256 Credential=A/b, Signature=c", f"AWS4-HMAC-SHA256{MASK}"),
        ("aws_session_token=hunter2", f"aws_session_token={MASK}"),
        ("AWS_SECRET_ACCESS_KEY=hunter2", f"AWS_SECRET_ACCESS_KEY={MASK}"),
        (
            "https://b.s3.amazonaws.com/k?X-Amz-Credential=A%2F1&X-Amz-Date=2&X-Amz-Signature=3&x=4",
            f"https://b.s3.amazonaws.com/k?X-Amz-Credential={MASK}&X-Amz-Date=2&X-Amz-Signature={MASK}&x=4",
        ),
        ("postgresql://writer:hunter2@db:5432/x", f"postgresql://writer:{MASK}@db:5432/x"),
        (f"key {AWS_KEY_ID} is unknown", f"key {MASK} is unknown"),
        ("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln twice", f"got {MASK} twice"),
        ("a -----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY----- b", f"a {MASK} b"),
        ("-----BEGIN PRIVATE KEY-----\nMII", MASK),
    ],
)
def test_secret_is_hidden_and_what_is_around_it_stays(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        'FATAL:  password authentication failed for user "market_writer"',
        "apiKeyId=abc123 token_count=5 status: 403",
        "s3://raw/uploads/trades.csv?versionId=1",
        "no secret here, no key: either",
        "12:30:01 user@host",
    ],
)
def test_what_is_no_secret_is_quoted(text: str) -> None:
    assert redact(text) == text


def test_long_line_is_looked_at_in_no_time() -> None:
    assert redact("a" * 100_000).startswith("aaa")
    assert redact("password=" * 10_000).startswith("password=")
