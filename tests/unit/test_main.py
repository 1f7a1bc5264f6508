"""main.py as a process: what it writes, and what it says instead of a stack trace."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


def _main(folder: Path, **environ: str) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, str(folder / "main.py")],
        cwd=folder,
        env={**environment, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def _copy(folder: Path, *, layers: bool) -> Path:
    """Copy the project to another checkout path, with layers that count as built or without."""
    for name in ("settings", "stacks", "modules", "lambda", "synthesis", "tools"):
        shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("main.py", "cdktf.json", "Pipfile.lock"):
        shutil.copy(PROJECT / name, folder / name)
    if layers:
        (folder / "build").symlink_to(PROJECT / "build")
    return folder


@pytest.mark.requirement("GEN-7")
def test_bad_settings_are_all_named_and_nothing_is_synthesized(tmp_path: Path) -> None:
    run = _main(_copy(tmp_path, layers=True), ENVIRONMENT_SUFFIX="Dev", NAT_GATEWAYS="7")
    assert run.returncode == 2
    assert [line.split()[0] for line in run.stderr.splitlines()[1:]] == [
        "ENVIRONMENT_SUFFIX",
        "STATE_BUCKET",
        "NAT_GATEWAYS",
    ]
    assert "Traceback" not in run.stderr
    assert not (tmp_path / "cdktf.out").exists()


def test_layers_that_were_not_built_are_said_with_the_command_that_builds_them(tmp_path: Path) -> None:
    run = _main(_copy(tmp_path, layers=False), STATE_BUCKET="state-bucket")
    assert run.returncode == 2
    assert run.stderr.splitlines() == [
        "Nothing was synthesized; not built yet or out of date: arm64/data. Run: make layers"
    ]
    assert not (tmp_path / "cdktf.out").exists()


@pytest.mark.requirement("GEN-9")
def test_the_bytes_do_not_depend_on_path_and_hash_seed(tmp_path: Path) -> None:
    written = []
    for name, seed in (("one", "1"), ("another/and/deeper", "2")):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        run = _main(
            _copy(folder, layers=True),
            STATE_BUCKET="state-bucket",
            PYTHONHASHSEED=seed,
            ENVIRONMENT_SUFFIX="pr-7",
        )
        assert run.returncode == 0, run.stderr
        written.append((folder / "cdktf.out/stacks/trading-analytics-pr-7/cdk.tf.json").read_bytes())
    assert written[0] == written[1]
    assert str(tmp_path).encode() not in written[0]
    assert json.loads(written[0])["terraform"]["backend"]["s3"]["bucket"] == "state-bucket"
