from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(("asked", "reported"), [({}, 365), ({"RotationPeriodInDays": 180}, 180)])
def test_the_rotation_period_is_reported(
    client: Callable[[str], Any], asked: dict[str, int], reported: int
) -> None:
    kms = client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=key, **asked)

    assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == reported


def test_enabling_again_keeps_the_period(client: Callable[[str], Any]) -> None:
    kms = client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=180)
    kms.disable_key_rotation(KeyId=key)
    assert "RotationPeriodInDays" not in kms.get_key_rotation_status(KeyId=key)
    kms.enable_key_rotation(KeyId=key)

    assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 180


def test_the_key_behind_an_alias_of_aws_is_managed_by_aws(client: Callable[[str], Any]) -> None:
    kms = client("kms")

    assert kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["KeyManager"] == "AWS"
    assert (
        kms.describe_key(KeyId=kms.create_key()["KeyMetadata"]["KeyId"])["KeyMetadata"]["KeyManager"]
        == "CUSTOMER"
    )
