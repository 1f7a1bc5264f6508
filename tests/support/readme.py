"""The commands that the README tells people to type."""

import re

from tools.workspace import ROOT

README = ROOT / "README.md"
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks() -> list[str]:
    """Every block of commands."""
    return _BLOCK.findall(README.read_text(encoding="utf-8"))


def block_with(word: str) -> str:
    """The only block that has a word."""
    (found,) = (block for block in blocks() if word in block)
    return found
