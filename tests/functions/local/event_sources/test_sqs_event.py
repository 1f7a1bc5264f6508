"""What a function's answer says of the messages of a batch.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
"""

import json

import pytest

from local.event_sources.sqs_event import failed_messages

SENT = {"m1", "m2", "m3"}


@pytest.mark.parametrize(
    "answer",
    ["null", "{}", '{"batchItemFailures": []}', '{"batchItemFailures": null}', '{"other": 1}'],
)
def test_these_answers_mean_success(answer: str) -> None:
    assert failed_messages(answer.encode(), SENT) == set()


@pytest.mark.parametrize(
    "answer",
    [
        "no json",
        '"text"',
        "[]",
        '{"batchItemFailures": "m1"}',
        '{"batchItemFailures": [{"itemIdentifier": ""}]}',
        '{"batchItemFailures": [{"itemIdentifier": null}]}',
        '{"batchItemFailures": [{"itemidentifier": "m1"}]}',
        '{"batchItemFailures": [{"itemIdentifier": "m1"}, {"itemIdentifier": "unknown"}]}',
        '{"batchItemFailures": ["m1"]}',
    ],
)
def test_these_answers_fail_the_whole_batch(answer: str) -> None:
    assert failed_messages(answer.encode(), SENT) == SENT


def test_only_the_named_messages_fail() -> None:
    answer = {"batchItemFailures": [{"itemIdentifier": "m1"}, {"itemIdentifier": "m3"}]}
    assert failed_messages(json.dumps(answer).encode(), SENT) == {"m1", "m3"}
