"""Aurora Serverless v2 and the secret of its master user."""

from collections.abc import Iterator
from decimal import Decimal

from tools.cost.charges import HOURS, MILLION, Charge
from tools.cost.load import Load
from tools.cost.resources import Resources, expect
from tools.cost.services.logs import LOGS

AURORA = "Aurora"

MONITORING_GB = Decimal("0.1")
"""Written to `RDSOSMetrics` by Enhanced Monitoring, a month, for an instance at 60 seconds; a guess."""


def clusters(stack: Resources, load: Load) -> Iterator[Charge]:
    """What a cluster stores, and the secret that RDS manages for it."""
    for cluster in stack.all("aws_rds_cluster"):
        expect(cluster, "engine", "aurora-postgresql")
        expect(cluster, "storage_type", None)  # Aurora Standard: storage requests are billed
        yield Charge(AURORA, "storage", "aurora-storage-gb", load.database_gb)
        yield Charge(AURORA, "storage requests", "aurora-io-million", load.database_ios / MILLION)
        if expect(cluster, "manage_master_user_password", True, None):
            yield Charge("Secrets Manager", "secrets", "secret-month", Decimal(1))


def instances(stack: Resources, load: Load) -> Iterator[Charge]:
    """Capacity of each instance: its minimum, and a share of the range above it while there is work."""
    for instance in stack.all("aws_rds_cluster_instance"):
        expect(instance, "instance_class", "db.serverless")
        scaling = stack.target(instance["cluster_identifier"])["serverlessv2_scaling_configuration"]
        low, high = Decimal(str(scaling["min_capacity"])), Decimal(str(scaling["max_capacity"]))
        busy = low + load.database_share * (high - low)
        hours = low * (HOURS - load.database_hours) + busy * load.database_hours
        yield Charge(AURORA, "capacity (ACU) of all instances", "aurora-acu-hour", hours)
        # More than 7 days of Performance Insights would be billed.
        expect(instance, "performance_insights_retention_period", 7, None)
        if expect(instance, "monitoring_interval", 60, 0, None):
            yield Charge(LOGS, "ingestion", "log-ingest-gb", MONITORING_GB)
