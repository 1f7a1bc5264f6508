"""Names, tags and identity shared by every construct of a stack (GEN-3, GEN-4)."""

from dataclasses import dataclass
from enum import StrEnum


class DataClassification(StrEnum):
    """How sensitive the data is that a resource holds or carries.

    Chosen per resource: a key that protects trades is as confidential as the trades,
    while a route table tells nobody anything.
    """

    PUBLIC = "Public"
    INTERNAL = "Internal"
    CONFIDENTIAL = "Confidential"


@dataclass(frozen=True)
class Context:
    """What every construct of one stack in one environment has in common.

    Attributes:
        workload: Short name of the stack's workload, the first part of every name (``trading``).
            It keeps two stacks of one environment apart in one account.
        suffix: Environment suffix, the last part of every name (``dev``, ``prod``, ``pr-42``).
        region: AWS region of the stack, known at synthesis.
        account_id: AWS account id; usually a token that Terraform resolves.
        partition: AWS partition (``aws``, ``aws-us-gov``); usually a token.
        cost_center: Value of the ``CostCenter`` tag.
    """

    workload: str
    suffix: str
    region: str
    account_id: str
    partition: str
    cost_center: str

    def name(self, purpose_and_type: str) -> str:
        """Name a resource ``<workload>-<purpose>-<resource type>-<suffix>``.

        Args:
            purpose_and_type: Purpose and resource type, dashed: ``db``, ``analytics-bucket``.
        """
        return f"{self.workload}-{purpose_and_type}-{self.suffix}"

    def global_name(self, purpose_and_type: str) -> str:
        """Name a resource whose name is unique in the whole world, such as a bucket.

        The account id makes it unique; it stands last, so that the readable part stays in front.
        """
        return f"{self.name(purpose_and_type)}-{self.account_id}"

    def tags(self, classification: DataClassification, name: str | None = None) -> dict[str, str]:
        """Return the tags that every taggable resource carries.

        Args:
            classification: The resource's data classification.
            name: Value of the ``Name`` tag, for resources that the console lists by it.
        """
        tags = {
            "Environment": self.suffix,
            "CostCenter": self.cost_center,
            "Compliance": "PCI-DSS",
            "DataClassification": classification.value,
        }
        return {**tags, "Name": name} if name else tags
