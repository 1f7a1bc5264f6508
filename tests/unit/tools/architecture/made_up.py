"""Small stacks for the tests of the pictures."""

from collections.abc import Iterable
from typing import Any

from tools.architecture.find import find
from tools.architecture.graph import Actor, Edge, Graph

Resources = dict[str, dict[str, Any]]

TRUST = "${data.aws_iam_policy_document.trust.json}"


def template(resources: Resources, *statements: dict[str, Any], outputs: Any = None) -> dict[str, Any]:
    """The Terraform JSON of a stack, with a role for the function whose policy has the statements."""
    trusted = {"statement": [{"principals": [{"type": "Service", "identifiers": ["lambda.amazonaws.com"]}]}]}
    return {
        "provider": {"aws": [{"region": "eu-west-1"}]},
        "terraform": {"backend": {"s3": {"key": "prod/made-up-prod.tfstate"}}},
        "resource": resources,
        "data": {
            "aws_iam_policy_document": {"trust": trusted, "permissions": {"statement": list(statements)}}
        },
        "output": outputs or {},
    }


def pipeline() -> Resources:
    """A bucket that tells a queue, which triggers a function, which may do what the statements say."""
    return {
        "aws_s3_bucket": {
            "in": {"bucket": "shop-orders-bucket-prod-${data.aws_caller_identity.me.account_id}"},
            "out": {"bucket": "shop-reports-bucket-prod-${data.aws_caller_identity.me.account_id}"},
        },
        "aws_s3_bucket_notification": {
            "new": {
                "bucket": "${aws_s3_bucket.in.bucket}",
                "queue": [{"queue_arn": "${aws_sqs_queue.new.arn}"}],
            }
        },
        "aws_sqs_queue": {
            "new": {
                "name": "shop-new-orders-queue-prod",
                "redrive_policy": '${jsonencode({"deadLetterTargetArn" = aws_sqs_queue.dead.arn})}',
            },
            "dead": {"name": "shop-new-orders-dlq-prod"},
        },
        "aws_lambda_event_source_mapping": {
            "take": {
                "event_source_arn": "${aws_sqs_queue.new.arn}",
                "function_name": "${aws_lambda_function.report.arn}",
            }
        },
        "aws_lambda_function": {
            "report": {
                "function_name": "shop-report-function-prod",
                "description": "Writes reports",
                "role": "${aws_iam_role.report.arn}",
            }
        },
        "aws_iam_role": {"report": {"name": "shop-report-role-prod", "assume_role_policy": TRUST}},
        "aws_iam_policy": {
            "report": {
                "name": "shop-report-policy-prod",
                "policy": "${data.aws_iam_policy_document.permissions.json}",
            }
        },
        "aws_iam_role_policy_attachment": {
            "report": {
                "role": "${aws_iam_role.report.name}",
                "policy_arn": "${aws_iam_policy.report.arn}",
            }
        },
    }


def statement(action: str, resource: str, effect: str = "Allow") -> dict[str, Any]:
    """A statement of a policy."""
    return {"effect": effect, "actions": [action], "resources": [resource]}


def network() -> Resources:
    """A VPC over two zones with subnets of each kind, and one NAT gateway."""
    tiers = {"web": "internet", "work": "nat", "store": None}
    subnets = {
        f"{tier}-{zone}": {
            "cidr_block": f"10.0.{10 * index + zone}.0/24",
            "availability_zone": f"${{data.aws_availability_zones.all.names[{zone}]}}",
        }
        for index, tier in enumerate(tiers)
        for zone in (0, 1)
    }
    return {
        "aws_vpc": {"vpc": {"cidr_block": "10.0.0.0/16"}},
        "aws_subnet": subnets,
        "aws_internet_gateway": {"door": {"tags": {"Name": "shop-door-prod"}}},
        "aws_nat_gateway": {"nat": {"subnet_id": "${aws_subnet.web-0.id}"}},
        "aws_route_table": {tier: {} for tier in tiers},
        "aws_route_table_association": {
            name: {
                "subnet_id": f"${{aws_subnet.{name}.id}}",
                "route_table_id": f"${{aws_route_table.{name.split('-')[0]}.id}}",
            }
            for name in subnets
        },
        "aws_route": {
            "web": {
                "route_table_id": "${aws_route_table.web.id}",
                "gateway_id": "${aws_internet_gateway.door.id}",
            },
            "work": {
                "route_table_id": "${aws_route_table.work.id}",
                "nat_gateway_id": "${aws_nat_gateway.nat.id}",
            },
        },
    }


def found(resources: Resources, *statements: dict[str, Any], actors: Iterable[Actor] = ()) -> Graph:
    """What the picture of a made-up stack shows."""
    outputs = {"orders": {"value": "${aws_s3_bucket.in.bucket}"}}
    return find(template(resources, *statements, outputs=outputs), "shop", actors)


def edge(graph: Graph, source: str, target: str) -> Edge:
    """The only arrow from one node to another."""
    (only,) = [each for each in graph.edges if (each.source, each.target) == (source, target)]
    return only
