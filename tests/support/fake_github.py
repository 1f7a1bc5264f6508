"""GitHub's REST API on a loopback address, as far as the project calls it."""

import json
import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

REPOSITORY = "owner/name"
TOKEN = "the-token"
WORKFLOWS = "github-actions[bot]"


@dataclass
class Refusal:
    """An answer in place of the right one.

    Attributes:
        status: The status; 0 ends the connection without an answer.
        headers: Further headers.
        body: The content.
    """

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b'{"message": "no"}'


class FakeGitHub:
    """One repository with pull requests and comments.

    Attributes:
        comments: Comments by pull request, the oldest first, as the API gives them.
        pull_requests: Pull requests by number, as the API gives them.
        refusals: What the next calls get instead.
        calls: Every call: method and path with its query.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.comments: dict[int, list[dict[str, Any]]] = {}
        self.pull_requests: dict[int, dict[str, Any]] = {}
        self.refusals: deque[Refusal] = deque()
        self.calls: list[str] = []
        self._last_id = 0

    def comment(self, number: int, body: str, author: str | None = WORKFLOWS) -> dict[str, Any]:
        """Add a comment; without an author it is one whose account was deleted."""
        self._last_id += 1
        comment = {
            "id": self._last_id,
            "user": author and {"login": author},
            "body": body,
            "html_url": f"https://github.example/{REPOSITORY}/pull/{number}#issuecomment-{self._last_id}",
        }
        self.comments.setdefault(number, []).append(comment)
        return comment

    def bodies(self, number: int) -> list[str]:
        """The texts of a pull request's comments."""
        return [comment["body"] for comment in self.comments.get(number, [])]

    def answer(self, method: str, path: str, query: dict[str, list[str]], content: Any) -> tuple[int, Any]:
        """Answer a call with a status and what becomes JSON."""
        if match := re.fullmatch(rf"/repos/{REPOSITORY}/issues/(\d+)/comments", path):
            number = int(match[1])
            if method == "POST":
                return 201, self.comment(number, content["body"])
            size, page = int(query["per_page"][0]), int(query["page"][0])
            assert size <= 100
            return 200, self.comments.get(number, [])[size * (page - 1) : size * page]
        if match := re.fullmatch(rf"/repos/{REPOSITORY}/issues/comments/(\d+)", path):
            for comments in self.comments.values():
                for comment in comments:
                    if comment["id"] == int(match[1]):
                        if method == "DELETE":
                            comments.remove(comment)
                            return 204, None
                        comment["body"] = content["body"]
                        return 200, comment
        if match := re.fullmatch(rf"/repos/{REPOSITORY}/pulls/(\d+)", path):
            found = self.pull_requests.get(int(match[1]))
            if found:
                return 200, found
        return 404, {"message": "Not Found"}


@contextmanager
def fake_github() -> Iterator[FakeGitHub]:
    """Serve one."""

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            content = json.loads(self.rfile.read(length)) if length else None
            github.calls.append(f"{self.command} {self.path}")
            if github.refusals:
                refusal = github.refusals.popleft()
                if refusal.status:
                    self._send(refusal.status, refusal.headers, refusal.body)
                return
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                self._send(401, {}, b'{"message": "Bad credentials"}')
                return
            where = urlsplit(self.path)
            status, found = github.answer(self.command, where.path, parse_qs(where.query), content)
            self._send(status, {}, b"" if found is None else json.dumps(found).encode())

        do_GET = do_POST = do_PATCH = do_DELETE = _any  # noqa: N815

        def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        github = FakeGitHub(f"http://127.0.0.1:{server.server_address[1]}")
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield github
        finally:
            server.shutdown()
            thread.join()
