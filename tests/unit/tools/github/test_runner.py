"""What steps tell the runner."""

from pathlib import Path

import pytest

from tools.github import runner


def test_outputs_and_summary_are_added_to_their_files(tmp_path: Path) -> None:
    outputs, summary = tmp_path / "outputs", tmp_path / "summary"
    outputs.write_text("earlier=1\n")
    environment = {"GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(summary)}

    runner.set_output(environment, "targets", '["ä"]')
    runner.set_output(environment, "empty", "")
    runner.summarize(environment, "one\n\n\n")
    runner.summarize(environment, "two")

    assert outputs.read_text(encoding="utf-8") == 'earlier=1\ntargets=["ä"]\nempty=\n'
    assert summary.read_text(encoding="utf-8") == "one\n\ntwo\n\n"


@pytest.mark.parametrize("environment", [{}, {"GITHUB_OUTPUT": "", "GITHUB_STEP_SUMMARY": ""}])
def test_elsewhere_nobody_is_told(environment: dict[str, str]) -> None:
    runner.set_output(environment, "name", "value")
    runner.summarize(environment, "text")


@pytest.mark.parametrize("value", ["a\nforged=1", "a\r\nforged=1", "a\rforged=1"])
def test_an_output_sets_no_other(tmp_path: Path, value: str) -> None:
    outputs = tmp_path / "outputs"
    with pytest.raises(ValueError, match="the output name has more than one line"):
        runner.set_output({"GITHUB_OUTPUT": str(outputs)}, "name", value)
    assert not outputs.exists()
