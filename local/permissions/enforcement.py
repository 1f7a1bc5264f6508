"""Every request that a role's session signs is checked before moto sees it.

Other callers, such as Terraform with keys of a user, may do anything.
"""

import json
import logging
from collections.abc import Callable, Iterable
from typing import Any

from local.permissions import administration, call, guard, principals, refusals, services
from local.permissions.ledger import LEDGER, Refusal
from local.permissions.principals import RoleSession

LEDGER_PATH = "/_local/permissions"
"""Answers with the ledger as JSON; no AWS service has a path like it."""

_Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

_logger = logging.getLogger(__name__)


class Enforcement:
    """A WSGI application that lets through what the caller's role may do.

    Args:
        application: answers what is let through.
    """

    def __init__(self, application: _Application) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answers one request."""
        if environ.get("PATH_INFO") == LEDGER_PATH:
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(LEDGER.to_dict()).encode()]
        refusal = _refusal(environ)
        if refusal is None:
            return self._application(environ, start_response)
        status, headers, body = refusal
        start_response(status, [*headers, ("Content-Length", str(len(body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _refusal(environ: dict[str, Any]) -> refusals.Response | None:
    """The answer to a request that may not go on; None for one that may."""
    credential = call.credential(environ)
    session = principals.find(credential.access_key_id) if credential else None
    if credential is None or session is None:
        return None
    if credential.old:
        return refusals.old_signature()
    try:
        asked = call.read(environ, credential, session.account_id)
        # What functions do is written down operation by operation; whoever else has a role administers
        takes = services.accesses if session.source_function_arn else administration.accesses
        guard.demand(session, *takes(asked))
    except guard.AccessDeniedError as error:
        return refusals.response(credential.service, error.access, str(error))
    except (call.UnknownCallError, NotImplementedError) as error:
        # A gap of the local AWS, not of the role: told where its developers look, and noted as a refusal
        _logger.error("permissions: %s", error)
        _note(session, credential.service, str(error))
        return refusals.response(credential.service, None, f"local AWS: {error}")
    return None


def _note(session: RoleSession, service: str, reason: str) -> None:
    LEDGER.refuse(Refusal(session.role_arn, f"{service}:?", "*", reason))
