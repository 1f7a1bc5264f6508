"""The metrics that a function's code reports, read from the code."""

import ast
from collections.abc import Iterator
from pathlib import Path

LAMBDA = Path(__file__).resolve().parent.parent.parent / "lambda"


def emitted_metrics(package: str) -> set[str]:
    """Return the names that a package of ``lambda/`` gives to ``add_metric``.

    A name is written there, or stands in a dictionary of the module, or comes from an argument called
    ``metric`` of one of the package's functions and exceptions.

    Raises:
        AssertionError: A name comes from elsewhere.
    """
    modules = [
        ast.parse(path.read_text(encoding="utf-8")) for path in sorted((LAMBDA / package).glob("*.py"))
    ]
    return {
        name
        for module in modules
        for call in _calls(module, "add_metric")
        for name in _names(_argument(call, "name", 0), module, modules)
    }


def _names(value: ast.expr, module: ast.Module, modules: list[ast.Module]) -> set[str]:
    match value:
        case ast.Constant(value=str(name)):
            return {name}
        case ast.Name(id=assigned) | ast.Subscript(value=ast.Name(id=assigned)) if _assigned(
            module, assigned
        ):
            return {name for each in _assigned(module, assigned) for name in _constants(each)}
        case ast.Name(id="metric") | ast.Attribute(attr="metric"):
            return _given_as_metric(modules)
    raise AssertionError(f"can't tell which metric this is: {ast.unparse(value)}")


def _given_as_metric(modules: list[ast.Module]) -> set[str]:
    """Return what is given to functions and to exceptions whose first parameter is ``metric``."""
    takers = {
        definition.name
        for module in modules
        for definition in ast.walk(module)
        if isinstance(definition, ast.FunctionDef | ast.ClassDef)
        and definition.name != "__init__"
        and _takes_metric(definition)
    }
    names = set()
    for module in modules:
        for taker in takers:
            for call in _calls(module, taker):
                given = _argument(call, "metric", 0)
                if not (isinstance(given, ast.Name) and given.id == "metric"):  # handed on from above
                    names |= _names(given, module, modules)
    return names


def _takes_metric(definition: ast.FunctionDef | ast.ClassDef) -> bool:
    if isinstance(definition, ast.ClassDef):
        return any(_takes_metric(each) for each in definition.body if isinstance(each, ast.FunctionDef))
    arguments = [argument.arg for argument in definition.args.args if argument.arg != "self"]
    return arguments[:1] == ["metric"]


def _calls(module: ast.Module, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            called = node.func
            if name == (called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", None)):
                yield node


def _argument(call: ast.Call, name: str, position: int) -> ast.expr:
    named = [keyword.value for keyword in call.keywords if keyword.arg == name]
    return named[0] if named else call.args[position]


def _assigned(module: ast.Module, name: str) -> list[ast.expr]:
    return [
        node.value
        for node in module.body
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
    ]


def _constants(value: ast.expr) -> set[str]:
    parts = value.values if isinstance(value, ast.Dict) else [value]
    return {part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)}
