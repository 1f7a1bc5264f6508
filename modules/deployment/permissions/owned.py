"""What belongs to the environments of a role: by name where ARNs have names, by tag where they have ids."""

from collections.abc import Sequence
from dataclasses import dataclass

from modules.context import Context
from modules.policy import Condition

ENVIRONMENT_TAG = "Environment"


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

    @property
    def suffix(self) -> str:
        """Pattern of the environments' suffixes."""
        return f"{self.family}-*" if self.family == PULL_REQUESTS else self.family


PULL_REQUESTS = "pr"
"""The family of many environments; every other family is one environment of the same name."""


@dataclass(frozen=True)
class Owned:
    """ARNs and conditions of what a role's environments own.

    Every region: the role's permissions boundary denies those that are not the stacks', once for all ARNs.

    Attributes:
        context: Partition and account.
        scope: The environments.
    """

    context: Context
    scope: EnvironmentScope

    @property
    def names(self) -> list[str]:
        """Pattern of the names of each workload, ``trading-*-dev``."""
        return [f"{workload}-*-{self.scope.suffix}" for workload in self.scope.workloads]

    def named(self, service: str, *forms: str) -> list[str]:
        """Return the ARNs of resources that have our names.

        Args:
            service: Service as ARNs write it.
            forms: Last part of the ARN, with ``{}`` for the name: ``table/{}``.
        """
        return [self.arn(service, form.format(name)) for name in self.names for form in forms]

    def arn(self, service: str, resource: str, *, region: str = "*", account: str | None = None) -> str:
        """Return the ARN of a resource of this account."""
        account = self.context.account_id if account is None else account
        return f"arn:{self.context.partition}:{service}:{region}:{account}:{resource}"

    @property
    def tagged(self) -> Condition:
        """What is there carries our tag."""
        return Condition("StringLike", f"aws:ResourceTag/{ENVIRONMENT_TAG}", [self.scope.suffix])

    @property
    def untagged(self) -> Condition:
        """What is there belongs to no environment."""
        return Condition("Null", f"aws:ResourceTag/{ENVIRONMENT_TAG}", ["true"])

    @property
    def tagging(self) -> Condition:
        """The request gives our tag."""
        return Condition("StringLike", f"aws:RequestTag/{ENVIRONMENT_TAG}", [self.scope.suffix])

    @property
    def tagging_otherwise(self) -> list[Condition]:
        """The request gives the tag of another environment."""
        name = f"aws:RequestTag/{ENVIRONMENT_TAG}"
        return [Condition("Null", name, ["false"]), Condition("StringNotLike", name, [self.scope.suffix])]
