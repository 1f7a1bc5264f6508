from local.runtime.output import take_frames, take_lines


def frame(message: bytes, microseconds: int) -> bytes:
    return b"\xa5\x5a\x00\x0e" + len(message).to_bytes(4, "big") + microseconds.to_bytes(8, "big") + message


def test_frames_are_taken_when_they_are_complete() -> None:
    both = frame("zwölf\nlines\n".encode(), 1_700_000_000_123_456) + frame(b"second", 2_000)
    buffer = bytearray(both[:-1])
    first = take_frames(buffer)
    assert [(event.timestamp, event.message) for event in first] == [(1_700_000_000_123, "zwölf\nlines")]
    buffer += both[-1:]
    assert [(event.timestamp, event.message) for event in take_frames(buffer)] == [(2, "second")]
    assert not buffer


def test_lines_are_taken_when_they_are_complete() -> None:
    buffer = bytearray(b"one\n\ntwo\nthr")
    assert [event.message for event in take_lines(buffer, last=False)] == ["one", "two"]
    assert take_lines(buffer, last=False) == []
    buffer += b"ee"
    assert [event.message for event in take_lines(buffer, last=True)] == ["three"]
    assert not buffer


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert [event.message for event in take_lines(bytearray(b"\xff\n"), last=False)] == [
        "\N{REPLACEMENT CHARACTER}"
    ]
