"""Tables in Markdown."""

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table, and an empty one after it."""
    cells = [list(head), ["---"] * len(head), *map(list, rows)]
    return [f"| {' | '.join(each.replace('|', chr(92) + '|') for each in row)} |" for row in cells] + [""]


def code(text: str) -> str:
    """Return a text as code; nothing where there is none."""
    return f"`{text}`" if text else ""
