from collections.abc import Iterator

import pytest

from tests.support.local_functions import LocalAws, local_aws


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """A local AWS; every test makes its own roles and resources in it."""
    with local_aws(tmp_path_factory.mktemp("work")) as running:
        yield running
