"""Rows of the database's tables, as the market-data processor writes them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.postgresql import Database

OPENING = datetime(2013, 10, 7, 13, 30, tzinfo=UTC)


def store_bars(
    database: Database,
    count: int = 5,
    *,
    symbol: str = "IBM",
    seconds: int = 60,
    first: datetime = OPENING,
    **values: Any,
) -> None:
    """Stores bars one after the other, whose n-th closes at 181 + n; `values` replace columns in all."""
    columns = {
        "open": "181.5",
        "high": "182.05",
        "low": "181",
        "volume": 100,
        "vwap": "181.123456",
        "trade_count": 3,
        **values,
    }
    with database.connect() as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO market.bars VALUES (%(symbol)s, %(seconds)s, %(start)s, %(date)s,"
            " %(open)s, %(high)s, %(low)s, %(close)s, %(volume)s, %(vwap)s, %(trade_count)s)",
            [
                {
                    "close": 181 + number,
                    **columns,
                    "symbol": symbol,
                    "seconds": seconds,
                    "start": first + timedelta(seconds=seconds * number),
                    "date": first.date(),
                }
                for number in range(count)
            ],
        )


def store_analytics(database: Database, symbol: str = "IBM", **values: Any) -> None:
    """Stores the analytics of 7 October 2013; `values` replace columns."""
    trade = {"time": "2013-10-07T13:30:00.125+00:00", "price": "195.0700", "size": 9000, "exchange": "N"}
    columns = {
        "volatility": 0.0123,
        "twap": "181.250000",
        "trades": [trade, {**trade, "price": "181.0000", "size": 300}],
        **values,
    }
    with database.connect() as connection:
        connection.execute(
            "INSERT INTO market.daily_analytics VALUES (%s, '2013-10-07', %s, %s, %s)",
            (symbol, columns["volatility"], columns["twap"], json.dumps(columns["trades"])),
        )
