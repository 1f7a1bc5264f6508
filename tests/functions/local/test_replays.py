"""A call that a client repeats is done once, and answered as it was."""

from collections.abc import Iterator

import boto3
import pytest
from botocore.exceptions import ClientError

from local.control_plane import ControlPlane
from local.replays import LARGEST_ANSWER, REMEMBERED_CALLS, Replays


class Counting:
    """An application that counts what it is asked."""

    def __init__(self, status: str = "200 OK", size: int = 1) -> None:
        self.calls = 0
        self._status, self._size = status, size

    def __call__(self, environ: dict[str, str], start_response: object) -> Iterator[bytes]:
        self.calls += 1
        start_response(self._status, [("X-Call", str(self.calls))])  # type: ignore[operator]
        return iter([b"a" * self._size])


def _ask(application: Replays, invocation: str = "", method: str = "POST") -> tuple[str, str, int]:
    begun: list[tuple[str, list[tuple[str, str]]]] = []
    environ = {"REQUEST_METHOD": method, **({"HTTP_AMZ_SDK_INVOCATION_ID": invocation} if invocation else {})}
    body = b"".join(application(environ, lambda status, headers, _=None: begun.append((status, headers))))
    ((status, headers),) = begun
    return status, dict(headers)["X-Call"], len(body)


def test_a_repeated_call_is_answered_as_the_first_time_and_not_done_again() -> None:
    counting = Counting()
    application = Replays(counting)
    assert _ask(application, "one") == _ask(application, "one") == ("200 OK", "1", 1)
    assert _ask(application, "two") == ("200 OK", "2", 1)
    assert counting.calls == 2


@pytest.mark.parametrize(
    ("counting", "invocation", "method"),
    [
        (Counting("500 Oops"), "one", "POST"),
        (Counting("400 No"), "one", "POST"),
        (Counting(size=LARGEST_ANSWER + 1), "one", "POST"),
        (Counting(), "", "POST"),
        (Counting(), "one", "GET"),
    ],
)
def test_what_failed_is_large_or_only_reads_is_done_again(
    counting: Counting, invocation: str, method: str
) -> None:
    application = Replays(counting)
    _ask(application, invocation, method)
    _ask(application, invocation, method)
    assert counting.calls == 2


def test_old_calls_are_forgotten() -> None:
    counting = Counting()
    application = Replays(counting)
    for number in range(REMEMBERED_CALLS + 1):
        _ask(application, f"call-{number}")
    _ask(application, "call-1")
    assert counting.calls == REMEMBERED_CALLS + 1
    _ask(application, "call-0")
    assert counting.calls == REMEMBERED_CALLS + 2


def test_a_client_that_lost_the_answer_makes_nothing_twice() -> None:
    with ControlPlane() as aws:
        iam = boto3.client(
            "iam",
            endpoint_url=aws.endpoint_url,
            region_name="us-east-1",
            aws_access_key_id="local",
            aws_secret_access_key="local",
        )

        def same_invocation(request: object, **_: object) -> None:
            request.headers["amz-sdk-invocation-id"] = "lost"  # type: ignore[attr-defined]

        iam.meta.events.register("before-send.iam.CreateUser", same_invocation)
        assert iam.create_user(UserName="ann") == iam.create_user(UserName="ann")
        iam.meta.events.unregister("before-send.iam.CreateUser", same_invocation)
        with pytest.raises(ClientError, match="EntityAlreadyExists"):
            iam.create_user(UserName="ann")
