"""Trades files of any size that look like a consolidated tape: by time, all symbols mixed."""

import tempfile
from datetime import date, timedelta
from pathlib import Path

import duckdb
from isal import igzip

HEADER = b"timestamp,symbol,price,size,exchange,conditions\n"
FIRST_DAY = date(2013, 10, 7)
TRADES_IN_A_SECOND = 4
"""As on IBM's real days: a second with any trade has about four."""

# Everything comes from hashes of the row's number: the same file each time. The real days' most frequent
# conditions, four decimals, mostly round lots.
_DAY = f"""
    COPY (
        WITH numbers AS (
            SELECT
                i,
                i // {TRADES_IN_A_SECOND} AS burst,
                burst / ($trades // {TRADES_IN_A_SECOND}) AS part,
                hash(burst + 7919) % $symbols AS symbol,
                hash(i) AS chance
            FROM range($trades) AS numbers (i)
        )
        SELECT
            strftime(
                TIMESTAMP '{FIRST_DAY} 13:30:00'
                    + to_milliseconds((part * 23390000)::BIGINT + i % {TRADES_IN_A_SECOND}),
                '%Y-%m-%dT%H:%M:%S.%gZ'
            ),
            'S' || chr((65 + symbol // 26 % 26)::INTEGER) || chr((65 + symbol % 26)::INTEGER),
            format('{{{{:.4f}}}}', 20 + symbol + 2 * sin(part * 6 + symbol) + chance % 100 / 100.0),
            CASE
                WHEN chance // 128 % 4 = 0 THEN 1 + chance // 512 % 99
                WHEN chance // 128 % 64 = 1 THEN 1000 + chance // 8192 % 50000
                ELSE 100 * (1 + chance // 512 % 5)
            END,
            chr((65 + chance // 1048576 % 26)::INTEGER),
            ['1', '1', '1', '1', '1', '20000020', '20000020', '20000020', '20', '2000', '20000001', '80']
                [(1 + chance // 67108864 % 12)::INTEGER]
        FROM numbers
        ORDER BY i
    ) TO '{{path}}' (FORMAT csv, HEADER false)
"""  # noqa: S608 - put together from this module's constants only


def write_trades(path: Path, trades: int, symbols: int, days: int) -> None:
    """Write a gzip file with so many trades in all, as many on each of some days.

    Args:
        path: Where to write.
        trades: Number of trades; a multiple of ``days`` is exact.
        symbols: Number of symbols, at most 676.
        days: Number of days, which differ in nothing but their dates.
    """
    with tempfile.TemporaryDirectory() as folder:
        day_file = Path(folder, "day.csv")
        with duckdb.connect() as engine:
            engine.execute("SET enable_progress_bar = false")
            engine.execute(_DAY.format(path=day_file), {"trades": trades // days, "symbols": symbols})
        with igzip.open(path, "wb", compresslevel=1) as target:
            target.write(HEADER)
            for day in range(days):
                with day_file.open("rb") as source:
                    for text in iter(lambda: source.readlines(1 << 22), []):
                        block = b"".join(text)
                        target.write(block.replace(*_dates(day)))


def _dates(day: int) -> tuple[bytes, bytes]:
    weekday = FIRST_DAY + timedelta(days=day + 2 * (day // 5))
    return f"{FIRST_DAY}T".encode(), f"{weekday}T".encode()
