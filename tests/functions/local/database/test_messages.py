import struct

from local.database.messages import Startup


def startup(**parameters: str) -> Startup:
    words = b"".join(f"{name}\0{value}\0".encode() for name, value in parameters.items()) + b"\0"
    return Startup(struct.pack("!II", len(words) + 8, 196608) + words)


def test_a_start_is_read() -> None:
    start = startup(user="iam_user", database="trading", options="", application_name="é")

    assert start.code == 196608
    assert start.parameters["user"] == "iam_user"
    assert start.parameters["database"] == "trading"
    assert start.parameters["application_name"] == "é"


def test_what_is_added_comes_last_since_the_server_takes_the_last() -> None:
    start = startup(user="iam_user", default_transaction_read_only="off", options="")

    changed = start.with_parameter("default_transaction_read_only", "on")

    assert changed.code == start.code
    assert struct.unpack("!I", changed.packet[:4]) == (len(changed.packet),)
    assert changed.packet[8:] == (
        b"user\0iam_user\0default_transaction_read_only\0off\0options\0\0default_transaction_read_only\0on\0\0"
    )
