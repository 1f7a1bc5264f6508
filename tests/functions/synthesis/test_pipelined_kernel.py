"""Requests sent ahead, and that node's failures end in the stock path."""

import shutil
from pathlib import Path

import pytest

from tests.support.binding_process import SMALL_STACK, SYNTHESIZE, output_of, run_python

FELL_BACK = "node's fast start failed"


def spoil_kernel_program(cache: Path, program: str) -> None:
    """Replace jsii's program in the cache by another."""
    (kept,) = (cache / "cdktf-fast-binding").glob("jsii-*")
    (kept / "program.js").write_text(program)


@pytest.fixture
def own_cache(cache: Path, small_stack: str, tmp_path: Path) -> Path:
    """Return a filled cache that a test may spoil."""
    assert small_stack
    return Path(shutil.copytree(cache, tmp_path / "cache"))


class TestNodeFails:
    def fall_back(self, cache: Path, expected: str, **environ: str) -> None:
        finished = run_python(SMALL_STACK + SYNTHESIZE, cache, **environ)
        assert FELL_BACK in finished.stderr
        assert (finished.returncode, finished.stdout) == (0, expected), finished.stderr

    def test_program_that_ends(self, own_cache: Path, small_stack: str) -> None:
        spoil_kernel_program(own_cache, "process.exit(3)")
        self.fall_back(own_cache, small_stack)

    def test_program_of_another_version(self, own_cache: Path, small_stack: str) -> None:
        spoil_kernel_program(
            own_cache,
            "require('fs').writeSync(3, JSON.stringify({ hello: '@jsii/runtime@9.9.9' }) + '\\n');"
            "setTimeout(() => {}, 60000);",
        )
        self.fall_back(own_cache, small_stack)

    def test_program_that_answers_with_errors(self, own_cache: Path, small_stack: str) -> None:
        version = output_of("import jsii; print(jsii.__jsii_runtime_version__)", own_cache).strip()
        spoil_kernel_program(
            own_cache,
            "const fs = require('fs'); "
            "const say = (message) => fs.writeSync(3, JSON.stringify(message) + '\\n');"
            f"say({{ hello: '@jsii/runtime@{version}' }});"
            "process.stdin.on('data', (some) =>"
            " String(some).trim().split('\\n').forEach(() => say({ error: 'no', stack: 'x', name: 'y' })));",
        )
        self.fall_back(own_cache, small_stack)

    def test_program_that_is_missing(self, own_cache: Path, small_stack: str) -> None:
        (kept,) = (own_cache / "cdktf-fast-binding").glob("jsii-*")
        (kept / "program.js").unlink()
        self.fall_back(own_cache, small_stack)

    def test_failure_that_the_stock_path_has_too_is_reported(self, cache: Path) -> None:
        finished = run_python(
            SMALL_STACK + SYNTHESIZE, cache, JSII_RUNTIME_PACKAGE_CACHE_ROOT="/dev/null/nowhere"
        )
        assert finished.returncode == 1
        assert "Cannot use the jsii package cache in /dev/null/nowhere" in finished.stderr


def test_more_types_than_are_sent_ahead(cache: Path) -> None:
    """Beyond the limit of unread answers the oldest are read first."""
    code = (
        "from synthesis import fast_binding\n"
        "fast_binding.install()\n"
        "import synthesis.pipelined_kernel as kernel\n"
        "kernel._MOST_UNANSWERED = 3\n"
        "from cdktf import TerraformStack, Testing\n"
        "from cdktf_cdktf_provider_aws import kms_alias, kms_key, s3_bucket, sns_topic, sqs_queue, vpc\n"
        "import jsii\n"
        "print(len(jsii.kernel.provider._unread))\n"
        "stack = TerraformStack(Testing.app(), 'many')\n"
        "sns_topic.SnsTopic(stack, 'topic', name='many')\n"
        "print(Testing.to_have_resource(Testing.synth(stack), 'aws_sns_topic'))\n"
    )
    assert output_of(code, cache) == "3\nTrue\n"
