"""What a picture shows is what the resources say, and nothing else."""

import pytest

from tests.unit.tools.architecture.made_up import edge, found, network, pipeline, statement, template
from tools.architecture.find import find
from tools.architecture.graph import Actor, Edge
from tools.errors import ToolError

READ_ORDERS = statement("s3:GetObject", "${aws_s3_bucket.in.arn}/*")
WRITE_REPORTS = statement("s3:PutObject", "${aws_s3_bucket.out.arn}/daily/*")


def test_arrows_are_what_notification_mapping_and_policy_say() -> None:
    assert found(pipeline(), READ_ORDERS, WRITE_REPORTS).edges == [
        Edge("orders-bucket", "new-orders-queue", "new object", "data"),
        Edge("new-orders-queue", "report-function", "messages", "data"),
        Edge("orders-bucket", "report-function", "objects", "data"),
        Edge("report-function", "reports-bucket", "daily/", "data"),
    ]


def test_without_the_notification_the_arrow_is_gone() -> None:
    resources = pipeline()
    del resources["aws_s3_bucket_notification"]
    sources = [(each.source, each.target) for each in found(resources, READ_ORDERS).edges]
    assert sources == [("new-orders-queue", "report-function"), ("orders-bucket", "report-function")]


def test_without_the_queue_nothing_is_drawn() -> None:
    resources = pipeline()
    del resources["aws_sqs_queue"]["new"]
    with pytest.raises(ToolError, match=r"refers to aws_sqs_queue\.new, which it does not have"):
        found(resources)


def test_a_function_that_nothing_invokes_is_not_drawn() -> None:
    resources = pipeline()
    del resources["aws_lambda_event_source_mapping"]
    with pytest.raises(ToolError, match="Nothing in the stack invokes report-function"):
        found(resources, READ_ORDERS)


def test_reading_and_writing_is_one_arrow_with_two_heads() -> None:
    graph = found(pipeline(), WRITE_REPORTS, statement("s3:GetObject", "${aws_s3_bucket.out.arn}/daily/*"))
    assert edge(graph, "report-function", "reports-bucket").both
    assert not edge(found(pipeline(), WRITE_REPORTS), "report-function", "reports-bucket").both


@pytest.mark.parametrize(
    "without_data",
    [
        statement("s3:PutObject", "${aws_s3_bucket.out.arn}/*", effect="Deny"),
        statement("s3:ListBucket", "${aws_s3_bucket.out.arn}"),
        statement("sqs:SendMessage", "${aws_sqs_queue.dead.arn}"),
        statement("xray:PutTraceSegments", "*"),
    ],
)
def test_no_arrow_where_no_data_goes(without_data: dict[str, object]) -> None:
    assert len(found(pipeline(), without_data).edges) == 2


def test_many_prefixes_are_cut_short() -> None:
    writes = [statement("s3:PutObject", f"${{aws_s3_bucket.out.arn}}/{each}/*") for each in "abcd"]
    assert edge(found(pipeline(), *writes), "report-function", "reports-bucket").label == "a/, b/, …"


def test_dead_letter_queues_are_counted_and_say_whose_they_are() -> None:
    node = found(pipeline()).nodes["dead-letter-queues"]
    assert node.lines == ("1 queue", "of 1 queue")


def test_an_unknown_type_fails_and_is_named() -> None:
    with pytest.raises(ToolError, match="does not know aws_quantum_computer: say in"):
        found({**pipeline(), "aws_quantum_computer": {"one": {}}})


def test_a_reference_to_what_is_not_drawn_fails() -> None:
    resources = {**pipeline(), "aws_kms_alias": {"key": {}}}
    resources["aws_s3_bucket_notification"]["new"]["queue"][0]["queue_arn"] = "${aws_kms_alias.key.arn}"
    with pytest.raises(ToolError, match=r"Nothing in the picture stands for aws_kms_alias\.key"):
        found(resources)


def test_an_actor_meets_the_output() -> None:
    actor = Actor("shop", "Shop", "", "people", "orders", "orders", "data")
    assert edge(found(pipeline(), actors=[actor]), "shop", "orders-bucket").label == "orders"
    with pytest.raises(ToolError, match="Shop needs the output orders"):
        find(template(pipeline()), "shop", [actor])


def test_two_of_one_name_fail() -> None:
    resources = pipeline()
    resources["aws_s3_bucket"]["out"] = resources["aws_s3_bucket"]["in"]
    with pytest.raises(ToolError, match="Two parts of the picture would be called orders-bucket"):
        found(resources)


def test_subnets_are_named_by_their_routes() -> None:
    graph = found(network())
    assert graph.network is not None
    assert {tier: subnets.cidrs for tier, subnets in graph.network.tiers.items()} == {
        "private": {0: ["10.0.10.0/24"], 1: ["10.0.11.0/24"]},
        "isolated": {0: ["10.0.20.0/24"], 1: ["10.0.21.0/24"]},
        "public": {0: ["10.0.0.0/24"], 1: ["10.0.1.0/24"]},
    }
    assert graph.network.zones == ("Availability zone 1", "Availability zone 2")
    assert graph.edges == [Edge("public", "door", "route", "network")]


def test_a_database_with_a_way_to_the_internet_would_show() -> None:
    resources = network()
    resources["aws_route"]["store"] = {
        "route_table_id": "${aws_route_table.store.id}",
        "gateway_id": "${aws_internet_gateway.door.id}",
    }
    graph = found(resources)
    assert graph.network is not None
    assert "isolated" not in graph.network.tiers


def test_a_nat_gateway_stands_in_its_zone_and_says_whom_it_serves() -> None:
    node = found(network()).nodes["nat-gateway-1"]
    assert (node.tier, node.zone, node.lines) == ("public", 0, ("for 2 subnets",))


def test_a_function_stands_in_its_subnets() -> None:
    resources = {**pipeline(), **network()}
    subnets = ["${aws_subnet.work-0.id}", "${aws_subnet.work-1.id}"]
    resources["aws_lambda_function"]["report"]["vpc_config"] = {"subnet_ids": subnets}
    node = found(resources).nodes["report-function"]
    assert (node.tier, node.zone) == ("private", None)
