"""Makes the AWS binding quick to load, and shares one synthesized stack for each environment."""

import pytest

from synthesis import fast_binding

fast_binding.install()

from tests.support.stacks import trading_analytics  # noqa: E402 - after the binding is made quick
from tests.support.synthesized import Synthesized  # noqa: E402


@pytest.fixture(scope="session")
def dev() -> Synthesized:
    """The trading-analytics stack in development."""
    return trading_analytics()


@pytest.fixture(scope="session")
def prod() -> Synthesized:
    """The trading-analytics stack in production."""
    return trading_analytics(ENVIRONMENT_SUFFIX="prod")
