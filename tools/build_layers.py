"""`make layers`: builds the functions' layers from Pipfile.lock.

A category named ``<layer>-layer`` becomes ``build/layers/<platform>/<layer>/python/…``, for two platforms:
``arm64`` is what Lambda gets; ``host`` is the same locked versions for this machine's interpreter, for the
local AWS. boto3 is in no layer: it comes with Lambda's runtime, and the project's own environment has it.

A layer has the same bytes on every machine: wheels only, each checked against the lock's hashes, nothing
compiled, no record of who installed what and when.
"""

import argparse
import hashlib
import json
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modules.function_runtime import ARCHITECTURE, RUNTIME

PROJECT = Path(__file__).resolve().parent.parent
SIZE_LIMIT_MIB = 250
"""What a function's package and its layers may take unzipped (AWS Lambda quotas)."""

_CATEGORY_SUFFIX = "-layer"
# Wheels for these versions of the C library run on Amazon Linux 2023 (glibc 2.34), the system below
# python3.13.
_GLIBC_MINORS = range(17, 35)
# What an installer notes about its own work.
_INSTALLER_NOTES = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")


class LayerBuildError(RuntimeError):
    """A layer can't be built; the text says which, and what to do."""


@dataclass(frozen=True)
class Platform:
    """What layers are built for.

    Attributes:
        name: Folder below ``build/layers``.
        markers: What a requirement's environment markers are evaluated with (PEP 508); this interpreter's own
            values where it says nothing.
        pip_options: Tell pip to choose wheels for it.
    """

    name: str
    markers: dict[str, str]
    pip_options: tuple[str, ...] = ()


_PYTHON = RUNTIME.removeprefix("python")
ARM64 = Platform(
    name=ARCHITECTURE,
    markers={
        "implementation_name": "cpython",
        "implementation_version": f"{_PYTHON}.0",
        "os_name": "posix",
        "platform_machine": "aarch64",
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": f"{_PYTHON}.0",
        "python_version": _PYTHON,
        "sys_platform": "linux",
    },
    pip_options=(
        "--implementation=cp",
        f"--python-version={_PYTHON}",
        "--platform=manylinux2014_aarch64",
        *(f"--platform=manylinux_2_{minor}_aarch64" for minor in _GLIBC_MINORS),
    ),
)
HOST = Platform(
    name="host",
    markers={
        "implementation_name": sys.implementation.name,
        "platform_machine": platform.machine(),
        "python_full_version": platform.python_version(),
        "sys_platform": sys.platform,
    },
)
PLATFORMS = (ARM64, HOST)


@dataclass(frozen=True)
class Layer:
    """One layer for one platform.

    Attributes:
        name: Its name, such as ``data``.
        platform: What it is built for.
        packages: The lock's category: package name to its version, hashes and markers.
        folder: Where it is built; holds ``python``.
    """

    name: str
    platform: Platform
    packages: dict[str, Any]
    folder: Path

    @property
    def stamp(self) -> Path:
        """File beside the folder that says what the folder was built from."""
        return self.folder.with_suffix(".stamp")

    def fingerprint(self) -> str:
        """Hash of all that the layer is made from: its packages, its platform and this program."""
        made_from = json.dumps(
            [self.packages, self.platform.markers, self.platform.pip_options], sort_keys=True
        )
        return hashlib.sha256(made_from.encode() + Path(__file__).read_bytes()).hexdigest()

    def is_current(self) -> bool:
        """Whether the folder is there and was built from this very lock."""
        return self.folder.is_dir() and self.stamp.is_file() and self.stamp.read_text() == self.fingerprint()


