"""Writes ``docs/reference.md``."""

from stacks.catalogue import STACKS, StackEntry
from tools.documented_stacks import DOCS, synthesize
from tools.reference.inputs import inputs
from tools.reference.stack import constructs, outputs, resource_types

REFERENCE = DOCS / "reference.md"


def reference() -> str:
    """Return the whole document."""
    lines = [
        "# Reference",
        "",
        "Written by `make docs` from the settings and the synthesized stacks; a test keeps it true.",
        "Resources are those of production with the defaults.",
        "",
        "## Inputs",
        "",
        "Environment variables, or keys of the `context` of `cdktf.json`: of `context.environments.<suffix>`",
        "for one environment, of `context` itself for all of them. All stacks share them.",
        "",
        *inputs(),
    ]
    for entry in STACKS:
        lines += _stack(entry)
    return "\n".join(lines).rstrip() + "\n"


def _stack(entry: StackEntry) -> list[str]:
    stack = synthesize(entry)
    resources = sum(map(len, stack.template["resource"].values()))
    suffix = "family" if entry.of_family else "suffix"
    return [
        f"## Stack `{entry.name}-<{suffix}>`",
        "",
        f"![Architecture of {entry.name}](architecture-{entry.name}.svg)",
        "",
        "### Outputs",
        "",
        *outputs(stack),
        f"### Resources: {resources}",
        "",
        *constructs(stack),
        "<details><summary>By type</summary>",
        "",
        *resource_types(stack),
        "</details>",
        "",
    ]


if __name__ == "__main__":
    REFERENCE.write_text(reference(), encoding="utf-8")
    print(f"written: {REFERENCE.relative_to(DOCS.parent)}")
