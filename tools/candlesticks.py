"""Draws a day of bars as candlesticks, with the volume below."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import dates, ticker
from matplotlib.figure import Figure

from tools.local_api import NEW_YORK

_RISING, _FALLING = "#1a7f5a", "#c0392b"
_OPENING, _CLOSING = time(9, 30), time(16)
_MARGIN = 15 / (24 * 60)
_STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "svg.hashsalt": "candlesticks",  # the same bars give the same bytes
    "svg.fonttype": "path",
}


def draw(bars: Sequence[Mapping[str, Any]], title: str, minutes: int, file: Path) -> list[Path]:
    """Draws bars of one day.

    Args:
        bars: as the API gives them, in order; a bar without prices shows its volume only.
        title: what is shown.
        minutes: a bar's length.
        file: without its suffix.

    Returns:
        The files: the same picture as SVG and as PNG.

    Raises:
        ValueError: there are no bars.
    """
    if not bars:
        raise ValueError("there are no bars to draw")
    starts = [datetime.fromisoformat(bar["start"]).astimezone(NEW_YORK) for bar in bars]
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(11, 6.2), layout="constrained")
        price, volume = figure.subplots(2, sharex=True, height_ratios=[3, 1])
        figure.suptitle(title, fontsize=14, fontweight="bold")
        _candles(price, bars, starts, minutes)
        _volumes(volume, bars, starts, minutes)
        for axes in (price, volume):
            _session(axes, starts[0])
        note = "shaded: outside the regular session"
        price.text(0.995, 0.98, note, transform=price.transAxes, ha="right", va="top", fontsize=8, alpha=0.7)
        files = [file.with_name(f"{file.name}.{suffix}") for suffix in ("svg", "png")]
        # the moment of drawing and the library's version would change with the same bars
        figure.savefig(files[0], metadata={"Date": None, "Creator": None})
        figure.savefig(files[1], dpi=110, metadata={"Software": None})
    return files


def _candles(axes: Any, bars: Sequence[Mapping[str, Any]], starts: list[datetime], minutes: int) -> None:
    width = minutes / (24 * 60)
    for bar, start in zip(bars, starts, strict=True):
        if bar["open"] is None:
            continue
        first, last = float(bar["open"]), float(bar["close"])
        colour = _RISING if last >= first else _FALLING
        middle = dates.date2num(start) + width / 2
        axes.vlines(middle, float(bar["low"]), float(bar["high"]), color=colour, linewidth=1)
        axes.bar(
            middle, last - first, width * 0.7, bottom=first, color=colour, edgecolor=colour, linewidth=0.8
        )
    known = [bar for bar in bars if bar["open"] is not None]
    if known:
        lowest, highest = min(float(bar["low"]) for bar in known), max(float(bar["high"]) for bar in known)
        margin = (highest - lowest) * 0.05 or 0.05
        axes.set_ylim(lowest - margin, highest + margin)
    axes.set_ylabel("Price (USD)")
    axes.yaxis.set_major_formatter(ticker.FormatStrFormatter("%.2f"))
    axes.grid(axis="y", alpha=0.3)


def _volumes(axes: Any, bars: Sequence[Mapping[str, Any]], starts: list[datetime], minutes: int) -> None:
    width = minutes / (24 * 60)
    middles = [dates.date2num(start) + width / 2 for start in starts]
    axes.bar(middles, [bar["volume"] for bar in bars], width * 0.7, color="#5b7083")
    axes.set_ylabel("Volume (shares)")
    axes.yaxis.set_major_formatter(ticker.EngFormatter())
    axes.xaxis_date(NEW_YORK)
    axes.xaxis.set_major_locator(dates.HourLocator(tz=NEW_YORK))
    axes.xaxis.set_major_formatter(dates.DateFormatter("%H:%M", tz=NEW_YORK))
    axes.set_xlabel("Time in New York")
    axes.grid(axis="y", alpha=0.3)


def _session(axes: Any, start: datetime) -> None:
    """Shows the regular session whole, however few the bars are, and shades what lies outside it."""
    opening, closing = (
        dates.date2num(datetime.combine(start.date(), one, NEW_YORK)) for one in (_OPENING, _CLOSING)
    )
    first, last = axes.get_xlim()
    left, right = min(first, opening - _MARGIN), max(last, closing + _MARGIN)
    for begin, end in ((left, opening), (closing, right)):
        axes.axvspan(begin, end, color="#000000", alpha=0.05, linewidth=0)
    axes.set_xlim(left, right)
