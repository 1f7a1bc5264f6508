"""How a function proves to the database who it is."""

import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient
    from mypy_boto3_secretsmanager import SecretsManagerClient


@dataclass(frozen=True)
class Login:
    """What one connection is opened with.

    Attributes:
        user: The database user.
        password: Its password, or what stands for one; not part of the representation.
    """

    user: str
    password: str = field(repr=False)


class Credentials(Protocol):
    """Makes a login for each new connection, since what it is made of changes."""

    def login(self) -> Login:
        """Return a login that is valid now."""


class IamCredentials:
    """Tokens signed with the function's role, for the user, host and port of libpq's environment.

    A token is computed here, without a request, and opens connections for 15 minutes.
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.html
    """

    def __init__(self, client: "RDSClient") -> None:
        """Sign with the credentials of ``client``."""
        self._client = client

    def login(self) -> Login:
        """Return the user with a new token.

        Raises:
            KeyError: ``PGHOST``, ``PGPORT`` or ``PGUSER`` is missing.
        """
        user = os.environ["PGUSER"]
        token = self._client.generate_db_auth_token(
            DBHostname=os.environ["PGHOST"], Port=int(os.environ["PGPORT"]), DBUsername=user
        )
        return Login(user, token)


class SecretCredentials:
    """User and password from a secret that RDS manages and rotates; read for each connection.

    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/rds-secrets-manager.html
    """

    def __init__(self, client: "SecretsManagerClient", secret_arn: str) -> None:
        """Read the secret ``secret_arn`` through ``client``."""
        self._client = client
        self._secret_arn = secret_arn

    def login(self) -> Login:
        """Return the user and password of the secret's current version."""
        secret = json.loads(self._client.get_secret_value(SecretId=self._secret_arn)["SecretString"])
        return Login(secret["username"], secret["password"])
