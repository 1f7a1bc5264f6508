"""Which stacks a command is about."""

import pytest

from stacks.catalogue import WORKLOADS
from tools.deployment.selection import select, settings_of
from tools.errors import ToolError


def test_a_stacks_id_tells_the_environment_too() -> None:
    environment, stacks = select({"STACK": "trading-analytics-pr-42"})
    assert environment["ENVIRONMENT_SUFFIX"] == "pr-42"
    assert [stack.name for stack in stacks] == ["trading-analytics"]


def test_without_a_stack_every_workload_of_the_environment_is_meant() -> None:
    environment, stacks = select({"ENVIRONMENT_SUFFIX": "staging"})
    assert environment["ENVIRONMENT_SUFFIX"] == "staging"
    assert stacks == WORKLOADS
    assert select({"STACK": ""}) == ({"STACK": ""}, WORKLOADS)


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        (
            {"STACK": "trading-dev"},
            "STACK=trading-dev: there is no such stack; there are trading-analytics-<",
        ),
        ({"STACK": "trading-analytics"}, "there is no such stack"),
        (
            {"STACK": "trading-analytics-dev", "ENVIRONMENT_SUFFIX": "prod"},
            "STACK=trading-analytics-dev is not of the environment ENVIRONMENT_SUFFIX=prod",
        ),
    ],
)
def test_what_is_no_stack_of_the_environment_is_refused(environment: dict[str, str], message: str) -> None:
    with pytest.raises(ToolError) as refused:
        select(environment)
    assert message in str(refused.value)


def test_bad_settings_are_told_all_at_once() -> None:
    with pytest.raises(ToolError) as refused:
        settings_of({"NAT_GATEWAYS": "2", "ENVIRONMENT_SUFFIX": "dev"})
    assert "STATE_BUCKET is missing" in str(refused.value)
    assert "NAT_GATEWAYS is '2'" in str(refused.value)
