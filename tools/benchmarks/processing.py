"""The market-data processor beside what a user would write with pandas, polars or plain DuckDB."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb

from tools.benchmarks.generated_trades import write_trades
from tools.benchmarks.measurement import Figure, Measurement
from tools.errors import ToolError
from tools.workspace import ROOT

TRADES = int(os.environ.get("BENCH_TRADES", "2000000"))
"""Size of the generated file; `BENCH_TRADES` sets another."""
SYMBOLS = 40
TRADES_PER_SYMBOL_AND_DAY = 25_000
"""As on IBM's real days."""
RIVALS = ("pandas", "polars", "DuckDB")
OURS = "the processor"
ENGINE_MEMORY_MB = 48
"""What the stack gives the processor's engine."""
LAYER = ROOT / "build" / "layers" / "arm64"

_ENVIRONMENT = {"POWERTOOLS_SERVICE_NAME": "bench", "POWERTOOLS_METRICS_NAMESPACE": "bench"}
_IMPORT = "import time; started = time.perf_counter(); import {}; print(time.perf_counter() - started)"
# What must come out alike, whoever made the bars: a sum for each interval.
_CHECK = """
    SELECT
        interval, count(*), sum(volume)::BIGINT, sum(trade_count)::BIGINT,
        round(sum((open + high + low + close)::DOUBLE))::BIGINT
    FROM read_parquet('{folder}/bars/*/*/*/*.parquet', hive_partitioning = true, union_by_name = true)
    GROUP BY interval ORDER BY interval
"""


def measure(runs: int) -> Measurement:
    """Measure rates and peak memory in turns, and the cold import of the handler.

    Raises:
        ToolError: A process failed, or two of them made different bars.
    """
    results: dict[str, list[dict[str, Any]]] = {name: [] for name in (*RIVALS, OURS)}
    with tempfile.TemporaryDirectory() as name:
        file = Path(name, "trades.csv.gz")
        days = max(1, TRADES // (SYMBOLS * TRADES_PER_SYMBOL_AND_DAY))
        write_trades(file, TRADES, SYMBOLS, days)
        checks: dict[str, list[tuple[Any, ...]]] = {}
        for _ in range(min(runs, 3)):
            for variant, found in results.items():
                with tempfile.TemporaryDirectory(dir=name) as folder:
                    found.append(_run(variant, file, Path(folder)))
                    checks.setdefault(variant, _check(folder))
        for variant, check in checks.items():
            if check != checks[OURS]:
                raise ToolError(f"{variant} made {check}, the processor {checks[OURS]}")
    # Ratios are of what takes less, so the rates are told as times.
    nanoseconds = [
        Figure(
            "time for a trade, gzip file to all Parquet files",
            variant,
            "ns",
            tuple(each["seconds"] / TRADES * 1e9 for each in found),
        )
        for variant, found in results.items()
    ]
    megabytes = [
        Figure("peak memory of the process", variant, "MB", tuple(each["megabytes"] for each in found))
        for variant, found in results.items()
    ]
    imports = [_import_milliseconds("market_data_processor.handler") for _ in range(runs)]
    figures = [*nanoseconds, *megabytes, Figure("cold import of the handler", "", "ms", tuple(imports))]
    if LAYER.exists():
        figures.append(Figure("functions' layer and package, unzipped", "", "MB", (_unzipped_megabytes(),)))
    rates = ", ".join(
        f"{variant} {TRADES / statistics.median(each['seconds'] for each in found) / 1e6:.2f}"
        for variant, found in results.items()
    )
    return Measurement(
        "market-data processor",
        f"{TRADES:,} generated trades of {SYMBOLS} symbols on {days} days; processes of their own, in turns; "
        "bars of five intervals and analytics; the same bars came out of all. "
        f"Million trades a second: {rates}.",
        tuple(figures),
    )


def _run(variant: str, file: Path, folder: Path) -> dict[str, Any]:
    if variant == OURS:
        return _answer("tools.benchmarks.processing_ours", str(file), str(folder), str(ENGINE_MEMORY_MB))
    return _answer("tools.benchmarks.processing_rivals", variant.lower(), str(file), str(folder))


def _answer(module: str, *arguments: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(_python("-m", module, *arguments).splitlines()[-1])
    return answer


def _import_milliseconds(module: str) -> float:
    return float(_python("-c", _IMPORT.format(module))) * 1000


def _python(*arguments: str) -> str:
    environment = {
        **os.environ,
        **_ENVIRONMENT,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "lambda")]),
    }
    answer = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if answer.returncode:
        raise ToolError(f"python {' '.join(arguments)} failed:\n{answer.stderr}")
    return answer.stdout


def _check(folder: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as engine:
        return engine.execute(_CHECK.format(folder=folder)).fetchall()


def _unzipped_megabytes() -> float:
    folders = (LAYER, ROOT / "lambda" / "market_data_processor", ROOT / "lambda" / "database")
    return (
        sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file()) / 1e6
    )
