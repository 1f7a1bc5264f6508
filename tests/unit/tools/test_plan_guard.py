"""What holds data is lost on purpose only."""

import pytest

from tools.plan.changes import Action, Change, Plan
from tools.plan.guard import DataLossError, refuse_data_loss

DATABASE = Change("aws_rds_cluster.db", "aws_rds_cluster", Action.REPLACE)
BUCKET = Change("aws_s3_bucket.raw", "aws_s3_bucket", Action.DELETE)
HARMLESS = [
    Change("aws_rds_cluster.other", "aws_rds_cluster", Action.UPDATE),
    Change("aws_s3_bucket.new", "aws_s3_bucket", Action.CREATE),
    Change("aws_s3_bucket.forgotten", "aws_s3_bucket", Action.FORGET),
    Change("aws_cloudwatch_metric_alarm.a", "aws_cloudwatch_metric_alarm", Action.REPLACE),
]


def test_changes_that_lose_nothing_pass() -> None:
    refuse_data_loss(Plan(HARMLESS))


@pytest.mark.parametrize(
    "allowed", [(), ("aws_s3_bucket.raw",), ("aws_rds_cluster",), ("aws_rds_cluster.other",)]
)
def test_what_would_be_lost_stops_the_plan(allowed: tuple[str, ...]) -> None:
    with pytest.raises(DataLossError, match=r"aws_rds_cluster\.db: replace, holds a database"):
        refuse_data_loss(Plan([*HARMLESS, DATABASE, BUCKET]), allowed)


def test_only_what_is_not_allowed_is_named() -> None:
    with pytest.raises(DataLossError) as stopped:
        refuse_data_loss(Plan([DATABASE, BUCKET]), {DATABASE.address})
    assert "aws_s3_bucket.raw: destroy, holds objects" in str(stopped.value)
    assert DATABASE.address not in str(stopped.value)


def test_what_is_allowed_by_name_passes() -> None:
    refuse_data_loss(Plan([DATABASE, BUCKET]), {DATABASE.address, BUCKET.address, "aws_dynamodb_table.gone"})
