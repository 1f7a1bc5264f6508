import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def secrets(client: Callable[[str], Any]) -> Any:
    return client("secretsmanager")


@pytest.fixture
def managed_secret(client: Callable[[str], Any], unique: str) -> str:
    cluster = client("rds").create_db_cluster(
        DBClusterIdentifier=unique,
        Engine="aurora-postgresql",
        MasterUsername="trading",
        ManageMasterUserPassword=True,
    )["DBCluster"]
    return str(cluster["MasterUserSecret"]["SecretArn"])


def test_a_managed_secret_rotates_without_a_function(secrets: Any, managed_secret: str) -> None:
    rules = {"ScheduleExpression": "rate(30 days)", "Duration": "2h"}
    secrets.rotate_secret(SecretId=managed_secret, RotationRules={"AutomaticallyAfterDays": 30})
    assert secrets.describe_secret(SecretId=managed_secret)["RotationEnabled"] is True
    secrets.rotate_secret(SecretId=managed_secret, RotationRules=rules)

    assert secrets.describe_secret(SecretId=managed_secret)["RotationRules"] == rules


def test_rotation_of_a_managed_secret_writes_a_new_password(secrets: Any, managed_secret: str) -> None:
    def value(stage: str = "AWSCURRENT") -> dict[str, str]:
        answer = secrets.get_secret_value(SecretId=managed_secret, VersionStage=stage)
        credentials: dict[str, str] = json.loads(answer["SecretString"])
        return credentials

    first = value()
    secrets.rotate_secret(SecretId=managed_secret)
    second = value()

    assert second["username"] == first["username"] == "trading"
    assert second["password"] != first["password"]
    assert value("AWSPREVIOUS") == first

    rules = {"AutomaticallyAfterDays": 30}
    secrets.rotate_secret(SecretId=managed_secret, RotationRules=rules, RotateImmediately=False)
    assert value() == second


def test_rotation_of_a_managed_secret_can_be_cancelled(secrets: Any, managed_secret: str) -> None:
    secrets.rotate_secret(SecretId=managed_secret, RotationRules={"AutomaticallyAfterDays": 30})

    secrets.cancel_rotate_secret(SecretId=managed_secret)

    assert secrets.describe_secret(SecretId=managed_secret)["RotationEnabled"] is False


@pytest.mark.holds_on_bare_moto
def test_rotation_of_another_secret_needs_a_function_to_be_cancelled(secrets: Any, unique: str) -> None:
    secrets.create_secret(Name=unique, SecretString="x")

    with pytest.raises(ClientError) as error:
        secrets.cancel_rotate_secret(SecretId=unique)

    assert error.value.response["Error"]["Code"] == "InvalidRequestException"
