"""Rows of any kind: none is lost, none stops the file, and looking at shapes decides as looking at each does.

10,000 generated rows; 100,000 with ``NIGHTLY=1``.
"""

import io
import os
import random
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from market_data_processor.aggregation import Aggregation
from market_data_processor.formation import NO_VOLUME
from market_data_processor.rows import Sieve, reject_reason
from market_data_processor.trade_file import LineBlock, read_blocks

from tests.support.market_data import MEMORY_MB, csv, run, total_volume

EXAMPLES = 1000 if os.environ.get("NIGHTLY") == "1" else 100
ROWS_OF_EXAMPLE = 100
NOT_IN_SHAPES = (
    "price is zero",
    "size is zero",
    "timestamp is in no calendar",
    "year is not between 1980 and 2099",
    "timestamp is not ISO 8601 in UTC with milliseconds",  # an hour above 23
)
"""Reasons that only the engine, or a look at the row, finds."""

pytestmark = pytest.mark.requirement("FN-2")

GOOD = (
    ["2013-10-07T15:00:00.000Z"], ["IBM", "BRK.B", "T", "E1"], ["10.0000", "0.5000", "195.07", "7"],
    ["100", "1", "12345"], ["N", "T", "Z"], ["1", "20000020", "2000", "F0", "1000000", "a"],
)  # fmt: skip
TIMES = [
    "2013-10-07T24:00:00.000Z", "2013-02-30T15:00:00.000Z", "1979-12-31T23:59:59.999Z",
    "2099-12-31T23:59:59.999Z", "2100-01-01T00:00:00.000Z", "2013-10-07T15:00:60.000Z",
    "2013-10-07t15:00:00.000z", "2013-10-07T15:00:00.000", "2013-10-07 15:00:00.000Z",
    "0000-01-01T00:00:00.000Z", "2013-10-07T15:00:00.0000Z", "2013-10-7T15:00:00.0000Z",
    "2013-10-07T15:00:00.000+0", "2013-10-07T15:00:00,000Z", "1980-01-01T00:00:00.000Z", "infinity",
    "epoch", "",
]  # fmt: skip
NUMBERS = [
    "0", "00", "0.0", "0.0000", "000.00", "10.00005", "10.000050", "10.50000000", "1e2", "1E2", "0x10",
    "1_000", "+5", "-5", " 5", "5 ", ".5", "5.", "NaN", "inf", "1,5", '"5"', "0b1", "٣", "1.000E1",
    "999999999", "1000000000", "07", "999999999.9999", "1.", "", "1..5", "1.5.5", "-0", "1-5", "1:5",
    "5e", "e5", "0o7", "1.0000e0", "0000000001",
]  # fmt: skip
NAMES = [
    "", "A" * 16, "A" * 17, ".A", "-A", "A.", "A/B", "../A", "A=B", "A B", "é", "a%", "0", "0.0", "T24:",
    "1e5",
]  # fmt: skip
LETTERS = [
    "", "n", "NN", "1", " N", "É", "@", "[",
]  # fmt: skip
MASKS = [
    "", "0x1", "-1", "1.0", "G", "g", "123456789", "FFFFFFFF", "ffffffff", "00000000", "+1", "1 ", "1_0",
]  # fmt: skip
NEARLY = (TIMES, NAMES, NUMBERS, NUMBERS, LETTERS, MASKS)
BYTES = b"0123456789ABEFGTZabefgtz,.:-+_ e\"'\x00\x01\t\r\x7f\xc3\xa9\xff"


def some_rows(seed: int) -> list[bytes]:
    """Rows with a field, or some characters, replaced, and some good ones."""
    chance = random.Random(seed)
    return [_row(chance) for _ in range(ROWS_OF_EXAMPLE)]


def _row(chance: random.Random) -> bytes:
    fields = [chance.choice(values) for values in GOOD]
    kind = chance.randrange(10)
    if kind < 6:
        fields[kind] = chance.choice(NEARLY[kind])
    row = ",".join(fields).encode()
    if kind > 6:
        for _ in range(chance.randint(1, 3)):
            start = chance.randrange(len(row) + 1)
            new = bytes(chance.choices(BYTES, k=chance.randrange(3)))
            row = row[:start] + new + row[start + chance.randrange(3) :]
    return row


seeds = st.integers(0, 2**32)


