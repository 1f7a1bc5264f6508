"""The frame of `make bench`, and what its figures are made of."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from tools import bench
from tools.benchmarks import local_steps, synthesis
from tools.benchmarks.measurement import Figure, Measurement
from tools.benchmarks.process_tree import peak_memory
from tools.errors import ToolError

TWO_WAYS = Measurement(
    "some",
    "How it was measured.",
    (Figure("time", "stock", "s", (8.0, 20.0, 10.0)), Figure("time", "fast", "s", (2.5, 2.0, 1.0))),
)


def test_a_step_that_took_no_time_has_no_ratio() -> None:
    assert (
        Measurement("title", "note", (Figure("step", "", "s", (0.0,)),)).as_json()["figures"][0]["ratio"]
        is None
    )


def test_median_and_ratio() -> None:
    stock, fast = TWO_WAYS.figures
    assert (stock.median, fast.median) == (10.0, 2.0)
    assert (TWO_WAYS.ratio(stock), TWO_WAYS.ratio(fast)) == (1.0, 5.0)
    assert TWO_WAYS.as_json()["figures"][1] == {
        "what": "time",
        "variant": "fast",
        "unit": "s",
        "median": 2.0,
        "ratio": 5.0,
        "runs": [2.5, 2.0, 1.0],
    }


class TestCommand:
    @pytest.fixture
    def result(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        asked: list[int] = []

        def some(runs: int) -> Measurement:
            asked.append(runs)
            return TWO_WAYS

        monkeypatch.setattr(bench, "RESULT", tmp_path / "build" / "bench.json")
        monkeypatch.setattr(
            bench,
            "MEASUREMENTS",
            {
                "some": some,
                "none": lambda runs: Measurement("other", f"Not measured, {asked} before."),
            },
        )
        return tmp_path / "build" / "bench.json"

    def test_table_and_file(self, result: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert bench.main(["--runs", "7"]) == 0
        written = json.loads(result.read_text())
        assert written["measurements"] == [
            TWO_WAYS.as_json(),
            {"title": "other", "note": "Not measured, [7] before.", "figures": []},
        ]
        assert written["machine"]["cores"] == os.cpu_count()
        assert written["machine"]["node"].startswith("v")
        printed = capsys.readouterr().out
        assert "10.00 s" in printed
        assert "5.0" in printed
        assert "other: Not measured" in printed

    def test_only_what_is_named(self, result: Path) -> None:
        assert bench.main(["none"]) == 0
        assert [each["title"] for each in json.loads(result.read_text())["measurements"]] == ["other"]

    @pytest.mark.parametrize("arguments", [["unknown"], ["--runs", "0"], ["--runs", "many"]])
    def test_bad_arguments(self, result: Path, arguments: list[str]) -> None:
        with pytest.raises(SystemExit, match="2"):
            bench.main(arguments)
        assert not result.exists()

    def test_failure_is_said_and_nothing_is_written(
        self, result: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def fail(runs: int) -> Measurement:
            raise ToolError("nothing was measured")

        monkeypatch.setattr(bench, "MEASUREMENTS", {"some": fail})
        assert bench.main([]) == 1
        assert "nothing was measured" in capsys.readouterr().err
        assert not result.exists()


class TestLocalSteps:
    def test_last_run(self, tmp_path: Path) -> None:
        (tmp_path / "steps.json").write_text('[{"step": "a", "seconds": 1.5}, {"step": "b", "seconds": 2}]')
        measured = local_steps.measure(1, tmp_path / "steps.json")
        assert [(each.what, each.median) for each in measured.figures] == [
            ("a", 1.5),
            ("b", 2.0),
            ("all steps", 3.5),
        ]
        assert bench.table_of(measured).row_count == 3

    def test_no_run_yet(self, tmp_path: Path) -> None:
        measured = local_steps.measure(1, tmp_path / "steps.json")
        assert measured.figures == ()
        assert "hasn't run" in measured.note


class TestSynthesis:
    def test_variants_take_turns_and_the_first_turn_does_not_count(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CDKTF_STOCK_BINDING", "set by chance")
        monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
        seen = tmp_path / "seen"
        monkeypatch.setattr(
            synthesis,
            "COMMAND",
            (
                sys.executable,
                "-c",
                "import os; wanted = ('CDKTF_STOCK_BINDING', 'PYTHONDONTWRITEBYTECODE');"
                f"open({str(seen)!r}, 'a').write(str([os.environ.get(each) for each in wanted]) + '\\n');"
                "assert os.environ['STATE_BUCKET'] and os.environ['CDKTF_OUTDIR']",
            ),
        )
        measured = synthesis.measure(2)
        memory_turns = 2 if sys.platform == "linux" else 0
        assert seen.read_text().splitlines() == ["['1', None]", "[None, None]"] * (3 + memory_turns)
        wall = [each for each in measured.figures if each.unit == "s"]
        assert [(each.variant, len(each.runs)) for each in wall] == [("stock", 2), ("fast", 2)]

    def test_failure(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(synthesis, "COMMAND", (sys.executable, "-c", "raise SystemExit(2)"))
        with pytest.raises(ToolError, match="status 2"):
            synthesis.measure(1)


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
class TestPeakMemory:
    HOLD = "held = bytearray(60_000_000); import time; time.sleep(0.3)"

    def test_processes_are_added_up(self, tmp_path: Path) -> None:
        alone = peak_memory((sys.executable, "-c", self.HOLD), tmp_path, os.environ)
        both = (
            "import subprocess, sys; held = bytearray(60_000_000);"
            f"subprocess.run([sys.executable, '-c', {self.HOLD!r}])"
        )
        assert 60 < alone < 90
        assert 120 < peak_memory((sys.executable, "-c", both), tmp_path, os.environ) < 180

    def test_failure(self, tmp_path: Path) -> None:
        with pytest.raises(subprocess.CalledProcessError):
            peak_memory((sys.executable, "-c", "raise SystemExit(3)"), tmp_path, os.environ)


def test_table_shows_every_figure() -> None:
    console = Console(width=120, record=True)
    console.print(bench.table_of(TWO_WAYS))
    shown = console.export_text()
    assert "8.00 s" in shown
    assert "20.00 s" in shown
    assert "How it was measured." in shown
