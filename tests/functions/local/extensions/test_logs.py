import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def logs(client: Callable[[str], Any]) -> Any:
    return client("logs")


@pytest.fixture
def function(client: Callable[[str], Any], unique: str) -> str:
    role = client("iam").create_role(RoleName=unique, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("handler.py", "")
    created = client("lambda").create_function(
        FunctionName=unique, Role=role, Runtime="python3.13", Handler="handler.handler",
        Code={"ZipFile": package.getvalue()},
    )  # fmt: skip
    client("lambda").add_permission(
        FunctionName=unique, StatementId="s", Action="lambda:InvokeFunction", Principal="logs.amazonaws.com"
    )
    return str(created["FunctionArn"])


@pytest.mark.parametrize("group_class", ["INFREQUENT_ACCESS", "STANDARD"])
def test_the_class_of_a_group_is_reported(logs: Any, unique: str, group_class: str) -> None:
    logs.create_log_group(logGroupName=unique, logGroupClass=group_class)

    group = logs.describe_log_groups(logGroupNamePrefix=unique)["logGroups"][0]

    assert group["logGroupClass"] == group_class


def test_the_second_filter_of_a_group_can_be_changed(logs: Any, unique: str, function: str) -> None:
    logs.create_log_group(logGroupName=unique)
    filters = {"a": "", "b": "ERROR"}
    for name, pattern in [*filters.items(), ("b", "{ $.level = ERROR }")]:
        logs.put_subscription_filter(
            logGroupName=unique, filterName=name, filterPattern=pattern, destinationArn=function,
            distribution="Random" if name == "a" else "ByLogStream",
        )  # fmt: skip

    found = logs.describe_subscription_filters(logGroupName=unique)["subscriptionFilters"]

    assert {one["filterName"]: one["filterPattern"] for one in found} == {"a": "", "b": "{ $.level = ERROR }"}
    assert {one["filterName"]: one["distribution"] for one in found} == {"a": "Random", "b": "ByLogStream"}
    with pytest.raises(logs.exceptions.LimitExceededException):
        logs.put_subscription_filter(
            logGroupName=unique, filterName="c", filterPattern="", destinationArn=function
        )


def test_a_query_definition_is_kept_until_deleted(logs: Any, unique: str) -> None:
    def definitions() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = logs.describe_query_definitions(queryDefinitionNamePrefix=unique)[
            "queryDefinitions"
        ]
        return found

    query = {"name": unique, "queryString": "fields @message", "logGroupNames": ["/trading/dev"]}
    logs.put_query_definition(name="another", queryString="fields @timestamp")
    identifier = logs.put_query_definition(**query)["queryDefinitionId"]
    assert [{name: one[name] for name in query} for one in definitions()] == [query]

    query["queryString"] = "stats count()"
    assert logs.put_query_definition(queryDefinitionId=identifier, **query)["queryDefinitionId"] == identifier
    assert [one["queryString"] for one in definitions()] == ["stats count()"]

    assert logs.delete_query_definition(queryDefinitionId=identifier)["success"] is True
    assert definitions() == []
