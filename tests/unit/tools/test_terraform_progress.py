"""Progress is read from the lines of Terraform and cdktf."""

from tools.terraform_progress import TerraformProgress


def after(*lines: str) -> TerraformProgress:
    progress = TerraformProgress()
    for line in lines:
        progress.read(line)
    return progress


def test_before_the_plan_it_is_planning() -> None:
    assert str(after("Initializing the backend...")) == "planning"


def test_creations_changes_and_destructions_count() -> None:
    progress = after(
        "trading-analytics-dev  Plan: 2 to add, 1 to change, 1 to destroy.",
        "trading-analytics-dev  aws_kms_key.a (keys/a): Creating...",
        "                       aws_kms_key.b: Modifying... [id=b]",
        "aws_kms_key.c: Destroying... [id=c]",
        "aws_kms_key.a (keys/a): Creation complete after 3s [id=a]",
        "aws_kms_key.b: Modifications complete after 3s [id=b]",
        "aws_kms_key.c: Destruction complete after 1m3s",
    )

    assert (progress.done, progress.total, progress.under_way) == (3, 4, [])
    assert str(progress) == "3 of 4 resources"


def test_what_has_been_under_way_longest_is_named() -> None:
    progress = after(
        "Plan: 2 to add, 0 to change, 0 to destroy.",
        "aws_rds_cluster.db: Creating...",
        "aws_sqs_queue.q: Creating...",
        "aws_rds_cluster.db: Still creating... [10s elapsed]",
    )

    assert str(progress) == "0 of 2 resources, longest under way: aws_rds_cluster.db"


def test_reading_data_sources_does_not_count() -> None:
    assert after("data.aws_partition.p: Reading...", "data.aws_partition.p: Read complete after 0s").done == 0
