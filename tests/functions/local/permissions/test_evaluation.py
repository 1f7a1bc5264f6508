"""Examples of the IAM user guide, and what follows from its rules."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.permissions.conditions import holds, like
from local.permissions.evaluation import Access, Grant, Policy, ResourcePolicy, evaluate

OBJECT = "arn:aws:s3:::bucket/bars/a"
READ = {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/bars/*"}
EVERYTHING = {"Sid": "All", "Effect": "Allow", "Action": "*", "Resource": "*"}
OTHER_REGIONS = {
    "Sid": "Region",
    "Effect": "Deny",
    "NotAction": ["iam:*", "sts:*"],
    "Resource": "*",
    "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["us-east-1", "us-west-2"]}},
}
CONTEXT = {
    "aws:SecureTransport": "true",
    "s3:TlsVersion": "1.3",
    "aws:SourceArn": "arn:aws:s3:::raw-dev",
    "dynamodb:LeadingKeys": ["ann", "bob"],
}


def policy(*statements: dict[str, Any], name: str = "policy") -> Policy:
    return Policy(name, json.dumps({"Version": "2012-10-17", "Statement": statements}))


def access(action: str = "s3:GetObject", resource: str = OBJECT, **context: str) -> Access:
    return Access(action, resource, {key.replace("__", ":"): value for key, value in context.items()})


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
        ({"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::raw-*"}}, True),
        ({"ArnNotLike": {"aws:SourceArn": "arn:aws:s3:::raw-*"}}, False),
        # a wildcard in an ARN's part does not reach into the next; as text it does
        ({"ArnLike": {"aws:SourceArn": "arn:aws:*-dev"}}, False),
        ({"StringLike": {"aws:SourceArn": "arn:aws:*-dev"}}, True),
        ({"StringEquals": {"aws:SourceArn": ["x", "arn:aws:s3:::raw-dev"]}}, True),
        ({"StringEquals": {"aws:SourceArn": "arn:aws:s3:::RAW-dev"}}, False),
        ({"StringEqualsIgnoreCase": {"aws:SourceArn": "arn:aws:s3:::RAW-dev"}}, True),
        ({"StringNotEquals": {"aws:SourceArn": ["x", "arn:aws:s3:::raw-dev"]}}, False),
        ({"StringLike": {"aws:SourceArn": "arn:aws:s3:::[r]aw-???"}}, False),
        ({"StringLike": {"aws:SourceArn": "arn:aws:s3:::raw-???"}}, True),
        # a key that the request does not have
        ({"StringEquals": {"aws:SourceVpce": "vpce-1"}}, False),
        ({"ArnLike": {"aws:SourceVpce": "*"}}, False),
        ({"StringEqualsIfExists": {"aws:SourceVpce": "vpce-1"}}, True),
        ({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}, True),
        ({"StringNotEqualsIfExists": {"aws:SourceVpce": "vpce-1"}}, True),
        ({"Null": {"aws:SourceVpce": "true"}}, True),
        ({"Null": {"aws:SourceVpce": "false"}}, False),
        ({"Null": {"aws:SourceArn": "false"}}, True),
        # several values: "ForAllValues … returns true if there are no keys in the request"
        ({"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["ann", "bob", "eve"]}}, True),
        ({"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["ann"]}}, False),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["ann"]}}, True),
        ({"ForAnyValue:StringEquals": {"dynamodb:LeadingKeys": ["bob"]}}, True),
        ({"ForAnyValue:StringEquals": {"dynamodb:LeadingKeys": ["eve"]}}, False),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": ["ann"]}}, False),
        ({"ForAnyValue:StringNotEquals": {"dynamodb:LeadingKeys": ["ann"]}}, True),
        # several tests: all must hold
        ({"Bool": {"aws:SecureTransport": "true"}, "Null": {"aws:SourceArn": "true"}}, False),
        ({"StringEquals": {"s3:TlsVersion": "1.3", "aws:SourceVpce": "vpce-1"}}, False),
    ],
)
def test_a_condition_holds_as_the_iam_user_guide_says(condition: dict[str, Any], expected: bool) -> None:
    assert holds(condition, CONTEXT) is expected


@pytest.mark.parametrize(
    "condition",
    [
        {"IpAddress": {"aws:SecureTransport": "10.0.0.0/8"}},
        {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},  # also where the request does not have the key
        {"ForSomeValues:StringEquals": {"dynamodb:LeadingKeys": "ann"}},
        {"StringEquals": {"dynamodb:LeadingKeys": "ann"}},
        {"StringLike": {"aws:SourceArn": "arn:aws:s3:::${aws:username}"}},
    ],
)
def test_what_is_not_known_is_not_guessed(condition: dict[str, Any]) -> None:
    with pytest.raises(NotImplementedError):
        holds(condition, CONTEXT)


@given(st.text(), st.text())
def test_a_pattern_with_a_star_matches_what_has_its_ends(start: str, end: str) -> None:
    value = start + end
    pattern = f"{start.replace('*', '?').replace('$', '?')}*"
    assert like(value, pattern)
    assert like(value, "*")


@given(st.text(alphabet="ab.[]()+^\\|{}", min_size=1))
def test_nothing_but_star_and_question_mark_is_special(text: str) -> None:
    assert like(text, text)
    assert not like(text + "a", text)
    assert like(text, "?" * len(text))


@pytest.mark.parametrize(
    ("action", "resource", "reason"),
    [
        ("s3:GetObject", OBJECT, ""),
        ("S3:getobject", OBJECT, ""),  # "the prefix and the action name are case insensitive"
        ("s3:PutObject", OBJECT, "because no identity-based policy allows the s3:PutObject action"),
        (
            "s3:GetObject",
            "arn:aws:s3:::bucket/BARS/a",
            "because no identity-based policy allows the s3:GetObject action",
        ),
        (
            "s3:GetObject",
            "arn:aws:s3:::bucket2/bars/a",
            "because no identity-based policy allows the s3:GetObject action",
        ),
    ],
)
def test_what_no_policy_allows_is_refused(action: str, resource: str, reason: str) -> None:
    decision = evaluate(Access(action, resource), [policy(READ)])
    assert (decision.allowed, decision.reason) == (not reason, reason)


def test_a_decision_names_what_allowed_it() -> None:
    wide = {"Effect": "Allow", "Action": ["s3:Put*", "s3:Get*"], "Resource": ["*", OBJECT]}
    decision = evaluate(access(), [policy(READ, name="one"), policy(wide)])
    assert decision.grants == (
        Grant("one", "Read", "s3:GetObject", "arn:aws:s3:::bucket/bars/*"),
        Grant("policy", "#0", "s3:Get*", "*"),
    )


@pytest.mark.parametrize("where", ["identity", "boundary", "session"])
def test_an_explicit_denial_wins_wherever_it_is(where: str) -> None:
    denial = policy(EVERYTHING, READ | {"Effect": "Deny"})
    kinds: dict[str, Any] = {"identity": [policy(READ)]}
    kinds[where] = [policy(READ), denial] if where == "identity" else denial
    decision = evaluate(access(), **kinds)
    article = {
        "identity": "an identity-based policy",
        "boundary": "a permissions boundary",
        "session": "a session policy",
    }
    assert not decision.allowed
    assert decision.reason == f"with an explicit deny in {article[where]}"


@pytest.mark.parametrize(
    ("where", "kind"), [("boundary", "permissions boundary"), ("session", "session policy")]
)
def test_boundary_and_session_have_to_allow_as_well_and_grant_nothing(where: str, kind: str) -> None:
    other = policy(EVERYTHING | {"Action": "sqs:*"})
    kinds: dict[str, Any] = {where: other}
    refused = evaluate(access(), [policy(READ)], **kinds)
    assert refused.reason == f"because no {kind} allows the s3:GetObject action"
    kinds = {where: policy(EVERYTHING)}
    assert evaluate(access(), [policy(READ)], **kinds).allowed
    assert not evaluate(access(), [], **kinds).allowed


@pytest.mark.requirement("IAM-2")
@pytest.mark.parametrize(
    ("action", "region", "expected"),
    [
        ("s3:GetObject", "us-east-1", True),
        ("s3:GetObject", "us-west-2", True),
        ("s3:GetObject", "eu-west-1", False),
        ("iam:GetRole", "eu-west-1", True),
    ],
)
def test_the_guides_denial_of_other_regions_spares_global_services(
    action: str, region: str, expected: bool
) -> None:
    decision = evaluate(
        access(action, "*", aws__RequestedRegion=region),
        [policy(EVERYTHING)],
        policy(EVERYTHING, OTHER_REGIONS),
    )
    assert decision.allowed is expected


def test_a_statement_but_for_some_resources() -> None:
    rest = {"Effect": "Allow", "Action": "s3:*", "NotResource": ["arn:aws:s3:::bucket/secret/*"]}
    assert evaluate(access(), [policy(rest)]).allowed
    assert not evaluate(access(resource="arn:aws:s3:::bucket/secret/a"), [policy(rest)]).allowed


@pytest.mark.parametrize(
    ("principal", "names", "expected"),
    [
        ("*", ["me"], True),
        ({"AWS": "*"}, ["me"], True),
        ({"AWS": ["you", "me"]}, ["me"], True),
        ({"AWS": "you"}, ["me"], False),
        ({"Service": "me"}, ["me"], False),
    ],
)
def test_a_statement_of_a_key_policy_speaks_of_somebody(
    principal: Any, names: list[str], expected: bool
) -> None:
    key = ResourcePolicy("key", json.dumps({"Statement": EVERYTHING | {"Principal": principal}}))
    assert key.allows(names, access()) is expected
    denial = {"Statement": EVERYTHING | {"Effect": "Deny", "Principal": principal}}
    assert ResourcePolicy("key", json.dumps(denial)).denies_to(names, access()) is expected