@settings(max_examples=EXAMPLES, deadline=None)
@given(seed=seeds)
def test_shapes_decide_as_a_look_at_each_row_does(seed: int) -> None:
    sieve = Sieve()
    for line in some_rows(seed):
        row = line.removesuffix(b"\r")
        reason = reject_reason(row)
        trades, rejects = sieve.sift(LineBlock(2, 1, line + b"\n"))
        if rejects:
            assert reason == rejects[0].reason
            assert trades == b""
        else:
            assert trades == row + b"\n"
            assert reason is None or reason in NOT_IN_SHAPES
            assert reason != NOT_IN_SHAPES[-1] or 24 <= int(row[11:13]) <= 99
            assert not row[10:].startswith(b"T24:00:00.000Z")


@settings(max_examples=EXAMPLES, deadline=None)
@given(seed=seeds, block_bytes=st.sampled_from([2000, 1 << 20]))
def test_the_engine_takes_what_is_a_trade_and_nothing_else(seed: int, block_bytes: int) -> None:
    lines = some_rows(seed)
    looked_at = [(number, reject_reason(line.removesuffix(b"\r"))) for number, line in enumerate(lines, 2)]
    volume = rows = 0
    rejects = []
    with TemporaryDirectory() as name, Aggregation(Path(name), MEMORY_MB) as trades:
        content = io.BytesIO(csv() + b"\n".join(lines) + b"\n")
        for block in read_blocks(content, block_bytes):
            rejects += trades.add(block)
        with trades.cursor() as cursor:
            query = "SELECT coalesce(sum(volume), 0), coalesce(sum(trade_count), 0) FROM seconds"
            ((volume, rows),) = cursor.execute(query).fetchall()
    assert [(each.line, each.reason) for each in rejects] == [
        (number, reason) for number, reason in looked_at if reason
    ]
    counted = [
        int(fields[3])
        for line, (_, reason) in zip(lines, looked_at, strict=True)
        if not reason and not int((fields := line.removesuffix(b"\r").split(b","))[5], 16) & NO_VOLUME
    ]
    assert (volume, rows) == (sum(counted), len(counted))


@pytest.mark.parametrize("time", [time for time in TIMES if len(time) == 24])
def test_a_time_alone_in_its_block(time: str) -> None:
    """Nothing around it makes its block be looked at row by row."""
    row = f"{time},IBM,10.0000,100,N,1".encode()
    with TemporaryDirectory() as name, Aggregation(Path(name), MEMORY_MB) as trades:
        rejects = trades.add(LineBlock(2, 1, row + b"\n"))
    assert next((each.reason for each in rejects), None) == reject_reason(row)


@pytest.mark.parametrize(
    "price", ["0.0001", "0.5", "000000001", "000000001.5", "1.50000000000", "999999999.9999", "0.00010"]
)
def test_prices_are_exact(price: str) -> None:
    row = f"2013-10-07T15:00:00.000Z,IBM,{price},100,N,1"
    (bar,) = run(csv(row)).only()
    assert bar.open == Decimal(price)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2013-10-07T15:00:00.000Z,IBM,0.0000,100,N,1", "price is zero"),
        ("2013-10-07T15:00:00.000Z,IBM,0,100,N,1", "price is zero"),
        ("2013-10-07T15:00:00.000Z,IBM,10.0000,000,N,1", "size is zero"),
        (
            "2013-10-07T24:00:00.000Z,IBM,10.0000,100,N,1",
            "timestamp is not ISO 8601 in UTC with milliseconds",
        ),
        (
            "2013-10-07T25:00:00.000Z,IBM,10.0000,100,N,1",
            "timestamp is not ISO 8601 in UTC with milliseconds",
        ),
        ("2013-02-29T15:00:00.000Z,IBM,10.0000,100,N,1", "timestamp is in no calendar"),
        ("2013-10-07T15:61:00.000Z,IBM,10.0000,100,N,1", "timestamp is in no calendar"),
        ("1979-12-31T23:59:59.999Z,IBM,10.0000,100,N,1", "year is not between 1980 and 2099"),
        ("2100-01-01T00:00:00.000Z,IBM,10.0000,100,N,1", "year is not between 1980 and 2099"),
        ("0000-10-07T15:00:00.000Z,IBM,10.0000,100,N,1", "timestamp is in no calendar"),
    ],
)
def test_what_no_shape_shows(row: str, reason: str) -> None:
    sound = "2013-10-07T15:00:00.000Z,IBM,10.0000,100,N,1"
    result = run(csv(sound, row, sound))
    assert [(each.line, each.reason) for each in result.rejects] == [(3, reason)]
    assert total_volume(result.only()) == 200


@pytest.mark.parametrize("year", [1980, 2099])
def test_the_first_and_the_last_year(year: int) -> None:
    assert run(csv(f"{year}-12-31T23:59:59.999Z,IBM,10.0000,100,N,1")).rejects == []
