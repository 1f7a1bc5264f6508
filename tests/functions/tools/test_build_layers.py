"""Layers: the locked wheels for each platform, the same bytes every time, nothing that was not locked."""

import hashlib
import json
import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packaging.tags import sys_tags

from tools import build_layers
from tools.build_layers import ARM64, HOST, LayerBuildError, Platform, build, layers, missing_layers

ELF_AARCH64 = 183  # e_machine in the ELF header
HOST_TAG = str(next(iter(sys_tags())))
ARM64_TAG = "cp311-abi3-manylinux_2_26_aarch64.manylinux_2_28_aarch64"

pytestmark = pytest.mark.requirement("FN-1")


def wheel(index: Path, name: str, files: dict[str, str], tag: str = "py3-none-any") -> str:
    """Make a wheel; returns its hash as a lock has it."""
    notes = f"{name}-1.0.dist-info"
    path = index / f"{name}-1.0-{tag}.whl"
    files = {
        **files,
        f"{notes}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{notes}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    files[f"{notes}/RECORD"] = "".join(f"{file},,\n" for file in (*files, f"{notes}/RECORD"))
    with zipfile.ZipFile(path, "w") as archive:
        for file, content in files.items():
            archive.writestr(file, content)
    return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a lock, and the only index that pip may use."""
    index = tmp_path / "index"
    index.mkdir()
    for variable in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    project = tmp_path / "project"
    project.mkdir()
    script = {
        "pure-1.0.data/scripts/pure": "#!python\n",
        "pure/__init__.py": "VALUE = 1\n",
        "pure/data.txt": "x",
    }
    native = [
        wheel(index, "native", {"native.py": "BUILT_FOR = 'arm64'\n"}, ARM64_TAG),
        wheel(index, "native", {"native.py": "BUILT_FOR = 'host'\n"}, HOST_TAG),
    ]
    lock(
        project,
        {
            "pure": {"version": "==1.0", "hashes": [wheel(index, "pure", script)]},
            "native": {"version": "==1.0", "hashes": native, "markers": "python_version >= '3.11'"},
        },
    )
    return project


def lock(project: Path, packages: dict[str, Any]) -> None:
    content = {"_meta": {}, "default": {"absent": {"version": "==9"}}, "data-layer": packages}
    (project / "Pipfile.lock").write_text(json.dumps(content))


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every entry's rights and contents."""
    return {
        str(path.relative_to(folder)): (
            stat.S_IMODE(path.stat().st_mode),
            path.read_bytes() if path.is_file() else b"",
        )
        for path in sorted(folder.rglob("*"))
    }


@pytest.mark.parametrize(
    ("platform", "built_for"), [(ARM64, "arm64"), (HOST, "host")], ids=lambda value: str(value)[:8]
)
def test_a_layer_holds_the_wheels_for_its_platform(project: Path, platform: Platform, built_for: str) -> None:
    (layer,) = layers([platform], project)
    build(layer)
    assert layer.folder == project / "build" / "layers" / built_for / "data"
    assert (layer.folder / "python" / "native.py").read_text() == f"BUILT_FOR = '{built_for}'\n"


def test_two_builds_give_the_same_tree(project: Path) -> None:
    (layer,) = layers([ARM64], project)
    trees = []
    for umask in (0o022, 0o077):
        former = os.umask(umask)
        try:
            build(layer)
        finally:
            os.umask(former)
        trees.append(tree(layer.folder))
    assert trees[0] == trees[1]
    assert {name: mode for name, (mode, _) in trees[0].items()} == {
        "python": 0o755,
        "python/native.py": 0o644,
        "python/native-1.0.dist-info": 0o755,
        "python/native-1.0.dist-info/METADATA": 0o644,
        "python/native-1.0.dist-info/WHEEL": 0o644,
        "python/pure": 0o755,
        "python/pure/__init__.py": 0o644,
        "python/pure/data.txt": 0o644,
        "python/pure-1.0.dist-info": 0o755,
        "python/pure-1.0.dist-info/METADATA": 0o644,
        "python/pure-1.0.dist-info/WHEEL": 0o644,
    }


def test_bytes_that_were_not_locked_are_refused(project: Path) -> None:
    lock(project, {"pure": {"version": "==1.0", "hashes": [f"sha256:{'0' * 64}"]}})
    (layer,) = layers([ARM64], project)
    with pytest.raises(LayerBuildError, match=r"layer arm64/data: pip says[\s\S]*HASHES"):
        build(layer)
    assert not layer.folder.exists()
    assert missing_layers([ARM64], project) == ["arm64/data"]


def test_a_package_without_a_fitting_wheel_is_refused(project: Path, tmp_path: Path) -> None:
    tag = "cp313-cp313-manylinux_2_39_aarch64"  # newer than Lambda's C library
    digest = wheel(tmp_path / "index", "modern", {"modern.py": ""}, tag)
    lock(project, {"modern": {"version": "==1.0", "hashes": [digest]}})
    (layer,) = layers([ARM64], project)
    with pytest.raises(LayerBuildError, match="modern"):
        build(layer)


def test_a_failed_build_leaves_the_former_layer_but_not_as_current(project: Path) -> None:
    (layer,) = layers([ARM64], project)
    build(layer)
    former = tree(layer.folder)
    lock(project, {"pure": {"version": "==2.0", "hashes": [f"sha256:{'0' * 64}"]}})
    (changed,) = layers([ARM64], project)
    with pytest.raises(LayerBuildError):
        build(changed)
    assert tree(layer.folder) == former
    assert missing_layers([ARM64], project) == ["arm64/data"]
    assert [path.name for path in layer.folder.parent.iterdir()] == ["data"]


@pytest.mark.parametrize(
    ("marker", "on_arm64"),
    [
        ("python_version >= '3.13'", True),
        ("python_version < '3.13'", False),
        ("platform_machine == 'aarch64'", True),
        ("sys_platform == 'win32'", False),
        ("python_full_version < '4.0.0' and implementation_name == 'cpython'", True),
    ],
)
def test_markers_are_the_target_platforms(project: Path, marker: str, on_arm64: bool) -> None:
    packages = json.loads((project / "Pipfile.lock").read_text())["data-layer"]
    packages["pure"]["markers"] = marker
    lock(project, packages)
    (layer,) = layers([ARM64], project)
    build(layer)
    assert (layer.folder / "python" / "pure").exists() is on_arm64


def test_a_layer_is_current_until_the_lock_changes(project: Path) -> None:
    assert missing_layers(project=project) == ["arm64/data", "host/data"]
    for layer in layers(project=project):
        build(layer)
    assert missing_layers(project=project) == []
    packages = json.loads((project / "Pipfile.lock").read_text())["data-layer"]
    del packages["native"]
    lock(project, packages)
    assert missing_layers(project=project) == ["arm64/data", "host/data"]


def test_a_removed_folder_is_missing(project: Path) -> None:
    (layer,) = layers([ARM64], project)
    build(layer)
    layer.folder.rename(layer.folder.with_name("elsewhere"))
    assert missing_layers([ARM64], project) == ["arm64/data"]


def test_without_a_lock_the_message_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(LayerBuildError, match="make lock"):
        layers(project=tmp_path)


def test_the_command(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = layers
    monkeypatch.setattr(build_layers, "layers", lambda platforms, _=None: found(platforms, project))
    assert build_layers.main(["--check"]) == 1
    assert capsys.readouterr().out.endswith("arm64/data, host/data; run 'make layers'\n")
    assert build_layers.main(["--platform", "arm64"]) == 0
    assert "layer arm64/data: 0 MiB unzipped, of 250 MiB" in capsys.readouterr().out
    assert build_layers.main([]) == 0
    assert capsys.readouterr().out.splitlines()[:2] == [
        "layer arm64/data: up to date",
        "layer host/data: building",
    ]
    assert build_layers.main(["--check"]) == 0
    lock(project, {"pure": {"version": "==2.0", "hashes": []}})
    assert build_layers.main([]) == 1
    assert "layer arm64/data: pip says" in capsys.readouterr().err


def test_asking_needs_neither_pip_nor_packaging() -> None:
    program = (
        "import sys, tools.build_layers as command; command.missing_layers();"
        "print({'pip', 'packaging'} & set(sys.modules))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=build_layers.PROJECT, capture_output=True, text=True, check=True
    )
    assert answer.stdout == "set()\n"


def test_the_projects_own_layers() -> None:
    """What `make layers` built from the project's lock."""
    assert missing_layers() == [], "run 'make layers'"
    for layer in layers([ARM64]):
        names = {path.name for path in layer.folder.rglob("*")}
        assert names.isdisjoint({"__pycache__", "RECORD", "INSTALLER", "direct_url.json", "bin", "boto3"})
        libraries = list(layer.folder.rglob("*.so*"))
        machines = {int.from_bytes(library.read_bytes()[18:20], "little") for library in libraries}
        assert machines == {ELF_AARCH64}
        assert build_layers.size_mib(layer) <= 0.8 * build_layers.SIZE_LIMIT_MIB
