"""Comes last: what `make bootstrap` made goes, and the local AWS with it."""

import pytest

from tests.local.conftest import SETTINGS, Deployment
from tests.support.make import succeed
from tools import local_server


@pytest.mark.requirement("GEN-5")
def test_local_down_leaves_nothing(deployment: Deployment) -> None:
    said = succeed("local-down", **SETTINGS)
    assert "bootstrap-dev is gone." in said
    assert "Nothing is left." in said
    assert local_server.find(deployment.stack.workspace) is None
