"""EC2: moto 5.2.5 returns the description of a security group rule only when the rule names an address range.

The description of a rule that names another security group or a prefix list is lost, so each plan sets it
again.
"""

import inspect
from collections.abc import Callable
from typing import Any

from moto.ec2.models.security_groups import SecurityGroupRule

from local.extensions.wrapping import wrap, wrap_property


def register() -> None:
    """Extends moto's EC2."""
    wrap(SecurityGroupRule, "__init__", _create_rule)
    wrap_property(SecurityGroupRule, "description", _description)


def _create_rule(original: Callable[..., Any], rule: Any, *args: Any, **kwargs: Any) -> None:
    original(rule, *args, **kwargs)
    asked = inspect.signature(original).bind(rule, *args, **kwargs).arguments
    peer = asked.get("source_group") or asked.get("prefix_list_id") or {}
    rule.peer_description = peer.get("Description")


def _description(original: Callable[[Any], Any], rule: Any) -> str | None:
    description: str | None = original(rule) or rule.peer_description
    return description
