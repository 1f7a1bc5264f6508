"""What a setting is: a name, what it accepts, and a default for each environment."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

T = TypeVar("T")


class Required:
    """Marks a setting that has no default, because no value would be right for everybody."""


REQUIRED = Required()

Default: TypeAlias = str | Required
"""Text of a default."""


@dataclass(frozen=True)
class PerEnvironment:
    """A default that differs between environments.

    Attributes:
        dev: Development.
        staging: Staging.
        prod: Production.
        other: Every other suffix, such as a pull request's; the development value unless given.
    """

    dev: Default
    staging: Default
    prod: Default
    other: Default | None = None

    def of(self, suffix: str) -> Default:
        """Return the value for an environment suffix."""
        fallback = self.dev if self.other is None else self.other
        return {"dev": self.dev, "staging": self.staging, "prod": self.prod}.get(suffix, fallback)


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One setting.

    Attributes:
        name: Environment variable. The context key in cdktf.json is the same in camel case.
        meaning: What it does, with its unit.
        allowed: What it accepts, in plain words.
        parse: Turns the text into the value; raises ValueError for what is not allowed.
        default: Text of the default, one for all environments or one for each; ``REQUIRED`` for none.
    """

    name: str
    meaning: str
    allowed: str
    parse: Callable[[str], T]
    default: Default | PerEnvironment

    @property
    def context_key(self) -> str:
        """Key in the context of cdktf.json (``NAT_GATEWAYS`` is ``natGateways``)."""
        first, *rest = self.name.lower().split("_")
        return first + "".join(word.capitalize() for word in rest)

    def default_for(self, suffix: str) -> Default:
        """Return the default's text for an environment."""
        return self.default.of(suffix) if isinstance(self.default, PerEnvironment) else self.default
