"""The tags that every taggable resource carries (GEN-4)."""

from tests.support.provider_schema import is_taggable
from tests.support.synthesized import Synthesized

REQUIRED = {"Environment", "CostCenter", "Compliance", "DataClassification"}


def untagged(synthesized: Synthesized) -> list[str]:
    """Return the addresses of taggable resources that lack a tag."""
    return [
        f"{type_}.{id_}"
        for type_, resources in synthesized.json["resource"].items()
        if is_taggable(type_)
        for id_, resource in resources.items()
        if not set(resource.get("tags", {})) >= REQUIRED | {"Name"}
    ]
