"""A GitHub on a loopback address, and the client of it."""

from collections.abc import Iterator

import pytest

from tests.support.fake_github import REPOSITORY, TOKEN, FakeGitHub, fake_github
from tools.github.client import GitHub


@pytest.fixture
def server() -> Iterator[FakeGitHub]:
    with fake_github() as github:
        yield github


@pytest.fixture
def waits() -> list[float]:
    """The seconds that the client waited, without waiting."""
    return []


@pytest.fixture
def github(server: FakeGitHub, waits: list[float]) -> GitHub:
    return GitHub(REPOSITORY, TOKEN, server.url, sleep=waits.append)
