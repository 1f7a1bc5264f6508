"""Filter patterns, by the examples of their documentation.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-unstructured-log-events.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-json-log-events.html
"""

import json

import pytest

from local.log_patterns.pattern import UnknownPatternError, compile_pattern

MESSAGES = [
    "[ERROR 400] BAD REQUEST",
    "[ERROR 401] UNAUTHORIZED REQUEST",
    "[ERROR 419] MISSING ARGUMENTS",
    "[ERROR 420] INVALID ARGUMENTS",
    "[ERROR 500] INTERNAL SERVER ERROR",
    "[SUCCESS 200] AUTHORIZED REQUEST",
]


@pytest.mark.parametrize(
    ("pattern", "matching"),
    [
        ("", [0, 1, 2, 3, 4, 5]),
        ("ERROR", [0, 1, 2, 3, 4]),
        ("error", []),
        ("ERROR ARGUMENTS", [2, 3]),
        ("?SUCCESS ?ARGUMENTS", [2, 3, 5]),
        ('"INTERNAL SERVER ERROR"', [4]),
        ("ERROR -ARGUMENTS", [0, 1, 4]),
        ("-ERROR", [5]),
        ('ERROR -"BAD REQUEST" -ARGUMENTS', [1, 4]),
        ("?SUCCESS REQUEST", [0, 1, 5]),
        ("%AUTHORIZED%", [1, 5]),
        (r"%ERROR 4[0-1]\d%", [0, 1, 2]),
    ],
)
def test_terms(pattern: str, matching: list[int]) -> None:
    matches = compile_pattern(pattern)
    assert [number for number, message in enumerate(MESSAGES) if matches(message)] == matching


def test_a_quoted_term_may_hold_quotes() -> None:
    assert compile_pattern(r'"say \"no\""')('they say "no" twice')


EVENT = {
    "eventType": "UpdateTrail",
    "sourceIPAddress": "111.111.111.111",
    "arrayKey": ["value", "another value"],
    "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
    "SomeObject": None,
    "cluster.name": "c",
    "ThisFlag": True,
    "errorCode": 400,
    "number": [1e-3, 1e3],
    "latency": 50.5,
    "user": {"id": 1, "email": "John.Stiles@example.com"},
    "users": [{"id": 2, "email": "John.Doe@example.com"}],
    "actions": ["GET", "PUT", "DELETE"],
    "coordinates": [[0, 1, 2], [4, 5, 6], [7, 8, 9]],
}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ('{ $.eventType = "UpdateTrail" }', True),
        ("{$.eventType=UpdateTrail}", True),
        ('{ $.eventType = "Update*" }', True),
        ('{ $.eventType = "*Trail" }', True),
        ('{ $.eventType = "Update?rail" }', False),
        ("{ $.eventType = %Trail% }", True),
        ('{ $.eventType = "updatetrail" }', False),
        ("{ $.sourceIPAddress != 123.123.* }", True),
        ("{ $.sourceIPAddress != 111.111.* }", False),
        ('{ $.arrayKey[0] = "value" }', True),
        ('{ $.arrayKey[2] = "value" }', False),
        ("{ $.objectList[1].id = 2 }", True),
        ("{ $.SomeObject IS NULL }", True),
        ("{ $.ThisFlag IS NULL }", False),
        ("{ $.missing IS NULL }", False),
        ("{ $.SomeOtherObject NOT EXISTS }", True),
        ("{ $.SomeObject NOT EXISTS }", False),
        ("{ $.SomeObject EXISTS }", True),
        ("{ $.ThisFlag IS TRUE }", True),
        ("{ $.ThisFlag IS FALSE }", False),
        ("{ $.missing != 1 }", False),
        ("{ $.['cluster.name'] = c }", True),
        ("{ $.errorCode = 400 }", True),
        ("{ $.errorCode != 500 }", True),
        ('{ $.errorCode = "400" }', True),
        ("{ $.errorCode = 4* }", True),
        ("{ $.errorCode >= 400 }", True),
        ("{ $.errorCode > 400 }", False),
        ("{ $.errorCode <= 400 }", True),
        ("{ $.latency < 50.6 }", True),
        ("{ $.latency < 50 }", False),
        ("{ $.eventType > 1 }", False),
        ("{ $.number[0] = 1e-3 }", True),
        ("{ $.number[0] != 1e+3 }", True),
        ("{ $.number[1] = 1000 }", True),
        ("{ $.coordinates[2][1] = 8 }", True),
        ('{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', True),
        ('{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', False),
        (
            '{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch"'
            ' && $.actions[2] = "nonmatch" }',
            True,
        ),
        (
            '{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch")'
            ' && $.actions[2] = "nonmatch" }',
            False,
        ),
    ],
)
def test_json(pattern: str, expected: bool) -> None:
    assert (compile_pattern(pattern)(json.dumps(EVENT)) is not None) is expected


def test_a_json_pattern_matches_json_events_only() -> None:
    assert not compile_pattern('{ $.level = "ERROR" }')('level = "ERROR"')


@pytest.mark.parametrize(
    "pattern",
    [
        "[ip, user",
        "{ $.a = 1",
        "{ $.a }",
        "{ $.a = }",
        "{ a = 1 }",
        "{ $.a = 1 && }",
        "{ ($.a = 1 }",
        "{ $.a = 1 $.b = 2 }",
        "{ $.a IS MAYBE }",
        "{ $.a NOT THERE }",
        "{ $.a > many }",
        "{ $.[ = 1 }",
        "{}",
        '"unfinished',
        "%[%",
    ],
)
def test_malformed_patterns_are_refused(pattern: str) -> None:
    with pytest.raises(UnknownPatternError):
        compile_pattern(pattern)
