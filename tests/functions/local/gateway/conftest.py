from collections.abc import Iterator

import pytest

from tests.support.local_api import Api
from tests.support.local_functions import LocalAws, local_aws


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    with local_aws(tmp_path_factory.mktemp("work")) as running:
        yield running


ECHO = """
import json
def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event)}
"""


@pytest.fixture(scope="module")
def echo(aws: LocalAws) -> str:
    """A function that answers with its event."""
    return aws.function(ECHO)


@pytest.fixture
def api(aws: LocalAws) -> Api:
    """A REST API without anything in it."""
    return Api(aws)
