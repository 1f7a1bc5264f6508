"""Each extension is still needed: without them, its tests fail."""

import os
import subprocess
import sys
from pathlib import Path

from tests.functions.local.extensions.conftest import BARE_MOTO


def test_every_test_of_an_extension_fails_on_bare_moto() -> None:
    here = Path(__file__)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rp", "--tb=no", "-p", "no:cacheprovider",
         "-m", "not holds_on_bare_moto", f"--ignore={here}", here.parent],
        env={**os.environ, BARE_MOTO: "1"},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip

    passed = [line for line in run.stdout.splitlines() if line.startswith("PASSED")]
    assert passed == [], "an extension that moto no longer needs?"
    assert run.returncode == 1, run.stdout + run.stderr
