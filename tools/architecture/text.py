"""How wide text is in a common sans-serif font; a little more than in most, as every viewer has another."""

_NARROW = frozenset("ijlftrI.,:;'|!()[]/- ")
_WIDE = frozenset("mwMW@%…")


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a line, in the unit of the font's size."""
    em = sum(0.35 if c in _NARROW else 0.88 if c in _WIDE else 0.66 if c.isupper() else 0.57 for c in text)
    return em * size * (1.08 if bold else 1.0)


def wrap(text: str, size: float, limit: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines that are not wider than a limit, if its words are not."""
    lines: list[str] = []
    for word in text.split():
        if lines and width(f"{lines[-1]} {word}", size, bold=bold) <= limit:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