def layers(platforms: Sequence[Platform] = PLATFORMS, project: Path = PROJECT) -> list[Layer]:
    """The layers that a project's lock asks for.

    Raises:
        LayerBuildError: There is no lock.
    """
    try:
        lock = json.loads((project / "Pipfile.lock").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise LayerBuildError("Pipfile.lock is missing; run 'make lock'") from error
    return [
        Layer(name, target, packages, project / "build" / "layers" / target.name / name)
        for target in platforms
        for category, packages in sorted(lock.items())
        if (name := category.removesuffix(_CATEGORY_SUFFIX)) != category
    ]


def missing_layers(platforms: Sequence[Platform] = PLATFORMS, project: Path = PROJECT) -> list[str]:
    """Layers that are not built, or not from the present lock, as ``<platform>/<layer>``; cheap to ask."""
    return [
        f"{layer.platform.name}/{layer.name}"
        for layer in layers(platforms, project)
        if not layer.is_current()
    ]


def build(layer: Layer) -> None:
    """Build a layer; the former one is replaced only by a complete one.

    Raises:
        LayerBuildError: A package has no fitting wheel, or not the bytes that were locked.
    """
    layer.folder.parent.mkdir(parents=True, exist_ok=True)
    layer.stamp.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(dir=layer.folder.parent) as name:
        python = Path(name, "layer", "python")
        requirements = Path(name, "requirements.txt")
        requirements.write_text(_requirements(layer), encoding="utf-8")
        _install(layer, requirements, python)
        _normalise(python)
        if layer.folder.exists():
            shutil.rmtree(layer.folder)
        python.parent.rename(layer.folder)
    layer.stamp.write_text(layer.fingerprint())


def size_mib(layer: Layer) -> float:
    """What a built layer's files take."""
    return sum(path.stat().st_size for path in layer.folder.rglob("*") if path.is_file()) / 2**20


def _requirements(layer: Layer) -> str:
    """The packages whose markers hold on the layer's platform, with the hashes that the lock allows."""
    from packaging.markers import Marker  # only a build needs it, and not every synthesis

    return "".join(
        " ".join([f"{name}{package['version']}", *(f"--hash={digest}" for digest in package["hashes"])])
        + "\n"
        for name, package in sorted(layer.packages.items())
        if "markers" not in package or Marker(package["markers"]).evaluate(layer.platform.markers)
    )


def _install(layer: Layer, requirements: Path, target: Path) -> None:
    installation = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"),
            *("--require-hashes", "--no-deps", "--only-binary=:all:", "--no-compile"),
            *layer.platform.pip_options,
            f"--target={target}",
            f"--requirement={requirements}",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if installation.returncode:
        raise LayerBuildError(
            f"layer {layer.platform.name}/{layer.name}: pip says\n{installation.stderr.strip()}"
        )


def _normalise(python: Path) -> None:
    """Remove what no function imports and what differs between machines; give every entry the same rights."""
    shutil.rmtree(
        python / "bin", ignore_errors=True
    )  # command-line scripts, which name this machine's interpreter
    for notes in python.glob("*.dist-info"):
        for name in _INSTALLER_NOTES:
            (notes / name).unlink(missing_ok=True)
    for path in (python, *python.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    python.parent.chmod(0o755)


def main(arguments: Sequence[str] | None = None) -> int:
    """Build what is not current; see ``--help``."""
    names = {target.name: target for target in PLATFORMS}
    parser = argparse.ArgumentParser(
        prog="python -m tools.build_layers", description="Build the functions' layers."
    )
    parser.add_argument("--platform", choices=names, help="only this platform (both by default)")
    parser.add_argument(
        "--check", action="store_true", help="build nothing; exit status 1 if anything would be"
    )
    options = parser.parse_args(arguments)
    platforms = [names[options.platform]] if options.platform else PLATFORMS
    try:
        if options.check:
            if missing := missing_layers(platforms):
                print(
                    f"layers not built from the present Pipfile.lock: {', '.join(missing)}; run 'make layers'"
                )
            return 1 if missing else 0
        for layer in layers(platforms):
            title = f"layer {layer.platform.name}/{layer.name}"
            if layer.is_current():
                print(f"{title}: up to date")
                continue
            print(f"{title}: building", flush=True)
            build(layer)
            print(f"{title}: {size_mib(layer):.0f} MiB unzipped, of {SIZE_LIMIT_MIB} MiB")
    except LayerBuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
