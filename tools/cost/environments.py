"""The stacks of each environment and what changes them, synthesized in memory."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from settings import Settings, load
from settings.catalogue import CATALOGUE
from stacks.catalogue import STACKS, WORKLOADS, StackEntry
from synthesis import fast_binding
from tools.cost.estimate import Estimate, estimate
from tools.cost.load import ACTIVITIES, loads_of
from tools.cost.prices import price_table

ENVIRONMENTS = tuple(ACTIVITIES)

ENVIRON = {
    "ACCOUNT_ID": "111122223333",
    "ALERT_EMAIL": "alerts@example.com",
    "DASHBOARD_ORIGINS": "https://dashboard.example.com",
    "DEPLOYMENT_REPOSITORY": "example/trading-platform",
    "STATE_BUCKET": "state-of-the-estimate",
}
"""What has no default, and what is optional; everything else is the environment's default."""


@dataclass(frozen=True)
class StackEstimate:
    """What one stack of one environment costs.

    Attributes:
        stack: Its entry in the catalogue.
        environment: Suffix of the environment.
        region: Region that it is deployed to.
        estimate: What it costs.
    """

    stack: StackEntry
    environment: str
    region: str
    estimate: Estimate


@dataclass(frozen=True)
class Switch:
    """A setting that changes the price.

    Attributes:
        environment: Suffix of the environment.
        setting: Its name.
        value: What it is changed to.
    """

    environment: str
    setting: str
    value: str

    @property
    def default(self) -> str:
        """The environment's value otherwise."""
        setting = next(each for each in CATALOGUE if each.name == self.setting)
        return str(setting.default_for(self.environment))


SWITCHES = (
    Switch("prod", "NAT_GATEWAYS", "1"),
    Switch("staging", "NAT_GATEWAYS", "3"),
    Switch("prod", "INTERFACE_ENDPOINTS", "false"),
    Switch("dev", "INTERFACE_ENDPOINTS", "true"),
    Switch("prod", "AURORA_MIN_CAPACITY", "0.5"),
    Switch("prod", "AURORA_MIN_CAPACITY", "1"),
    Switch("prod", "AURORA_MIN_CAPACITY", "4"),
    Switch("dev", "AURORA_MIN_CAPACITY", "0.5"),
    Switch("prod", "AURORA_MAX_CAPACITY", "16"),
    Switch("prod", "AURORA_READERS", "1"),
    Switch("prod", "CONFIG_RECORDER", "false"),
    Switch("prod", "AUDIT_TRAIL", "false"),
    Switch("prod", "LOG_RETENTION_DAYS", "365"),
)
"""What docs/cost.md compares."""


def estimates() -> Iterator[StackEstimate]:
    """Estimate every stack in every environment."""
    for stack in STACKS:
        for environment in ENVIRONMENTS:
            yield _estimate(stack, environment)


def switched(switch: Switch) -> Iterator[tuple[StackEstimate, StackEstimate]]:
    """Estimate each workload before and after a switch."""
    for stack in WORKLOADS:
        yield _estimate(stack, switch.environment), _estimate(stack, switch.environment, switch)


@cache
def _estimate(stack: StackEntry, environment: str, switch: Switch | None = None) -> StackEstimate:
    changed = {switch.setting: switch.value} if switch else {}
    settings = load({**ENVIRON, "ENVIRONMENT_SUFFIX": environment, **changed}, {})
    loads = loads_of(stack.name)
    region = stack.region(settings)
    template = json.loads(_synthesize(stack, settings))
    priced = estimate(template, region, price_table(), loads.idle, loads.design[environment])
    return StackEstimate(stack, environment, region, priced)


def _synthesize(stack: StackEntry, settings: Settings) -> str:
    fast_binding.install()
    from cdktf import Testing

    return str(Testing.synth(stack.make(Testing.app(), settings)))
