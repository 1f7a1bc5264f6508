"""Typed IAM policy statements, rendered by Terraform's own ``aws_iam_policy_document``.

Terraform resolves the tokens inside, so a policy never goes through ``json.dumps``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import (
    DataAwsIamPolicyDocument,
    DataAwsIamPolicyDocumentStatement,
    DataAwsIamPolicyDocumentStatementCondition,
    DataAwsIamPolicyDocumentStatementPrincipals,
)
from constructs import Construct


@dataclass(frozen=True)
class Principal:
    """Who a statement of a resource policy speaks of.

    Attributes:
        type: ``Service``, ``AWS``, ``Federated`` or ``*``.
        identifiers: Service names, ARNs or ``*``.
    """

    type: str
    identifiers: Sequence[str]


ANYONE = Principal("*", ["*"])


def service(*names: str) -> Principal:
    """Return the principal for AWS services, such as ``logs.us-east-1.amazonaws.com``."""
    return Principal("Service", names)


@dataclass(frozen=True)
class Condition:
    """One condition of a statement, such as ``Condition("Bool", "aws:SecureTransport", ["false"])``."""

    test: str
    variable: str
    values: Sequence[str]


@dataclass(frozen=True)
class Statement:
    """One statement of an IAM policy.

    Attributes:
        sid: Statement id; says in words what the statement is for.
        actions: Exact actions. Empty where ``not_actions`` is given.
        resources: ARNs that the actions apply to.
        effect: ``Allow`` or ``Deny``.
        principals: Who, in a resource policy; empty in an identity policy.
        conditions: All of them must hold.
        not_actions: Every action but these.
    """

    sid: str
    actions: Sequence[str] = ()
    resources: Sequence[str] = ()
    effect: str = "Allow"
    principals: Sequence[Principal] = ()
    conditions: Sequence[Condition] = ()
    not_actions: Sequence[str] = ()


def deny_without_tls(actions: Sequence[str], resources: Sequence[str]) -> Statement:
    """Return the statement of a resource's policy that refuses whatever comes without TLS (PCI-DSS 4.2.1)."""
    return Statement(
        sid="DenyWithoutTls",
        effect="Deny",
        actions=actions,
        resources=resources,
        principals=[ANYONE],
        conditions=[Condition("Bool", "aws:SecureTransport", ["false"])],
    )


def policy_json(scope: Construct, id_: str, statements: Sequence[Statement]) -> str:
    """Render statements to a policy's JSON.

    Args:
        scope: Construct that owns the document.
        id_: Id of the data source within the scope.
        statements: The policy's statements, in order.

    Returns:
        A token of the document's JSON.
    """
    document = DataAwsIamPolicyDocument(
        scope,
        id_,
        statement=[
            DataAwsIamPolicyDocumentStatement(
                sid=statement.sid,
                effect=statement.effect,
                actions=list(statement.actions) or None,
                not_actions=list(statement.not_actions) or None,
                resources=list(statement.resources) or None,
                principals=[
                    DataAwsIamPolicyDocumentStatementPrincipals(
                        type=principal.type, identifiers=list(principal.identifiers)
                    )
                    for principal in statement.principals
                ]
                or None,
                condition=[
                    DataAwsIamPolicyDocumentStatementCondition(
                        test=condition.test, variable=condition.variable, values=list(condition.values)
                    )
                    for condition in statement.conditions
                ]
                or None,
            )
            for statement in statements
        ],
    )
    return document.json
