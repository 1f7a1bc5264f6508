"""What is a trade, what is a reject, and what is no trades file at all."""

import gzip
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from market_data_processor.trade_file import (
    BLOCK_LINES,
    HEADER,
    MAX_LINE_BYTES,
    NotATradesFileError,
    read_blocks,
)

from tests.support.market_data import Reject, csv, run, total_volume, trade

GOOD = trade("15:00:00.000", size=100)
NO_TIMESTAMP = "timestamp is not ISO 8601 in UTC with milliseconds"
NO_SYMBOL = "symbol is not 1 to 16 letters, digits, dots and hyphens"
NO_PRICE = "price is not a decimal number with at most 4 decimals"
NO_SIZE = "size is not a whole number of at most 9 digits"
NO_EXCHANGE = "exchange is not one capital letter"
NO_CONDITIONS = "conditions are not 1 to 8 hexadecimal digits"

pytestmark = pytest.mark.requirement("FN-2")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("", "6 fields expected, 1 found"),
        (" ", "6 fields expected, 1 found"),
        ("2013-10-07T15:00:00.000Z,IBM,10.0000,100,N", "6 fields expected, 5 found"),
        (GOOD + ",", "6 fields expected, 7 found"),
        ('"2013-10-07T15:00:00.000Z,IBM,10.0000,100,N,1"', NO_TIMESTAMP),
        ('2013-10-07T15:00:00.000Z,"I,BM",10.0000,100,N,1', "6 fields expected, 7 found"),
        ('2013-10-07T15:00:00.000Z,"IBM,10.0000,100,N,1', NO_SYMBOL),
        (GOOD.replace("Z", ""), NO_TIMESTAMP),
        (GOOD.replace("T", " "), NO_TIMESTAMP),
        (GOOD.replace(".000Z", "Z"), NO_TIMESTAMP),
        (GOOD.replace("Z", "+01:00"), NO_TIMESTAMP),
        (GOOD.replace("T15", "T24"), NO_TIMESTAMP),
        (GOOD.replace("10-07T", "02-30T"), "timestamp is in no calendar"),
        (GOOD.replace("00.000", "60.000"), "timestamp is in no calendar"),
        (GOOD.replace("IBM", ""), NO_SYMBOL),
        (GOOD.replace("IBM", "../IBM"), NO_SYMBOL),
        (GOOD.replace("IBM", "A=B"), NO_SYMBOL),
        (GOOD.replace("IBM", "A" * 17), NO_SYMBOL),
        (GOOD.replace("10.0000", ""), NO_PRICE),
        (GOOD.replace("10.0000", "-10.0000"), NO_PRICE),
        (GOOD.replace("10.0000", "NaN"), NO_PRICE),
        (GOOD.replace("10.0000", "1e2"), NO_PRICE),
        (GOOD.replace("10.0000", "10.00005"), NO_PRICE),
        (GOOD.replace("10.0000", "1234567890"), NO_PRICE),
        (GOOD.replace("10.0000", "0.0000"), "price is zero"),
        (GOOD.replace(",100,", ",-100,"), NO_SIZE),
        (GOOD.replace(",100,", ",1.5,"), NO_SIZE),
        (GOOD.replace(",100,", ",NaN,"), NO_SIZE),
        (GOOD.replace(",100,", ",1234567890,"), NO_SIZE),
        (GOOD.replace(",100,", ",0,"), "size is zero"),
        (GOOD.replace(",N,", ",,"), NO_EXCHANGE),
        (GOOD.replace(",N,", ",NY,"), NO_EXCHANGE),
        (GOOD.replace(",N,", ",n,"), NO_EXCHANGE),
        (GOOD.removesuffix("1"), NO_CONDITIONS),
        (GOOD.removesuffix("1") + "g", NO_CONDITIONS),
        (GOOD.removesuffix("1") + "0x1", NO_CONDITIONS),
        (GOOD.removesuffix("1") + "123456789", NO_CONDITIONS),
    ],
)
def test_a_bad_row_is_set_aside_and_the_rest_processed(row: str, reason: str) -> None:
    result = run(csv(GOOD, row, GOOD))
    assert result.rejects == [Reject(3, reason, row)]
    assert total_volume(result.only()) == 200


@pytest.mark.parametrize(
    "row",
    [
        GOOD.replace("IBM", "BRK.B"),
        GOOD.replace("IBM", "BF-B"),
        GOOD.replace("IBM", "BACpL"),
        GOOD.replace("10.0000", "10"),
        GOOD.replace("10.0000", "10.000000"),
        GOOD.replace("10.0000", "999999999.9999"),
        GOOD.replace(",100,", ",999999999,"),
        GOOD.replace(",N,", ",V,"),
        GOOD.removesuffix("1") + "ABcdef01",
        GOOD.replace("2013-10-07", "2016-02-29"),
    ],
)
def test_an_unusual_row_is_a_trade(row: str) -> None:
    result = run(csv(row))
    assert result.rejects == []
    assert len(result.only()) == 1


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"\xff\xfe", r"\xff\xfe"),
        ("Ä".encode(), r"\xc3\x84"),
        (b"I\x00BM", r"I\x00BM"),
        (b"I\x01BM", r"I\x01BM"),
        (b"I\rBM", r"I\x0dBM"),
    ],
)
def test_bytes_that_are_no_text_are_shown_as_escapes(raw: bytes, shown: str) -> None:
    content = csv(GOOD, GOOD, GOOD).replace(b"IBM", raw, 2).replace(raw, b"IBM", 1)
    assert run(content).rejects == [Reject(3, NO_SYMBOL, GOOD.replace("IBM", shown))]


