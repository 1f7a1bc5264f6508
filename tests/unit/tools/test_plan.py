"""A plan's changes, told to people: the dangerous ones first, secrets masked, within what a comment holds."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from tools.plan import files, terminal
from tools.plan.changes import Action, Change, Plan, PlanError, read
from tools.plan.comment import MAX_CHARACTERS, comment, marker, report
from tools.plan.importance import Importance, importance, is_security_relevant, loses
from tools.plan.summary import drifted, fingerprint, headline
from tools.plan.values import SENSITIVE, UNKNOWN, Difference, differences

STACK = "trading-analytics-dev"


def document(*changes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"format_version": "1.2", "planned_values": {}, "resource_changes": list(changes), **more}


def entry(address: str, *actions: str, mode: str = "managed", **change: Any) -> dict[str, Any]:
    return {
        "address": address,
        "mode": mode,
        "type": address.partition(".")[0],
        "change": {"actions": list(actions), **change},
    }


def update(before: Any, after: Any, **more: Any) -> Change:
    return Change("aws_sns_topic.t", "aws_sns_topic", Action.UPDATE, before=before, after=after, **more)


@pytest.mark.parametrize(
    ("actions", "action"),
    [
        (["create"], Action.CREATE),
        (["update"], Action.UPDATE),
        (["delete"], Action.DELETE),
        (["delete", "create"], Action.REPLACE),
        (["create", "delete"], Action.REPLACE),
        (["forget"], Action.FORGET),
    ],
)
def test_every_kind_of_action_is_told(actions: list[str], action: Action) -> None:
    plan = read(document(entry("aws_sns_topic.t", *actions)))
    assert [(change.address, change.action) for change in plan.changes] == [("aws_sns_topic.t", action)]


def test_what_stays_and_what_is_only_read_is_no_change() -> None:
    plan = read(
        document(
            entry("aws_sns_topic.t", "no-op"),
            entry("data.aws_region.r", "read", mode="data"),
            output_changes={"url": {"actions": ["no-op"]}},
        )
    )
    assert plan.is_empty
    assert headline(plan) == "no changes"


def test_an_output_that_changes_is_a_change() -> None:
    plan = read(document(output_changes={"url": {"actions": ["update"], "before": "a", "after": "b"}}))
    assert headline(plan) == "has changes: outputs only (1)"
    assert '- value = "a"\n+ value = "b"' in comment(plan, STACK)


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ({}, "no plan"),
        ({"format_version": "1.0", "values": {}}, "no plan"),
        (document() | {"format_version": "2.0"}, "format is 2.0"),
        (document(errored=True), "failed half-way"),
        (document(entry("aws_sns_topic.t", "explode")), "explode"),
    ],
)
def test_what_is_no_plan_is_refused(broken: Any, message: str) -> None:
    with pytest.raises(PlanError, match=message):
        read(broken)


def test_only_what_differs_is_shown() -> None:
    change = update({"name": "a", "fifo": False, "tags": {"x": "1"}}, {"name": "a", "fifo": True, "tags": {}})
    assert differences(change) == [Difference("fifo", "false", "true"), Difference("tags.x", '"1"', None)]


def test_policies_are_compared_by_content() -> None:
    def policy(action: str) -> str:
        return json.dumps({"Statement": [{"Effect": "Allow", "Action": action}]})

    change = update({"policy": policy("s3:GetObject")}, {"policy": policy("s3:*")})
    assert differences(change) == [Difference("policy.Statement[0].Action", '"s3:GetObject"', '"s3:*"')]
    rearranged = json.dumps({"Statement": [{"Action": "s3:*", "Effect": "Allow"}]}, indent=1)
    assert not differences(update({"policy": policy("s3:*")}, {"policy": rearranged}))


def test_unknown_values_are_said_to_be_unknown() -> None:
    change = update(
        {"arn": "old", "rule": [{"id": "r-1", "port": 1}]},
        {"rule": [{"port": 1}]},
        unknown={"arn": True, "rule": [{"id": True}]},
    )
    assert differences(change) == [
        Difference("arn", '"old"', UNKNOWN),
        Difference("rule[0].id", '"r-1"', UNKNOWN),
    ]


def test_a_secret_is_never_shown_only_that_it_changes() -> None:
    change = update(
        {"password": "hunter2", "user": {"key": "k-old"}},
        {"password": "hunter3", "user": {"key": "k-new"}},
        sensitive_before={"password": True},
        sensitive_after={"password": True, "user": {"key": True}},
    )
    found = differences(change)
    assert found[0] == Difference("password", SENSITIVE, SENSITIVE)
    text = comment(Plan([change]), STACK)
    assert "hunter" not in text
    assert "k-new" not in text
    same = update({"p": "x"}, {"p": "x"}, sensitive_before={"p": True}, sensitive_after={"p": True})
    assert not differences(same)


def test_a_value_that_becomes_sensitive_is_not_shown_as_it_was() -> None:
    change = update({"key": "k-old"}, {"key": "k-new"}, sensitive_after={"key": True})
    assert "k-old" not in comment(Plan([change]), STACK)


def test_what_forces_a_replacement_is_marked() -> None:
    plan = read(
        document(
            entry(
                "aws_rds_cluster.db",
                "delete",
                "create",
                before={"engine": "a", "name": "x"},
                after={"engine": "b", "name": "y"},
                replace_paths=[["engine"]],
            )
        )
    )
    assert differences(plan.changes[0]) == [
        Difference("engine", '"a"', '"b"', forces_replacement=True),
        Difference("name", '"x"', '"y"'),
    ]


@pytest.mark.parametrize(
    ("type_", "action", "group"),
    [
        ("aws_iam_policy", Action.DELETE, Importance.DESTRUCTIVE),
        ("aws_sns_topic", Action.REPLACE, Importance.DESTRUCTIVE),
        ("aws_iam_role", Action.CREATE, Importance.SECURITY),
        ("aws_s3_bucket_public_access_block", Action.UPDATE, Importance.SECURITY),
        ("aws_sqs_queue_policy", Action.UPDATE, Importance.SECURITY),
        ("aws_vpc_security_group_ingress_rule", Action.CREATE, Importance.SECURITY),
        ("aws_kms_alias", Action.CREATE, Importance.SECURITY),
        ("aws_sns_topic", Action.UPDATE, Importance.REST),
        ("aws_cloudwatch_metric_alarm", Action.CREATE, Importance.REST),
    ],
)
def test_what_is_lost_comes_first_then_who_may_do_what(type_: str, action: Action, group: Importance) -> None:
    assert importance(Change(f"{type_}.x", type_, action)) is group


def test_a_change_of_a_key_is_security_whatever_the_resource() -> None:
    assert is_security_relevant(update({"kms_master_key_id": "a"}, {"kms_master_key_id": "b"}))
    assert is_security_relevant(update({"kms_key_id": "a"}, {}, unknown={"kms_key_id": True}))
    assert not is_security_relevant(update({"kms_key_id": "a", "n": 1}, {"kms_key_id": "a", "n": 2}))


def test_lost_data_is_named() -> None:
    assert loses(Change("aws_s3_bucket.raw", "aws_s3_bucket", Action.REPLACE)) == "objects"
    assert loses(Change("aws_s3_bucket.raw", "aws_s3_bucket", Action.UPDATE)) is None
    text = comment(Plan([Change("aws_s3_bucket.raw", "aws_s3_bucket", Action.DELETE)]), STACK)
    assert "**Lost with `aws_s3_bucket.raw`: objects**" in text


def test_the_headline_counts() -> None:
    kinds = [Action.CREATE, Action.CREATE, Action.UPDATE, Action.REPLACE, Action.DELETE]
    plan = Plan([Change(f"aws_sns_topic.t{n}", "aws_sns_topic", kind) for n, kind in enumerate(kinds)])
    assert headline(plan) == "has changes: 2 to add, 1 to change, 1 to replace, 1 to destroy"


def test_the_comment_goes_from_the_dangerous_to_the_harmless() -> None:
    plan = Plan(
        [
            Change("aws_sns_topic.a", "aws_sns_topic", Action.CREATE, after={"name": "a"}),
            Change("aws_iam_role.b", "aws_iam_role", Action.CREATE, after={"name": "b"}),
            Change("aws_sns_topic.c", "aws_sns_topic", Action.DELETE, before={"name": "c"}),
            Change("aws_sns_topic.e", "aws_sns_topic", Action.UPDATE, {"n": "hand"}, {"n": "a"}),
        ],
        drift=[Change("aws_sns_topic.e", "aws_sns_topic", Action.UPDATE, {"n": "a"}, {"n": "hand"})],
    )
    text = comment(plan, STACK)
    assert text.startswith(marker(STACK))
    found = ("put back by this plan: `aws_sns_topic.e`", "aws_sns_topic.c", "aws_iam_role.b", "<details>")
    places = [text.index(each) for each in found]
    assert places == sorted(places)
    assert text.index("aws_sns_topic.a") > places[-1]
    assert text.rstrip().endswith("</details>")


def test_code_fences_within_values_cannot_break_out() -> None:
    text = comment(Plan([update({"d": "a"}, {"d": "```\n# boo"})]), STACK)
    assert "````diff" in text


def test_a_long_plan_is_cut_to_what_a_comment_holds() -> None:
    plan = Plan(
        [
            Change(f"aws_sns_topic.t{n:04}", "aws_sns_topic", Action.CREATE, after={"name": "n" * 100})
            for n in range(1000)
        ]
        + [Change("aws_s3_bucket.raw", "aws_s3_bucket", Action.DELETE)]
    )
    text = comment(plan, STACK, artifact="https://example.com/plan")
    assert MAX_CHARACTERS * 0.95 < len(text) <= MAX_CHARACTERS
    assert "aws_s3_bucket.raw" in text
    assert text.endswith("(https://example.com/plan) has it.")
    assert text.count("<details>") == text.count("</details>") == 1


def test_a_long_value_is_cut() -> None:
    (difference,) = differences(update({"body": "x" * 1000}, {"body": "y" * 1000}))
    assert difference.after is not None
    assert len(difference.after) < 250
    assert difference.after.endswith("… (1002 characters)")


def test_only_what_the_plan_puts_back_was_changed_by_hand() -> None:
    def found(name: str, before: Any, after: Any) -> dict[str, Any]:
        return entry(f"aws_sns_topic.{name}", "update", before=before, after=after)

    drift = [
        found("attached", {"rules": None}, {"rules": [1]}),
        found("empty", {"tags": None, "n": 1}, {"tags": {}, "n": 1}),
        found("by_hand", {"n": 1}, {"n": 7}),
        found("other", {"n": 1}, {"n": 7}),
        found("elsewhere", {"n": 1}, {"n": 7}),
        found("destroyed", {"n": 1}, {"n": 7}),
        entry("aws_sns_topic.gone", "delete", before={"n": 1}),
    ]
    planned = [
        found("attached", {"n": 1, "rules": [1]}, {"n": 2, "rules": [1]}),
        found("empty", {"n": 1}, {"n": 2}),
        found("by_hand", {"n": 7}, {"n": 1}),
        found("elsewhere", {"n": 7}, {"n": 3}),
        entry("aws_sns_topic.destroyed", "delete", before={"n": 7}),
        entry("aws_sns_topic.gone", "create", after={"n": 1}),
    ]
    plan = read(document(*planned, resource_drift=drift))
    assert drifted(plan) == ["aws_sns_topic.by_hand", "aws_sns_topic.gone"]


def test_the_report_has_what_the_comment_has_no_room_for() -> None:
    changes = [
        Change(f"aws_sns_topic.t{n:04}", "aws_sns_topic", Action.CREATE, after={"name": "n" * 100})
        for n in range(1000)
    ]
    text = report(Plan(changes), STACK)
    assert len(text) > MAX_CHARACTERS
    assert all(change.address in text for change in changes)
    assert report(Plan(changes[:1]), STACK) == comment(Plan(changes[:1]), STACK)


@pytest.mark.parametrize(
    "other",
    [
        Plan([update({"n": 1}, {"n": 3})]),
        Plan([update({"n": 1}, {"n": 2})], outputs=[update({"n": 1}, {"n": 2})]),
        Plan([Change("aws_sns_topic.t", "aws_sns_topic", Action.REPLACE, {"n": 1}, {"n": 2})]),
        Plan([Change("aws_sns_topic.u", "aws_sns_topic", Action.UPDATE, {"n": 1}, {"n": 2})]),
        Plan([update({"n": 1}, {"n": 2})], drift=[update({"n": 2}, {"n": 1})]),
        Plan([]),
    ],
)
def test_plans_that_people_would_see_as_different_have_different_fingerprints(other: Plan) -> None:
    plan = Plan([update({"n": 1}, {"n": 2})])
    assert fingerprint(plan) == fingerprint(Plan([update({"n": 1}, {"n": 2})]))
    assert fingerprint(plan) != fingerprint(other)


def test_the_terminal_tells_what_the_comment_tells() -> None:
    plan = Plan(
        [
            Change("aws_s3_bucket.a", "aws_s3_bucket", Action.DELETE, before={"bucket": "a"}),
            Change("aws_iam_role.b", "aws_iam_role", Action.UPDATE, {"n": "old"}, {"n": "new"}),
            Change("aws_iam_role.d", "aws_iam_role", Action.CREATE, after={"n": "in the report"}),
            Change("aws_sns_topic.c", "aws_sns_topic", Action.CREATE, after={"name": "shown in the report"}),
        ]
    )
    out = Console(width=120, record=True, file=io.StringIO())
    terminal.show(plan, STACK, out)
    assert out.export_text().split("\n") == [
        "",
        f"{STACK}: has changes: 2 to add, 1 to change, 1 to destroy",
        "",
        "Destroyed or replaced (1)",
        "  - destroy aws_s3_bucket.a",
        "      lost with it: objects",
        "",
        "Security (2)",
        "  ~ update aws_iam_role.b",
        '      - n = "old"',
        '      + n = "new"',
        "  + create aws_iam_role.d",
        "",
        "Everything else (1)",
        "  + create aws_sns_topic.c",
        "",
    ]


def test_the_files_name_the_run_that_keeps_the_report(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    environment = {
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "owner/name",
        "GITHUB_RUN_ID": "7",
        "GITHUB_STEP_SUMMARY": str(page),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
    }
    changes = [
        Change(f"aws_sns_topic.t{n:04}", "aws_sns_topic", Action.CREATE, after={"name": "n" * 100})
        for n in range(1000)
    ]
    folder = files.write(Plan(changes), STACK, environment, tmp_path)
    text = (folder / "comment.md").read_text()
    assert "https://github.com/owner/name/actions/runs/7#artifacts" in text
    assert page.read_text().strip() == text.strip()
    outputs = [f"fingerprint={fingerprint(Plan(changes))}", "has_changes=true"]
    assert (tmp_path / "output").read_text().splitlines() == outputs
    assert (folder / "report.md").read_text() == report(Plan(changes), STACK)
    assert json.loads((folder / "summary.json").read_text()) == {
        "stack": STACK,
        "headline": "has changes: 1000 to add",
        "has_changes": True,
        "fingerprint": fingerprint(Plan(changes)),
    }


def test_later_jobs_are_told_that_nothing_changes(tmp_path: Path) -> None:
    files.write(Plan([]), STACK, {"GITHUB_OUTPUT": str(tmp_path / "output")}, tmp_path)
    assert (tmp_path / "output").read_text().splitlines()[-1] == "has_changes=false"


def test_of_what_is_made_only_known_values_are_told() -> None:
    made = Change("aws_sns_topic.t", "aws_sns_topic", Action.CREATE, None, {"name": "t"}, {"arn": True})
    assert differences(made) == [Difference("arn", None, UNKNOWN), Difference("name", None, '"t"')]
    assert UNKNOWN not in comment(Plan([made]), STACK)
    assert '+ name = "t"' in comment(Plan([made]), STACK)
    changed = update({"arn": "a"}, {}, unknown={"arn": True})
    assert f"+ arn = {UNKNOWN}" in comment(Plan([changed]), STACK)


def test_a_document_that_is_not_known_yet_is_told_in_one_line_each_way() -> None:
    policy = json.dumps({"Statement": [{"Action": "s3:*"}], "Version": "1"})
    change = update({"policy": policy, "n": 1}, {"n": 1}, unknown={"policy": True})
    assert differences(change) == [Difference("policy", policy, UNKNOWN)]


def test_tags_are_told_once() -> None:
    change = update({"tags": {"a": "1"}, "tags_all": {"a": "1"}}, {"tags": {}, "tags_all": {}})
    assert comment(Plan([change]), STACK).count('= "1"') == 1


def test_blocks_that_only_moved_have_not_changed() -> None:
    rules: list[dict[str, Any]] = [{"port": port, "code": None} for port in (443, 5432)]
    new = {"port": 80}
    change = update({"rule": rules}, {"rule": [new, {"port": 5432, "code": 0}, rules[0]]})
    assert differences(change) == [Difference("rule[2].port", None, "80")]
    assert differences(update({"rule": [*rules, new]}, {"rule": [new, rules[1]]})) == [
        Difference("rule[0].port", "443", None)
    ]


def test_a_block_that_changed_is_compared_with_what_it_was() -> None:
    before = [{"id": "a", "days": 1}, {"id": "b", "days": 2}]
    change = update({"rule": before}, {"rule": [{"id": "b", "days": 2}, {"id": "a", "days": 9}]})
    assert differences(change) == [Difference("rule[0].days", "1", "9")]


def test_statements_of_a_policy_are_found_where_they_moved_to() -> None:
    def policy(*actions: str) -> str:
        return json.dumps({"Statement": [{"Action": action, "Effect": "Allow"} for action in actions]})

    change = update({"policy": policy("a:One", "a:Two")}, {"policy": policy("a:New", "a:One", "a:Two")})
    assert differences(change) == [
        Difference("policy.Statement[2].Action", None, '"a:New"'),
        Difference("policy.Statement[2].Effect", None, '"Allow"'),
    ]


def test_a_block_that_moved_takes_its_secrets_and_unknown_values_along() -> None:
    change = update(
        {"user": [{"name": "a", "key": "plain"}]},
        {"user": [{"name": "b", "key": "k-b"}, {"name": "a", "key": "plain"}]},
        unknown={"user": [{"id": True}, {}]},
        sensitive_before={"user": [{}]},
        sensitive_after={"user": [{"key": True}, {}]},
    )
    assert differences(change) == [
        Difference("user[1].id", None, UNKNOWN),
        Difference("user[1].key", None, SENSITIVE),
        Difference("user[1].name", None, '"b"'),
    ]
