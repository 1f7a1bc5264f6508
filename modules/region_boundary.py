"""The permissions boundary of every role: explicit deny of all other regions, and of changing IAM (IAM-2)."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from constructs import Construct

from modules.context import Context, DataClassification
from modules.policy import Condition, Statement, policy_json

GLOBAL_ACTIONS = (
    # Services with one endpoint for the whole world: a request to them names us-east-1 (or us-west-2) as its
    # region wherever the caller is.
    "account:*",
    "billing:*",
    "budgets:*",
    "ce:*",
    "cloudfront:*",
    "cur:*",
    "globalaccelerator:*",
    "health:*",
    "iam:*",
    "networkmanager:*",
    "organizations:*",
    "pricing:*",
    "route53-recovery-cluster:*",
    "route53-recovery-control-config:*",
    "route53-recovery-readiness:*",
    "route53:*",
    "route53domains:*",
    "shield:*",
    "sts:*",
    "support:*",
    "supportapp:*",
    "supportplans:*",
    "tax:*",
    "trustedadvisor:*",
    "waf:*",
    # Calls of regional services that concern the account as a whole. SDKs send the S3 ones to us-east-1.
    "ec2:DescribeRegions",
    "s3:GetAccountPublicAccessBlock",
    "s3:GetBucketLocation",
    "s3:ListAllMyBuckets",
    "s3:PutAccountPublicAccessBlock",
)
"""What works in any region.

Source: the Region deny control of AWS Control Tower (``GRREGIONDENY``) and the IAM user guide, "Denies access
to AWS based on the requested Region", less what is regional (``kms``, ``config``, ``wafv2``, ...), for
exempting those would let data leave the region.
"""


IDENTITY_CHANGES = (
    "iam:Accept*",
    "iam:Add*",
    "iam:Associate*",
    "iam:Attach*",
    "iam:Change*",
    "iam:Create*",
    "iam:Deactivate*",
    "iam:Delete*",
    "iam:Detach*",
    "iam:Disable*",
    "iam:Enable*",
    "iam:PassRole",
    "iam:Put*",
    "iam:Reject*",
    "iam:Remove*",
    "iam:Reset*",
    "iam:Resync*",
    "iam:Send*",
    "iam:Set*",
    "iam:Tag*",
    "iam:Untag*",
    "iam:Update*",
    "iam:Upload*",
    "sts:Assume*",
)
"""What changes who may do what, or acts as somebody else. No function or service of ours does."""


@dataclass(frozen=True)
class RegionBoundaryProps:
    """Properties of the boundary.

    Attributes:
        regions: Regions that the roles may work in; usually the stack's alone.
        identities: Whether the roles may change IAM, as far as their own policies let them. Only who deploys
            does. All others are denied it here, since IAM does not look into the policies that a deployment
            gives to the roles that it makes: whatever they say, none of these roles can make itself another.
    """

    regions: Sequence[str]
    identities: bool = False


class RegionBoundary(Construct):
    """A managed policy that roles carry as their permissions boundary.

    It grants nothing: a role may do what both its own policies and the boundary allow. The role that deploys
    may change IAM; its own policies keep it from every boundary that is there.

    Attributes:
        arn: The policy's ARN.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: RegionBoundaryProps) -> None:
        super().__init__(scope, id_)
        name = context.name("region-boundary-policy")
        policy = IamPolicy(
            self,
            "policy",
            name=name,
            description=f"Permissions boundary: nothing outside {', '.join(props.regions)}",
            policy=policy_json(
                self,
                "document",
                [
                    # A boundary without an Allow would forbid everything.
                    Statement("CapOnly", actions=["*"], resources=["*"]),
                    Statement(
                        "DenyOtherRegions",
                        effect="Deny",
                        not_actions=GLOBAL_ACTIONS,
                        resources=["*"],
                        conditions=[Condition("StringNotEquals", "aws:RequestedRegion", props.regions)],
                    ),
                    *([] if props.identities else [_no_identity_changes()]),
                ],
            ),
            tags=context.tags(DataClassification.INTERNAL, name),
        )
        self.arn = policy.arn


def _no_identity_changes() -> Statement:
    return Statement("DenyIdentityChanges", effect="Deny", actions=IDENTITY_CHANGES, resources=["*"])