def test_line_numbers_hold_across_blocks_and_line_ends() -> None:
    bad_lines = (2, 3, 500, 501, 1000)
    rows = [GOOD if number not in bad_lines else f"bad {number}" for number in range(2, 1001)]
    rows[48:50] = ["", ""]  # lines 50 and 51
    expected = sorted([*((n, f"bad {n}") for n in bad_lines), (50, ""), (51, "")])
    unix = csv(*rows)
    for content in (
        unix,
        unix.replace(b"\n", b"\r\n"),
        unix.removesuffix(b"\n"),
        unix.replace(b"\n", b"\r\n", 700),
    ):
        result = run(content, block_bytes=9973)
        assert [(reject.line, reject.raw) for reject in result.rejects] == expected
        assert total_volume(result.only()) == 100 * (999 - len(expected))


@pytest.mark.parametrize("block_bytes", [1 << 16, 1 << 23], ids=["over many blocks", "within a block"])
@pytest.mark.parametrize("length", [2_000, 3_000_000], ids=["long", "longer than the engine's limit"])
def test_an_endless_line_is_cut(length: int, block_bytes: int) -> None:
    result = run(csv(GOOD, "x" * length, GOOD), block_bytes=block_bytes)
    assert result.rejects == [Reject(3, "6 fields expected, 1 found", "x" * MAX_LINE_BYTES)]
    assert total_volume(result.only()) == 200


@pytest.mark.parametrize("content", [csv(), csv().removesuffix(b"\n"), b"\xef\xbb\xbf" + csv()])
def test_a_header_alone_is_a_file_without_trades(content: bytes) -> None:
    result = run(content)
    assert (result.bars, result.rejects) == ({}, [])


def test_gzip_is_told_by_its_content_and_may_have_several_members() -> None:
    whole = csv(GOOD, GOOD)
    result = run(gzip.compress(whole[:70]) + gzip.compress(whole[70:]))
    assert total_volume(result.only()) == 200


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the object is empty"),
        (gzip.compress(b""), "the object is empty"),
        *(
            (content, f"the first line is not '{HEADER}'")
            for content in (
                b"\n" + csv(GOOD),
                GOOD.encode(),
                b"%PDF-1.7\n%\xe2\xe3\n",
                b"PK\x03\x04" * 5000,
                b'{"a": 1}',
                HEADER.upper().encode() + b"\n",
                HEADER.encode() + b",more\n",
                gzip.compress(b"no csv"),
            )
        ),
        (gzip.compress(csv(*[GOOD] * 1000))[:-20], "damaged gzip stream"),
        (gzip.compress(csv(GOOD))[:-8] + b"\x00" * 8, "damaged gzip stream"),
        (gzip.compress(csv(GOOD)) + b"rubbish", "damaged gzip stream"),
        (b"\x1f\x8brubbish", "damaged gzip stream"),
        (b"\x1f\x8b", "damaged gzip stream"),
    ],
)
def test_what_is_no_trades_file_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(NotATradesFileError) as refusal:
        run(content)
    assert str(refusal.value).startswith(reason)


def test_memory_is_bounded_by_the_block() -> None:
    content = csv(*[GOOD] * 1000) + b"y" * 50_000
    blocks = list(read_blocks(io.BytesIO(content), 4096))
    assert sum(block.line_count for block in blocks) == 1001
    assert max(len(block.text) for block in blocks) <= 2 * 4096
    assert [block.first_line for block in blocks][:2] == [2, 2 + blocks[0].line_count]


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([b"x\n"] * 250_001, id="short"),
        pytest.param([b"y" * 2_000_000 + b"\n", *[b"\n"] * 250_000], id="a long one before"),
        pytest.param([*[b"\n"] * 250_000, b"y" * 2_000_000 + b"\n"], id="a long one behind"),
    ],
)
def test_memory_is_bounded_however_short_the_lines_are(lines: list[bytes]) -> None:
    blocks = list(read_blocks(io.BytesIO(csv() + b"".join(lines))))
    assert max(block.line_count for block in blocks) <= BLOCK_LINES
    assert b"".join(block.text for block in blocks) == b"".join(lines)
    expected = 2
    for block in blocks:
        assert (block.first_line, block.line_count) == (expected, block.text.count(b"\n"))
        expected += block.line_count


fields = st.lists(
    st.one_of(st.sampled_from(GOOD.split(",")), st.text(max_size=6), st.just('"'), st.just("0")), max_size=8
)


@settings(max_examples=30, deadline=None)
@given(
    lines=st.lists(
        st.one_of(
            st.just(GOOD.encode()), st.binary(max_size=30), fields.map(lambda row: ",".join(row).encode())
        ),
        max_size=40,
    ),
    block_bytes=st.integers(100, 500),
)
def test_every_line_is_a_trade_or_a_reject(lines: list[bytes], block_bytes: int) -> None:
    content = csv() + b"\n".join(lines)
    physical = content.removesuffix(b"\n").split(b"\n")[1:]
    result = run(content, block_bytes=block_bytes)
    trades = [line.removesuffix(b"\r") == GOOD.encode() for line in physical]
    assert sum(bar.trade_count for bars in result.bars.values() for bar in bars) + len(result.rejects) == len(
        trades
    )
    numbers = {reject.line for reject in result.rejects}
    assert numbers.isdisjoint(number for number, good in enumerate(trades, start=2) if good)
