from collections.abc import Iterator

import pytest

from tests.support.local_functions import LocalAws, local_aws


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """A local AWS; every test makes its own functions and queues in it."""
    work = tmp_path_factory.mktemp("work")
    with local_aws(work, layers=work / "layers") as running:
        yield running
