"""What the AWS binding knows of resource types: which of them take tags."""

import importlib.util
from functools import cache
from pathlib import Path

_TAGS = "tags: typing.Optional[typing.Mapping[builtins.str, builtins.str]]"


def _package() -> Path:
    spec = importlib.util.find_spec("cdktf_cdktf_provider_aws")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0])


@cache
def is_taggable(type_: str) -> bool:
    """Say whether resources of a type (``aws_s3_bucket``) take tags, by the binding's own source."""
    source = _package() / type_.removeprefix("aws_") / "__init__.py"
    text = source.read_text(encoding="utf-8")
    # The first class of a module is the resource; its constructor comes first.
    return _TAGS in text.split(") -> None:", 1)[0]
