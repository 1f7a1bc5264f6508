"""The applied stack: valid, without drift, and nothing of it was ever asked of the real AWS."""

import json
import subprocess

import pytest

from tests.local.conftest import Deployment


def test_the_outputs_file_names_endpoint_region_account_and_every_output(deployment: Deployment) -> None:
    written = json.loads(deployment.stack.workspace.outputs.read_text(encoding="utf-8"))
    code = json.loads((deployment.stack.folder / "cdk.tf.json").read_text(encoding="utf-8"))

    assert written["endpoint"] == deployment.stack.endpoint
    assert written["region"] == "us-east-1"
    assert written["account"] == "123456789012"
    of_this_machine = {"local_api_url", "api_keys", "database_certificate"}
    assert set(written) == {"endpoint", "region", "account", *of_this_machine, *code["output"]}
    assert (written["local_api_url"], written["api_keys"]) == (deployment.api.url, deployment.api.keys)
    assert written["api_keys"].keys() == deployment.outputs["api_key_ids"].keys()
    assert written["database_certificate"] == str(deployment.stack.workspace.rds_certificate)
    assert deployment.stack.workspace.outputs.stat().st_mode & 0o777 == 0o600
    assert all(value not in (None, "", []) for value in written.values())


def test_terraform_validate_finds_nothing_not_even_a_warning(deployment: Deployment) -> None:
    answer = json.loads(deployment.stack.terraform("validate", "-json").stdout)

    assert answer["valid"] is True
    assert answer["diagnostics"] == []


def test_a_second_plan_is_empty(deployment: Deployment) -> None:
    plan = deployment.stack.terraform("plan", "-detailed-exitcode", "-input=false", "-no-color")

    assert plan.returncode == 0, plan.stdout + plan.stderr


@pytest.mark.requirement("GEN-1")
def test_the_state_is_where_the_settings_say_and_unlocked(deployment: Deployment) -> None:
    s3 = deployment.client("s3")

    keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket="local-terraform-state")["Contents"]]

    assert keys == ["dev/bootstrap-dev.tfstate", "dev/trading-analytics-dev.tfstate"]
    for key in keys:
        state = s3.head_object(Bucket="local-terraform-state", Key=key)
        assert state["ServerSideEncryption"] == "aws:kms"
        assert state["SSEKMSKeyId"].endswith("alias/bootstrap-state-key-dev")


def test_no_call_left_for_another_host(deployment: Deployment) -> None:
    assert deployment.proxy.requests == []


def test_a_call_that_left_would_have_been_seen(deployment: Deployment) -> None:
    """The control: without the endpoint, the same command turns to the real AWS and is stopped."""
    seen = list(deployment.proxy.requests)
    environment = {**deployment.stack.environment, "AWS_MAX_ATTEMPTS": "1"}
    del environment["AWS_ENDPOINT_URL"]

    plan = subprocess.run(
        ["terraform", "plan", "-input=false", "-lock=false", "-no-color"],
        cwd=deployment.stack.folder,
        env=environment,
        capture_output=True,
        check=False,
    )
    stopped = [line for line in deployment.proxy.requests if line not in seen]
    deployment.proxy.requests[:] = seen

    assert plan.returncode == 1
    assert stopped
    assert all(".amazonaws.com:443" in line for line in stopped)
