"""What an Aurora endpoint does before PostgreSQL: TLS, and tokens in the place of passwords.

PostgreSQL here is built without TLS. The front ends it, reads the beginning of each connection, and passes
on what follows. PostgreSQL itself tells users apart (`local.database.cluster.access_rules`): most it asks for
their password, which is between the client and it; members of `rds_iam` it believes, because the front lets
them in only by a token.
"""

import asyncio
import logging
import ssl
from pathlib import Path
from typing import Protocol

from local.database import messages
from local.database.certificates import CertificateAuthority
from local.database.channel import Channel
from local.database.cluster import SUPERUSER
from local.database.iam_token import TokenRefusedError
from local.database.messages import Startup

WRITER_HOST = "127.0.0.1"
READER_HOST = "localhost"
"""The same address under a name: clients send names along with TLS (SNI), never addresses, and a cluster
has one port for both endpoints."""

_AUTHENTICATION_SECONDS = 60
"""PostgreSQL's own limit (`authentication_timeout`)."""

_logger = logging.getLogger(__name__)


class Gatekeeper(Protocol):
    """Who decides about users."""

    def prepare(self, user: str) -> None:
        """Called before PostgreSQL looks at the user; blocks."""

    def admit(self, token: str, user: str, host: str, port: int) -> None:
        """Called with what a member of `rds_iam` gives as a password; blocks.

        Raises:
            TokenRefusedError: it doesn't open this endpoint to this user.
        """


class _RefusedError(Exception):
    """The connection ends with a message."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.message = messages.fatal(code, text)


class Front:
    """The endpoints of one cluster, on one port; belongs to the event loop that starts it.

    Args:
        socket: PostgreSQL's Unix socket.
        authority: signs the endpoints' certificates.
        gatekeeper: decides about users.
    """

    def __init__(self, socket: Path, authority: CertificateAuthority, gatekeeper: Gatekeeper) -> None:
        self._socket = str(socket)
        self._gatekeeper = gatekeeper
        self._writer = authority.server_context(WRITER_HOST)
        self._reader = authority.server_context(READER_HOST)
        self._writer.sni_callback = self._choose_endpoint
        self._server: asyncio.Server | None = None
        self._beginning: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """Port of both endpoints."""
        assert self._server is not None  # noqa: S101 - started
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> None:
        """Listens on a free port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Client(self), WRITER_HOST, 0)

    async def stop(self) -> None:
        """Closes the port, and connections that have not reached PostgreSQL; others end with that."""
        if self._server is not None:
            self._server.close()
        for task in self._beginning:
            task.cancel()
        await asyncio.gather(*self._beginning, return_exceptions=True)

    def accept(self, client: Channel) -> None:
        """Takes a connection."""
        task = asyncio.get_running_loop().create_task(self._begin(client))
        self._beginning.add(task)
        task.add_done_callback(self._beginning.discard)

    def _choose_endpoint(self, tls: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        if name == READER_HOST:
            tls.context = self._reader

    async def _begin(self, client: Channel) -> None:
        try:
            async with asyncio.timeout(_AUTHENTICATION_SECONDS):
                await self._connect(client)
        except _RefusedError as refused:
            client.write(refused.message)
            client.transport.close()
        except (OSError, TimeoutError) as error:  # of TLS as well: such as a client that doesn't trust us
            _logger.info("connection to the database: %s", error)
            client.transport.abort()
        except BaseException:
            client.transport.abort()
            raise

    async def _connect(self, client: Channel) -> None:
        startup = await client.startup()
        while startup.code == messages.GSS_ENCRYPTION_REQUEST:
            client.write(b"N")
            startup = await client.startup()
        if startup.code == messages.SSL_REQUEST:
            await self._encrypt(client)
            startup = await client.startup()
        elif startup.code != messages.CANCEL_REQUEST:
            raise _RefusedError(messages.INVALID_AUTHORIZATION, _no_entry(startup, "no encryption"))
        if startup.code == messages.CANCEL_REQUEST:
            await self._cancel(startup)
            client.transport.close()
            return
        server = await self._enter(client, startup)
        client.pipe(server)

    async def _encrypt(self, client: Channel) -> None:
        if client.has_more:  # sent in clear, to be taken for what TLS protects (CVE-2021-23214)
            raise _RefusedError(messages.PROTOCOL_VIOLATION, "received unencrypted data after SSL request")
        client.write(b"S")
        loop = asyncio.get_running_loop()
        transport = await loop.start_tls(client.transport, client, self._writer, server_side=True)
        if transport is None:
            raise ConnectionResetError("closed by the client")
        client.transport = transport

    async def _cancel(self, request: Startup) -> None:
        server = await self._server_channel()
        try:
            server.write(request.packet)
            await server.closed()  # as soon as PostgreSQL has sent the signal
        finally:
            server.transport.abort()

    async def _enter(self, client: Channel, startup: Startup) -> Channel:
        """Leads a client to PostgreSQL, up to where that says who the user is."""
        user = startup.parameters.get("user", "")
        if user == SUPERUSER:
            raise _RefusedError(messages.INVALID_AUTHORIZATION, _no_entry(startup, "SSL encryption"))
        reads = client.transport.get_extra_info("ssl_object").context is self._reader
        if reads:
            startup = startup.with_parameter("default_transaction_read_only", "on")
        server = await self._server_channel()
        try:
            await asyncio.to_thread(self._gatekeeper.prepare, user)
            server.write(startup.packet)
            answer = await server.message()
            while answer.type == messages.NEGOTIATE_VERSION:
                client.write(answer.encoded)
                answer = await server.message()
            if answer.type == messages.AUTHENTICATION and answer.authentication == messages.AUTHENTICATION_OK:
                await self._ask_for_token(client, user, READER_HOST if reads else WRITER_HOST)
            client.write(answer.encoded)
        except BaseException:
            server.transport.abort()
            raise
        return server

    async def _ask_for_token(self, client: Channel, user: str, host: str) -> None:
        client.write(messages.CLEARTEXT_PASSWORD_REQUEST)
        answer = await client.message()
        if answer.type != messages.PASSWORD:
            raise _RefusedError(messages.PROTOCOL_VIOLATION, "expected password response")
        try:
            await asyncio.to_thread(self._gatekeeper.admit, answer.password, user, host, self.port)
        except TokenRefusedError as error:
            _logger.warning("IAM authentication of database user %r failed: %s", user, error)
            text = f'PAM authentication failed for user "{user}"'
            raise _RefusedError(messages.INVALID_AUTHORIZATION, text) from error

    async def _server_channel(self) -> Channel:
        loop = asyncio.get_running_loop()
        try:
            _, channel = await loop.create_unix_connection(Channel, self._socket)
        except OSError as error:
            raise _RefusedError(messages.CANNOT_CONNECT_NOW, "the database system is shut down") from error
        return channel


class _Client(Channel):
    """The side of a client."""

    def __init__(self, front: Front) -> None:
        super().__init__()
        self._front = front

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._front.accept(self)


def _no_entry(startup: Startup, encryption: str) -> str:
    asked = startup.parameters
    user = asked.get("user", "")
    database = asked.get("database", user)
    return (
        f'no pg_hba.conf entry for host "{WRITER_HOST}", user "{user}", database "{database}", {encryption}'
    )
