"""The API function against a real PostgreSQL with a year of minute bars of 50 symbols."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from local.database.cluster import Cluster
from tools.benchmarks.api_requests import KINDS
from tools.benchmarks.market_year import fill_year
from tools.benchmarks.measurement import Figure, Measurement
from tools.errors import ToolError
from tools.workspace import ROOT

REQUESTS = 4000
PROCESSES = 2
_DATABASE, _MASTER = "trading", "administrator"
_IMPORT = "import time; start = time.perf_counter(); import {}; print(time.perf_counter() - start)"


def measure(runs: int) -> Measurement:
    """Measure latency, throughput and import time.

    Raises:
        ToolError: The function failed; its own message is above.
    """
    sys.path.insert(0, str(ROOT / "lambda"))
    from database_migrations.migrations import migrate, read_migrations

    with Cluster(Path(tempfile.mkdtemp(prefix="postgresql-")), listens=True) as cluster:
        cluster.create_database(_DATABASE, _MASTER)
        with cluster.connect(_DATABASE, _MASTER) as connection:
            migrate(connection, read_migrations())
            bars = fill_year(connection)
        environment = _environment(cluster.port)
        try:
            imports = [_import_seconds("analytics_api.handler", environment) for _ in range(runs)]
            alone = [_run(environment, 1) for _ in range(runs)]
            together = [_run(environment, PROCESSES) for _ in range(runs)]
        except subprocess.CalledProcessError as error:
            raise ToolError(f"the function ended with status {error.returncode}") from error
    return Measurement(
        "API function",
        f"The handler, from proxy event to answer, in one process and in {PROCESSES}; PostgreSQL on the same "
        f"machine, by TCP without TLS, with {bars:,} bars. Of a hundred requests: "
        + ", ".join(f"{share} {kind}" for kind, (share, _) in KINDS.items())
        + ".",
        (
            Figure("import of the handler", "", "ms", tuple(1000 * each for each in imports)),
            *_latencies(alone),
            Figure(
                f"throughput of {PROCESSES} processes",
                "",
                "requests/s",
                tuple(sum(REQUESTS / each["took"] for each in run) for run in together),
            ),
            Figure(
                f"p99 of all, in {PROCESSES} processes",
                "",
                "ms",
                tuple(_percentile(_all_seconds(run), 99) for run in together),
            ),
        ),
    )


def _latencies(runs: Sequence[Sequence[Mapping[str, Any]]]) -> list[Figure]:
    figures = []
    for percent in (50, 99):
        values = tuple(_percentile(_all_seconds(run), percent) for run in runs)
        figures.append(Figure(f"p{percent} of all", "", "ms", values))
    for kind in KINDS:
        for percent in (50, 99):
            values = tuple(_percentile(run[0]["seconds"][kind], percent) for run in runs)
            figures.append(Figure(f"p{percent} of {kind}", "", "ms", values))
    return figures


def _all_seconds(run: Sequence[Mapping[str, Any]]) -> list[float]:
    return [value for process in run for values in process["seconds"].values() for value in values]


def _percentile(seconds: Sequence[float], percent: int) -> float:
    """Return a percentile in milliseconds."""
    return 1000 * statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1]


def _run(environment: Mapping[str, str], processes: int) -> list[Any]:
    """Run as many processes at once; return what each measured."""
    command = (sys.executable, "-m", "tools.benchmarks.api_requests", str(REQUESTS))
    running = [
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(processes)
    ]
    results = []
    for process in running:
        assert process.stdout  # noqa: S101 - for the type checker
        process.stdout.readline()  # they begin at once, when all are warm
    for process in running:
        assert process.stdin  # noqa: S101
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in running:
        output, _ = process.communicate()
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        results.append(json.loads(output))
    return results


def _import_seconds(module: str, environment: Mapping[str, str]) -> float:
    command = (sys.executable, "-c", _IMPORT.format(module))
    return float(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)


def _environment(port: int) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {
        **inherited,
        "PYTHONPATH": str(ROOT / "lambda"),
        "PGHOST": "127.0.0.1",
        "PGPORT": str(port),
        "PGDATABASE": _DATABASE,
        "PGUSER": "market_reader",
        "PGSSLMODE": "disable",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "PROCESSED_BUCKET": "processed",
        "RAW_BUCKET": "raw",
        "SESSIONS_TABLE": "sessions",
        "ORIGINS": "https://dashboard.example.com",
        "POWERTOOLS_SERVICE_NAME": "api",
        "POWERTOOLS_METRICS_NAMESPACE": "functions",
        # As in Lambda: tracing is on, and X-Ray's sampling leaves most requests out.
        "LAMBDA_TASK_ROOT": str(ROOT / "lambda"),
        "_X_AMZN_TRACE_ID": "Root=1-00000000-000000000000000000000000;Parent=0000000000000000;Sampled=0",
    }
