"""What a measurement hands to `tools.bench`."""

import statistics
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One thing measured one way, some times."""

    what: str
    """What was measured, such as "wall time of python main.py"."""
    variant: str
    """The way, where several are compared; the first of them is what the others are compared with."""
    unit: str
    runs: tuple[float, ...]
    """Every single value, in the order in which they were measured."""

    @property
    def median(self) -> float:
        """The middle value, which a single disturbed run doesn't move."""
        return statistics.median(self.runs)


@dataclass(frozen=True)
class Measurement:
    """Figures that belong together, and how they came about."""

    title: str
    note: str
    """What exactly was measured; or why nothing was, when there are no figures."""
    figures: tuple[Figure, ...] = ()

    def ratio(self, figure: Figure) -> float | None:
        """Return how many times less `figure` is than the first variant; None where there are no variants."""
        if not figure.variant:
            return None
        first = next(each for each in self.figures if each.what == figure.what)
        return first.median / figure.median

    def as_json(self) -> dict[str, Any]:
        """Return all of it, with medians and ratios."""
        figures = [
            {
                "what": each.what,
                "variant": each.variant,
                "unit": each.unit,
                "median": each.median,
                "ratio": self.ratio(each),
                "runs": list(each.runs),
            }
            for each in self.figures
        ]
        return {"title": self.title, "note": self.note, "figures": figures}
