"""Errors that callers are told of, as problem details (RFC 9457)."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from urllib.parse import quote


class Problem(Exception):  # noqa: N818 - the RFC's own term
    """A request that cannot be answered as asked.

    Attributes:
        status: HTTP status.
        detail: What is wrong with this request, for its sender.
        errors: Each fault of a request that is not as described: ``parameter`` or ``pointer`` (a JSON pointer
            into the body), and ``detail``.
    """

    def __init__(self, status: HTTPStatus, detail: str, errors: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors

    def to_dict(self, request_id: str) -> dict[str, object]:
        """Return the problem's members.

        Args:
            request_id: Id of the request; a client may have chosen it, so it is made a URI reference.
        """
        members: dict[str, object] = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
            "instance": quote(request_id, safe=""),
        }
        if self.errors:
            members["errors"] = self.errors
        return members


class UnavailableError(Exception):
    """A store that cannot be asked now; the request may be repeated.

    Attributes:
        metric: What is counted, so that an alarm can tell the stores apart.
    """

    def __init__(self, metric: str) -> None:
        super().__init__(metric)
        self.metric = metric


def not_found(what: str) -> Problem:
    """Return the problem of something that is not there, or not the caller's to see."""
    return Problem(HTTPStatus.NOT_FOUND, f"{what} was not found")


def bad_request(detail: str, errors: Sequence[Mapping[str, str]] = ()) -> Problem:
    """Return the problem of a request that is not understood."""
    return Problem(HTTPStatus.BAD_REQUEST, detail, errors)


def bad_parameter(name: str, detail: str) -> Problem:
    """Return the problem of one parameter."""
    return bad_request("the request is not as described", [{"parameter": name, "detail": detail}])
