"""Writes the table of requirements and the tests that prove them (``python -m tools.traceability``)."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
REQUIREMENTS = PROJECT / "docs" / "requirements.md"
TABLE = PROJECT / "docs" / "traceability.md"
_ROW = re.compile(r"^\| ([A-Z]+\d?-\d+) \|", re.MULTILINE)


def required(sections: str = "AB") -> list[str]:
    """Return the ids of the requirements of some sections, in order."""
    parts = re.split(r"^## ([A-Z])\. ", REQUIREMENTS.read_text(encoding="utf-8"), flags=re.MULTILINE)
    texts = dict(zip(parts[1::2], parts[2::2], strict=True))
    return [id_ for section in sections for id_ in _ROW.findall(texts[section])]


def proven() -> dict[str, list[str]]:
    """Return the tests that name each requirement, as ``path::test``."""
    tests: dict[str, list[str]] = defaultdict(list)
    for path in sorted((PROJECT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for id_ in _named(node):
                    tests[id_].append(f"{path.relative_to(PROJECT).as_posix()}::{node.name}")
    return tests


def _named(test: ast.FunctionDef) -> Iterator[str]:
    """Yield the ids in a test's ``@pytest.mark.requirement("...")``."""
    for decorator in test.decorator_list:
        if (
            isinstance(decorator, ast.Call)
            and isinstance(decorator.func, ast.Attribute)
            and decorator.func.attr == "requirement"
        ):
            yield from (
                str(argument.value) for argument in decorator.args if isinstance(argument, ast.Constant)
            )


def table() -> str:
    """Return the table as Markdown."""
    tests = proven()
    lines = [
        "# Requirements and the tests that prove them",
        "",
        "Written by `python -m tools.traceability` from the `requirement` marks of the tests;",
        "a test keeps it true. The requirements are in [requirements.md](requirements.md).",
        "",
        "| id | tests |",
        "|---|---|",
    ]
    lines += [f"| {id_} | {'<br>'.join(f'`{test}`' for test in tests.get(id_, []))} |" for id_ in required()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
