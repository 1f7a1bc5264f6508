"""A year of bars of many symbols in a database, for measurements: as many rows as there would be."""

from collections.abc import Sequence

import psycopg

SYMBOLS: Sequence[str] = tuple(f"S{number:02d}" for number in range(50))
FIRST_DAY, LAST_DAY = "2013-01-01", "2013-12-31"

# 390 minutes of each weekday's regular session; the other intervals are made of the minutes.
_MINUTES = """
INSERT INTO market.bars
SELECT symbol, 60, opening + minute * interval '1 minute', day,
       price, price + 0.05, price - 0.05, price + 0.0125, 100 * minute, price + 0.000125, minute
FROM unnest(%(symbols)s::text[]) AS symbols (symbol),
     generate_series(%(first)s::timestamp, %(last)s::timestamp, interval '1 day') AS days (day),
     generate_series(0, 389) AS minutes (minute),
     LATERAL (SELECT (day + time '09:30') AT TIME ZONE 'America/New_York') AS openings (opening),
     LATERAL (SELECT (100 + minute * 0.0375)::numeric(18, 4)) AS prices (price)
WHERE extract(isodow FROM day) < 6
ORDER BY symbol, day, minute
"""
_LONGER = """
INSERT INTO market.bars
SELECT symbol, %(seconds)s, date_bin(make_interval(secs => %(seconds)s), start, midnight) AS first, date,
       min(open), max(high), min(low), max(close), sum(volume), avg(vwap), sum(trade_count)
FROM market.bars,
     LATERAL (SELECT date::timestamp AT TIME ZONE 'America/New_York') AS midnights (midnight)
WHERE interval_seconds = 60
GROUP BY symbol, date, first
"""
_ANALYTICS = """
INSERT INTO market.daily_analytics
SELECT symbol, date, 0.0123, avg(close),
       (SELECT jsonb_agg(jsonb_build_object(
            'time', '2013-10-07T13:30:00.125+00:00', 'price', '195.0700', 'size', 9000 - n, 'exchange', 'N'))
        FROM generate_series(1, 10) AS n)
FROM market.bars
WHERE interval_seconds = 86400
GROUP BY symbol, date
"""


def fill_year(connection: psycopg.Connection) -> int:
    """Fill an empty schema ``market``; half a minute.

    Args:
        connection: To the database, as a user who may write.

    Returns:
        The number of bars.
    """
    connection.execute(_MINUTES, {"symbols": list(SYMBOLS), "first": FIRST_DAY, "last": LAST_DAY})
    for seconds in (300, 3600, 86_400):
        connection.execute(_LONGER, {"seconds": seconds})
    connection.execute(_ANALYTICS)
    # Otherwise the server would do it in the midst of a measurement.
    connection.execute("VACUUM ANALYZE market.bars, market.daily_analytics")
    ((count,),) = connection.execute("SELECT count(*) FROM market.bars").fetchall()
    return int(count)
