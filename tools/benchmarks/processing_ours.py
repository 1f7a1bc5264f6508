"""Runs the market-data processor on a file: ``python -m … <file> <folder> <MB for the engine>``.

A process of its own, whose peak memory says what the processor needs, with all that its handler imports.
Prints seconds and megabytes (10^6 bytes) in JSON.
"""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lambda"))

import market_data_processor.handler  # noqa: F401 - for the memory that it takes
from market_data_processor.ingestion import ingest
from market_data_processor.layout import Source

from tools.benchmarks.folder_publication import Folder
from tools.benchmarks.process_tree import own_peak_memory


def main(file: str, folder: str, engine_memory_mb: str) -> None:
    """Process the file into the folder."""
    started = time.perf_counter()
    with Path(file).open("rb") as stream:
        summary = ingest(stream, Source("bench/trades", "1"), Folder(Path(folder)), int(engine_memory_mb))
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - started,
                "megabytes": own_peak_memory(),
                "rows": summary.rows,
                "rejects": summary.rejects,
                "partitions": summary.partitions,
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
