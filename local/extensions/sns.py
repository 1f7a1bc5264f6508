"""SNS: moto 5.2.5 stores a topic's signature version but does not report it.

The provider reads 0, and each plan sets the version again.
"""

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.sns.responses import SNSResponse

from local.extensions.wrapping import wrap


def register() -> None:
    """Extends moto's SNS."""
    wrap(SNSResponse, "get_topic_attributes", _get_attributes)


def _get_attributes(original: Callable[..., Any], response: Any) -> Any:
    attributes = original(response).result["Attributes"]
    topic = response.backend.get_topic(response._get_param("TopicArn"))
    if version := getattr(topic, "signature_version", None):
        attributes = {**attributes, "SignatureVersion": version}
    return ActionResult({"Attributes": attributes})
