"""IAM authentication tokens of RDS: pre-signed URLs that stand in a password's place.

https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.html
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self
from urllib.parse import parse_qs, urlsplit, urlunsplit

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SERVICE = "rds-db"
LIFETIME = timedelta(minutes=15)
"""How long a token opens connections; connections that it opened live on."""
CLOCK_SKEW = timedelta(minutes=5)
"""How far a caller's clock may be ahead, as for every request with this signature."""

_TIME_FORMAT = "%Y%m%dT%H%M%SZ"
_ALGORITHM = "AWS4-HMAC-SHA256"
_SIGNATURE = "X-Amz-Signature"


class TokenRefusedError(Exception):
    """The token opens nothing; the text is for the server's log, RDS never tells the caller."""


@dataclass(frozen=True)
class IamToken:
    """What a token says, whether true or not.

    Attributes:
        text: the token.
        host: host of the endpoint that it was made for.
        port: its port.
        user: database user.
        region: region of the endpoint.
        access_key_id: access key of whoever made it.
        session_token: session of a role; None for a user's own key.
        issued: when it was made.
        lifetime: how long it is valid.
    """

    text: str
    host: str | None
    port: int | None
    user: str
    region: str
    access_key_id: str
    session_token: str | None
    issued: datetime
    lifetime: timedelta

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads a token.

        Raises:
            TokenRefusedError: it is none.
        """
        try:
            url = urlsplit(f"https://{text}")
            query = {name: value for name, (value,) in parse_qs(url.query, strict_parsing=True).items()}
            access_key_id, day, region, service, terminator = query["X-Amz-Credential"].split("/")
            token = cls(
                text=text,
                host=url.hostname,
                port=url.port,
                user=query["DBUser"],
                region=region,
                access_key_id=access_key_id,
                session_token=query.get("X-Amz-Security-Token"),
                issued=datetime.strptime(query["X-Amz-Date"], _TIME_FORMAT).replace(tzinfo=UTC),
                lifetime=timedelta(seconds=int(query["X-Amz-Expires"])),
            )
            well_formed = (
                query["Action"] == "connect"
                and query["X-Amz-Algorithm"] == _ALGORITHM
                and query["X-Amz-SignedHeaders"] == "host"
                and (service, terminator) == (SERVICE, "aws4_request")
                and query["X-Amz-Date"].startswith(day)
                and _SIGNATURE in query
            )
        except (KeyError, ValueError) as error:
            raise TokenRefusedError("not an IAM authentication token") from error
        if not well_formed:
            raise TokenRefusedError("not an IAM authentication token for a database")
        return token

    def check_target(self, *, host: str, port: int, user: str, region: str) -> None:
        """Compares it with the connection that it comes by.

        Raises:
            TokenRefusedError: it was made for another one.
        """
        made_for = (self.host, self.port, self.user, self.region)
        wanted = (host, port, user, region)
        if made_for != wanted:
            raise TokenRefusedError(f"token for {made_for}, connection to {wanted}")

    def check_age(self, now: datetime) -> None:
        """Compares its time with the clock.

        Raises:
            TokenRefusedError: it is too old, or from the future.
        """
        if self.issued > now + CLOCK_SKEW:
            raise TokenRefusedError(f"token of {self.issued}, which is still to come")
        if now >= self.issued + min(self.lifetime, LIFETIME):
            raise TokenRefusedError(f"token of {self.issued} has expired")

    def check_signature(self, credentials: Credentials) -> None:
        """Signs it again, with what its access key really is, and compares.

        Raises:
            TokenRefusedError: somebody else made it, or changed it.
        """
        url = urlsplit(f"https://{self.text}")
        signed, _, signature = url.query.rpartition(f"&{_SIGNATURE}=")
        request = AWSRequest(method="GET", url=urlunsplit(url._replace(query=signed)))
        request.context["timestamp"] = self.issued.strftime(_TIME_FORMAT)
        signer = SigV4QueryAuth(credentials, SERVICE, self.region)
        to_sign = signer.string_to_sign(request, signer.canonical_request(request))
        if not hmac.compare_digest(signer.signature(to_sign, request).encode(), signature.encode()):
            raise TokenRefusedError("the signature does not match")
