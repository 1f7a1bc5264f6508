"""Dashboard sessions: what one is, who may see it, when it ends. Knows no AWS."""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from analytics_api.problems import bad_request, not_found

DEFAULT_TTL_SECONDS = 3600
MIN_TTL_SECONDS = 60
MAX_TTL_SECONDS = 86_400
_USER_ID = re.compile(r"[A-Za-z0-9_.@-]{1,128}")


@dataclass(frozen=True)
class Session:
    """A session of one user of one client.

    Attributes:
        id: 256 random bits, so that it cannot be guessed.
        owner: The client, by the id of its API key; no other client sees the session.
        user_id: The client's own name for its user.
        created_at: When it was opened.
        expires_at: When it ends.
    """

    id: str
    owner: str
    user_id: str
    created_at: datetime
    expires_at: datetime

    def to_dict(self) -> dict[str, str]:
        """Return what the caller is shown."""
        return {
            "id": self.id,
            "user_id": self.user_id,
            "created_at": self.created_at.isoformat(),
            "expires_at": self.expires_at.isoformat(),
        }


class SessionStore(Protocol):
    """Where sessions are kept."""

    def put(self, session: Session) -> None:
        """Keep a session."""

    def get(self, id_: str) -> Session | None:
        """Return a session, also one that has expired and was not swept away yet."""

    def delete(self, id_: str) -> None:
        """Forget a session."""


def open_session(store: SessionStore, owner: str, request: Any, now: datetime) -> Session:
    """Open a session.

    Args:
        store: Where sessions are kept.
        owner: The client.
        request: The request's body: ``user_id`` and, if wanted, ``ttl_seconds``.
        now: The present moment.

    Raises:
        Problem: The body is not as described.
    """
    if not isinstance(request, dict) or not set(request) <= {"user_id", "ttl_seconds"}:
        raise bad_request("the body has user_id and ttl_seconds, and nothing else")
    user_id, ttl = request.get("user_id"), request.get("ttl_seconds", DEFAULT_TTL_SECONDS)
    if not isinstance(user_id, str) or not _USER_ID.fullmatch(user_id):
        raise bad_request("user_id is 1 to 128 letters, digits and _.@-")
    if type(ttl) is not int or not MIN_TTL_SECONDS <= ttl <= MAX_TTL_SECONDS:
        raise bad_request(f"ttl_seconds is a whole number from {MIN_TTL_SECONDS} to {MAX_TTL_SECONDS}")
    # DynamoDB's time to live counts whole seconds.
    now = now.astimezone(UTC).replace(microsecond=0)
    session = Session(secrets.token_urlsafe(32), owner, user_id, now, now + timedelta(seconds=ttl))
    store.put(session)
    return session


def find_session(store: SessionStore, owner: str, id_: str, now: datetime) -> Session:
    """Return a session of the client's that has not expired.

    DynamoDB sweeps expired items within days, not at once, so the expiry is checked here.

    Raises:
        Problem: There is none; a stranger's session looks the same as one that never was.
    """
    session = store.get(id_)
    if session is None or session.owner != owner or session.expires_at <= now:
        raise not_found("the session")
    return session


def end_session(store: SessionStore, owner: str, id_: str, now: datetime) -> None:
    """End a session of the client's.

    Raises:
        Problem: There is none.
    """
    store.delete(find_session(store, owner, id_, now).id)
