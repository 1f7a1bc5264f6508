"""A function sees what it would see in AWS, and nothing of this machine's project."""

from pathlib import Path

import pytest

from tests.support.local_functions import ACCOUNT, REGION, LocalAws

EXPECTED = {
    "AWS_ACCESS_KEY_ID",
    "AWS_CONFIG_FILE",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_FORMAT",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_XRAY_CONTEXT_MISSING",
    "AWS_XRAY_DAEMON_ADDRESS",
    "LAMBDA_TASK_ROOT",
    "LANG",
    "PATH",
    "PYTHONPATH",
    "TMPDIR",
    "TZ",
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
}
# Python sets it when there is no locale; some builds need their library's path.
FROM_PYTHON = {"LC_CTYPE", "LD_LIBRARY_PATH"}

ENVIRONMENT = "import os\ndef handler(event, context):\n    return dict(os.environ)\n"


def test_the_environment_is_lambdas_and_the_functions_own(
    aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.client("lambda")  # before the profile, which this process has not got
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("DATABASE_PASSWORD", "of the user's shell")
    name = aws.function(
        ENVIRONMENT,
        Environment={
            "Variables": {"BUCKET": "raw", "AWS_REGION": "xx-west-9", "AWS_ENDPOINT_URL": "https://x.com"}
        },
    )
    seen = aws.invoke(name)["Payload"]
    assert set(seen) - FROM_PYTHON == EXPECTED | {"BUCKET"}
    assert seen["BUCKET"] == "raw"
    assert seen["AWS_REGION"] == seen["AWS_DEFAULT_REGION"] == REGION  # reserved names can't be replaced
    assert seen["AWS_ENDPOINT_URL"] == aws.endpoint_url
    assert seen["AWS_LAMBDA_FUNCTION_NAME"] == name
    assert seen["AWS_LAMBDA_FUNCTION_VERSION"] == "$LATEST"
    assert seen["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "128"
    assert seen["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.13"
    assert seen["AWS_LAMBDA_LOG_GROUP_NAME"] == f"/aws/lambda/{name}"
    assert "/[$LATEST]" in seen["AWS_LAMBDA_LOG_STREAM_NAME"]
    assert seen["_HANDLER"] == "app.handler"
    assert seen["TZ"] == ":UTC"
    assert seen["_X_AMZN_TRACE_ID"].startswith("Root=1-")


IMPORT = """
import importlib
def handler(event, context):
    try:
        return importlib.import_module(event).__name__
    except ModuleNotFoundError:
        return None
"""


@pytest.mark.parametrize(
    "module", ["pytest", "moto", "werkzeug", "cdktf", "pydantic", "pip", "local", "worker_main"]
)
def test_a_package_of_the_project_that_no_layer_holds_is_missing(aws: LocalAws, module: str) -> None:
    assert aws.invoke(aws.function(IMPORT), module)["Payload"] is None


@pytest.mark.parametrize(
    "module", ["awslambdaric", "boto3", "botocore", "dateutil", "jmespath", "urllib3", "six"]
)
def test_what_aws_runtime_brings_along_is_there(aws: LocalAws, module: str) -> None:
    assert aws.invoke(aws.function(IMPORT), module)["Payload"] == module


def test_the_functions_code_goes_before_the_runtimes_packages(aws: LocalAws) -> None:
    name = aws.function(
        {"app.py": "import six\ndef handler(e, c):\n    return six.OWN\n", "six.py": "OWN = 1"}
    )
    assert aws.invoke(name)["Payload"] == 1


def test_a_program_that_the_function_starts_is_isolated_too(aws: LocalAws) -> None:
    name = aws.function(
        """
import subprocess, sys
def handler(event, context):
    return subprocess.run([sys.executable, "-c", "import pytest"], capture_output=True).returncode
"""
    )
    assert aws.invoke(name)["Payload"] == 1


def test_the_sdk_reaches_the_local_aws_as_the_execution_role(aws: LocalAws) -> None:
    name = aws.function(
        """
import boto3
def handler(event, context):
    return boto3.client("sts").get_caller_identity()["Arn"]
"""
    )
    expected = f"arn:aws:sts::{ACCOUNT}:assumed-role/{aws.role}/{name}"
    assert aws.invoke(name)["Payload"] == expected


def test_each_worker_has_a_temporary_folder_that_goes_with_it(aws: LocalAws) -> None:
    name = aws.function(
        """
import tempfile
def handler(event, context):
    tempfile.mkstemp()
    return tempfile.gettempdir()
"""
    )
    folder = Path(aws.invoke(name)["Payload"])
    assert len(list(folder.iterdir())) == 1
    aws.client("lambda").delete_function(FunctionName=name)
    assert not folder.exists()
