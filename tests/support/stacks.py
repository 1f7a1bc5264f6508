"""The stacks as main.py makes them, synthesized in memory."""

from cdktf import Testing

from settings import load
from stacks.bootstrap import BootstrapStack
from stacks.trading_analytics import TradingAnalyticsStack
from tests.support.synthesized import Synthesized

ENVIRON = {
    "ACCOUNT_ID": "111122223333",
    "DASHBOARD_ORIGINS": "https://dashboard.example.com",
    "STATE_BUCKET": "state-of-the-tests",
}
REPOSITORY = "acme/platform"


def trading_analytics(**environ: str) -> Synthesized:
    """Synthesize the trading-analytics stack with some environment variables of its own."""
    settings = load({**ENVIRON, **environ}, {})
    return Synthesized.of(TradingAnalyticsStack(Testing.app(), "trading-analytics", settings))


def bootstrap(**environ: str) -> Synthesized:
    """Synthesize the bootstrap stack, for a repository, with some environment variables of its own."""
    settings = load({**ENVIRON, "DEPLOYMENT_REPOSITORY": REPOSITORY, **environ}, {})
    return Synthesized.of(BootstrapStack(Testing.app(), "bootstrap", settings))
