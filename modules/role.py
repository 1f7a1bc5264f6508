"""IAM roles: assumed by one service, bounded, with managed policies of exact actions (IAM-1, IAM-2)."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from modules.context import Context, DataClassification
from modules.policy import Condition, Statement, policy_json, service


@dataclass(frozen=True)
class RoleProps:
    """Properties of a role.

    Attributes:
        purpose: Purpose part of the role's name (``flow-logs`` gives ``trading-flow-logs-role-dev``).
        description: What the role is for, as the console shows it.
        service: Service principal that assumes the role (``lambda.amazonaws.com``).
        boundary_arn: Permissions boundary; carries the deny of other regions.
        statements: What the role may do; becomes one customer-managed policy. Empty for none.
        aws_policy_arns: AWS-managed policies, for services that document one as required.
        trust_conditions: Conditions of the trust policy, such as ``aws:SourceAccount`` against the confused
            deputy, for services that send them.
    """

    purpose: str
    description: str
    service: str
    boundary_arn: str
    statements: Sequence[Statement] = ()
    aws_policy_arns: Sequence[str] = ()
    trust_conditions: Sequence[Condition] = ()


class Role(Construct):
    """A service's role with its policy attached.

    Attributes:
        name: The role's name.
        arn: The role's ARN.
        attachments: The policy attachments. What needs the permissions at its creation depends on these,
            since the role alone exists before it may do anything.
    """

    def __init__(self, scope: Construct, id_: str, context: Context, props: RoleProps) -> None:
        super().__init__(scope, id_)
        role = IamRole(
            self,
            "role",
            name=context.name(f"{props.purpose}-role"),
            description=props.description,
            assume_role_policy=policy_json(
                self,
                "trust",
                [
                    Statement(
                        sid="AssumedByService",
                        actions=["sts:AssumeRole"],
                        principals=[service(props.service)],
                        conditions=props.trust_conditions,
                    )
                ],
            ),
            permissions_boundary=props.boundary_arn,
            tags=context.tags(DataClassification.INTERNAL, context.name(f"{props.purpose}-role")),
        )
        policy_arns = list(props.aws_policy_arns)
        if props.statements:
            policy_name = context.name(f"{props.purpose}-policy")
            policy = IamPolicy(
                self,
                "policy",
                name=policy_name,
                description=props.description,
                policy=policy_json(self, "permissions", props.statements),
                tags=context.tags(DataClassification.INTERNAL, policy_name),
            )
            policy_arns.append(policy.arn)
        self.attachments = [
            IamRolePolicyAttachment(self, f"attachment-{index}", role=role.name, policy_arn=arn)
            for index, arn in enumerate(policy_arns)
        ]
        self.name = role.name
        self.arn = role.arn
