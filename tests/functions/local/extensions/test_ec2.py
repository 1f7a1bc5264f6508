from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize("peer", ["group", "prefix list"])
def test_a_rule_keeps_its_description(client: Callable[[str], Any], unique: str, peer: str) -> None:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName=unique, Description="x", VpcId=vpc)["GroupId"]
    prefix_list = ec2.describe_managed_prefix_lists()["PrefixLists"][0]["PrefixListId"]
    described = {"Description": "PostgreSQL from functions"}
    permission = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432}
    if peer == "group":
        permission["UserIdGroupPairs"] = [{"GroupId": group, **described}]
    else:
        permission["PrefixListIds"] = [{"PrefixListId": prefix_list, **described}]
    created = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    identifier = created["SecurityGroupRules"][0]["SecurityGroupRuleId"]

    rules = ec2.describe_security_group_rules(SecurityGroupRuleIds=[identifier])["SecurityGroupRules"]

    assert [rule["Description"] for rule in rules] == ["PostgreSQL from functions"]


def test_a_nat_gateway_takes_its_network_interface_with_it(client: Callable[[str], Any]) -> None:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    gateway = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]

    def interfaces() -> int:
        of_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
        return len(ec2.describe_network_interfaces(Filters=of_vpc)["NetworkInterfaces"])

    assert interfaces() == 1
    for _ in range(2):  # a second time changes nothing
        ec2.delete_nat_gateway(NatGatewayId=gateway)
        assert interfaces() == 0
    ec2.release_address(AllocationId=address)
