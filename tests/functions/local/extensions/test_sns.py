from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize("when", ["on creation", "later"])
def test_the_signature_version_is_reported(client: Callable[[str], Any], unique: str, when: str) -> None:
    sns = client("sns")
    attributes = {"SignatureVersion": "2"} if when == "on creation" else {}
    topic = sns.create_topic(Name=unique, Attributes=attributes)["TopicArn"]
    if when == "later":
        assert "SignatureVersion" not in sns.get_topic_attributes(TopicArn=topic)["Attributes"]
        sns.set_topic_attributes(TopicArn=topic, AttributeName="SignatureVersion", AttributeValue="2")

    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["SignatureVersion"] == "2"
