"""A stand-in for the provider hashicorp/archive 2.7.1, where the Terraform registry can't be reached.

It serves the one data source that the stacks use, `archive_file`, with the real provider's schema and
semantics, over Terraform's plugin protocol 6. Of the archive types it makes zip, the only one that AWS
Lambda takes.

The bytes differ from the real provider's in what a reader of a zip never looks at (the real one writes
streaming headers), so the hashes differ between the two; each is stable in itself: the same files give
the same bytes on every machine.

Source of the semantics: https://github.com/hashicorp/terraform-provider-archive (v2.7.1) and its page
`data-sources/file` in the provider's documentation.
"""

import base64
import hashlib
import io
import os
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tf.blocks import SetNestedBlock
from tf.iface import DataSource, Provider, ReadDataContext
from tf.runner import run_provider
from tf.schema import Attribute, Block, Schema
from tf.types import Bool, Number, Set, String
from tf.utils import Diagnostics
from wcmatch import glob

VERSION = "2.7.1"

# The date that the real provider gives every entry, so that the time of a build leaves no trace.
ENTRY_DATE = (2049, 1, 1, 0, 0, 0)

# doublestar's rules: `**` crosses folders, `{a,b}` is a choice, a leading dot is nothing special.
GLOB_RULES = glob.GLOBSTAR | glob.BRACE | glob.DOTGLOB | glob.FORCEUNIX

SOURCES = ("source", "source_content_filename", "source_dir", "source_file")


class ArchiveError(ValueError):
    """What the data source was asked for can't be archived; the text says why."""


def folder_entries(
    folder: Path, excludes: list[str], follow_folder_links: bool
) -> Iterator[tuple[str, Path]]:
    """Every file under a folder with its name in the archive, in the order of the names in each folder.

    Args:
        folder: what is packed; its own name is not part of the entries' names.
        excludes: globs against the path relative to `folder`; one that matches a folder skips it whole.
        follow_folder_links: whether a link to a folder counts as that folder (a linked file always counts).
    """

    def walk(below: Path) -> Iterator[tuple[str, Path]]:
        for path in sorted(below.iterdir()):
            name = path.relative_to(folder).as_posix()
            if glob.globmatch(name, excludes, flags=GLOB_RULES):
                continue
            if not path.is_dir():
                yield name, path
            elif follow_folder_links or not path.is_symlink():
                yield from walk(path)

    yield from walk(folder)


def contents(config: dict[str, Any]) -> Iterator[tuple[str, bytes, int]]:
    """Name, bytes and file mode of each entry that a configuration asks for."""
    if config.get("source_dir"):
        folder = Path(config["source_dir"])
        if not folder.is_dir():
            raise ArchiveError(f"could not archive missing directory: {folder}")
        follow = not config.get("exclude_symlink_directories")
        for name, path in folder_entries(folder, config.get("excludes") or [], follow):
            yield name, path.read_bytes(), path.stat().st_mode
    elif config.get("source_file"):
        path = Path(config["source_file"])
        if not path.is_file():
            raise ArchiveError(f"could not archive missing file: {path}")
        yield path.name, path.read_bytes(), path.stat().st_mode
    else:
        given = config.get("source") or [
            {"filename": config["source_content_filename"], "content": config.get("source_content") or ""}
        ]
        for source in sorted(given, key=lambda one: str(one["filename"])):
            yield source["filename"], source["content"].encode(), 0o644


def zip_bytes(config: dict[str, Any]) -> bytes:
    """The archive as bytes; `output_file_mode` (octal, as "0644") overrides every file's own mode."""
    mode = int(config["output_file_mode"], 8) if config.get("output_file_mode") else None
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, own_mode in contents(config):
            entry = zipfile.ZipInfo(name, ENTRY_DATE)
            entry.create_system = 3  # Unix, whatever the machine: the mode below is a Unix mode
            entry.external_attr = (0o100000 | (own_mode if mode is None else mode) & 0o7777) << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
        if not archive.namelist():
            raise ArchiveError("archive has not been created as it would be empty")
    return buffer.getvalue()


