"""Condition keys of single services: what the policies of those who deploy ask about."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from moto.awslambda.utils import get_backend as lambda_backend
from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends

from local.permissions.call import Call


def keys(call: Call) -> dict[str, str]:
    """The keys of a call, beside tags.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
    """
    look = {"iam": _of_iam, "kms": _of_kms, "lambda": _of_lambda}.get(call.service)
    return {name: str(value) for name, value in look(call) if value} if look else {}


def _of_iam(call: Call) -> Iterator[tuple[str, Any]]:
    yield "iam:PolicyARN", call.parameters.get("PolicyArn")
    yield "iam:AWSServiceName", call.parameters.get("AWSServiceName")
    given = call.parameters.get("PermissionsBoundary")
    if given is None and "RoleName" in call.parameters:
        with suppress(NotFoundException):
            role = iam_backends[call.account_id][call.partition].get_role(call.parameters["RoleName"])
            given = role.permissions_boundary_arn
    yield "iam:PermissionsBoundary", given


def _of_kms(call: Call) -> Iterator[tuple[str, Any]]:
    reference = call.parameters.get("KeyId", "")
    if "alias/" in reference:
        yield "kms:RequestAlias", f"alias/{reference.partition('alias/')[2]}"


def _of_lambda(call: Call) -> Iterator[tuple[str, Any]]:
    yield "lambda:Principal", call.parameters.get("Principal")
    if "EventSourceMapping" in call.operation:
        name = call.parameters.get("FunctionName", "").rpartition(":")[2]
        named = call.arn(f"function:{name}") if name else None
        mappings = lambda_backend(call.account_id, call.region)
        mapping = mappings.get_event_source_mapping(call.parameters.get("UUID", ""))
        yield "lambda:FunctionArn", mapping.function_arn if mapping else named
