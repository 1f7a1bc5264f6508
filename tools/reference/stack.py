"""What a stack gives to others, and what it is made of."""

import sys
from collections import Counter, defaultdict

from tools.documented_stacks import DocumentedStack
from tools.reference.markdown import code, table
from tools.reference.requirements import in_order, named, without_ids


def outputs(stack: DocumentedStack) -> list[str]:
    """Return the table of outputs."""
    return table(
        ("output", "what it is", "sensitive"),
        (
            (code(name), output["description"], "yes" if output.get("sensitive") else "")
            for name, output in sorted(stack.template["output"].items())
        ),
    )


def constructs(stack: DocumentedStack) -> list[str]:
    """Return the table of the constructs that the stack wires together, with the resources of each."""
    types: dict[str, Counter[str]] = defaultdict(Counter)
    for type_, resources in stack.template["resource"].items():
        for id_ in resources:
            # Terraform's id of a resource is its path in the construct tree and a digest.
            types[id_.split("_")[0]][type_] += 1
    return table(
        ("construct", "what it is", "requirements", "resources"),
        (
            (code(construct), *_described(stack, construct), _counts(types[construct]))
            for (construct, *inner) in stack.classes
            if not inner and types[construct]
        ),
    )


def _described(stack: DocumentedStack, construct: str) -> tuple[str, str]:
    """Return what the construct's module says of itself, and the requirements of all modules inside."""
    inside = {path: class_.__module__ for path, class_ in stack.classes.items() if path[0] == construct}
    documents = {module: sys.modules[module].__doc__ or "" for module in inside.values()}
    module = inside[construct,]
    summary = without_ids(documents[module].splitlines()[0])
    link = f"[{summary}](../{module.replace('.', '/')}.py)"
    return link, in_order(id_ for document in documents.values() for id_ in named(document))


def _counts(types: Counter[str]) -> str:
    return ", ".join(
        code(type_) if number == 1 else f"{number} {code(type_)}" for type_, number in sorted(types.items())
    )


def resource_types(stack: DocumentedStack) -> list[str]:
    """Return the table of all types of resources, the most frequent first."""
    numbers = Counter({type_: len(ids) for type_, ids in stack.template["resource"].items()})
    return table(
        ("type", "number"),
        (
            (code(type_), str(number))
            for type_, number in sorted(numbers.items(), key=lambda each: (-each[1], each[0]))
        ),
    )
