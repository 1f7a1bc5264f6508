"""What the roles that plan and deploy may do: exact actions, on what belongs to their environments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from modules.context import Context
from modules.policy import Statement


@dataclass(frozen=True)
class EnvironmentScope:
    """The environments that a role serves.

    Attributes:
        family: Suffix of the one environment (``dev``), or ``pr`` for every ``pr-<number>``.
        workloads: First parts of the names of what the stacks make (``trading``).
        regions: Regions of the stacks.
        state_bucket_arn: Bucket of the Terraform state.
        state_key_arn: Key of that bucket.
    """

    family: str
    workloads: Sequence[str]
    regions: Sequence[str]
    state_bucket_arn: str
    state_key_arn: str


def deploy_policies(context: Context, scope: EnvironmentScope) -> Mapping[str, Sequence[Statement]]:
    """Return what deploying and destroying takes.

    Args:
        context: Partition and account of the environments; its names are not used.
        scope: The environments.

    Returns:
        Statements by the purpose of the policy that they form (``network``, ``state``, ...); each fits a
        customer-managed policy, all of them one role.
    """
    raise NotImplementedError


def plan_policies(context: Context, scope: EnvironmentScope) -> Mapping[str, Sequence[Statement]]:
    """Return what a plan without a lock takes: no data, no secrets, no changes.

    Args:
        context: Partition and account of the environments; its names are not used.
        scope: The environments.

    Returns:
        Statements by the purpose of the policy that they form.
    """
    raise NotImplementedError
