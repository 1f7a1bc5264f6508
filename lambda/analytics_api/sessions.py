"""Dashboard sessions: what one is, who may see it, when it ends. Knows no AWS."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from analytics_api.problems import not_found


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

    def delete(self, id_: str, owner: str, now: datetime) -> bool:
        """Forget a session that is the owner's and has not expired; return whether there was one."""


def open_session(store: SessionStore, owner: str, user_id: str, ttl_seconds: int, now: datetime) -> Session:
    """Open a session.

    Args:
        store: Where sessions are kept.
        owner: The client.
        user_id: The client's own name for its user.
        ttl_seconds: How long it lasts.
        now: The present moment.
    """
    # DynamoDB's time to live counts whole seconds.
    now = now.astimezone(UTC).replace(microsecond=0)
    session = Session(secrets.token_urlsafe(32), owner, user_id, now, now + timedelta(seconds=ttl_seconds))
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
    if not store.delete(id_, owner, now):
        raise not_found("the session")
