"""The Aurora cluster (DB-1 to DB-3)."""

import re
from dataclasses import replace

import pytest
from cdktf import TerraformStack

from modules.database.aurora_cluster import AuroraCluster, AuroraClusterProps
from tests.support.construct import CONTEXT, synthesize
from tests.support.synthesized import Synthesized
from tests.support.tags import untagged

ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")
DEV = AuroraClusterProps(
    database_name="trading",
    subnet_ids=["subnet-1", "subnet-2", "subnet-3"],
    availability_zones=ZONES,
    security_group_id="sg-database",
    key_arn="arn:database-key",
    secret_key_arn="arn:secrets-key",
    logs_key_arn="arn:logs-key",
    boundary_arn="arn:aws:iam::111122223333:policy/boundary",
    alert_topic_arn="arn:alerts",
    min_capacity=0,
    max_capacity=2,
    readers=0,
    backup_retention_days=7,
)
PROD = replace(
    DEV, min_capacity=2, max_capacity=32, readers=2, backup_retention_days=35, insights_retention_days=62
)


def _database(props: AuroraClusterProps) -> Synthesized:
    def build(stack: TerraformStack) -> None:
        AuroraCluster(stack, "database", CONTEXT, props)

    return synthesize(build)


@pytest.fixture(scope="module")
def dev() -> Synthesized:
    return _database(DEV)


@pytest.fixture(scope="module")
def prod() -> Synthesized:
    return _database(PROD)


@pytest.mark.requirement("DB-1")
def test_version_is_a_major_one_that_aws_completes(prod: Synthesized) -> None:
    # A full version can't be created any more once AWS retires it.
    cluster = prod.one("aws_rds_cluster", cluster_identifier="trading-db-dev", engine="aurora-postgresql")
    assert cluster["engine_version"] == "17"
    prod.one("aws_rds_cluster_parameter_group", family="aurora-postgresql17")
    prod.absent("aws_rds_cluster_instance", engine_version=lambda _: True)
    prod.count("aws_rds_cluster_instance", 3, auto_minor_version_upgrade=True)


@pytest.mark.requirement("DB-1")
def test_full_version_keeps_the_majors_parameters() -> None:
    database = _database(replace(PROD, engine_version="16.11"))
    assert database.one("aws_rds_cluster")["engine_version"] == "16.11"
    group = database.one("aws_rds_cluster_parameter_group", family="aurora-postgresql16")
    assert group["name"] == "trading-db-postgresql16-parameter-group-dev"
    assert group["lifecycle"] == {"create_before_destroy": True}


@pytest.mark.requirement("DB-1")
def test_cluster_stands_in_the_isolated_subnets_behind_its_group(dev: Synthesized) -> None:
    cluster = dev.one("aws_rds_cluster", vpc_security_group_ids=["sg-database"], database_name="trading")
    _, group = dev.target(cluster["db_subnet_group_name"])
    assert group["subnet_ids"] == ["subnet-1", "subnet-2", "subnet-3"]
    dev.count("aws_rds_cluster_instance", 1, publicly_accessible=False, instance_class="db.serverless")


@pytest.mark.requirement("DB-1")
def test_readers_stand_in_other_zones_ready_to_take_over_in_turn(prod: Synthesized) -> None:
    instances = {
        block["identifier"]: (block["availability_zone"], block["promotion_tier"])
        for block in prod.all("aws_rds_cluster_instance").values()
    }
    assert instances == {
        "trading-db-instance-1-dev": ("us-east-1a", 0),
        "trading-db-instance-2-dev": ("us-east-1b", 1),
        "trading-db-instance-3-dev": ("us-east-1c", 2),
    }


@pytest.mark.requirement("DB-1")
def test_fifteen_readers_stay_within_the_promotion_tiers() -> None:
    instances = _database(replace(PROD, readers=15)).all("aws_rds_cluster_instance").values()
    assert sorted(block["promotion_tier"] for block in instances) == list(range(16))


@pytest.mark.requirement("DB-1")
def test_dev_pauses_and_prod_does_not(dev: Synthesized, prod: Synthesized) -> None:
    assert dev.one("aws_rds_cluster")["serverlessv2_scaling_configuration"] == {
        "min_capacity": 0,
        "max_capacity": 2,
        "seconds_until_auto_pause": 900,
    }
    assert prod.one("aws_rds_cluster")["serverlessv2_scaling_configuration"] == {
        "min_capacity": 2,
        "max_capacity": 32,
    }


@pytest.mark.requirement("DB-2")
def test_storage_is_encrypted_with_the_databases_key(dev: Synthesized) -> None:
    dev.one("aws_rds_cluster", storage_encrypted=True, kms_key_id="arn:database-key")


@pytest.mark.requirement("DB-2")
def test_only_tls_is_spoken(dev: Synthesized) -> None:
    cluster = dev.one("aws_rds_cluster")
    _, group = dev.target(cluster["db_cluster_parameter_group_name"])
    parameters = {parameter["name"]: parameter["value"] for parameter in group["parameter"]}
    assert parameters["rds.force_ssl"] == "1"
    assert parameters["ssl_min_protocol_version"] == "TLSv1.2"


@pytest.mark.requirement("DB-2")
def test_iam_authentication_is_on(dev: Synthesized) -> None:
    dev.one("aws_rds_cluster", iam_database_authentication_enabled=True)


