"""What a user would write with other libraries: the same bars and analytics as the market-data processor.

``python -m tools.benchmarks.processing_rivals <pandas|polars|duckdb> <file> <folder>`` reads a gzip trades
file and writes bars of every interval and analytics, in the same Hive-style folders. Each is written as its
library's documentation suggests, whole columns at a time and without a limit of memory. None of them checks
rows, keeps partials or could process a second file of the same day. Prints seconds and megabytes in JSON; the
library's import does not count.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tools.benchmarks.process_tree import own_peak_memory

NO_REGULAR, NO_EXTENDED, NO_VOLUME = 0x20 | 0x200000 | 0x4000000, 0x1000000, 0x1000000 | 0x4000000 | 0x200000
EXEMPT, EXEMPT_YET, CLOSING = 0x20000000, 0x7, 0x80
INTERVALS = {"1m": 60, "5m": 300, "1h": 3600}
OPENS, CLOSES = 34_200, 57_600
"""The regular session, in seconds of New York's day."""


def use_pandas() -> Callable[[str, Path], None]:
    """Whole columns in memory, pyarrow's reader of Parquet partitions."""
    import numpy as np
    import pandas as pd

    bar = {
        "open": ("open", "first"), "high": ("high", "max"), "low": ("low", "min"), "close": ("close", "last"),
        "volume": ("volume", "sum"), "turnover": ("turnover", "sum"), "trade_count": ("trade_count", "sum"),
    }  # fmt: skip

    def run(file: str, folder: Path) -> None:
        trades = pd.read_csv(file, engine="pyarrow", dtype={"conditions": str})
        trades["timestamp"] = pd.to_datetime(trades["timestamp"], utc=True)
        names = trades["conditions"].unique()
        bits = trades["conditions"].map({name: int(name, 16) for name in names}).to_numpy()
        local = trades["timestamp"].dt.tz_convert("America/New_York")
        midnight = local.dt.normalize()
        trades["date"] = midnight.dt.strftime("%Y-%m-%d")
        of_day = (local - midnight).dt.total_seconds()
        late = (of_day >= CLOSES) & (bits & CLOSING != 0)
        regular = late | ((of_day >= OPENS) & (of_day < CLOSES))
        forms = np.where(
            regular,
            (bits & NO_REGULAR == 0) & ((bits & EXEMPT == 0) | (bits & EXEMPT_YET != 0)),
            bits & NO_EXTENDED == 0,
        )
        counts = bits & NO_VOLUME == 0
        end = midnight + pd.Timedelta(seconds=CLOSES) - pd.Timedelta(milliseconds=1)
        trades["start"] = trades["timestamp"].where(~late, end.dt.tz_convert("UTC")).dt.floor("s")
        trades["open"] = trades["high"] = trades["low"] = trades["close"] = trades["price"].where(forms)
        trades["volume"] = trades["size"].where(counts, 0)
        trades["turnover"] = trades["price"] * trades["volume"]
        trades["trade_count"] = counts.astype("int64")
        largest = trades[counts].sort_values(["size", "timestamp"], ascending=[False, True], kind="stable")
        largest = largest.groupby(["symbol", "date"]).head(10)
        bars = trades.groupby(["symbol", "date", "start"], as_index=False).agg(**bar)

        def write(bars: Any, interval: str) -> None:
            bars = bars.assign(vwap=bars["turnover"] / bars["volume"].where(bars["volume"] > 0))
            path = folder / "bars" / f"interval={interval}"
            bars.drop(columns="turnover").to_parquet(
                path, index=False, partition_cols=["symbol", "date"], compression="zstd"
            )

        write(bars, "1s")
        for interval, frequency in {"1m": "min", "5m": "5min", "1h": "h"}.items():
            bars["start"] = bars["start"].dt.floor(frequency)
            bars = bars.groupby(["symbol", "date", "start"], as_index=False).agg(**bar)
            write(bars, interval)
            if interval == "1m":
                closes = bars.dropna(subset="close")
                clock = closes["start"].dt.tz_convert("America/New_York")
                of_day = (clock - clock.dt.normalize()).dt.total_seconds()
                closes = closes[(of_day >= OPENS) & (of_day < CLOSES)].assign(minute=of_day // 60)
                days = closes.groupby(["symbol", "date"])
                returns = np.log(closes["close"]) - np.log(days["close"].shift())
                held = days["minute"].shift(-1).fillna(CLOSES // 60) - closes["minute"]
                closes = closes.assign(squared=returns**2, held=held, weighed=closes["close"] * held)
                sums = closes.groupby(["symbol", "date"])[["squared", "held", "weighed"]].sum()
        bars["start"] = pd.to_datetime(bars["date"]).dt.tz_localize("America/New_York")
        write(bars.groupby(["symbol", "date", "start"], as_index=False).agg(**bar), "1d")
        analytics = pd.DataFrame(
            {"realized_volatility": np.sqrt(sums["squared"]), "twap": sums["weighed"] / sums["held"]}
        )
        columns = ["timestamp", "price", "size", "exchange"]
        analytics["largest_trades"] = {
            key: group[columns].to_dict("records") for key, group in largest.groupby(["symbol", "date"])
        }
        analytics.reset_index().to_parquet(
            folder / "analytics", index=False, partition_cols=["symbol", "date"], compression="zstd"
        )

    return run


def use_polars() -> Callable[[str, Path], None]:
    """One lazy query up to the seconds, then shorter bars into longer ones."""
    import polars as pl

    keys = ["symbol", "date"]
    bar = [
        pl.col("open").drop_nulls().first(), pl.col("high").max(), pl.col("low").min(),
        pl.col("close").drop_nulls().last(), pl.col("volume").sum(), pl.col("turnover").sum(),
        pl.col("trade_count").sum(),
    ]  # fmt: skip

    def write(frame: Any, folder: Path, name: str) -> None:
        for (symbol, day), part in frame.partition_by(keys, as_dict=True, include_key=False).items():
            path = folder / f"symbol={symbol}" / f"date={day}"
            path.mkdir(parents=True)
            part.write_parquet(path / f"{name}.parquet", compression="zstd")

    def run(file: str, folder: Path) -> None:
        bits, of_day = pl.col("bits"), pl.col("of_day")
        late = (of_day >= CLOSES) & (bits & CLOSING != 0)
        regular = late | of_day.is_between(OPENS, CLOSES, closed="left")
        forms = (
            pl.when(regular)
            .then((bits & NO_REGULAR == 0) & ((bits & EXEMPT == 0) | (bits & EXEMPT_YET != 0)))
            .otherwise(bits & NO_EXTENDED == 0)
        )
        counts = bits & NO_VOLUME == 0
        price = pl.when(forms).then(pl.col("price"))
        local = pl.col("timestamp").dt.convert_time_zone("America/New_York")
        trades = (
            pl.read_csv(file, schema_overrides={"conditions": pl.String})
            .with_columns(
                pl.col("timestamp").str.to_datetime("%Y-%m-%dT%H:%M:%S%.3fZ", time_zone="UTC"),
                pl.col("conditions").str.to_integer(base=16).alias("bits"),
            )
            .with_columns(
                local.dt.date().alias("date"),
                (local - local.dt.truncate("1d")).dt.total_seconds().alias("of_day"),
                local.dt.truncate("1d").dt.convert_time_zone("UTC").alias("midnight"),
            )
            .with_columns(
                pl.when(late)
                .then(pl.col("midnight") + pl.duration(seconds=CLOSES - 1))
                .otherwise(pl.col("timestamp").dt.truncate("1s"))
                .alias("start"),
                *(price.alias(name) for name in ("open", "high", "low", "close")),
                pl.when(counts).then(pl.col("size")).otherwise(0).alias("volume"),
                (pl.when(counts).then(pl.col("size")).otherwise(0) * pl.col("price")).alias("turnover"),
                counts.cast(pl.Int64).alias("trade_count"),
            )
        )
        largest = (
            trades.filter(counts)
            .sort(["size", "timestamp"], descending=[True, False], maintain_order=True)
            .group_by(keys, maintain_order=True)
            .agg(pl.struct("timestamp", "price", "size", "exchange").head(10).alias("largest_trades"))
        )
        bars = trades.group_by([*keys, "midnight", "start"]).agg(bar).sort([*keys, "start"])
        vwap = (pl.col("turnover") / pl.col("volume")).alias("vwap")

        def publish(bars: Any, interval: str) -> None:
            frame = bars.with_columns(vwap).drop("turnover", "midnight")
            write(frame, folder / "bars" / f"interval={interval}", "bars")

        publish(bars, "1s")
        for interval in INTERVALS:
            start = pl.col("start").dt.truncate(interval)
            bars = bars.group_by([*keys, "midnight", start], maintain_order=True).agg(bar)
            publish(bars, interval)
            if interval == "1m":
                minute = (pl.col("start") - pl.col("midnight")).dt.total_minutes()
                closes = bars.with_columns(minute.alias("minute")).filter(
                    pl.col("close").is_not_null(), pl.col("minute").is_between(OPENS // 60, CLOSES // 60 - 1)
                )
        publish(
            bars.with_columns(start=pl.col("midnight")).group_by([*keys, "midnight", "start"]).agg(bar), "1d"
        )
        held = pl.col("minute").shift(-1).over(keys).fill_null(CLOSES // 60) - pl.col("minute")
        returns = pl.col("close").log() - pl.col("close").log().shift().over(keys)
        analytics = (
            closes.with_columns(held=held, squared=returns**2)
            .group_by(keys)
            .agg(
                pl.col("squared").sum().sqrt().alias("realized_volatility"),
                ((pl.col("close") * pl.col("held")).sum() / pl.col("held").sum()).alias("twap"),
            )
        )
        write(largest.join(analytics, on=keys, how="left"), folder / "analytics", "analytics")

    return run


def use_duckdb() -> Callable[[str, Path], None]:
    """Plain SQL over the gzip file, every core, all memory."""
    import duckdb

    bar = """
        arg_min(open, {at}) FILTER (open IS NOT NULL) AS open, max(high) AS high, min(low) AS low,
        arg_max(close, {at}) FILTER (close IS NOT NULL) AS close, sum(volume)::BIGINT AS volume,
        sum(turnover) AS turnover, sum(trade_count)::BIGINT AS trade_count
    """

    def run(file: str, folder: Path) -> None:
        engine = duckdb.connect()
        engine.execute("SET TimeZone = 'UTC'")
        engine.execute(
            f"""
            CREATE TABLE trades AS
            WITH typed AS (
                SELECT *, ('0x' || conditions)::BIGINT AS bits, row_number() OVER () AS line,
                    timezone('America/New_York', timezone('UTC', timestamp)) AS local, local::DATE AS date,
                    epoch(local - date)::DOUBLE AS of_day,
                    of_day >= {CLOSES} AND bits & {CLOSING} <> 0 AS late
                FROM read_csv(?, columns = {{
                    timestamp: 'TIMESTAMP', symbol: 'VARCHAR', price: 'DECIMAL(18,4)', size: 'BIGINT',
                    exchange: 'VARCHAR', conditions: 'VARCHAR'
                }}, header = true)
            )
            SELECT *,
                CASE WHEN late OR (of_day >= {OPENS} AND of_day < {CLOSES})
                    THEN bits & {NO_REGULAR} = 0 AND (bits & {EXEMPT} = 0 OR bits & {EXEMPT_YET} <> 0)
                    ELSE bits & {NO_EXTENDED} = 0 END AS forms,
                bits & {NO_VOLUME} = 0 AS counts
            FROM typed
            """,  # noqa: S608 - put together from this module's constants only
            [file],
        )
        engine.execute(
            f"""
            CREATE TABLE bars_1s AS
            SELECT symbol, date,
                date_trunc('second', CASE
                    WHEN late THEN timestamp - (local - (date + INTERVAL {CLOSES - 1} SECOND)) ELSE timestamp
                END) AS start,
                arg_min(price, (timestamp, line)) FILTER (forms) AS open, max(price) FILTER (forms) AS high,
                min(price) FILTER (forms) AS low, arg_max(price, (timestamp, line)) FILTER (forms) AS close,
                coalesce(sum(size) FILTER (counts), 0)::BIGINT AS volume,
                coalesce(sum(price::DOUBLE * size) FILTER (counts), 0) AS turnover,
                count(*) FILTER (counts) AS trade_count
            FROM trades GROUP BY ALL
            """  # noqa: S608
        )
        shorter = "1s"
        for interval, seconds in {**INTERVALS, "1d": 86400}.items():
            start = (
                "timezone('UTC', timezone('America/New_York', date::TIMESTAMP))"
                if interval == "1d"
                else f"time_bucket(INTERVAL {seconds} SECOND, start)"
            )
            engine.execute(
                f"CREATE TABLE bars_{interval} AS SELECT symbol, date, {start} AS first, "  # noqa: S608
                f"{bar.format(at='start')} FROM bars_{shorter} GROUP BY ALL"
            )
            engine.execute(f"ALTER TABLE bars_{interval} RENAME COLUMN first TO start")
            shorter = interval
        for interval in ("1s", *INTERVALS, "1d"):
            path = folder / "bars" / f"interval={interval}"
            path.parent.mkdir(exist_ok=True)
            engine.execute(
                f"""
                COPY (
                    SELECT * EXCLUDE (turnover), turnover / nullif(volume, 0) AS vwap
                    FROM bars_{interval} ORDER BY symbol, date, start
                ) TO '{path}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (symbol, date))
                """  # noqa: S608
            )
        engine.execute(
            f"""
            COPY (
                WITH closes AS (
                    SELECT symbol, date, close, of_day // 60 AS minute,
                        ln(close) - ln(lag(close) OVER day) AS log_return,
                        coalesce(lead(minute) OVER day, {CLOSES // 60}) - minute AS held
                    FROM (
                        SELECT *, epoch(timezone('America/New_York', timezone('UTC', start)) - date) AS of_day
                        FROM bars_1m
                    )
                    WHERE close IS NOT NULL AND of_day BETWEEN {OPENS} AND {CLOSES - 1}
                    WINDOW day AS (PARTITION BY symbol, date ORDER BY start)
                ),
                session AS (
                    SELECT symbol, date, sqrt(sum(log_return ** 2)) AS realized_volatility,
                        sum(close * held) / sum(held) AS twap
                    FROM closes GROUP BY ALL
                )
                SELECT * FROM (
                    SELECT symbol, date, max_by(
                        {{time: timestamp, price: price, size: size, exchange: exchange}},
                        (size, -epoch_ms(timestamp)), 10
                    ) AS largest_trades
                    FROM trades WHERE counts GROUP BY ALL
                ) LEFT JOIN session USING (symbol, date)
            ) TO '{folder / "analytics"}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (symbol, date))
            """  # noqa: S608
        )

    return run


LIBRARIES = {"pandas": use_pandas, "polars": use_polars, "duckdb": use_duckdb}


def main(library: str, file: str, folder: str) -> None:
    """Process the file into the folder."""
    run = LIBRARIES[library]()
    started = time.perf_counter()
    run(file, Path(folder))
    seconds = time.perf_counter() - started
    megabytes = own_peak_memory()
    print(json.dumps({"seconds": seconds, "megabytes": megabytes}), flush=True)
    os._exit(0)  # pyarrow's threads now and then abort an orderly exit


if __name__ == "__main__":
    main(*sys.argv[1:])
