"""Errors that callers are told of, as problem details (RFC 9457)."""

from http import HTTPStatus


class Problem(Exception):  # noqa: N818 - the RFC's own term
    """A request that cannot be answered as asked.

    Attributes:
        status: HTTP status.
        detail: What is wrong with this request, for its sender.
    """

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail

    def to_dict(self, instance: str) -> dict[str, object]:
        """Return the problem's members.

        Args:
            instance: What identifies this occurrence: the request's id.
        """
        return {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
            "instance": instance,
        }


def not_found(what: str) -> Problem:
    """Return the problem of something that is not there, or not the caller's to see."""
    return Problem(HTTPStatus.NOT_FOUND, f"{what} was not found")


def bad_request(detail: str) -> Problem:
    """Return the problem of a request that is not understood."""
    return Problem(HTTPStatus.BAD_REQUEST, detail)
