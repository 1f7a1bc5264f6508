"""Writes docs/cost.md: ``python -m tools.cost``."""

import sys

from tools import console
from tools.cost.document import document
from tools.workspace import ROOT

DOCUMENT = ROOT / "docs" / "cost.md"


def main() -> None:
    """Write the document."""
    DOCUMENT.write_text(document(), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(console.run(lambda _: main()))
