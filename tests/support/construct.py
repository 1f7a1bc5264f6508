"""A bare stack to synthesize one construct in."""

from collections.abc import Callable

from cdktf import TerraformStack, Testing

from modules.context import Context
from tests.support.synthesized import Synthesized

CONTEXT = Context(
    workload="trading",
    suffix="dev",
    region="us-east-1",
    account_id="111122223333",
    partition="aws",
    cost_center="trading-platform",
)


def synthesize(build: Callable[[TerraformStack], object]) -> Synthesized:
    """Synthesize what ``build`` adds to an otherwise empty stack."""
    stack = TerraformStack(Testing.app(), "test")
    build(stack)
    return Synthesized.of(stack)
