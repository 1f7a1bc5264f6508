"""The client of GitHub: every page, patience where it helps, plain errors where it does not."""

import socket
from datetime import UTC, datetime

import pytest

from tests.support.fake_github import REPOSITORY, TOKEN, FakeGitHub, Refusal
from tools.errors import ToolError
from tools.github.client import ATTEMPTS, GitHub, GitHubError, PullRequest


@pytest.mark.parametrize("number", [0, 1, 99, 100, 101, 250])
def test_every_comment_is_found_however_many_pages_they_are(
    server: FakeGitHub, github: GitHub, number: int
) -> None:
    for index in range(number):
        server.comment(7, f"comment {index}", author="somebody")
    server.comment(8, "of another")

    assert [comment.body for comment in github.comments(7)] == [f"comment {index}" for index in range(number)]
    assert len(server.calls) == number // 100 + 1


def test_comments_are_made_changed_and_deleted(server: FakeGitHub, github: GitHub) -> None:
    made = github.create_comment(7, "ärger & “quotes”")
    assert server.bodies(7) == ["ärger & “quotes”"]
    assert github.update_comment(made.id, "new").body == "new"
    assert server.bodies(7) == ["new"]
    github.delete_comment(made.id)
    assert server.bodies(7) == []
    github.delete_comment(made.id)  # it is gone: what was wanted


def test_comment_of_a_deleted_account_has_no_author(server: FakeGitHub, github: GitHub) -> None:
    server.comment(7, "x", author=None)
    assert [comment.author for comment in github.comments(7)] == [""]


@pytest.mark.parametrize(("state", "is_open"), [("open", True), ("closed", False)])
def test_pull_request_is_read(server: FakeGitHub, github: GitHub, state: str, is_open: bool) -> None:
    server.pull_requests[42] = {
        "state": state,
        "labels": [{"name": "preview"}, {"name": "bug"}],
        "updated_at": "2026-11-03T04:05:06Z",
    }
    assert github.pull_request(42) == PullRequest(
        42, is_open, frozenset({"preview", "bug"}), datetime(2026, 11, 3, 4, 5, 6, tzinfo=UTC)
    )


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 0])
def test_what_passes_is_tried_again_ever_later(
    server: FakeGitHub, github: GitHub, waits: list[float], status: int
) -> None:
    server.refusals.extend([Refusal(status)] * (ATTEMPTS - 1))
    github.create_comment(7, "text")
    assert server.bodies(7) == ["text"]
    assert waits == [1.0, 2.0, 4.0]


@pytest.mark.parametrize("status", [429, 403, 503])
def test_github_says_when_to_come_back(
    server: FakeGitHub, github: GitHub, waits: list[float], status: int
) -> None:
    server.refusals.append(Refusal(status, {"Retry-After": "17"}))
    github.create_comment(7, "text")
    assert (waits, server.bodies(7)) == ([17.0], ["text"])


def test_no_job_waits_for_an_hour(server: FakeGitHub, github: GitHub, waits: list[float]) -> None:
    server.refusals.append(Refusal(429, {"Retry-After": "3600"}, b'{"message": "rate limit"}'))
    with pytest.raises(GitHubError, match=r"429 rate limit \(to be tried again after 3600 seconds\)"):
        github.create_comment(7, "text")
    assert waits == []


def test_patience_ends(server: FakeGitHub, github: GitHub, waits: list[float]) -> None:
    server.refusals.extend([Refusal(502, body=b"<html>Bad Gateway</html>")] * ATTEMPTS)
    with pytest.raises(GitHubError) as failure:
        github.create_comment(7, "text")
    call = f"POST {server.url}/repos/{REPOSITORY}/issues/7/comments"
    assert str(failure.value) == f"GitHub, {call}: 502 Bad Gateway"
    assert len(waits) == ATTEMPTS - 1
    assert server.bodies(7) == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422])
def test_what_is_refused_is_not_tried_again(
    server: FakeGitHub, github: GitHub, waits: list[float], status: int
) -> None:
    server.refusals.append(Refusal(status, body=b'{"message": "Resource not accessible by integration"}'))
    with pytest.raises(GitHubError, match=f"{status} Resource not accessible by integration") as failure:
        github.update_comment(1, "text")
    assert failure.value.status == status
    assert (waits, len(server.calls)) == ([], 1)


def test_answer_that_is_no_json_is_a_failure_of_the_way(
    server: FakeGitHub, github: GitHub, waits: list[float]
) -> None:
    server.refusals.append(Refusal(200, body=b"<html>a proxy's page</html>"))
    github.create_comment(7, "text")
    assert waits == [1.0]


def test_nobody_answers(waits: list[float]) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # and does not listen
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(GitHubError, match="Connection refused") as failure:
            GitHub(REPOSITORY, TOKEN, url, sleep=waits.append).pull_request(1)
    assert failure.value.status is None
    assert len(waits) == ATTEMPTS - 1


def test_the_token_goes_nowhere_but_to_github(server: FakeGitHub, github: GitHub) -> None:
    # The address that the redirection leads to answers 401: it got no token.
    server.pull_requests[1] = {}
    server.refusals.append(Refusal(302, {"Location": f"{server.url}/repos/{REPOSITORY}/pulls/1"}, b""))
    with pytest.raises(GitHubError, match="401 Bad credentials"):
        github.pull_request(2)


def test_errors_never_show_the_token(server: FakeGitHub) -> None:
    with pytest.raises(GitHubError) as failure:
        GitHub(REPOSITORY, "secret-token", server.url).pull_request(1)
    assert "401" in str(failure.value)
    assert "secret-token" not in repr(failure.value)


def test_steps_without_the_variables_are_told_so(server: FakeGitHub) -> None:
    variables = {"GITHUB_REPOSITORY": REPOSITORY, "GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": server.url}
    server.comment(7, "text")
    assert [comment.body for comment in GitHub.of(variables).comments(7)] == ["text"]
    with pytest.raises(ToolError, match="not set: GITHUB_REPOSITORY, GITHUB_TOKEN;"):
        GitHub.of({"GITHUB_API_URL": server.url, "GITHUB_TOKEN": ""})
