"""Writes ``docs/architecture-<stack>.svg`` of every stack."""

import sys
from pathlib import Path

from stacks.catalogue import STACKS, StackEntry
from tools.architecture.picture import compose
from tools.architecture.sheets import SHEETS
from tools.architecture.svg import svg
from tools.documented_stacks import DOCS, synthesize
from tools.errors import ToolError


def path_of(entry: StackEntry) -> Path:
    """Return where a stack's picture is."""
    return DOCS / f"architecture-{entry.name}.svg"


def draw(entry: StackEntry) -> str:
    """Draw a stack.

    Raises:
        ToolError: The stack has what the picture does not know, or no place for.
    """
    if entry.name not in SHEETS:
        raise ToolError(f"tools/architecture/sheets.py does not say how to arrange the stack {entry.name}")
    return svg(compose(synthesize(entry).template, entry.workload, SHEETS[entry.name]))


def main() -> int:
    """Write the pictures.

    Returns:
        Exit status.
    """
    try:
        for entry in STACKS:
            path_of(entry).write_text(draw(entry), encoding="utf-8")
            print(f"written: {path_of(entry).relative_to(DOCS.parent)}")
    except ToolError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
