"""Tables of made-up settings and stacks."""

from typing import Any

from modules.policy import Statement
from modules.table import Table
from settings import parse
from settings.setting import REQUIRED, Default, PerEnvironment, Setting
from tools.documented_stacks import DocumentedStack
from tools.reference.inputs import inputs
from tools.reference.stack import constructs, outputs, resource_types

STACK = DocumentedStack(
    template={
        "resource": {
            "aws_dynamodb_table": {"orders_table_1A": {}, "orders_old_table_2B": {}, "users_table_3C": {}},
            "aws_kms_key": {"orders_key_4D": {}},
        },
        "output": {
            "url": {"description": "Where | it is"},
            "secret": {"description": "Password", "sensitive": True},
        },
    },
    classes={("orders",): Table, ("orders", "old"): Statement, ("users",): Table, ("empty",): Table},
)


def _default(default: Default | PerEnvironment) -> str:
    setting: Setting[Any] = Setting("HOW_MANY", "How many", "any", parse.text(".*"), default)
    row = inputs([setting])[2]
    assert row.startswith("| `HOW_MANY` | `howMany` | How many | any | ")
    return row.split(" | ")[-1].removesuffix(" |")


def test_a_default_is_told_for_each_environment_only_where_they_differ() -> None:
    assert _default("3") == "`3`"
    assert _default("") == "empty"
    assert _default(REQUIRED) == "none; must be given"
    assert (
        _default(PerEnvironment("1", "2", REQUIRED)) == "dev `1`<br>staging `2`<br>prod none; must be given"
    )
    assert _default(PerEnvironment("1", "2", "3", other="4")).endswith("prod `3`<br>others `4`")


def test_outputs_are_sorted_and_say_what_is_sensitive() -> None:
    assert outputs(STACK)[2:] == ["| `secret` | Password | yes |", r"| `url` | Where \| it is |  |", ""]


def test_resources_are_counted_for_each_construct_that_has_any() -> None:
    what = "[On-demand DynamoDB tables, encrypted and recoverable to any second](../modules/table.py)"
    assert constructs(STACK)[2:] == [
        f"| `orders` | {what} | DDB-1 | 2 `aws_dynamodb_table`, `aws_kms_key` |",
        f"| `users` | {what} | DDB-1 | `aws_dynamodb_table` |",
        "",
    ]


def test_the_most_frequent_type_is_first() -> None:
    assert resource_types(STACK)[2:] == ["| `aws_dynamodb_table` | 3 |", "| `aws_kms_key` | 1 |", ""]
