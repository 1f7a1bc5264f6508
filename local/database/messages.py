"""The messages that begin a PostgreSQL connection, up to the password.

https://www.postgresql.org/docs/current/protocol-message-formats.html
"""

import struct
from dataclasses import dataclass
from typing import Self

CANCEL_REQUEST = 80877102
SSL_REQUEST = 80877103
GSS_ENCRYPTION_REQUEST = 80877104

AUTHENTICATION = b"R"
ERROR = b"E"
NEGOTIATE_VERSION = b"v"
PASSWORD = b"p"

AUTHENTICATION_OK = 0
CLEARTEXT_PASSWORD_REQUEST = struct.pack("!cII", AUTHENTICATION, 8, 3)
SSL_REQUEST_PACKET = struct.pack("!II", 8, SSL_REQUEST)

INVALID_AUTHORIZATION = "28000"
PROTOCOL_VIOLATION = "08P01"
CANNOT_CONNECT_NOW = "57P03"


@dataclass(frozen=True)
class Startup:
    """A packet without a type, as only the first of a connection are.

    Attributes:
        packet: the whole packet.
    """

    packet: bytes

    @property
    def code(self) -> int:
        """The protocol's version, or one of the request codes."""
        (code,) = struct.unpack_from("!I", self.packet, 4)
        return int(code)

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of a start, such as `user`, where the packet is one."""
        words = self.packet[8:].rstrip(b"\0").decode(errors="replace").split("\0")
        return dict(zip(words[::2], words[1::2], strict=False))

    def with_parameter(self, name: str, value: str) -> Self:
        """The same start with one more parameter; of two with one name, the server takes the last."""
        body = self.packet[4:-1] + f"{name}\0{value}\0\0".encode()
        return type(self)(struct.pack("!I", len(body) + 4) + body)


@dataclass(frozen=True)
class Message:
    """A message with a type.

    Attributes:
        type: its first byte.
        body: what follows its length.
    """

    type: bytes
    body: bytes

    @property
    def encoded(self) -> bytes:
        """The bytes on the wire."""
        return self.type + struct.pack("!I", len(self.body) + 4) + self.body

    @property
    def authentication(self) -> int:
        """What an authentication message says: 0 that no more is wanted."""
        (request,) = struct.unpack_from("!I", self.body)
        return int(request)

    @property
    def password(self) -> str:
        """What a password message holds."""
        return self.body.rstrip(b"\0").decode(errors="replace")


def fatal(code: str, text: str) -> bytes:
    """An error that ends the connection.

    Args:
        code: SQLSTATE.
        text: the message.
    """
    fields = {"S": "FATAL", "V": "FATAL", "C": code, "M": text}
    body = "".join(f"{name}{value}\0" for name, value in fields.items()).encode() + b"\0"
    return Message(ERROR, body).encoded
