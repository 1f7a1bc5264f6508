"""Steps are counted, timed and recorded."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from tools.steps import Steps


def test_each_step_is_announced_timed_and_recorded(tmp_path: Path) -> None:
    out = io.StringIO()
    steps = Steps(Console(file=out, markup=False), 2, tmp_path / "steps.json")

    with steps.step("first"):
        pass
    with steps.step("second"):
        pass

    assert out.getvalue().splitlines() == [
        "[1/2] first ...",
        "[1/2] first: 0.0 s",
        "[2/2] second ...",
        "[2/2] second: 0.0 s",
    ]
    assert json.loads((tmp_path / "steps.json").read_text(encoding="utf-8")) == [
        {"step": "first", "seconds": 0.0},
        {"step": "second", "seconds": 0.0},
    ]


def test_without_a_terminal_a_long_step_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.steps.REPEAT_SECONDS", -1.0)
    out = io.StringIO()

    with Steps(Console(file=out, markup=False), 1).step("long") as step:
        step.say("3 of 4 resources [done]")

    assert "      3 of 4 resources [done]\n" in out.getvalue()


def test_a_failed_step_is_not_recorded_as_done(tmp_path: Path) -> None:
    steps = Steps(Console(file=io.StringIO()), 1, tmp_path / "steps.json")

    with pytest.raises(ValueError, match="no"), steps.step("first"):
        raise ValueError("no")

    assert not (tmp_path / "steps.json").exists()
