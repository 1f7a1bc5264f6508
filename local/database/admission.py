"""Who may open a connection by a token: the role's session that signed it, and what its policies allow."""

import hmac
from datetime import UTC, datetime
from typing import Any

from botocore.credentials import Credentials
from moto.sts.models import sts_backends

from local.database.iam_token import SERVICE, IamToken, TokenRefusedError
from local.permissions import guard, principals

ACTION = "rds-db:connect"


def admit(cluster: Any, token: str, user: str, host: str, port: int) -> None:
    """Checks a token as RDS does. Keys of IAM users open nothing here: the project has none.

    Args:
        cluster: the `moto.rds.models.DBCluster` that the connection goes to.
        token: what was given as a password.
        user: the database user, a member of `rds_iam`.
        host: host of the endpoint.
        port: its port.

    Raises:
        TokenRefusedError: no connection, with the reason.
    """
    if not cluster.iam_database_authentication_enabled:
        raise TokenRefusedError(f"IAM authentication is off for {cluster.db_cluster_identifier}")
    now = datetime.now(UTC)
    parsed = IamToken.parse(token)
    parsed.check_target(host=host, port=port, user=user, region=cluster.region)
    parsed.check_age(now)
    parsed.check_signature(_credentials(cluster, parsed, now))
    session = principals.find(parsed.access_key_id)
    assert session is not None  # noqa: S101 - it has credentials
    resource = (
        f"arn:{cluster.partition}:{SERVICE}:{cluster.region}:{cluster.account_id}"
        f":dbuser:{cluster.db_cluster_resource_id}/{user}"
    )
    decision = guard.allowed(session, ACTION, resource)
    if not decision.allowed:
        raise TokenRefusedError(f"{session.arn} may not {ACTION} on {resource}, {decision.reason}")


def _credentials(cluster: Any, token: IamToken, now: datetime) -> Credentials:
    """What the access key of a token really is."""
    sessions = sts_backends[cluster.account_id][cluster.partition]
    session = sessions.get_assumed_role_from_access_key(token.access_key_id)
    if session is None:
        raise TokenRefusedError(f"no session of a role in this account has the key {token.access_key_id}")
    if not hmac.compare_digest((token.session_token or "").encode(), session.session_token.encode()):
        raise TokenRefusedError("the session token is another one")
    if session.expiration.replace(tzinfo=UTC) <= now:
        raise TokenRefusedError(f"the session {session.arn} has expired")
    return Credentials(session.access_key_id, session.secret_access_key, session.session_token)
