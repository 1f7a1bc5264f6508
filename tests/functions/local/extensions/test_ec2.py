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
