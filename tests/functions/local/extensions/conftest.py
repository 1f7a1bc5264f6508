"""A control plane for the tests of the extensions: in this process, on a free port, shared."""

import functools
import os
import uuid
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import boto3
import pytest
from botocore.config import Config

from local.control_plane import ControlPlane

BARE_MOTO = "TEST_WITH_BARE_MOTO"
"""Environment variable: leave the extensions out, to see which tests need them."""

Client = Callable[[str], Any]


@pytest.fixture(scope="session")
def aws() -> Iterator[ControlPlane]:
    if os.environ.get(BARE_MOTO):
        with mock.patch("local.extensions.register"), ControlPlane() as control_plane:
            yield control_plane
    else:
        with ControlPlane() as control_plane:
            yield control_plane


@pytest.fixture(scope="session")
def client(aws: ControlPlane) -> Client:
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")

    @functools.cache
    def create(service: str) -> Any:
        # A server error must not be mended by a second try
        once = Config(retries={"total_max_attempts": 1})
        return session.client(service, endpoint_url=aws.endpoint_url, config=once)  # type: ignore[call-overload]

    return create


@pytest.fixture
def unique() -> str:
    """A name that no other test uses; the control plane is shared."""
    return f"t-{uuid.uuid4().hex[:12]}"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "holds_on_bare_moto: true without the extensions as well")
