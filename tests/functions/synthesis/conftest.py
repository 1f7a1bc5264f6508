"""A user cache that the tests of a session share, and a small stack synthesized with it."""

from pathlib import Path

import pytest

from tests.support.binding_process import SMALL_STACK, SYNTHESIZE, output_of


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def small_stack(cache: Path) -> str:
    return output_of(SMALL_STACK + SYNTHESIZE, cache)
