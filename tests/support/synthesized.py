"""Assertions over a synthesized stack, with failures that a person can read.

``cdktf.Testing``'s Python matchers return a bare bool, match any resource of a type, and know no absence,
count, output or backend. This helper works on the JSON of ``Testing.synth``, the bytes that Terraform reads.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from cdktf import TerraformStack, Testing

Block: TypeAlias = dict[str, Any]

_REFERENCE = re.compile(r"\$\{(data\.)?([a-z0-9_]+)\.([A-Za-z0-9_-]+)\.[^}]*\}")


class Synthesized:
    """A stack's Terraform JSON and the questions that tests ask of it.

    Expected properties are a subset: a mapping matches a mapping that has at least its keys, a list matches
    element by element, a compiled pattern matches a string that it finds itself in, a callable decides.
    """

    def __init__(self, template: str) -> None:
        self.text = template
        self.json: Block = json.loads(template)

    @classmethod
    def of(cls, stack: TerraformStack) -> "Synthesized":
        """Synthesize a stack in memory."""
        return cls(Testing.synth(stack))

    def all(self, type_: str, **expected: Any) -> dict[str, Block]:
        """Return the resources of a type that match, by logical id."""
        return {id_: block for id_, block in self._of_type(type_).items() if not _mismatch(expected, block)}

    def one(self, type_: str, **expected: Any) -> Block:
        """Return the only resource of a type that matches; fail where there is none or more than one."""
        found = self.all(type_, **expected)
        if len(found) == 1:
            return next(iter(found.values()))
        if found:
            raise AssertionError(f"{len(found)} {type_} match {expected}, not one: {sorted(found)}")
        raise AssertionError(f"no {type_} matches {expected}\n" + self._nearest(type_, expected))

    def absent(self, type_: str, **expected: Any) -> None:
        """Fail where a resource of the type matches."""
        found = self.all(type_, **expected)
        assert not found, f"{type_} should not be there: {sorted(found)}"

    def count(self, type_: str, number: int, **expected: Any) -> None:
        """Fail unless exactly so many resources of the type match."""
        found = self.all(type_, **expected)
        assert len(found) == number, f"{len(found)} {type_}, expected {number}: {sorted(found)}"

    def id_of(self, type_: str, **expected: Any) -> str:
        """Return the address ``type.logical_id`` of the only resource that matches."""
        block = self.one(type_, **expected)
        return next(f"{type_}.{id_}" for id_, other in self._of_type(type_).items() if other is block)

    def target(self, reference: str) -> tuple[str, Block]:
        """Return the type and the block that a token such as ``${aws_kms_key.db.arn}`` points to."""
        match = _REFERENCE.fullmatch(reference)
        assert match, f"{reference!r} refers to no resource"
        type_ = f"{match[1] or ''}{match[2]}"
        blocks = self._of_type(type_)
        assert match[3] in blocks, f"{reference!r} points to nothing"
        return type_, blocks[match[3]]

    def statements(self, policy: str) -> dict[str, Block]:
        """Return the statements, by sid, of the policy document that a token points to."""
        type_, document = self.target(policy)
        assert type_ == "data.aws_iam_policy_document", f"{policy!r} is no policy document"
        return {statement["sid"]: statement for statement in document["statement"]}

    def output(self, name: str) -> Block:
        """Return an output."""
        outputs: Block = self.json.get("output", {})
        assert name in outputs, f"no output {name!r}; there are {sorted(outputs)}"
        block: Block = outputs[name]
        return block

    def backend(self, kind: str) -> Block:
        """Return the backend's configuration."""
        backends: Block = self.json["terraform"]["backend"]
        assert kind in backends, f"no {kind} backend; there is {sorted(backends)}"
        block: Block = backends[kind]
        return block

    def provider(self, name: str) -> Block:
        """Return the only configuration of a provider."""
        configurations = self.json["provider"][name]
        assert len(configurations) == 1, f"{len(configurations)} configurations of {name}"
        block: Block = configurations[0]
        return block

    def _of_type(self, type_: str) -> Block:
        kind, name = (
            ("data", type_.removeprefix("data.")) if type_.startswith("data.") else ("resource", type_)
        )
        blocks: Block = self.json.get(kind, {}).get(name, {})
        return blocks

    def _nearest(self, type_: str, expected: Block) -> str:
        candidates = {id_: _mismatch(expected, block) for id_, block in self._of_type(type_).items()}
        if not candidates:
            return f"there is no {type_} at all"
        nearest = sorted(candidates, key=lambda id_: len(candidates[id_]))[:3]
        return "\n".join(f"  {id_}:\n    " + "\n    ".join(candidates[id_]) for id_ in nearest)


def _mismatch(expected: Any, actual: Any, path: str = "") -> list[str]:
    """Say where ``actual`` does not hold what is expected; empty where it does."""
    if isinstance(expected, re.Pattern):
        found = isinstance(actual, str) and expected.search(actual)
        return [] if found else [f"{path}: {actual!r} does not match {expected.pattern!r}"]
    if callable(expected):
        return [] if expected(actual) else [f"{path}: {actual!r} is not accepted"]
    if isinstance(expected, Mapping):
        if isinstance(actual, list) and len(actual) == 1:
            actual = actual[0]  # Terraform's JSON may write a single block as a list of one
        if not isinstance(actual, Mapping):
            return [f"{path}: {actual!r} is no block"]
        return [
            line
            for key, value in expected.items()
            for line in (
                _mismatch(value, actual[key], f"{path}.{key}".lstrip("."))
                if key in actual
                else ([] if value is None else [f"{path}.{key}: missing".lstrip(".")])
            )
        ]
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        return [
            line
            for index, (want, have) in enumerate(zip(expected, actual, strict=True))
            for line in _mismatch(want, have, f"{path}[{index}]")
        ]
    return [] if expected == actual else [f"{path}: {actual!r}, expected {expected!r}"]
