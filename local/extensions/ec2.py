"""EC2: what moto 5.2.5 loses or leaves behind.

- The description of a security group rule that names another group or a prefix list is lost, so each plan
  sets it again; only rules with address ranges keep theirs.
- A deleted NAT gateway leaves its network interface behind.
"""

import inspect
from collections.abc import Callable
from typing import Any

from moto.ec2.models.nat_gateways import NatGatewayBackend
from moto.ec2.models.security_groups import SecurityGroupRule

from local.extensions.wrapping import wrap, wrap_property


def register() -> None:
    """Extends moto's EC2."""
    wrap(SecurityGroupRule, "__init__", _create_rule)
    wrap_property(SecurityGroupRule, "description", _description)
    wrap(NatGatewayBackend, "delete_nat_gateway", _delete_nat_gateway)


def _create_rule(original: Callable[..., Any], rule: Any, *args: Any, **kwargs: Any) -> None:
    original(rule, *args, **kwargs)
    asked = inspect.signature(original).bind(rule, *args, **kwargs).arguments
    peer = asked.get("source_group") or asked.get("prefix_list_id") or {}
    rule.peer_description = peer.get("Description")


def _description(original: Callable[[Any], Any], rule: Any) -> str | None:
    description: str | None = original(rule) or rule.peer_description
    return description


def _delete_nat_gateway(original: Callable[..., Any], backend: Any, nat_gateway_id: str) -> Any:
    gateway = original(backend, nat_gateway_id)
    if gateway._eni.id in backend.enis:
        backend.delete_network_interface(gateway._eni.id)
    return gateway
