"""The stacks that the documents describe: production, synthesized in memory."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from settings import load
from stacks.catalogue import StackEntry
from synthesis import fast_binding

DOCS = Path(__file__).resolve().parent.parent / "docs"
"""The folder of the documents."""

ENVIRON = {
    "ENVIRONMENT_SUFFIX": "prod",
    "ACCOUNT_ID": "111122223333",
    "ALERT_EMAIL": "alerts@example.com",
    "DASHBOARD_ORIGINS": "https://dashboard.example.com",
    "DEPLOYMENT_REPOSITORY": "example/trading-platform",
    "STATE_BUCKET": "state-of-the-documents",
}
"""Production with its defaults, and what has none; whatever is optional and worth seeing is there."""


@dataclass(frozen=True)
class DocumentedStack:
    """A synthesized stack.

    Attributes:
        template: Its Terraform JSON.
        classes: Class of every construct of ours by path, such as ``("keys", "database")``.
    """

    template: Mapping[str, Any]
    classes: Mapping[tuple[str, ...], type]


@cache
def synthesize(entry: StackEntry) -> DocumentedStack:
    """Synthesize a stack for the documents."""
    fast_binding.install()
    from cdktf import Testing

    with _construct_classes() as classes:
        stack = entry.make(Testing.app(), load(ENVIRON, {}))
        template = json.loads(Testing.synth(stack))
    return DocumentedStack(template, classes)


@contextmanager
def _construct_classes() -> Iterator[dict[tuple[str, ...], type]]:
    """Note the Python class of each construct, which jsii forgets as soon as nobody holds the object."""
    from constructs import Construct

    original = Construct.__init__
    paths: dict[int, tuple[str, ...]] = {}
    kept: list[Construct] = []  # or an id might be given to another object
    classes: dict[tuple[str, ...], type] = {}

    def note(self: Construct, scope: Construct, id_: str, *args: Any, **options: Any) -> None:
        original(self, scope, id_, *args, **options)
        paths[id(self)] = path = (*paths.get(id(scope), ()), id_)
        kept.append(self)
        classes[path] = type(self)

    Construct.__init__ = note  # type: ignore[method-assign, assignment]
    try:
        yield classes
    finally:
        Construct.__init__ = original  # type: ignore[method-assign]
