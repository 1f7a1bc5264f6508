"""The policy of every VPC endpoint: nobody else's resources, nobody else's identities (NET-5)."""

from constructs import Construct

from modules.context import Context
from modules.policy import ANYONE, Condition, Statement, policy_json


def account_only(scope: Construct, context: Context) -> str:
    """Render a policy that lets this account's identities use this account's resources.

    A stolen key of another account can't carry data out through the endpoint, nor can this account's own
    identities to another account's bucket. AWS-owned buckets (layers, images, system packages) aren't let
    through: Lambda fetches code and layers outside the VPC.
    Source: IAM user guide, "Data perimeters"; a gateway endpoint's principal has to be ``*``, narrowed
    by conditions.

    Args:
        scope: Construct that owns the document.
        context: Names the account.

    Returns:
        A token of the policy's JSON.
    """
    return policy_json(
        scope,
        "policy",
        [
            Statement(
                sid="OwnIdentitiesOnOwnResources",
                actions=["*"],
                resources=["*"],
                principals=[ANYONE],
                conditions=[
                    Condition("StringEquals", "aws:PrincipalAccount", [context.account_id]),
                    Condition("StringEquals", "aws:ResourceAccount", [context.account_id]),
                ],
            )
        ],
    )
