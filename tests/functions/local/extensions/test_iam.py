from typing import Any

import pytest

from local.extensions.iam import holds

CONTEXT = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3", "aws:SourceArn": "arn:aws:s3:::raw-dev"}


@pytest.mark.holds_on_bare_moto
@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({}, True),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"Bool": {"aws:SecureTransport": "false"}}, False),
        ({"Bool": {"aws:securetransport": "TRUE"}}, True),
        ({"NumericLessThan": {"s3:TlsVersion": "1.2"}}, False),
        ({"NumericLessThan": {"s3:TlsVersion": "1.4"}}, True),
        ({"NumericGreaterThanEquals": {"s3:TlsVersion": "1.3"}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::raw-*"}}, True),
        ({"ArnNotLike": {"aws:SourceArn": "arn:aws:s3:::raw-*"}}, False),
        ({"StringEquals": {"aws:SourceArn": ["x", "arn:aws:s3:::raw-dev"]}}, True),
        ({"StringNotEquals": {"aws:SourceArn": ["x", "arn:aws:s3:::raw-dev"]}}, False),
        ({"StringLike": {"aws:SourceArn": "arn:aws:s3:::[r]aw-???"}}, False),
        ({"StringLike": {"aws:SourceArn": "arn:aws:s3:::raw-???"}}, True),
        # a key that the request does not have
        ({"StringEquals": {"aws:SourceVpce": "vpce-1"}}, False),
        ({"StringEqualsIfExists": {"aws:SourceVpce": "vpce-1"}}, True),
        ({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}, True),
        ({"StringNotEqualsIfExists": {"aws:SourceVpce": "vpce-1"}}, True),
        ({"Null": {"aws:SourceVpce": "true"}}, True),
        ({"Null": {"aws:SourceVpce": "false"}}, False),
        ({"Null": {"aws:SourceArn": "false"}}, True),
        # several tests: all must hold
        ({"Bool": {"aws:SecureTransport": "true"}, "Null": {"aws:SourceArn": "true"}}, False),
        ({"StringEquals": {"s3:TlsVersion": "1.3", "aws:SourceVpce": "vpce-1"}}, False),
    ],
)
def test_a_condition_holds_as_the_iam_user_guide_says(condition: dict[str, Any], expected: bool) -> None:
    assert holds(condition, CONTEXT) is expected


@pytest.mark.holds_on_bare_moto
def test_an_unknown_operator_is_not_guessed() -> None:
    with pytest.raises(NotImplementedError, match="IpAddress"):
        holds({"IpAddress": {"aws:SecureTransport": "10.0.0.0/8"}}, CONTEXT)
