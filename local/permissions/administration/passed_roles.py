"""`iam:PassRole`: whoever hands a role to a service has to be allowed to.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

import re
from collections.abc import Iterator
from typing import Any

from local.permissions.call import Call
from local.permissions.evaluation import Access

_ROLE = re.compile(r"arn:[^:]+:iam::\d+:role/\S+")
_PASSED_TO = {
    ("ec2", "CreateFlowLogs"): "vpc-flow-logs.amazonaws.com",
    ("rds", "CreateDBInstance"): "monitoring.rds.amazonaws.com",
    ("rds", "ModifyDBInstance"): "monitoring.rds.amazonaws.com",
}
"""Operations whose role is for another service than the operation's."""

_HAND_OVER_NOTHING = frozenset(("iam", "kms", "s3", "sts"))
"""Services in whose requests a role is spoken of."""


def accesses(call: Call) -> Iterator[Access]:
    """The roles that a call hands to a service."""
    if call.service in _HAND_OVER_NOTHING:
        return
    service = _PASSED_TO.get((call.service, call.operation), f"{call.service}.amazonaws.com")
    for role in dict.fromkeys(_roles(call.parameters)):
        yield Access("iam:PassRole", role, {"iam:PassedToService": service})


def _roles(value: Any) -> Iterator[str]:
    """The ARNs of roles in parameters, however deep."""
    if isinstance(value, str):
        if _ROLE.fullmatch(value):
            yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _roles(part)
    elif isinstance(value, list):
        for part in value:
            yield from _roles(part)
