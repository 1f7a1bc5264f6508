"""Python processes of their own, since a process imports the binding only once."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]

SMALL_STACK = """
from synthesis import fast_binding
fast_binding.install()
from cdktf import TerraformStack, Testing
from cdktf_cdktf_provider_aws.provider import AwsProvider
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
stack = TerraformStack(Testing.app(), "small")
AwsProvider(stack, "aws", region="eu-west-1")
bucket = S3Bucket(stack, "bucket", bucket="small", tags={"Name": "small"})
SqsQueue(stack, "queue", name=bucket.id).add_override("delay_seconds", 3)
"""
"""Makes a stack of two resources; the variables `stack` and `bucket` are what code after it may use."""

SYNTHESIZE = "print(Testing.synth(stack))\n"


def installed(package: str) -> Path:
    """Return the directory of an installed top-level package, without importing it."""
    spec = importlib.util.find_spec(package)
    assert spec is not None
    return Path(next(iter(spec.submodule_search_locations or [])))


def run_python(code: str, cache: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run `code` with the project on the path and `cache` as the user's cache; text in, text out."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env={**os.environ, "XDG_CACHE_HOME": str(cache), **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def output_of(code: str, cache: Path, **environ: str) -> str:
    """Return what `code` prints, and nothing else may be printed on standard error."""
    finished = run_python(code, cache, **environ)
    assert (finished.returncode, finished.stderr) == (0, ""), finished.stderr
    return finished.stdout
