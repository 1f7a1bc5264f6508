"""Markdown files as tests read them: headings and their anchors, links, code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
_LINK = re.compile(r"\[(?:[^\]\[]|\[[^\]]*\])*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it, until the next heading of any level.

    Attributes:
        level: 1 for the document's title.
        title: The heading.
        text: What follows.
    """

    level: int
    title: str
    text: str


class Document:
    """One file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        self.prose = _FENCE.sub("", self.text)
        """The text without blocks of code."""

    def blocks(self, *languages: str) -> list[str]:
        """Return the blocks of code in some languages, without their indentation."""
        return [
            re.sub(rf"^{indentation}", "", code, flags=re.MULTILINE)
            for indentation, language, code in _FENCE.findall(self.text)
            if language in languages
        ]

    def inline_code(self) -> list[str]:
        """Return the code within the prose."""
        return _CODE.findall(self.prose)

    def links(self) -> list[str]:
        """Return where the links lead to."""
        return _LINK.findall(_CODE.sub("", self.prose))

    def sections(self) -> Iterator[Section]:
        """Yield every section, with its blocks of code."""
        fences = [match.span() for match in _FENCE.finditer(self.text)]
        headings = [
            match
            for match in _HEADING.finditer(self.text)
            if not any(start <= match.start() < end for start, end in fences)
        ]
        ends = [match.start() for match in headings[1:]] + [len(self.text)]
        for match, end in zip(headings, ends, strict=True):
            yield Section(len(match[1]), match[2], self.text[match.end() : end])

    def anchors(self) -> set[str]:
        """Return what GitHub makes of the headings; a repeated one gets a number."""
        seen: dict[str, int] = {}
        for section in self.sections():
            slug = re.sub(r"[^\w\- ]", "", section.title.lower()).replace(" ", "-")
            seen[slug] = seen.get(slug, -1) + 1
        return {
            f"{slug}-{number}" if number else slug
            for slug, most in seen.items()
            for number in range(most + 1)
        }


def code_of(text: str) -> list[str]:
    """Return the code within a piece of prose."""
    return _CODE.findall(text)
