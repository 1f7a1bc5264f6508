"""Secrets Manager's rotation runs its function, step by step."""

import pytest

from tests.support.local_functions import ACCOUNT, REGION, LocalAws


@pytest.mark.requirement("TX-5")
def test_a_rotation_runs_the_four_steps_in_order(aws: LocalAws) -> None:
    name = aws.function("def handler(event, context):\n    print('step', event['Step'], event['SecretId'])\n")
    secrets = aws.client("secretsmanager")
    secrets.create_secret(Name="database", SecretString="{}")
    secrets.rotate_secret(
        SecretId="database",
        RotationLambdaARN=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}",
        RotationRules={"AutomaticallyAfterDays": 30},
    )
    steps = [line.split() for line in aws.log(f"/aws/lambda/{name}") if line.startswith("step")]
    assert [step for _, step, _ in steps] == ["createSecret", "setSecret", "testSecret", "finishSecret"]
    assert {secret for _, _, secret in steps} == {"database"}