def checksums(content: bytes) -> dict[str, Any]:
    """The computed attributes of an archive."""
    sha1, sha256, sha512 = (hashlib.new(name, content) for name in ("sha1", "sha256", "sha512"))
    return {
        "id": sha1.hexdigest(),
        "output_size": len(content),
        "output_md5": hashlib.md5(content).hexdigest(),  # noqa: S324 - an attribute, no security
        "output_sha": sha1.hexdigest(),
        "output_sha256": sha256.hexdigest(),
        "output_base64sha256": base64.b64encode(sha256.digest()).decode(),
        "output_sha512": sha512.hexdigest(),
        "output_base64sha512": base64.b64encode(sha512.digest()).decode(),
    }


def create(config: dict[str, Any]) -> dict[str, Any]:
    """Writes the archive that a configuration asks for; returns the data source's state.

    Raises:
        ArchiveError: the configuration is unusable, a source is missing, or there is nothing to pack.
    """
    if config["type"] != "zip":
        raise ArchiveError(f"archive type not supported by this stand-in: {config['type']}")
    given = [name for name in SOURCES if config.get(name)]
    if len(given) != 1:
        raise ArchiveError(f"one and only one of {', '.join(SOURCES)} must be specified, not {len(given)}")
    content = zip_bytes(config)
    output = Path(config["output_path"])
    output.parent.mkdir(parents=True, exist_ok=True)
    # Two plans may read the data source at once: each sees a whole file.
    unfinished = output.with_name(f"{output.name}.{os.getpid()}")
    unfinished.write_bytes(content)
    unfinished.replace(output)
    return {**config, **checksums(content)}


class ArchiveFile(DataSource):  # type: ignore[misc]
    """The data source `archive_file`."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider

    @classmethod
    def get_name(cls) -> str:
        """The type's name after the provider's prefix."""
        return "file"

    @classmethod
    def get_schema(cls) -> Schema:
        """The schema of 2.7.1."""
        computed = [name for name in checksums(b"") if name != "output_size"]
        return Schema(
            attributes=[
                Attribute("type", String(), required=True),
                Attribute("output_path", String(), required=True),
                Attribute("output_size", Number(), computed=True),
                Attribute("excludes", Set(String()), optional=True),
                Attribute("exclude_symlink_directories", Bool(), optional=True),
                *(
                    Attribute(name, String(), optional=True)
                    for name in (
                        "output_file_mode",
                        "source_content",
                        "source_content_filename",
                        "source_dir",
                        "source_file",
                    )
                ),
                *(Attribute(name, String(), computed=True) for name in computed),
            ],
            block_types=[
                SetNestedBlock(
                    "source",
                    Block(
                        attributes=[
                            Attribute("content", String(), required=True),
                            Attribute("filename", String(), required=True),
                        ]
                    ),
                )
            ],
        )

    def read(self, ctx: ReadDataContext, config: dict[str, Any]) -> dict[str, Any] | None:
        """Writes the archive; what is wrong with the request becomes Terraform's error."""
        try:
            return create(config)
        except (ArchiveError, OSError) as problem:
            ctx.diagnostics.add_error("Archive creation error", f"error creating archive: {problem}")
            return None


class ArchiveProvider(Provider):  # type: ignore[misc]
    """hashicorp/archive, as far as the stacks need it."""

    def full_name(self) -> str:
        """The address that Terraform knows the provider by."""
        return "registry.terraform.io/hashicorp/archive"

    def get_model_prefix(self) -> str:
        """The prefix of every type's name."""
        return "archive_"

    def get_provider_schema(self, diags: Diagnostics) -> Schema:
        """The provider has no settings."""
        return Schema()

    def validate_config(self, diags: Diagnostics, config: dict[str, Any]) -> None:
        """No settings, nothing to validate."""

    def configure_provider(self, diags: Diagnostics, config: dict[str, Any]) -> None:
        """No settings, nothing to configure."""

    def get_data_sources(self) -> list[type[ArchiveFile]]:
        """The one data source."""
        return [ArchiveFile]

    def get_resources(self) -> list[type[Any]]:
        """None: the provider's resource of the same name is deprecated."""
        return []


if __name__ == "__main__":
    run_provider(ArchiveProvider(), sys.argv)
