"""Memory stays bounded whatever the file's size: a process of its own, with all that the function imports."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools.benchmarks.generated_trades import write_trades
from tools.workspace import ROOT

CLIENTS_MB = 16
"""What clients of S3 and PostgreSQL take besides, which do not run here."""
BOUND_MB = 256 - CLIENTS_MB
TRADES, SYMBOLS, DAYS = (20_000_000, 40, 20) if os.environ.get("NIGHTLY") == "1" else (2_500_000, 40, 5)
SETTING = re.compile(r"^PROCESSOR_ENGINE_MEMORY_MB = (\d+)$", re.MULTILINE)


@pytest.mark.requirement("FN-2")
@pytest.mark.timeout(1200)
def test_memory_is_bounded(tmp_path: Path) -> None:
    """2.5 million trades of 200 symbols and days; 20 million with ``NIGHTLY=1``."""
    write_trades(tmp_path / "trades.csv.gz", TRADES, SYMBOLS, DAYS)
    (tmp_path / "results").mkdir()
    (engine_memory,) = SETTING.findall((ROOT / "stacks" / "trading_analytics.py").read_text())
    command = [
        *(sys.executable, "-m", "tools.benchmarks.processing_ours"),
        *(str(tmp_path / "trades.csv.gz"), str(tmp_path / "results"), engine_memory),
    ]
    environment = {
        **os.environ,
        "POWERTOOLS_SERVICE_NAME": "market-data-processor",
        "POWERTOOLS_METRICS_NAMESPACE": "TradingAnalytics",
    }
    answer = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    result = json.loads(answer.stdout.splitlines()[-1])
    assert (result["rows"], result["rejects"], result["partitions"]) == (TRADES, 0, SYMBOLS * DAYS)
    assert result["megabytes"] <= BOUND_MB
