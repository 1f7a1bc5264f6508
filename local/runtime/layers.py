"""Where a function's layers lie on this machine.

Layers hold native libraries for AWS's machines (arm64), which this machine can't load as a rule. A build of
the same locked versions for this machine stands in for such a layer; one without native libraries is used as
uploaded.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from local.runtime.archives import Archives

_ELF_MACHINES = {0x03: "x86", 0x28: "arm", 0x3E: "x86_64", 0xB7: "arm64", 0xF3: "riscv64"}


class LayerForAnotherMachineError(Exception):
    """A layer's native libraries can't be loaded here, and there is no build of it for this machine."""


def _elf_machine(file: Path) -> int | None:
    """The machine that an ELF object is for (`e_machine` in its header); None for other files."""
    with file.open("rb") as stream:
        head = stream.read(20)
    if len(head) < 20 or head[:4] != b"\x7fELF":
        return None
    return int.from_bytes(head[18:20], "little" if head[5] == 1 else "big")


def _machines(folder: Path) -> set[int]:
    """The machines of a layer's native libraries."""
    found = (_elf_machine(file) for file in folder.rglob("*") if file.is_file())
    return {machine for machine in found if machine is not None}


class HostLayers:
    """Layers as this machine can load them.

    Args:
        folder: holds `<purpose>/python/…` for each layer `<workload>-<purpose>-layer-<suffix>` built for this
            machine.
        archives: unpacks the layers that were uploaded.
    """

    def __init__(self, folder: Path | None, archives: Archives) -> None:
        self._folder = folder
        self._archives = archives

    def folder(self, name: str, content: bytes) -> Path:
        """Gives the folder that holds a layer's files (what AWS merges into `/opt`).

        Args:
            name: the layer's name.
            content: the zip file that was uploaded for it.

        Returns:
            The folder.

        Raises:
            LayerForAnotherMachineError: see there; the message says what to do.
        """
        built = self._built(name)
        if built is not None:
            return built
        uploaded = self._archives.unpack(content)
        foreign = _machines(uploaded) - {_elf_machine(Path(sys.executable))}
        if foreign:
            names = ", ".join(sorted(_ELF_MACHINES.get(machine, hex(machine)) for machine in foreign))
            raise LayerForAnotherMachineError(
                f"Layer {name} holds native libraries for {names}, which this machine can't load,"
                f" and there is no build of it for this machine. Run `make layers`."
            )
        return uploaded

    def _built(self, name: str) -> Path | None:
        """The build of a layer for this machine, if there is one."""
        if self._folder is None:
            return None
        # Where the workload's name ends and the purpose begins, only the folders know.
        words = name.split("-layer-")[0].split("-")
        folders = (self._folder / "-".join(words[first:]) for first in range(len(words)))
        return next((folder for folder in folders if (folder / "python").is_dir()), None)


def python_paths(layers: list[Path]) -> Iterator[Path]:
    """The folders of layers that belong on Python's path, first to be searched first.

    AWS merges all layers into `/opt`, where a later one overwrites an earlier one: the last goes first.
    https://docs.aws.amazon.com/lambda/latest/dg/python-layers.html

    Args:
        layers: folders of the layers in the order of the function's configuration.

    Yields:
        The folders that exist.
    """
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for layer in reversed(layers):
        for path in (layer / "python" / "lib" / version / "site-packages", layer / "python"):
            if path.is_dir():
                yield path