@pytest.mark.requirement("DB-2")
def test_master_password_is_rdss_own(dev: Synthesized) -> None:
    dev.one(
        "aws_rds_cluster", manage_master_user_password=True, master_user_secret_kms_key_id="arn:secrets-key"
    )
    # Each of these would put a password into code, plan or state.
    for trace in ("master_password", "random_password", "secret_string", "aws_secretsmanager_secret_version"):
        assert trace not in dev.text


@pytest.mark.requirement("DB-2")
def test_master_password_rotates_every_thirty_days_not_seven(dev: Synthesized) -> None:
    rotation = dev.one(
        "aws_secretsmanager_secret_rotation",
        rotation_rules={"automatically_after_days": 30},
        rotate_immediately=False,
    )
    assert re.fullmatch(
        r"\$\{aws_rds_cluster\.\w+\.master_user_secret\[0\]\.secret_arn\}", rotation["secret_id"]
    )
    # RDS rotates by itself.
    assert "rotation_lambda_arn" not in rotation


@pytest.mark.requirement("DB-3")
def test_backups_are_kept_and_carry_the_tags(dev: Synthesized, prod: Synthesized) -> None:
    dev.one("aws_rds_cluster", backup_retention_period=7, copy_tags_to_snapshot=True)
    prod.one("aws_rds_cluster", backup_retention_period=35, copy_tags_to_snapshot=True)
    prod.count("aws_rds_cluster_instance", 3, copy_tags_to_snapshot=True)


@pytest.mark.requirement("DB-3")
def test_exported_logs_have_their_groups_before_the_cluster(dev: Synthesized) -> None:
    cluster = dev.one("aws_rds_cluster")
    exported = cluster["enabled_cloudwatch_logs_exports"]
    assert sorted(exported) == ["iam-db-auth-error", "instance", "postgresql"]
    groups = {
        dev.id_of(
            "aws_cloudwatch_log_group",
            name=f"/aws/rds/cluster/{cluster['cluster_identifier']}/{type_}",
            kms_key_id="arn:logs-key",
            retention_in_days=30,
        )
        for type_ in exported
    }
    assert set(cluster["depends_on"]) == groups


@pytest.mark.requirement("DB-3")
def test_logins_and_changes_of_rights_are_logged_but_no_values(dev: Synthesized) -> None:
    (group,) = dev.all("aws_rds_cluster_parameter_group").values()
    parameters = {
        parameter["name"]: (parameter["value"], parameter["apply_method"]) for parameter in group["parameter"]
    }
    assert parameters["log_connections"] == parameters["log_disconnections"] == ("1", "immediate")
    assert parameters["pgaudit.log"] == ("ddl,role", "immediate")
    assert parameters["shared_preload_libraries"] == ("pg_stat_statements,pgaudit", "pending-reboot")
    assert not {"log_statement", "log_min_duration_statement", "pgaudit.log_parameter"} & set(parameters)


@pytest.mark.requirement("DB-3")
def test_every_instance_has_performance_insights(prod: Synthesized) -> None:
    prod.count(
        "aws_rds_cluster_instance",
        3,
        performance_insights_enabled=True,
        performance_insights_kms_key_id="arn:database-key",
        performance_insights_retention_period=62,
    )


@pytest.mark.requirement("DB-3")
def test_every_instance_has_enhanced_monitoring_by_a_bounded_role(prod: Synthesized) -> None:
    role_id = prod.id_of(
        "aws_iam_role",
        name="trading-db-monitoring-role-dev",
        permissions_boundary="arn:aws:iam::111122223333:policy/boundary",
    )
    prod.one(
        "aws_iam_role_policy_attachment",
        policy_arn="arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
    )
    prod.count(
        "aws_rds_cluster_instance",
        3,
        monitoring_interval=60,
        monitoring_role_arn=f"${{{role_id}.arn}}",
        depends_on=[prod.id_of("aws_iam_role_policy_attachment")],
    )
    trust = prod.statements(prod.one("aws_iam_role")["assume_role_policy"])["AssumedByService"]
    assert trust["principals"] == [{"identifiers": ["monitoring.rds.amazonaws.com"], "type": "Service"}]


@pytest.mark.requirement("OBS-3")
def test_failovers_and_failures_reach_the_topic(prod: Synthesized) -> None:
    cluster = prod.one("aws_db_event_subscription", source_type="db-cluster", sns_topic="arn:alerts")
    assert cluster["event_categories"] == ["failover", "failure", "maintenance", "notification"]
    assert [prod.target(source)[0] for source in cluster["source_ids"]] == ["aws_rds_cluster"]
    instance = prod.one("aws_db_event_subscription", source_type="db-instance", sns_topic="arn:alerts")
    assert "availability" in instance["event_categories"]
    assert [prod.target(source)[0] for source in instance["source_ids"]] == ["aws_rds_cluster_instance"] * 3


@pytest.mark.requirement("GEN-5")
def test_cluster_is_destroyed_without_a_trace(prod: Synthesized) -> None:
    cluster = prod.one("aws_rds_cluster", skip_final_snapshot=True, deletion_protection=False)
    assert not {"final_snapshot_identifier", "delete_automated_backups"} & set(cluster)


def test_extended_support_is_not_bought(dev: Synthesized) -> None:
    dev.one("aws_rds_cluster", engine_lifecycle_support="open-source-rds-extended-support-disabled")


@pytest.mark.requirement("GEN-4")
def test_everything_taggable_is_tagged_and_the_data_is_confidential(prod: Synthesized) -> None:
    assert untagged(prod) == []
    prod.one("aws_rds_cluster", tags={"DataClassification": "Confidential"})
    prod.count("aws_rds_cluster_instance", 3, tags={"DataClassification": "Confidential"})
