"""Entry point: Terraform invokes the function when the code, the migrations or the cluster are new."""

import logging
import os
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from database.connection import Connections, SecretCredentials

from .migrations import migrate, read_migrations

DEADLINE_SECONDS = 120.0
"""A new cluster takes its first connections a while after RDS calls it available."""

# Lambda sets the functions' level for libraries too, whose DEBUG lines hold signatures, tokens and secrets.
logging.getLogger().setLevel(logging.INFO)

logger = Logger()
metrics = Metrics()
tracer = Tracer(auto_patch=False)


@cache
def _connections() -> Connections:
    secret = SecretCredentials(boto3.client("secretsmanager"), os.environ["MASTER_SECRET_ARN"])
    return Connections(secret, DEADLINE_SECONDS)


@logger.inject_lambda_context
@tracer.capture_lambda_handler
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[str]]:
    """Bring the schema up to date.

    Returns:
        ``applied``: the names of the migrations that were applied now; none where all were before.

    Raises:
        MigrationError: A migration failed, or was changed after it had been applied.
        psycopg.OperationalError: The database can't be reached, or refuses the login.
    """
    try:
        with _connections().connection() as connection:
            applied = migrate(connection, read_migrations())
    except Exception:
        metrics.add_metric("FailedMigrations", MetricUnit.Count, 1)
        logger.exception("migration failed")
        raise
    metrics.add_metric("AppliedMigrations", MetricUnit.Count, len(applied))
    logger.info("schema is up to date", applied=applied)
    return {"applied": applied}
