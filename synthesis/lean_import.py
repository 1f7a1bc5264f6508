"""Python side: import the generated bindings without what a synthesis never uses.

The generated packages are imported from their own, unchanged sources, with three differences:

* The root of a provider package doesn't import all its submodules (2,135 for AWS); each is imported when it
  is asked for.
* Annotations aren't evaluated, docstrings and the `if __debug__` type checks are left out, as `python -OO`
  would. mypy has checked the same types before, and the jsii kernel checks every value again.
* `typeguard`, which only those checks use, isn't imported, nor is its version looked up once per module.

The compiled result is kept in the user's cache. A provider package whose root doesn't look as expected is
left to Python, with all its modules.
"""

import __future__

import importlib
import importlib.util
import marshal
import os
import re
import struct
import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import cast

PROVIDERS = frozenset({"cdktf_cdktf_provider_aws", "cdktf_cdktf_provider_archive"})
"""The packages whose submodules are imported on demand."""

PACKAGES = PROVIDERS | {"constructs", "cdktf"}
"""The generated packages that are imported this way."""

_EAGER_IMPORTS = re.compile(
    rb"(?P<kept>.*^publication\.publish\(\)\n(?:\n|#[^\n]*\n)*)(?:from \. import \w+\n)+",
    re.DOTALL | re.MULTILINE,
)
_TYPE_CHECKER = re.compile(
    rb"^import typeguard\nfrom importlib\.metadata import version as _metadata_package_version\n"
    rb"TYPEGUARD_MAJOR_VERSION = [^\n]*\n\ndef check_type\([^\n]*\n(?:[ ]+[^\n]*\n)+",
    re.MULTILINE,
)
_FORMAT = 1  # raise it when lean_source or the compiler's options change: older cache files are then ignored


def lean_source(name: str, source: bytes) -> bytes | None:
    """Return a module's source without eager imports and type checker, None when it isn't as expected."""
    if name in PROVIDERS:
        root = _EAGER_IMPORTS.fullmatch(source)
        if root is None:
            return None
        source = root["kept"]
    return _TYPE_CHECKER.sub(b"", source, count=1)


class LeanFinder(MetaPathFinder):
    """Finds the generated packages where Python would, and gives them the lean loader.

    `imported` is told of each module that has been loaded.
    """

    def __init__(self, cache: Path, imported: Callable[[ModuleType], None]) -> None:
        self.cache = cache
        self.imported = imported
        self.left_to_python: set[str] = set()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the module's spec, or None to leave it to Python."""
        package = fullname.partition(".")[0]
        if package not in PACKAGES or package in self.left_to_python:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or type(spec.loader) is not SourceFileLoader:
            return None
        spec.loader = LeanLoader(fullname, spec.loader.path, self)
        return spec


class LeanLoader(SourceFileLoader):
    """Loads one generated module."""

    def __init__(self, name: str, path: str, finder: LeanFinder) -> None:
        super().__init__(name, path)
        self._finder = finder

    def get_code(self, fullname: str) -> CodeType | None:
        """Return the lean code, from the cache when that was made from this very source by this Python."""
        path = self.get_filename(fullname)
        found = Path(path).stat()
        stamp = importlib.util.MAGIC_NUMBER + struct.pack("<qqi", found.st_mtime_ns, found.st_size, _FORMAT)
        cached = self._finder.cache / f"{fullname}.{sys.implementation.cache_tag}.pyc"
        try:
            kept = cached.read_bytes()
            if kept.startswith(stamp):
                return cast(CodeType, marshal.loads(memoryview(kept)[len(stamp) :]))  # noqa: S302 - from below
        except (OSError, ValueError, EOFError, TypeError):
            pass  # none yet, or damaged
        source = lean_source(fullname, self.get_data(path))
        if source is None:
            self._finder.left_to_python.add(fullname)
            return super().get_code(fullname)
        flags = __future__.annotations.compiler_flag
        code = cast(CodeType, compile(source, path, "exec", flags=flags, dont_inherit=True, optimize=2))
        self._keep(cached, stamp + marshal.dumps(code))
        return code

    def exec_module(self, module: ModuleType) -> None:
        """Run the module; the submodules of a provider become importable as attributes."""
        super().exec_module(module)
        if module.__name__ in PROVIDERS - self._finder.left_to_python:
            _import_on_demand(module)
        self._finder.imported(module)

    def _keep(self, cached: Path, data: bytes) -> None:
        unfinished = cached.with_suffix(f".{os.getpid()}")
        try:
            unfinished.write_bytes(data)
            unfinished.replace(cached)
        except OSError:
            unfinished.unlink(missing_ok=True)


def _import_on_demand(package: ModuleType) -> None:
    """Let `package.submodule` import the submodule, and jsii find the types in it."""
    name = package.__name__
    published = sys.modules[name]  # generated modules end by putting one with only their public names there
    submodules = {each for each in published.__all__ if each.islower()}

    def import_submodule(attribute: str) -> ModuleType:
        if attribute not in submodules:
            raise AttributeError(f"module {name!r} has no attribute {attribute!r}")
        return importlib.import_module(f"{name}.{attribute}")

    vars(published)["__getattr__"] = import_submodule

    from jsii import _reference_map  # the place where jsii looks up a type that nobody has imported yet

    assembly = package.__jsii_assembly__.name
    _reference_map._submodule_fqn_map.update(
        {f"{assembly}.{_camel_case(each)}": f"{name}.{each}" for each in submodules}
    )


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))
