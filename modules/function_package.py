"""Zips of functions and layers, byte for byte the same on every machine and checkout path (FN-1, GEN-9).

Paths are relative to the stack's folder, ``cdktf.out/stacks/<stack id>``, where Terraform runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cdktf_cdktf_provider_archive.data_archive_file import DataArchiveFile
from constructs import Construct

from modules.function_runtime import ARCHITECTURE

_PROJECT = Path(__file__).resolve().parent.parent
_PROJECT_FROM_STACK = "${path.module}/../../.."
_FILE_MODE = "0644"
_LOOSE_FILES = "?*.*"
_LEFTOVERS = ("**/__pycache__/**", "**/*.pyc", "**/.?*")
"""What an interpreter, an editor or a tool leaves beside the sources; differs between machines.

The question mark (here and above) matters: the provider asks of the whole folder as well if it is excluded,
by the name ``.``, which ``**/.*`` and ``*.*`` match. Nothing would be left to zip.
"""


@dataclass(frozen=True)
class Archive:
    """A zip that Terraform makes while it plans.

    Attributes:
        path: Its path, as a reference, so that what uses it comes after it.
        base64_sha256: Its hash in the form that Lambda knows; a changed one uploads the code anew.
    """

    path: str
    base64_sha256: str


class FunctionPackage(Construct):
    """One package of ``lambda/``, with its folder, so that the handler is ``<package>.handler.handler``.

    Packages that it shares with others lie beside it, and are imported by their names.

    Attributes:
        archive: The zip.
    """

    def __init__(self, scope: Construct, id_: str, package: str, shared: Sequence[str] = ()) -> None:
        """Declare the zip.

        Args:
            scope: Owner.
            id_: Id within the owner.
            package: Folder below ``lambda/``.
            shared: Other folders there that it imports.

        Raises:
            ValueError: There is no such package.
        """
        super().__init__(scope, id_)
        packages = {path.parent.name for path in (_PROJECT / "lambda").glob("*/__init__.py")}
        wanted = {package, *shared}
        for missing in sorted(wanted - packages):
            raise ValueError(f"no package {missing!r} in lambda/; there are {', '.join(sorted(packages))}")
        self.archive = _zip(
            self,
            folder="lambda",
            name=package,
            # The provider can only exclude: everything but the wanted folders, by name, and loose files.
            excludes=(*sorted(packages - wanted), _LOOSE_FILES, *_LEFTOVERS),
        )


class LayerPackage(Construct):
    """One layer of ``build/layers/``, which ``make layers`` builds from the lock, with nothing else in it.

    Attributes:
        archive: The zip.
    """

    def __init__(self, scope: Construct, id_: str, layer: str) -> None:
        """Declare the zip.

        Args:
            scope: Owner.
            id_: Id within the owner.
            layer: Folder below the architecture's; holds the ``python`` folder that Lambda expects.
        """
        super().__init__(scope, id_)
        self.archive = _zip(self, folder=f"build/layers/{ARCHITECTURE}/{layer}", name=f"{layer}-layer")


def _zip(scope: Construct, folder: str, name: str, excludes: tuple[str, ...] = ()) -> Archive:
    archive = DataArchiveFile(
        scope,
        "archive",
        type="zip",
        source_dir=f"{_PROJECT_FROM_STACK}/{folder}",
        excludes=list(excludes) or None,
        output_path=f"${{path.module}}/{name}.zip",
        output_file_mode=_FILE_MODE,
    )
    return Archive(path=archive.output_path, base64_sha256=archive.output_base64_sha256)
