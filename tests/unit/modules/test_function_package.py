"""Zips hold one package, with its folder, and depend on nothing of the machine they are made on."""

import shutil
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from cdktf import TerraformStack

from modules.function_package import FunctionPackage, LayerPackage
from tests.support.construct import synthesize
from tests.support.synthesized import Block, Synthesized
from tools.archive_provider import folder_entries

PROJECT = Path(__file__).resolve().parents[3]
FUNCTIONS = sorted(path.parent.name for path in (PROJECT / "lambda").glob("*/handler.py"))


def _synthesized(package: str = "critical_events", *shared: str) -> Synthesized:
    return synthesize(lambda stack: FunctionPackage(stack, "package", package, shared))


def _zipped(excludes: list[str]) -> set[str]:
    return {name for name, _ in folder_entries(PROJECT / "lambda", excludes, follow_folder_links=True)}


def _sources(*packages: str) -> set[str]:
    return {
        path.relative_to(PROJECT / "lambda").as_posix()
        for package in packages
        for path in (PROJECT / "lambda" / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def _archive() -> Block:
    return _synthesized().one("data.archive_file")


@pytest.mark.requirement("FN-1")
def test_package_is_zipped_from_a_path_relative_to_the_stack() -> None:
    archive = _archive()
    assert archive["type"] == "zip"
    assert archive["source_dir"] == "${path.module}/../../../lambda"
    assert archive["output_path"] == "${path.module}/critical_events.zip"
    assert archive["output_file_mode"] == "0644"


@pytest.mark.requirement("GEN-9")
def test_no_path_of_this_machine_is_synthesized() -> None:
    assert str(PROJECT) not in _synthesized().text


@pytest.mark.requirement("FN-1")
@pytest.mark.parametrize("package", FUNCTIONS)
def test_zip_holds_its_package_and_nothing_else(package: str) -> None:
    names = _zipped(_synthesized(package).one("data.archive_file")["excludes"])
    assert f"{package}/handler.py" in names
    assert names == _sources(package)


@pytest.mark.requirement("FN-1")
def test_zip_holds_what_the_package_shares_as_well() -> None:
    names = _zipped(_synthesized("database_migrations", "database").one("data.archive_file")["excludes"])
    assert {"database/connection.py", "database/certificates/us-east-1.pem"} < names
    assert names == _sources("database_migrations", "database")


@pytest.mark.requirement("FN-1")
def test_leftovers_of_tools_stay_out_of_the_zip(tmp_path: Path) -> None:
    folder = tmp_path / "lambda"
    shutil.copytree(PROJECT / "lambda", folder, ignore=shutil.ignore_patterns("__pycache__"))
    excludes = _archive()["excludes"]
    clean = {name for name, _ in folder_entries(folder, excludes, follow_folder_links=True)}
    for leftover in (
        "critical_events/__pycache__/handler.cpython-313.pyc",
        "critical_events/__pycache__/handler.cpython-313.pyc.1400",
        "critical_events/handler.pyc",
        "critical_events/.mypy_cache/3.13/cache.json",
        "critical_events/.DS_Store",
        ".pytest_cache/README",
        "notes.txt",
    ):
        (folder / leftover).parent.mkdir(parents=True, exist_ok=True)
        (folder / leftover).write_text("left over")
    assert {name for name, _ in folder_entries(folder, excludes, follow_folder_links=True)} == clean


@pytest.mark.requirement("FN-1")
def test_the_folder_as_a_whole_is_not_excluded() -> None:
    # hashicorp/archive matches the folder itself as "."; in its patterns "**/" may stand for nothing.
    excludes = _archive()["excludes"]
    assert [pattern for pattern in excludes if fnmatchcase(".", pattern.removeprefix("**/"))] == []


def test_unknown_package_is_refused_with_what_there_is() -> None:
    with pytest.raises(ValueError, match=r"no package 'critical_evnts' in lambda/; .*critical_events"):
        _synthesized("critical_evnts")


def test_unknown_shared_package_is_refused_as_well() -> None:
    with pytest.raises(ValueError, match=r"no package 'databse' in lambda/; .*database"):
        _synthesized("critical_events", "databse")


@pytest.mark.requirement("FN-1")
def test_layer_is_what_was_built_for_lambdas_processor() -> None:
    def build(stack: TerraformStack) -> None:
        LayerPackage(stack, "layer", "data")

    archive = synthesize(build).one("data.archive_file")
    assert archive["source_dir"] == "${path.module}/../../../build/layers/arm64/data"
    assert archive["output_path"] == "${path.module}/data-layer.zip"
    assert archive["output_file_mode"] == "0644"
