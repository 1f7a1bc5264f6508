"""Gateway and interface endpoints (NET-5)."""

from collections.abc import Sequence

import pytest
from cdktf import TerraformStack

from modules.network.gateway_endpoints import GatewayEndpoints, GatewayEndpointsProps
from modules.network.interface_endpoints import InterfaceEndpoints, InterfaceEndpointsProps
from tests.support.construct import CONTEXT, synthesize
from tests.support.synthesized import Block, Synthesized
from tests.support.tags import untagged


def _gateways() -> Synthesized:
    def build(stack: TerraformStack) -> None:
        GatewayEndpoints(stack, "gateways", CONTEXT, GatewayEndpointsProps("vpc-1", ["rtb-1", "rtb-2"]))

    return synthesize(build)


def _interfaces(services: Sequence[str]) -> Synthesized:
    def build(stack: TerraformStack) -> None:
        InterfaceEndpoints(
            stack,
            "interfaces",
            CONTEXT,
            InterfaceEndpointsProps("vpc-1", ["subnet-1", "subnet-2", "subnet-3"], "sg-1", services),
        )

    return synthesize(build)


def _assert_account_only(synthesized: Synthesized, endpoint: Block) -> None:
    statements = synthesized.statements(endpoint["policy"])
    assert list(statements) == ["OwnIdentitiesOnOwnResources"]
    statement = statements["OwnIdentitiesOnOwnResources"]
    assert statement["effect"] == "Allow"
    # A gateway endpoint takes no other principal.
    assert statement["principals"] == [{"identifiers": ["*"], "type": "*"}]
    assert {
        (condition["test"], condition["variable"]): condition["values"]
        for condition in statement["condition"]
    } == {
        ("StringEquals", "aws:PrincipalAccount"): ["111122223333"],
        ("StringEquals", "aws:ResourceAccount"): ["111122223333"],
    }


@pytest.mark.requirement("NET-5")
@pytest.mark.parametrize("service", ["s3", "dynamodb"])
def test_gateway_endpoint_is_in_the_route_tables_for_this_account_only(service: str) -> None:
    gateways = _gateways()
    endpoint = gateways.one(
        "aws_vpc_endpoint",
        service_name=f"com.amazonaws.us-east-1.{service}",
        vpc_endpoint_type="Gateway",
        vpc_id="vpc-1",
    )
    _assert_account_only(gateways, endpoint)
    # Together with the associations it would undo them.
    assert "route_table_ids" not in endpoint
    associations = gateways.all(
        "aws_vpc_endpoint_route_table_association",
        vpc_endpoint_id=lambda token: gateways.target(token)[1] is endpoint,
    )
    assert [block["route_table_id"] for block in associations.values()] == ["rtb-1", "rtb-2"]


@pytest.mark.requirement("NET-5")
def test_interface_endpoint_takes_the_services_name_in_every_zone() -> None:
    interfaces = _interfaces(["secretsmanager", "sns"])
    interfaces.count("aws_vpc_endpoint", 2)
    for service in ("secretsmanager", "sns"):
        endpoint = interfaces.one(
            "aws_vpc_endpoint",
            service_name=f"com.amazonaws.us-east-1.{service}",
            vpc_endpoint_type="Interface",
            subnet_ids=["subnet-1", "subnet-2", "subnet-3"],
            security_group_ids=["sg-1"],
            private_dns_enabled=True,
        )
        _assert_account_only(interfaces, endpoint)


@pytest.mark.requirement("NET-5")
def test_no_services_make_no_interface_endpoints() -> None:
    _interfaces([]).absent("aws_vpc_endpoint")


@pytest.mark.requirement("GEN-4")
def test_everything_taggable_is_tagged() -> None:
    assert untagged(_gateways()) == []
    assert untagged(_interfaces(["kms"])) == []
