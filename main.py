"""Settings in, stacks out: what ``cdktf synth``, ``cdktf diff`` and ``cdktf deploy`` run."""

import os
import sys
from pathlib import Path

from settings import SettingsError, load, project_context
from stacks.catalogue import STACKS
from synthesis import fast_binding
from tools.build_layers import ARM64, missing_layers

PROJECT = Path(__file__).resolve().parent


def main() -> int:
    """Synthesize every stack.

    Returns:
        Exit status: 0, or 2 where a setting is bad or something has to be built first.
    """
    context = project_context()
    try:
        settings = load(os.environ, context)
    except SettingsError as error:
        print(f"Nothing was synthesized; settings that are not allowed:\n{error}", file=sys.stderr)
        return 2
    if missing := missing_layers([ARM64]):
        print(
            f"Nothing was synthesized; not built yet or out of date: {', '.join(missing)}. Run: make layers",
            file=sys.stderr,
        )
        return 2

    fast_binding.install()
    from cdktf import App

    os.chdir(PROJECT)
    app = App(context=context)
    for stack in STACKS:
        stack.make(app, settings)
    app.synth()
    return 0


if __name__ == "__main__":
    sys.exit(main())
