"""What `make synth` runs: main.py, also for somebody who has no state bucket yet."""

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from settings import SettingsError, load, project_context
from settings.catalogue import STATE_BUCKET
from tools import local_profile
from tools.workspace import ROOT

OUTPUT = ROOT / "cdktf.out" / "stacks"


def main() -> int:
    """Synthesize, with the local AWS's state bucket where the settings name none.

    Looking at what would be deployed takes no account. The name is said, since a deployment of the result to
    a real account would look for a bucket that nobody has there.

    Returns:
        main.py's exit status.
    """
    context = project_context()
    environment = dict(os.environ)
    if _state_bucket_is_missing(environment, context):
        environment[STATE_BUCKET.name] = local_profile.STATE_BUCKET
        print(f"STATE_BUCKET is not set: the local AWS's, {local_profile.STATE_BUCKET}, stands in")
    status = subprocess.run([sys.executable, "main.py"], cwd=ROOT, env=environment, check=False).returncode
    if status == 0:
        print("written:", *sorted(str(path.relative_to(ROOT)) for path in OUTPUT.glob("*/cdk.tf.json")))
    return status


def _state_bucket_is_missing(environment: Mapping[str, str], context: Mapping[str, Any]) -> bool:
    try:
        load(environment, context)
    except SettingsError as error:
        return any(problem.name == STATE_BUCKET.name and problem.value is None for problem in error.problems)
    return False


if __name__ == "__main__":
    sys.exit(main())
