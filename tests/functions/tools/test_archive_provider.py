"""The stand-in for hashicorp/archive packs what the real provider would, with the same bytes everywhere."""

import base64
import hashlib
import json
import os
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tools import archive_provider, providers


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A package with the kinds of files that must and must not be packed."""
    root = tmp_path / "package"
    for name in ("b.py", "a/deep/x.py", "a/__pycache__/x.pyc", "__pycache__/b.pyc", ".hidden/y.py", "a.txt"):
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name, encoding="utf-8")
    return root


def pack(tmp_path: Path, **config: Any) -> zipfile.ZipFile:
    archive_provider.create({"type": "zip", "output_path": str(tmp_path / "out" / "x.zip"), **config})
    return zipfile.ZipFile(tmp_path / "out" / "x.zip")


def test_a_folder_is_packed_in_order_and_its_state_describes_the_file(tree: Path, tmp_path: Path) -> None:
    output = tmp_path / "out" / "x.zip"
    config = {"type": "zip", "source_dir": str(tree), "output_path": str(output), "excludes": None}

    state = archive_provider.create(config)

    content = output.read_bytes()
    assert zipfile.ZipFile(output).namelist() == [
        ".hidden/y.py",
        "__pycache__/b.pyc",
        "a/__pycache__/x.pyc",
        "a/deep/x.py",
        "a.txt",
        "b.py",
    ]
    assert state == {
        **config,
        "id": hashlib.sha1(content).hexdigest(),
        "output_size": len(content),
        "output_md5": hashlib.md5(content).hexdigest(),
        "output_sha": hashlib.sha1(content).hexdigest(),
        "output_sha256": hashlib.sha256(content).hexdigest(),
        "output_base64sha256": base64.b64encode(hashlib.sha256(content).digest()).decode(),
        "output_sha512": hashlib.sha512(content).hexdigest(),
        "output_base64sha512": base64.b64encode(hashlib.sha512(content).digest()).decode(),
    }


@pytest.mark.requirement("FN-1")
def test_the_bytes_depend_on_names_contents_and_mode_only(tree: Path, tmp_path: Path) -> None:
    config = {"source_dir": str(tree), "output_file_mode": "0644"}
    first = archive_provider.zip_bytes(config)

    moved = tree.rename(tmp_path / "elsewhere")
    for number, file in enumerate(sorted(moved.rglob("*.py"))):
        file.chmod(0o700)
        os.utime(file, (number, number))

    assert archive_provider.zip_bytes({**config, "source_dir": str(moved)}) == first


@pytest.mark.parametrize(
    ("excludes", "left"),
    [
        (["**/__pycache__", ".*"], ["a/deep/x.py", "a.txt", "b.py"]),
        (["**/*.pyc", "**/.*"], ["a/deep/x.py", "a.txt", "b.py"]),
        (["a", ".hidden", "__pycache__"], ["a.txt", "b.py"]),
        (["{a,b}*", "**/__pycache__/**"], [".hidden/y.py"]),
        (["deep", "x.py", ".hidden/**", "**/__pycache__/**"], ["a/deep/x.py", "a.txt", "b.py"]),
    ],
)
def test_excludes_are_globs_against_the_relative_path(
    tree: Path, tmp_path: Path, excludes: list[str], left: list[str]
) -> None:
    assert pack(tmp_path, source_dir=str(tree), excludes=excludes).namelist() == left


def test_the_mode_is_the_given_one_or_the_files_own(tree: Path, tmp_path: Path) -> None:
    (tree / "b.py").chmod(0o755)

    own = pack(tmp_path, source_file=str(tree / "b.py")).infolist()
    given = pack(tmp_path, source_file=str(tree / "b.py"), output_file_mode="0644").infolist()

    assert [(entry.filename, entry.external_attr >> 16) for entry in own] == [("b.py", 0o100755)]
    assert [entry.external_attr >> 16 for entry in given] == [0o100644]


def test_linked_files_and_folders_are_followed_unless_told_otherwise(tree: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "z.py").write_text("z", encoding="utf-8")
    packed = tree / "a" / "deep"
    (packed / "file.py").symlink_to(outside / "z.py")
    (packed / "folder").symlink_to(outside)

    followed = pack(tmp_path, source_dir=str(packed))
    files_only = pack(tmp_path, source_dir=str(packed), exclude_symlink_directories=True)

    assert followed.namelist() == ["file.py", "folder/z.py", "x.py"]
    assert followed.read("file.py") == b"z"
    assert files_only.namelist() == ["file.py", "x.py"]


def test_contents_are_packed_by_name(tmp_path: Path) -> None:
    sources = [{"filename": "b", "content": "two"}, {"filename": "a", "content": "one"}]

    assert pack(tmp_path, source=sources).namelist() == ["a", "b"]
    single = pack(tmp_path, source_content="text", source_content_filename="name.txt")
    assert single.read("name.txt") == b"text"


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"source_dir": "nowhere"}, "missing directory: nowhere"),
        ({"source_file": "nowhere"}, "missing file: nowhere"),
        ({"source_dir": "package", "excludes": ["**"]}, "it would be empty"),
        ({}, "one and only one of .* not 0"),
        ({"source_dir": "package", "source_file": "package/b.py"}, "not 2"),
        ({"source_dir": "package", "type": "tar.gz"}, "not supported by this stand-in: tar.gz"),
    ],
)
def test_what_cannot_be_packed_is_an_error_and_writes_nothing(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: dict[str, Any], reason: str
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(archive_provider.ArchiveError, match=reason):
        archive_provider.create({"type": "zip", "output_path": "x.zip", **config})

    assert not (tmp_path / "x.zip").exists()


@pytest.fixture
def terraform(tmp_path: Path) -> Any:
    """Runs Terraform in a folder whose archive provider is the stand-in."""
    mirror = tmp_path / "mirror"
    providers.install_archive_stand_in(mirror)
    configuration = tmp_path / "terraform.rc"
    configuration.write_text(providers.cli_configuration({"archive": mirror}), encoding="utf-8")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "TF_CLI_CONFIG_FILE": str(configuration),
        "CHECKPOINT_DISABLE": "1",
    }
    folder = tmp_path / "code"
    folder.mkdir()

    def run(code: dict[str, Any], *arguments: str) -> subprocess.CompletedProcess[str]:
        (folder / "main.tf.json").write_text(json.dumps(code), encoding="utf-8")
        return subprocess.run(
            ["terraform", *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def code(**config: Any) -> dict[str, Any]:
    return {
        "terraform": {"required_providers": {"archive": {"source": "hashicorp/archive", "version": "2.7.1"}}},
        "data": {"archive_file": {"x": {"type": "zip", "output_path": "x.zip", **config}}},
        "output": {"hash": {"value": "${data.archive_file.x.output_base64sha256}"}},
    }


def test_terraform_takes_it_for_the_provider(terraform: Any, tree: Path, tmp_path: Path) -> None:
    packed = code(source_dir=str(tree), excludes=["**/__pycache__/**"], output_file_mode="0644")

    assert terraform(packed, "init", "-input=false").returncode == 0
    applied = terraform(packed, "apply", "-auto-approve", "-input=false", "-no-color")
    again = terraform(packed, "plan", "-detailed-exitcode", "-input=false")

    digest = hashlib.sha256((tmp_path / "code" / "x.zip").read_bytes()).digest()
    assert applied.returncode == 0, applied.stderr
    assert base64.b64encode(digest).decode() in applied.stdout
    assert again.returncode == 0


def test_terraform_reports_its_errors(terraform: Any) -> None:
    packed = code(source_dir="nowhere")
    terraform(packed, "init", "-input=false")

    planned = terraform(packed, "plan", "-input=false", "-no-color")

    assert planned.returncode == 1
    assert "could not archive missing directory: nowhere" in " ".join(planned.stderr.split())
