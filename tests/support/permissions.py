"""What roles are allowed, beside what they used."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, order=True)
class Permission:
    """An action or a resource of an Allow statement.

    Attributes:
        role: name of the role.
        sid: id of the statement.
        part: the action, or the resource, as the statement writes it.
    """

    role: str
    sid: str
    part: str

    def __str__(self) -> str:
        return f"{self.role}: {self.sid}: {self.part}"


def permissions(role: str, documents: Iterable[Mapping[str, Any]]) -> Iterator[Permission]:
    """What the policies of a role allow."""
    for document in documents:
        for statement in _list(document["Statement"]):
            if statement["Effect"] == "Allow":
                for part in (*_list(statement["Action"]), *_list(statement["Resource"])):
                    yield Permission(role, statement["Sid"], part)


def unused(
    allowed: Iterable[Permission], used: Iterable[Mapping[str, Any]], excepted: Collection[str] = ()
) -> list[Permission]:
    """The permissions that nobody has used.

    Args:
        allowed: all permissions.
        used: entries of the local AWS's ledger.
        excepted: actions whose use can't be seen; their statements' resources are not asked for either.
    """
    seen = {
        Permission(entry["role"].rpartition("/")[2], entry["sid"], part)
        for entry in used
        for part in (entry["action"], entry["resource"])
    }
    allowed = set(allowed)
    of_excepted = {(one.role, one.sid) for one in allowed if one.part in excepted}
    return sorted(
        one
        for one in allowed - seen
        if one.part not in excepted
        and not ((one.role, one.sid) in of_excepted and (one.part == "*" or one.part.startswith("arn:")))
    )


def policy_documents(iam: Any, role: str) -> list[dict[str, Any]]:
    """The documents of a role's policies, managed and inline, by way of an IAM client."""
    documents = []
    for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        arn = attached["PolicyArn"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        documents.append(
            iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
        )
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        documents.append(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])
    return [json.loads(one) if isinstance(one, str) else one for one in documents]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
