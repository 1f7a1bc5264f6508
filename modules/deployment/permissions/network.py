"""The network: VPC, subnets, routes, gateways, endpoints, security groups, flow logs (EC2).

Its resources have ids for names. What is made has to be given our tag, and what it is made in, or what is
changed, has to carry it (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/control-access-with-tags.html).
"""

from modules.deployment.permissions.owned import Owned
from modules.policy import Condition, Statement

_READ = (
    "ec2:DescribeAddresses",
    "ec2:DescribeAddressesAttribute",
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeFlowLogs",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeNatGateways",
    "ec2:DescribeNetworkAcls",
    "ec2:DescribePrefixLists",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroupRules",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcs",
)

_MADE = {
    "ec2:AllocateAddress": "elastic-ip",
    "ec2:AuthorizeSecurityGroupEgress": "security-group-rule",
    "ec2:AuthorizeSecurityGroupIngress": "security-group-rule",
    "ec2:CreateFlowLogs": "vpc-flow-log",
    "ec2:CreateInternetGateway": "internet-gateway",
    "ec2:CreateNatGateway": "natgateway",
    "ec2:CreateNetworkAcl": "network-acl",
    "ec2:CreateRouteTable": "route-table",
    "ec2:CreateSecurityGroup": "security-group",
    "ec2:CreateSubnet": "subnet",
    "ec2:CreateVpc": "vpc",
    "ec2:CreateVpcEndpoint": "vpc-endpoint",
}

_CHANGE = (
    # Makes something inside of something that is there
    "ec2:AuthorizeSecurityGroupEgress",
    "ec2:AuthorizeSecurityGroupIngress",
    "ec2:CreateFlowLogs",
    "ec2:CreateNatGateway",
    "ec2:CreateNetworkAcl",
    "ec2:CreateRouteTable",
    "ec2:CreateSecurityGroup",
    "ec2:CreateSubnet",
    "ec2:CreateVpcEndpoint",
    # Changes it
    "ec2:AssociateRouteTable",
    "ec2:AttachInternetGateway",
    "ec2:CreateNetworkAclEntry",
    "ec2:CreateRoute",
    "ec2:DetachInternetGateway",
    "ec2:DisassociateRouteTable",
    "ec2:ModifyVpcAttribute",
    "ec2:ModifyVpcEndpoint",
    "ec2:ReplaceNetworkAclAssociation",
    "ec2:RevokeSecurityGroupEgress",
    "ec2:RevokeSecurityGroupIngress",
    # Removes it
    "ec2:DeleteFlowLogs",
    "ec2:DeleteInternetGateway",
    "ec2:DeleteNatGateway",
    "ec2:DeleteNetworkAcl",
    "ec2:DeleteRoute",
    "ec2:DeleteRouteTable",
    "ec2:DeleteSecurityGroup",
    "ec2:DeleteSubnet",
    "ec2:DeleteVpc",
    "ec2:DeleteVpcEndpoints",
    "ec2:DisassociateAddress",
    "ec2:ReleaseAddress",
)

_UPDATE = (
    "ec2:CreateTags",
    "ec2:DeleteNetworkAclEntry",
    "ec2:ModifySecurityGroupRules",
    "ec2:ReplaceRoute",
    "ec2:ReplaceRouteTableAssociation",
)


def read(owned: Owned) -> list[Statement]:
    """Return what a refresh takes."""
    return [
        # AWS offers no resource level for these
        Statement("ReadNetworks", _READ, ["*"]),
        # Those of interface endpoints, which development has none of; a destroy looks for a function's, too
        Statement("OptionReadInterfaces", ["ec2:DescribeNetworkInterfaces"], ["*"]),
        Statement(
            "ReadVpcAttributes",
            ["ec2:DescribeVpcAttribute"],
            [owned.arn("ec2", "vpc/*")],
            conditions=[owned.tagged],
        ),
    ]


def change(owned: Owned) -> list[Statement]:
    """Return what making, changing and removing takes."""
    kinds = [owned.arn("ec2", f"{kind}/*") for kind in sorted(set(_MADE.values()))]
    changed = [kind for kind in kinds if "security-group-rule" not in kind]  # rules are made and removed
    return [
        Statement("MakeNetworks", sorted(_MADE), kinds, conditions=[owned.tagging]),
        Statement(
            "TagWhatIsMade",
            ["ec2:CreateTags"],
            kinds,
            conditions=[
                owned.tagging,
                Condition(
                    "StringEquals", "ec2:CreateAction", [name.partition(":")[2] for name in sorted(_MADE)]
                ),
            ],
        ),
        Statement("ChangeNetworks", _CHANGE, changed, conditions=[owned.tagged]),
        # The interface of a NAT gateway is its own and has no tags; the address has to be ours, too
        Statement("FreeAddresses", ["ec2:DisassociateAddress"], [owned.arn("ec2", "network-interface/*")]),
        Statement("UpdateNetworks", _UPDATE, kinds, conditions=[owned.tagged]),
        # A VPC comes with an ACL, a route table and a security group, which Terraform tags, and the ACL it
        # empties before. No condition says "of our VPC": what nobody has tagged yet is open to this in every
        # VPC of the account.
        Statement(
            "EmptyDefaultAcl",
            ["ec2:DeleteNetworkAclEntry"],
            [owned.arn("ec2", "network-acl/*")],
            conditions=[owned.untagged],
        ),
        Statement(
            "TagWhatComesWithAVpc",
            ["ec2:CreateTags"],
            [owned.arn("ec2", f"{kind}/*") for kind in ("network-acl", "route-table", "security-group")],
            conditions=[owned.untagged, owned.tagging],
        ),
    ]
