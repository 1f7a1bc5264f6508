"""The few calls of GitHub's REST API that the project makes."""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from tools.errors import ToolError

API_VERSION = "2022-11-28"
PAGE_SIZE = 100
"""Comments a page, the most that GitHub gives."""
ATTEMPTS = 4
TIMEOUT_SECONDS = 30.0
PATIENCE_SECONDS = 120.0
"""The longest wait that GitHub may ask for before a call is given up."""

_PASSING = frozenset({429, 500, 502, 503, 504})
"""Statuses that may be gone at the next try."""


class GitHubError(ToolError):
    """GitHub refused a call, or did not answer; the text says which call and why.

    Attributes:
        status: The HTTP status; None without an answer.
        wait: Seconds after which the call may succeed; None if trying again is of no use.
    """

    def __init__(self, message: str, status: int | None = None, wait: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.wait = wait


@dataclass(frozen=True)
class Comment:
    """A comment of a pull request.

    Attributes:
        id: Its number in the repository.
        author: Login of its author.
        body: Markdown.
        url: Its address for people.
    """

    id: int
    author: str
    body: str
    url: str


@dataclass(frozen=True)
class PullRequest:
    """A pull request.

    Attributes:
        number: Its number.
        is_open: False once it is merged or closed.
        labels: Names of its labels.
        updated: When something about it changed last.
    """

    number: int
    is_open: bool
    labels: frozenset[str]
    updated: datetime


class GitHub:
    """GitHub's REST API for one repository.

    Calls are repeated where the server fails or asks to wait. A comment that is created may then be there
    twice, if the first answer was lost.

    Args:
        repository: Owner and name (``owner/name``).
        token: What authorizes the calls.
        url: Address of the API.
        sleep: Waits some seconds.
    """

    def __init__(
        self,
        repository: str,
        token: str,
        url: str = "https://api.github.com",
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base = f"{url.rstrip('/')}/repos/{repository}"
        self._token = token
        self._sleep = sleep

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """Return the API of the repository whose workflow runs.

        Args:
            environment: ``GITHUB_REPOSITORY`` and ``GITHUB_API_URL`` are in every step, ``GITHUB_TOKEN`` in
                those that are given it.

        Raises:
            ToolError: Something of it is missing.
        """
        names = ("GITHUB_REPOSITORY", "GITHUB_TOKEN")
        if missing := [name for name in names if not environment.get(name)]:
            raise ToolError(f"not set: {', '.join(missing)}; the workflows' steps have it")
        url = environment.get("GITHUB_API_URL") or "https://api.github.com"
        return cls(environment["GITHUB_REPOSITORY"], environment["GITHUB_TOKEN"], url)

    def comments(self, number: int) -> Iterator[Comment]:
        """Yield every comment of a pull request, the oldest first."""
        page = 1
        while True:
            found = self._call("GET", f"/issues/{number}/comments?per_page={PAGE_SIZE}&page={page}")
            yield from map(_comment, found)
            if len(found) < PAGE_SIZE:
                return
            page += 1

    def create_comment(self, number: int, body: str) -> Comment:
        """Comment on a pull request."""
        return _comment(self._call("POST", f"/issues/{number}/comments", {"body": body}))

    def update_comment(self, id_: int, body: str) -> Comment:
        """Give a comment another text."""
        return _comment(self._call("PATCH", f"/issues/comments/{id_}", {"body": body}))

    def delete_comment(self, id_: int) -> None:
        """Delete a comment; one that is gone already is no error."""
        try:
            self._call("DELETE", f"/issues/comments/{id_}")
        except GitHubError as error:
            if error.status != 404:
                raise

    def pull_request(self, number: int) -> PullRequest:
        """Return a pull request."""
        found = self._call("GET", f"/pulls/{number}")
        return PullRequest(
            number=number,
            is_open=found["state"] == "open",
            labels=frozenset(label["name"] for label in found["labels"]),
            updated=datetime.fromisoformat(found["updated_at"]),
        )

    def _call(self, method: str, path: str, content: Mapping[str, Any] | None = None) -> Any:
        for attempt in range(ATTEMPTS):
            try:
                return self._once(method, path, content)
            except GitHubError as error:
                if error.wait is None or attempt == ATTEMPTS - 1:
                    raise
                self._sleep(max(error.wait, 2.0**attempt))
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _once(self, method: str, path: str, content: Mapping[str, Any] | None) -> Any:
        request = urllib.request.Request(  # noqa: S310 - the address is the runner's, nobody's input
            f"{self._base}{path}",
            method=method,
            data=None if content is None else json.dumps(content).encode(),
            headers={
                "Accept": "application/vnd.github+json",
                "Content-Type": "application/json",
                "X-GitHub-Api-Version": API_VERSION,
            },
        )
        # Not passed on to where a redirection may lead.
        request.add_unredirected_header("Authorization", f"Bearer {self._token}")
        call = f"GitHub, {method} {self._base}{path}"
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
                body = answer.read()
            return json.loads(body) if body else None
        except urllib.error.HTTPError as refusal:
            asked = refusal.headers.get("Retry-After", "")
            again = f" (to be tried again after {asked} seconds)" if asked else ""
            raise GitHubError(
                f"{call}: {refusal.code} {_message(refusal)}{again}", refusal.code, _wait(refusal.code, asked)
            ) from refusal
        except (OSError, http.client.HTTPException, ValueError) as failure:
            why = str(getattr(failure, "reason", failure)) or type(failure).__name__
            raise GitHubError(f"{call}: {why}", wait=0.0) from failure


def _wait(status: int, asked: str) -> float | None:
    """Seconds after which a refused call may succeed; None if it won't, or not soon."""
    seconds = float(asked) if asked.isdecimal() else None
    # GitHub's limits come as 429, or as 403 with a time to wait.
    if status in _PASSING or (status == 403 and seconds is not None):
        return None if (seconds or 0.0) > PATIENCE_SECONDS else seconds or 0.0
    return None


def _comment(found: Mapping[str, Any]) -> Comment:
    # An account that was deleted is no author any more.
    author = (found["user"] or {}).get("login", "")
    return Comment(id=found["id"], author=author, body=found["body"] or "", url=found["html_url"])


def _message(refusal: urllib.error.HTTPError) -> str:
    """What GitHub says of a refusal, else HTTP's own phrase."""
    try:
        return str(json.loads(refusal.read())["message"])
    except (OSError, ValueError, KeyError, TypeError):
        return str(refusal.reason)
