import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def rds(client: Callable[[str], Any]) -> Any:
    return client("rds")


@pytest.fixture
def cluster(rds: Any, unique: str) -> dict[str, Any]:
    created: dict[str, Any] = rds.create_db_cluster(
        DBClusterIdentifier=unique,
        Engine="aurora-postgresql",
        MasterUsername="trading",
        ManageMasterUserPassword=True,
        ServerlessV2ScalingConfiguration={"MinCapacity": 0, "MaxCapacity": 4},
    )["DBCluster"]
    return created


def create_instance(rds: Any, cluster: dict[str, Any], number: int = 0, **properties: Any) -> dict[str, Any]:
    created: dict[str, Any] = rds.create_db_instance(
        DBInstanceIdentifier=f"{cluster['DBClusterIdentifier']}-{number}",
        DBClusterIdentifier=cluster["DBClusterIdentifier"],
        Engine="aurora-postgresql",
        DBInstanceClass="db.serverless",
        **properties,
    )["DBInstance"]
    return created


def test_a_serverless_v2_cluster_has_no_v1_scaling(cluster: dict[str, Any]) -> None:
    assert "ScalingConfigurationInfo" not in cluster


def test_the_master_secret_is_that_of_the_master(
    cluster: dict[str, Any], client: Callable[[str], Any]
) -> None:
    secret = client("secretsmanager").get_secret_value(SecretId=cluster["MasterUserSecret"]["SecretArn"])

    credentials = json.loads(secret["SecretString"])
    assert credentials["username"] == "trading"
    assert len(credentials["password"]) >= 24
    assert credentials["password"] != "P@55w0rd!"


def test_instances_have_ids_of_their_own(rds: Any, cluster: dict[str, Any]) -> None:
    identifiers = [create_instance(rds, cluster, number)["DbiResourceId"] for number in range(2)]

    assert identifiers[0] != identifiers[1]
    assert all(re.fullmatch(r"db-[A-Z2-7]{26}", one) for one in identifiers)


def test_instances_start_with_the_default_certificate_authority(rds: Any, cluster: dict[str, Any]) -> None:
    assert create_instance(rds, cluster)["CACertificateIdentifier"] == "rds-ca-rsa2048-g1"


@pytest.mark.holds_on_bare_moto
def test_another_certificate_authority_is_kept(rds: Any, cluster: dict[str, Any]) -> None:
    instance = create_instance(rds, cluster, CACertificateIdentifier="rds-ca-ecc384-g1")

    assert instance["CACertificateIdentifier"] == "rds-ca-ecc384-g1"


def test_performance_insights_are_kept_and_switched_off(rds: Any, cluster: dict[str, Any]) -> None:
    key = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    instance = create_instance(rds, cluster, EnablePerformanceInsights=True, PerformanceInsightsKMSKeyId=key)
    assert instance["PerformanceInsightsEnabled"] is True
    assert instance["PerformanceInsightsKMSKeyId"] == key
    assert instance["PerformanceInsightsRetentionPeriod"] == 7
    name = instance["DBInstanceIdentifier"]

    rds.modify_db_instance(DBInstanceIdentifier=name, DBInstanceClass="db.r8g.large")
    changed = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
    assert changed["PerformanceInsightsEnabled"] is True

    rds.modify_db_instance(DBInstanceIdentifier=name, EnablePerformanceInsights=False)
    changed = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
    assert changed["PerformanceInsightsEnabled"] is False
    assert "PerformanceInsightsKMSKeyId" not in changed


def test_parameters_that_were_set_come_from_the_user(rds: Any, unique: str) -> None:
    rds.create_db_parameter_group(
        DBParameterGroupName=unique, DBParameterGroupFamily="aurora-postgresql17", Description="x"
    )
    parameter = {"ParameterName": "log_connections", "ParameterValue": "1", "ApplyMethod": "immediate"}
    rds.modify_db_parameter_group(DBParameterGroupName=unique, Parameters=[parameter])

    answer = rds.describe_db_parameters(DBParameterGroupName=unique, Source="user")

    assert answer["Parameters"] == [{**parameter, "Source": "user"}]


@pytest.mark.holds_on_bare_moto
def test_parameters_of_an_unknown_group_are_an_error(rds: Any, unique: str) -> None:
    with pytest.raises(ClientError) as error:
        rds.describe_db_parameters(DBParameterGroupName=unique)

    assert error.value.response["Error"]["Code"] == "DBParameterGroupNotFound"


def test_automated_snapshots_go_with_their_cluster(rds: Any, cluster: dict[str, Any]) -> None:
    def snapshots() -> list[str]:
        found = rds.describe_db_cluster_snapshots(DBClusterIdentifier=name)["DBClusterSnapshots"]
        return [one["SnapshotType"] for one in found]

    name = cluster["DBClusterIdentifier"]
    rds.create_db_cluster_snapshot(DBClusterIdentifier=name, DBClusterSnapshotIdentifier=f"{name}-kept")
    assert sorted(snapshots()) == ["automated", "manual"]

    rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)
    assert snapshots() == ["manual"]


@pytest.mark.holds_on_bare_moto
def test_automated_snapshots_stay_when_asked(rds: Any, cluster: dict[str, Any]) -> None:
    name = cluster["DBClusterIdentifier"]
    rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True, DeleteAutomatedBackups=False)

    assert len(rds.describe_db_cluster_snapshots(DBClusterIdentifier=name)["DBClusterSnapshots"]) == 1


@pytest.mark.parametrize(
    ("asked", "reported"),
    [
        ({}, "open-source-rds-extended-support"),
        (
            {"EngineLifecycleSupport": "open-source-rds-extended-support-disabled"},
            "open-source-rds-extended-support-disabled",
        ),
    ],
)
def test_extended_support_is_reported_as_asked(
    rds: Any, unique: str, asked: dict[str, str], reported: str
) -> None:
    rds.create_db_cluster(
        DBClusterIdentifier=unique,
        Engine="aurora-postgresql",
        MasterUsername="trading",
        ManageMasterUserPassword=True,
        **asked,
    )

    (cluster,) = rds.describe_db_clusters(DBClusterIdentifier=unique)["DBClusters"]
    assert cluster["EngineLifecycleSupport"] == reported


def test_a_subscriptions_sources_come_and_go_one_by_one(rds: Any, unique: str) -> None:
    rds.create_event_subscription(
        SubscriptionName=unique,
        SnsTopicArn="arn:aws:sns:us-east-1:123456789012:topic",
        SourceType="db-instance",
        SourceIds=["one"],
    )
    rds.add_source_identifier_to_subscription(SubscriptionName=unique, SourceIdentifier="two")
    rds.remove_source_identifier_from_subscription(SubscriptionName=unique, SourceIdentifier="one")

    (subscription,) = rds.describe_event_subscriptions(SubscriptionName=unique)["EventSubscriptionsList"]
    assert subscription["SourceIdsList"] == ["two"]
