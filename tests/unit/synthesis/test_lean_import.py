"""Python side: what is left out, what is kept, and what isn't touched."""

import os
from pathlib import Path
from types import CodeType, ModuleType

import pytest

from synthesis.lean_import import PACKAGES, PROVIDERS, LeanFinder, LeanLoader, lean_source
from tests.support.binding_process import installed

AWS = "cdktf_cdktf_provider_aws"

CHECKER = b"""import typeguard
from importlib.metadata import version as _metadata_package_version
TYPEGUARD_MAJOR_VERSION = int(_metadata_package_version('typeguard').split('.')[0])

def check_type(argname: str, value: object, expected_type: typing.Any) -> typing.Any:
    if TYPEGUARD_MAJOR_VERSION <= 2:
        return typeguard.check_type(argname=argname, value=value)
"""
KEPT = b'from ._jsii import *\n\n__all__ = [\n    "vpc",\n]\n\npublication.publish()\n\n# Loading modules\n'
ROOT = b"import abc\n\n" + CHECKER + b"\n" + KEPT + b"from . import vpc\nfrom . import s3_bucket\n"


class TestSource:
    def test_root_loses_its_imports_and_its_checker(self) -> None:
        assert lean_source(AWS, ROOT) == b"import abc\n\n\n" + KEPT

    @pytest.mark.parametrize(
        "changed",
        [
            ROOT + b"ANSWER = 42\n",
            ROOT + b"from . import vpc as network\n",
            ROOT.replace(b"from . import vpc\n", b"import_all()\n"),
            ROOT.replace(b"publication.publish()", b"publication.publish(True)"),
            KEPT,
            b"",
        ],
    )
    def test_root_of_another_shape_is_refused(self, changed: bytes) -> None:
        assert lean_source(AWS, changed) is None

    def test_submodule_loses_its_checker_only(self) -> None:
        assert lean_source(f"{AWS}.vpc", CHECKER + b"\nclass Vpc: ...\n") == b"\nclass Vpc: ...\n"

    def test_submodule_with_another_checker_stays(self) -> None:
        changed = (CHECKER + b"\nclass Vpc: ...\n").replace(b"import typeguard\n", b"import beartype\n")
        assert lean_source(f"{AWS}.vpc", changed) == changed

    def test_installed_packages_have_the_expected_shape(self) -> None:
        sources = {package: installed(package) / "__init__.py" for package in PACKAGES}
        sources[f"{AWS}.s3_bucket"] = installed(AWS) / "s3_bucket" / "__init__.py"
        for module, path in sources.items():
            lean = lean_source(module, path.read_bytes())
            assert lean is not None, module
            assert b"typeguard" not in lean, module
            assert module not in PROVIDERS or b"from . import" not in lean, module


class TestCache:
    @pytest.fixture
    def module(self, tmp_path: Path) -> Path:
        path = tmp_path / "generated.py"
        path.write_text('"""Docstring."""\nassert False\nanswer: undefined = 1\n')
        return path

    @pytest.fixture
    def cache(self, tmp_path: Path) -> Path:
        directory = tmp_path / "cache"
        directory.mkdir()
        return directory

    def answer(self, module: Path, cache: Path) -> object:
        """Load the module; annotation and assertion would fail, were they evaluated."""
        loader = LeanLoader("generated", str(module), LeanFinder(cache, lambda module: None))
        code = loader.get_code("generated")
        assert isinstance(code, CodeType)
        values: dict[str, object] = {}
        exec(code, values)
        assert values.get("__doc__") is None
        return values["answer"]

    def test_code_is_kept(self, module: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.answer(module, cache) == 1
        monkeypatch.setattr(LeanLoader, "get_data", lambda self, path: pytest.fail("read the source again"))
        assert self.answer(module, cache) == 1

    def test_changed_source_is_compiled_again(self, module: Path, cache: Path) -> None:
        assert self.answer(module, cache) == 1
        before = module.stat()
        module.write_text(module.read_text().replace("1", "2"))
        os.utime(module, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
        assert self.answer(module, cache) == 2

    @pytest.mark.parametrize(
        "damage", [lambda kept: b"", lambda kept: kept[:-9], lambda kept: b"x" + kept[1:]]
    )
    def test_damaged_code_is_replaced(self, module: Path, cache: Path, damage: object) -> None:
        assert callable(damage)
        assert self.answer(module, cache) == 1
        (kept,) = cache.iterdir()
        kept.write_bytes(damage(kept.read_bytes()))
        assert self.answer(module, cache) == 1

    def test_cache_that_cannot_be_written_is_done_without(self, module: Path, tmp_path: Path) -> None:
        assert self.answer(module, tmp_path / "missing") == 1


def test_module_of_another_loader_is_left_to_python(tmp_path: Path) -> None:
    finder = LeanFinder(tmp_path, lambda module: None)
    assert finder.find_spec("json", None) is None
    assert finder.find_spec("cdktf_cdktf_provider_aws_two", None) is None


def test_each_import_is_told(tmp_path: Path) -> None:
    told: list[ModuleType] = []
    path = tmp_path / "generated.py"
    path.write_text("x = 1\n")
    loader = LeanLoader("generated", str(path), LeanFinder(tmp_path, told.append))
    module = ModuleType("generated")
    loader.exec_module(module)
    assert told == [module]
