"""A day drawn as candlesticks."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tools import candlesticks

RISING = {
    "start": "2013-10-07T13:30:00+00:00",
    "open": 182,
    "high": 183,
    "low": 181.5,
    "close": 182.5,
    "volume": 100,
}
FALLING = {
    "start": "2013-10-07T13:35:00+00:00",
    "open": 182.5,
    "high": 182.5,
    "low": 180,
    "close": 181,
    "volume": 50,
}
NO_PRICE = {
    "start": "2013-10-07T20:00:00+00:00",
    "open": None,
    "high": None,
    "low": None,
    "close": None,
    "volume": 7,
}


def draw(folder: Path, bars: Sequence[dict[str, Any]]) -> list[Path]:
    return candlesticks.draw(bars, "IBM on Monday", 5, folder / "bars-IBM")


def test_the_same_bars_give_the_same_bytes(tmp_path: Path) -> None:
    files = draw(tmp_path, [RISING, FALLING, NO_PRICE])
    first = [file.read_bytes() for file in files]

    assert [file.name for file in files] == ["bars-IBM.svg", "bars-IBM.png"]
    assert first[1].startswith(b"\x89PNG\r\n")
    assert [file.read_bytes() for file in draw(tmp_path, [RISING, FALLING, NO_PRICE])] == first


def test_a_name_with_a_dot_in_it_is_kept(tmp_path: Path) -> None:
    files = candlesticks.draw([RISING], "BRK.B", 5, tmp_path / "bars-BRK.B-2013-10-07")
    assert [file.name for file in files] == ["bars-BRK.B-2013-10-07.svg", "bars-BRK.B-2013-10-07.png"]


def test_each_bar_has_a_candle_in_its_colour_and_a_volume(tmp_path: Path) -> None:
    svg, _ = draw(tmp_path, [RISING, FALLING, NO_PRICE])
    styles = [element.get("style") or "" for element in ElementTree.parse(svg).iter()]
    bodies = {
        colour: sum(f"fill: {colour}" in style for style in styles) for colour in ("#1a7f5a", "#c0392b")
    }

    assert bodies == {"#1a7f5a": 1, "#c0392b": 1}
    assert sum("fill: #5b7083" in style for style in styles) == 3
    # the text is drawn; the library notes beside each piece what it says
    said = re.findall(r"<!-- (.*?) -->", svg.read_text(encoding="utf-8"))
    assert {"IBM on Monday", "Price (USD)", "Volume (shares)", "Time in New York", "10:00", "16:00"} <= set(
        said
    )


def test_no_bars_no_picture(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no bars"):
        draw(tmp_path, [])
