"""`make comment`: one comment for each stack, replaced in place, and nobody else's touched."""

from collections.abc import Mapping
from pathlib import Path
from unittest import mock

import pytest

from tests.support.fake_github import REPOSITORY, TOKEN, FakeGitHub
from tools.github import comment
from tools.github.client import GitHub, GitHubError
from tools.plan.comment import MAX_CHARACTERS, marker

STACK = "trading-analytics-dev"
MARKER = marker(STACK)


@pytest.fixture
def step(server: FakeGitHub) -> dict[str, str]:
    """The environment of the workflow's step."""
    return {
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_API_URL": server.url,
        "GITHUB_SERVER_URL": "https://github.example",
        "GITHUB_RUN_ID": "99",
        "STACK": STACK,
        "PULL_REQUEST": "7",
        "COMMIT": "abc123",
        "OUTCOME": "success",
    }


@pytest.fixture
def plans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of plans, with one of the stack."""
    (tmp_path / STACK).mkdir()
    (tmp_path / STACK / "comment.md").write_text(f"{MARKER}\n\n### the plan\n", encoding="utf-8")
    monkeypatch.setattr(comment, "PLANS", tmp_path)
    return tmp_path


RUN = f"https://github.example/{REPOSITORY}/actions/runs/99"
PLANNED = f"{MARKER}\n\n### the plan\n\nPlan of abc123 by [this run]({RUN}).\n"
FAILED = f"{MARKER}\n\n### `{STACK}`: no plan\n\nPlanning abc123 failed; [the run]({RUN}) says why.\n"


def test_first_run_comments_and_later_ones_replace_it(server: FakeGitHub, github: GitHub) -> None:
    first = comment.publish(github, 7, STACK, f"{MARKER}\nfirst")
    second = comment.publish(github, 7, STACK, f"{MARKER}\nsecond")
    assert first.id == second.id
    assert server.bodies(7) == [f"{MARKER}\nsecond"]


def test_own_comment_is_found_on_a_later_page(server: FakeGitHub, github: GitHub) -> None:
    for index in range(150):
        server.comment(7, f"talk {index}", author="somebody")
    comment.publish(github, 7, STACK, f"{MARKER}\nfirst")
    comment.publish(github, 7, STACK, f"{MARKER}\nsecond")
    assert server.bodies(7)[150:] == [f"{MARKER}\nsecond"]


@pytest.mark.parametrize("author", ["somebody", "another-app[bot]", "github-actions", None])
def test_nobody_elses_comment_is_touched(server: FakeGitHub, github: GitHub, author: str | None) -> None:
    server.comment(7, f"{MARKER}\nnot ours", author=author)
    comment.publish(github, 7, STACK, f"{MARKER}\nours")
    assert server.bodies(7) == [f"{MARKER}\nnot ours", f"{MARKER}\nours"]


def test_each_stack_has_its_own_and_other_comments_of_ours_stay(server: FakeGitHub, github: GitHub) -> None:
    server.comment(7, "a greeting of another workflow")
    server.comment(7, f"quoting {MARKER}")
    for stack in ("trading-analytics-dev", "trading-analytics-dev-2", "trading-analytics-prod"):
        comment.publish(github, 7, stack, f"{marker(stack)}\nold")
    comment.publish(github, 7, STACK, f"{MARKER}\nnew")
    assert server.bodies(7) == [
        "a greeting of another workflow",
        f"quoting {MARKER}",
        f"{MARKER}\nnew",
        f"{marker('trading-analytics-dev-2')}\nold",
        f"{marker('trading-analytics-prod')}\nold",
    ]


def test_duplicates_of_lost_answers_go(server: FakeGitHub, github: GitHub) -> None:
    for text in ("one", "two", "three"):
        server.comment(7, f"{MARKER}\n{text}")
    comment.publish(github, 7, STACK, f"{MARKER}\nnew")
    assert server.bodies(7) == [f"{MARKER}\nnew"]


def test_failed_update_deletes_nothing(server: FakeGitHub, github: GitHub) -> None:
    ours = [server.comment(7, f"{MARKER}\n{text}")["body"] for text in ("one", "two")]
    with (
        mock.patch.object(github, "update_comment", side_effect=GitHubError("403")),
        pytest.raises(GitHubError, match="403"),
    ):
        comment.publish(github, 7, STACK, f"{MARKER}\nnew")
    assert server.bodies(7) == ours


@pytest.mark.usefixtures("plans")
def test_the_plan_names_its_commit_and_run(
    server: FakeGitHub, step: Mapping[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert comment.main(step) == 0
    assert server.bodies(7) == [PLANNED]
    assert capsys.readouterr().out == f"{STACK}: {server.comments[7][0]['html_url']}\n"


@pytest.mark.usefixtures("plans")
@pytest.mark.parametrize("outcome", ["failure", "skipped", "cancelled", ""])
def test_failure_replaces_the_earlier_plan(server: FakeGitHub, step: dict[str, str], outcome: str) -> None:
    comment.main(step)
    assert comment.main({**step, "OUTCOME": outcome}) == 0
    assert server.bodies(7) == [FAILED]
    assert comment.main(step) == 0
    assert server.bodies(7) == [PLANNED]


def test_longest_plan_keeps_its_length(step: dict[str, str], plans: Path) -> None:
    file = plans / STACK / "comment.md"
    file.write_text(plan := MARKER.ljust(MAX_CHARACTERS - 10, "ä"), encoding="utf-8")
    assert comment.text(STACK, step, plans) == plan
    file.write_text(MARKER.ljust(60_000, "ä"), encoding="utf-8")
    assert "abc123" in comment.text(STACK, step, plans)


def test_missing_plan_is_an_error_and_no_comment(
    server: FakeGitHub, step: dict[str, str], plans: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (plans / STACK / "comment.md").unlink()
    assert comment.main(step) == 1
    assert f"make diff STACK={STACK} writes it" in capsys.readouterr().err
    assert server.calls == []


@pytest.mark.usefixtures("plans")
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"PULL_REQUEST": "7/../8"}, "PULL_REQUEST=7/../8 is no number of a pull request"),
        ({"PULL_REQUEST": "٧"}, "PULL_REQUEST=٧ is no number of a pull request"),
        ({"STACK": "", "PULL_REQUEST": "", "COMMIT": ""}, "not set: STACK, PULL_REQUEST, COMMIT;"),
        ({"GITHUB_TOKEN": ""}, "not set: GITHUB_TOKEN;"),
        ({"GITHUB_TOKEN": "wrong"}, "401 Bad credentials"),
    ],
)
def test_what_is_wrong_is_said(
    server: FakeGitHub,
    step: dict[str, str],
    change: dict[str, str],
    problem: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert comment.main({**step, **change}) == 1
    assert problem in capsys.readouterr().err
    assert server.bodies(7) == []
