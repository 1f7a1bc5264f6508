"""IAM: how moto 5.2.5 reads the conditions of resource policies.

A statement whose condition does not hold says nothing; moto takes it for a denial, and knows no operator
but `StringEquals`. So the policy that every bucket carries (deny when `aws:SecureTransport` is false)
answers 403 to each object request. Conditions are evaluated here as AWS documents them, against the
request at hand, so that a bucket policy works in both directions: the right upload passes, one with the
wrong key is refused.
"""

from collections.abc import Callable, Mapping
from typing import Any

from flask import has_request_context, request
from moto.iam.access_control import IAMPolicyStatement, PermissionResult

from local.extensions.wrapping import wrap
from local.permissions.conditions import holds


def register() -> None:
    """Extends moto's IAM."""
    wrap(IAMPolicyStatement, "is_action_permitted", _is_action_permitted)


def _is_action_permitted(
    original: Callable[..., Any],
    statement: Any,
    action: str,
    resource: str = "*",
    principal: str | None = None,
    incoming_condition_values: dict[str, str] | None = None,
) -> Any:
    document: dict[str, Any] = statement._statement
    context = {**_request_context(), **(incoming_condition_values or {})}
    if not holds(document.get("Condition", {}), context) or not _names_the_caller(document):
        return PermissionResult.NEUTRAL
    unconditional = IAMPolicyStatement({key: value for key, value in document.items() if key != "Condition"})
    return original(unconditional, action, resource, principal, incoming_condition_values)


def _names_the_caller(statement: Mapping[str, Any]) -> bool:
    """Whether a statement can mean a caller with keys of the account, not a service that calls by itself."""
    principal = statement.get("Principal", "*")
    return not isinstance(principal, dict) or set(principal) != {"Service"}


def _request_context() -> dict[str, str]:
    """The condition keys of the request that is being answered.

    The emulator speaks HTTP where AWS speaks TLS: the transport counts as what it stands for.
    """
    context = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}
    if has_request_context():
        for name, value in request.headers.items():
            if name.lower().startswith("x-amz-"):
                context[f"s3:{name.lower()}"] = value
    return context
