"""A function's resource policy: which service may invoke it, on behalf of which resource.

https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
"""

from collections.abc import Collection
from typing import Any

from local.permissions.conditions import as_list, holds


def allows(function: Any, services: Collection[str], source_arn: str, source_account: str) -> bool:
    """Whether a service may invoke a function.

    Args:
        function: the `moto.awslambda.models.LambdaFunction`.
        services: names of the principal, `sns.amazonaws.com`.
        source_arn: the resource that the event comes from.
        source_account: that resource's account.

    Returns:
        Whether a statement allows it; without one nothing is allowed.
    """
    context = {"aws:SourceArn": source_arn, "aws:SourceAccount": source_account}
    return any(
        statement["Effect"] == "Allow"
        and statement["Action"] in ("lambda:InvokeFunction", "lambda:*", "*")
        and any(name in services for name in as_list((statement.get("Principal") or {}).get("Service", [])))
        and holds(statement.get("Condition") or {}, context)
        for statement in function.policy.statements
    )
