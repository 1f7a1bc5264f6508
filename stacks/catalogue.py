"""Every stack of the project. Nothing here loads cdktf before a stack is made."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from settings import Settings

if TYPE_CHECKING:
    from cdktf import App, TerraformStack


@dataclass(frozen=True)
class StackEntry:
    """A stack that each environment has.

    Attributes:
        name: First part of the stack's id.
        workload: First part of the names of its resources.
        region: Region that the stack is deployed to, given the settings.
        make: Adds the stack to an app.
        of_family: Whether all environments of a family share one, such as every ``pr-<n>``.
    """

    name: str
    workload: str
    region: Callable[[Settings], str]
    make: "Callable[[App, Settings], TerraformStack]"
    of_family: bool = False

    def stack_id(self, settings: Settings) -> str:
        """Return the stack's id in an environment, such as ``trading-analytics-dev``."""
        return f"{self.name}-{settings.family if self.of_family else settings.suffix}"


def _trading_analytics(app: "App", settings: Settings) -> "TerraformStack":
    from stacks.trading_analytics import TradingAnalyticsStack

    return TradingAnalyticsStack(app, "trading-analytics", settings)


def _bootstrap(app: "App", settings: Settings) -> "TerraformStack":
    from stacks.bootstrap import BootstrapStack

    return BootstrapStack(app, "bootstrap", settings)


WORKLOADS = (
    StackEntry("trading-analytics", "trading", lambda s: s.trading_analytics.region, _trading_analytics),
)
"""The stacks that do the platform's work, in the order in which an environment is deployed."""

BOOTSTRAP = StackEntry("bootstrap", "bootstrap", lambda s: s.state_region, _bootstrap, of_family=True)
"""The stack that the others' state is in; ``make bootstrap`` deploys it."""

STACKS = (*WORKLOADS, BOOTSTRAP)
