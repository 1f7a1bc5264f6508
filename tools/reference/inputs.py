"""The settings: what goes into every stack."""

from collections.abc import Sequence
from typing import Any

from settings.catalogue import CATALOGUE
from settings.setting import PerEnvironment, Required, Setting
from tools.reference.markdown import code, table

ENVIRONMENTS = ("dev", "staging", "prod", "pr-1")
"""Each of the three has defaults of its own; every other suffix has those of the last."""


def inputs(settings: Sequence[Setting[Any]] = CATALOGUE) -> list[str]:
    """Return the table of settings, in the catalogue's order."""
    return table(
        ("setting", "key in `cdktf.json`", "meaning", "allowed", "default"),
        (
            (
                code(setting.name),
                code(setting.context_key),
                setting.meaning,
                setting.allowed,
                _default(setting),
            )
            for setting in settings
        ),
    )


def _default(setting: Setting[Any]) -> str:
    if not isinstance(setting.default, PerEnvironment):
        return _value(setting.default_for("dev"))
    dev, staging, prod, other = (_value(setting.default_for(suffix)) for suffix in ENVIRONMENTS)
    parts = [f"dev {dev}", f"staging {staging}", f"prod {prod}"]
    if other != dev:
        parts.append(f"others {other}")
    return "<br>".join(parts)


def _value(default: str | Required) -> str:
    if isinstance(default, Required):
        return "none; must be given"
    return code(default) or "empty"
