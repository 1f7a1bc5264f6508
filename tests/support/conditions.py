"""Whether IAM policies deny a request, for the operators that the platform's policies use.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from collections.abc import Mapping

from tests.support.synthesized import Block


def denied_by(statements: Mapping[str, Block], action: str, request: Mapping[str, str]) -> list[str]:
    """Return the sids of the statements that deny a request.

    Args:
        statements: The policy's statements by sid.
        action: The request's action.
        request: Condition keys that the request carries; AWS leaves out those that do not apply.
    """
    return [
        sid
        for sid, statement in statements.items()
        if statement["effect"] == "Deny"
        and (action in statement["actions"] or f"{action.split(':')[0]}:*" in statement["actions"])
        and all(_holds(condition, request) for condition in statement.get("condition", []))
    ]


def _holds(condition: Block, request: Mapping[str, str]) -> bool:
    value = request.get(condition["variable"])
    values: list[str] = condition["values"]
    match condition["test"]:
        case "Null":
            return values == [str(value is None).lower()]
        case "StringNotEquals":
            # A key that is missing is not equal to anything.
            return value not in values
        case "StringEquals" | "Bool":
            return value in values
        case "NumericLessThan":
            return value is not None and float(value) < float(values[0])
        case other:
            raise NotImplementedError(other)
