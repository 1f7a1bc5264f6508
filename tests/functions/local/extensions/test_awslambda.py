import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:failed-dev"


@pytest.fixture
def lambda_(client: Callable[[str], Any]) -> Any:
    return client("lambda")


@pytest.fixture
def function(client: Callable[[str], Any], unique: str) -> dict[str, Any]:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("handler.py", "")
    return {
        "FunctionName": unique,
        "Role": client("iam").create_role(RoleName=unique, AssumeRolePolicyDocument="{}")["Role"]["Arn"],
        "Runtime": "python3.13",
        "Handler": "handler.handler",
        "Code": {"ZipFile": package.getvalue()},
    }


def test_dead_letters_and_logging_are_reported(lambda_: Any, function: dict[str, Any], unique: str) -> None:
    configuration = {
        "DeadLetterConfig": {"TargetArn": QUEUE},
        "LoggingConfig": {
            "LogFormat": "JSON",
            "ApplicationLogLevel": "INFO",
            "SystemLogLevel": "WARN",
            "LogGroup": "/trading/processor-dev",
        },
    }
    created = lambda_.create_function(**function, **configuration)

    read = lambda_.get_function(FunctionName=unique)["Configuration"]

    for answer in (created, read):
        assert {name: answer[name] for name in configuration} == configuration


def test_logging_that_is_not_configured_is_what_aws_does(
    lambda_: Any, function: dict[str, Any], unique: str
) -> None:
    configuration = lambda_.create_function(**function)

    assert configuration["LoggingConfig"] == {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{unique}"}
    assert "DeadLetterConfig" not in configuration


def test_an_update_changes_what_it_names_and_nothing_else(
    lambda_: Any, function: dict[str, Any], unique: str
) -> None:
    lambda_.create_function(**function)
    updates = {
        "DeadLetterConfig": {"TargetArn": QUEUE},
        "LoggingConfig": {"LogFormat": "JSON", "LogGroup": "/trading/processor-dev"},
        "KMSKeyArn": KEY,
        "TracingConfig": {"Mode": "Active"},
        "EphemeralStorage": {"Size": 1024},
    }

    lambda_.update_function_configuration(FunctionName=unique, **updates)
    lambda_.update_function_configuration(FunctionName=unique, Timeout=60)

    read = lambda_.get_function_configuration(FunctionName=unique)
    assert {name: read[name] for name in updates} == updates
    assert read["Timeout"] == 60


def test_dead_letters_can_be_switched_off(lambda_: Any, function: dict[str, Any], unique: str) -> None:
    lambda_.create_function(**function, DeadLetterConfig={"TargetArn": QUEUE})
    assert lambda_.get_function_configuration(FunctionName=unique)["DeadLetterConfig"] == {"TargetArn": QUEUE}

    lambda_.update_function_configuration(FunctionName=unique, DeadLetterConfig={"TargetArn": ""})

    assert "DeadLetterConfig" not in lambda_.get_function_configuration(FunctionName=unique)
