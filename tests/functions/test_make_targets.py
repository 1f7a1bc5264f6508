"""Every command is run by make, as people and workflows run it.

What is deployed is in tests/local; ``make check`` and ``make test`` are what CI itself is.
"""

import json
import shutil
import subprocess
import uuid
from pathlib import Path

import boto3
import pytest

from local.control_plane import ControlPlane
from tests.support.fake_github import REPOSITORY, TOKEN, fake_github
from tests.support.make import fail, succeed
from tools.workspace import ROOT

STACK = "trading-analytics-dev"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the project for commands that write into it, with the environments that are made already."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    for name in files:
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tmp_path / name)
    for name in (".venv", ".venv-pipenv", "node_modules"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


def test_help_lists_every_target_with_what_it_does() -> None:
    said = succeed("help")
    phony = {
        target
        for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
        if line.startswith(".PHONY:")
        for target in line.split()[1:]
    }
    listed = {line.split()[1] for line in said.splitlines() if line.startswith("  make ")}
    assert listed == phony - {"prerequisites"}
    assert all(len(line.split()) > 4 for line in said.splitlines() if line.startswith("  make "))


def test_environment_and_layers_are_made_once() -> None:
    succeed("env")
    assert "layer arm64/data: up to date" in succeed("layers")


def test_everything_is_synthesized_without_a_state_bucket() -> None:
    said = succeed("synth", ENVIRONMENT_SUFFIX="pr-3")
    assert "STATE_BUCKET is not set" in said
    for stack in ("trading-analytics-pr-3", "bootstrap-pr"):
        assert f"cdktf.out/stacks/{stack}/cdk.tf.json" in said


def test_unit_tests_are_the_ones_in_their_folder() -> None:
    said = succeed("unit", PYTEST_ADDOPTS="--collect-only -q")
    tests = [line for line in said.splitlines() if "::" in line]
    assert len(tests) > 500
    assert all(line.startswith("tests/unit/") for line in tests)


def test_format_changes_what_is_not_formatted(copy: Path) -> None:
    module = copy / "settings" / "regions.py"
    good = module.read_text(encoding="utf-8")
    module.write_text(good.replace('    "us-east-1",', "    'us-east-1',"), encoding="utf-8")
    succeed("format", f"--directory={copy}")
    assert module.read_text(encoding="utf-8") == good


def test_clean_removes_what_was_built_and_leaves_the_environment(copy: Path) -> None:
    (copy / "build" / "plan").mkdir(parents=True)
    (copy / "cdktf.out").mkdir()
    (copy / "bootstrap-dev.bucket.tfstate").touch()
    succeed("clean", f"--directory={copy}")
    assert not (copy / "build").exists()
    assert not (copy / "cdktf.out").exists()
    assert (copy / ".venv" / "bin" / "python").exists()
    assert (copy / "bootstrap-dev.bucket.tfstate").exists()


def test_docs_are_written_as_they_are_committed(copy: Path) -> None:
    (copy / "build").symlink_to(ROOT / "build")
    generated = ["docs/cost.md", "docs/reference.md", "docs/traceability.md"]
    generated += [f"docs/architecture-{stack}.svg" for stack in ("trading-analytics", "bootstrap")]
    committed = {name: (copy / name).read_bytes() for name in generated}
    for name in generated:
        (copy / name).unlink()
    succeed("docs", f"--directory={copy}")
    assert {name: (copy / name).read_bytes() == text for name, text in committed.items()} == dict.fromkeys(
        generated, True
    )


def test_lock_runs_pipenv_and_leaves_no_index_in_the_lock(copy: Path) -> None:
    indexed = {"_meta": {"sources": [{"url": "https://index.example"}]}, "default": {"a": {"index": "x"}}}
    stub = copy / "pipenv"
    stub.write_text(f"#!/bin/sh\necho '{json.dumps(indexed)}' > Pipfile.lock\n", encoding="utf-8")
    stub.chmod(0o755)
    succeed("lock", f"--directory={copy}", f"pipenv={stub}")
    assert json.loads((copy / "Pipfile.lock").read_text(encoding="utf-8")) == {
        "_meta": {"sources": []},
        "default": {"a": {}},
    }


def test_bench_measures_what_it_is_told_to() -> None:
    # The packages that it compares with take a minute to install: their stamp counts as made.
    said = succeed("bench", "--old-file=.venv/.bench", BENCH="local_steps --runs 1")
    assert json.loads((ROOT / "build" / "bench.json").read_text(encoding="utf-8"))["measurements"][0]
    assert "make local" in said


def test_matrix_tells_the_workflows_that_nothing_is_configured_here(tmp_path: Path) -> None:
    output = tmp_path / "output"
    assert "nothing to do for AWS" in succeed("matrix", GITHUB_OUTPUT=str(output))
    assert output.read_text(encoding="utf-8").splitlines() == ["targets=[]", "environments=[]"]


def test_comment_writes_the_plan_to_the_pull_request_and_then_replaces_it() -> None:
    stack = f"test-{uuid.uuid4().hex[:8]}"
    plan = ROOT / "build" / "plan" / stack / "comment.md"
    plan.parent.mkdir(parents=True)
    try:
        with fake_github() as github:
            variables = {
                "STACK": stack,
                "OUTCOME": "success",
                "COMMIT": "0123abc",
                "PULL_REQUEST": "7",
                "GITHUB_TOKEN": TOKEN,
                "GITHUB_REPOSITORY": REPOSITORY,
                "GITHUB_API_URL": github.url,
                "GITHUB_SERVER_URL": "https://github.example",
                "GITHUB_RUN_ID": "1",
            }
            for text in ("first", "second"):
                plan.write_text(f"<!-- plan of {stack} -->\n\n{text}\n", encoding="utf-8")
                succeed("comment", **variables)
            (comment,) = github.comments[7]
            assert "second" in comment["body"]
            succeed("comment", **{**variables, "OUTCOME": "failure"})
            (comment,) = github.comments[7]
            assert "Planning 0123abc failed" in comment["body"]
    finally:
        shutil.rmtree(plan.parent)


def test_reap_tells_what_it_would_destroy() -> None:
    bucket = f"previews-{uuid.uuid4().hex[:12]}"
    keys = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
    with ControlPlane() as aws, fake_github() as github:
        s3 = boto3.client(
            "s3",
            endpoint_url=aws.endpoint_url,
            region_name="us-east-1",
            aws_access_key_id="local",
            aws_secret_access_key="local",
        )
        s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket=bucket, Key="pr-5/trading-analytics-pr-5.tfstate", Body=b"{}")
        github.pull_requests[5] = {"state": "closed", "labels": [], "updated_at": "2026-11-01T00:00:00Z"}
        variables = {
            **keys,
            "AWS_ENDPOINT_URL": aws.endpoint_url,
            "STATE_BUCKET": bucket,
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_API_URL": github.url,
        }
        assert "trading-analytics-pr-5 goes: its pull request is closed" in succeed(
            "reap", DRY_RUN="1", **variables
        )
        assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1
        del variables["GITHUB_TOKEN"]
        assert "GITHUB_TOKEN" in fail("reap", **variables)
