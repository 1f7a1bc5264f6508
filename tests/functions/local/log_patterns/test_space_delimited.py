"""Space-delimited patterns, by the examples of their documentation.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-space-delimited-log-events.html
"""

import pytest

from local.log_patterns.pattern import UnknownPatternError, compile_pattern

APACHE = '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'
ERROR = "ERROR 09/25/2014 12:00:02 Failed to process request"
WARNING = "WARNING 09/25/2014 12:00:02 Invalid user request"
INFO = "INFO 09/25/2014 12:00:00 GET /service/resource/67 1200"
PART = "INFO 09/25/2014 12:00:01 POST /service/resource/67/part/111 1310"


def matches(pattern: str, message: str) -> bool:
    return compile_pattern(pattern)(message) is not None


@pytest.mark.parametrize(
    ("pattern", "matching"),
    [
        ("[ip, server, username, timestamp, request, status_code, bytes > 1000]", [APACHE]),
        ("[ip, server, username, timestamp, request, status_code, bytes > 2000]", []),
        ("[ip, server, username, timestamp, request=*.html*, status_code=4*, bytes]", [APACHE]),
        (
            "[ip, server, username, timestamp, request, status_code = 404 || status_code = 410, bytes]",
            [APACHE],
        ),
        (
            "[ip, server, username, timestamp, request, status_code != 404 && status_code != 410, bytes]",
            [ERROR],
        ),
        ("[..., status_code = 404, bytes]", [APACHE]),
        ("[ip = 127.*, ..., bytes]", [APACHE]),
        ("[ip = 127.*, ...]", [APACHE]),
        ("[w1=ERROR, w2]", [ERROR]),
        ("[w1=ERROR || W1=WARNING, w2]", [ERROR, WARNING]),
        ("[w1=ERROR || w1=%WARN%, w2]", [ERROR, WARNING]),
        ("[w1!=ERROR && w1!=WARNING, w2]", [APACHE, INFO, PART]),
        ("[logLevel, date, time, method, url=%/service/resource/[0-9]+$%, response_time]", [INFO]),
        (
            "[logLevel, date, time, method, url=%/service/resource/[0-9]+/part/[0-9]+$%, response_time]",
            [PART],
        ),
        ('[w1="ERROR", w2]', [ERROR]),
        ("[w1=ERROR]", []),
    ],
)
def test_the_documented_examples(pattern: str, matching: list[str]) -> None:
    assert [one for one in (APACHE, ERROR, WARNING, INFO, PART) if matches(pattern, one)] == matching


def test_the_fields_of_a_matching_event_can_be_read_by_name() -> None:
    event = compile_pattern("[ip, server, username, timestamp, request, status_code, bytes > 1000]")(APACHE)
    assert event is not None
    assert {
        name: event.value(name) for name in ("$bytes", "$status_code", "$request", "$timestamp", "$ip")
    } == {
        "$bytes": "1534",
        "$status_code": "404",
        "$request": "GET /index.html HTTP/1.0",
        "$timestamp": "10/Oct/2000:13:25:15 -0700",
        "$ip": "127.0.0.1",
    }
    assert event.value("$nothing") is None


def test_fields_after_the_gap_are_counted_from_the_end() -> None:
    event = compile_pattern("[ip, ..., status, bytes]")(APACHE)
    assert event is not None
    assert [event.value(name) for name in ("$ip", "$status", "$bytes")] == ["127.0.0.1", "404", "1534"]


def test_a_last_name_without_a_condition_takes_what_is_left() -> None:
    event = compile_pattern("[level, rest]")(ERROR)
    assert event is not None
    assert event.value("$rest") == "09/25/2014 12:00:02 Failed to process request"


def test_an_event_with_fewer_fields_does_not_match() -> None:
    assert not matches("[a, b, c]", "one two")
    assert not matches("[a, ..., c = *, d]", "one two")
    assert not matches("[a, b, c = 3]", "1 2 3 4")


def test_a_field_that_is_no_number_is_neither_greater_nor_less() -> None:
    assert not matches("[a, b > 5]", "x y")
    assert not matches("[a, b <= 5]", "x y")


@pytest.mark.parametrize(
    "pattern",
    [
        "[ip, user",
        "[]",
        "[..., a, ...]",
        "[a, a]",
        "[=5]",
        "[a=5 || b=6]",
        "[a=5 |]",
        "[a=5 ||]",
        "[(a=5), b]",
        "[a ! 5]",
        "[a > many]",
        "[a=5 b]",
    ],
)
def test_what_is_not_understood_is_refused(pattern: str) -> None:
    with pytest.raises(UnknownPatternError):
        compile_pattern(pattern)
