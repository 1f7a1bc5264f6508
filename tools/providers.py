"""Where Terraform gets its providers from, on machines that can't reach the Terraform registry.

Where the registry answers, or the user's own Terraform configuration already says where providers come
from, nothing happens. Otherwise a Terraform CLI configuration is written that takes `hashicorp/aws` from a
mirror on this machine and `hashicorp/archive` from such a mirror too or, failing that, from the stand-in
`tools/archive_provider.py`.

Terraform's documentation: https://developer.hashicorp.com/terraform/cli/config/config-file#provider-installation
"""

import os
import platform
import shlex
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tools import archive_provider
from tools.errors import ToolError

ROOT = Path(__file__).resolve().parent.parent
GENERATED = ROOT / ".local" / "terraform"

REGISTRY = "registry.terraform.io"
REGISTRY_TIMEOUT_SECONDS = 5.0

# The versions that the bindings in Pipfile.lock were made for; a test holds them against the bindings.
AWS_VERSION = "5.100.0"
ARCHIVE_VERSION = archive_provider.VERSION


class MissingProviderError(ToolError):
    """A provider is neither in the registry's reach nor on this machine; the text says what to do."""


@dataclass(frozen=True)
class Providers:
    """How to run Terraform so that it finds its providers.

    Attributes:
        environment: variables to add to the environment of `terraform` and `cdktf`.
        notice: one line that says what was arranged; empty where nothing was.
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    notice: str = ""


def registry_reachable(timeout: float = REGISTRY_TIMEOUT_SECONDS) -> bool:
    """Whether the Terraform registry answers its discovery request."""
    url = f"https://{REGISTRY}/.well-known/terraform.json"
    try:
        with urllib.request.urlopen(url, timeout=timeout):
            return True
    except (OSError, urllib.error.URLError):
        return False


def configured_by_user(environment: Mapping[str, str]) -> bool:
    """Whether the user's own Terraform configuration says where providers come from."""
    home = Path(environment.get("HOME", "~")).expanduser()
    configuration = Path(environment.get("TF_CLI_CONFIG_FILE") or home / ".terraformrc")
    try:
        return "provider_installation" in configuration.read_text(encoding="utf-8")
    except OSError:
        return False


def target() -> str:
    """This machine in Terraform's terms, such as `linux_amd64`."""
    machine = platform.machine().lower()
    architecture = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
    return f"{platform.system().lower()}_{architecture.get(machine, machine)}"


def candidate_mirrors(environment: Mapping[str, str]) -> Iterator[Path]:
    """Folders that may be provider mirrors, best first.

    `TF_PROVIDER_MIRROR` names one; then come the folders where Terraform itself looks
    (https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories), and
    add-on software as the Filesystem Hierarchy Standard places it (3.13), one or two levels down.
    """
    if named := environment.get("TF_PROVIDER_MIRROR"):
        yield Path(named)
    home = Path(environment.get("HOME", "~")).expanduser()
    yield home / ".terraform.d" / "plugins"
    yield Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share") / "terraform" / "plugins"
    yield Path("/usr/local/share/terraform/plugins")
    yield Path("/usr/share/terraform/plugins")
    for pattern in (f"*/{REGISTRY}", f"*/*/{REGISTRY}"):
        for found in sorted(Path("/opt").glob(pattern)):
            yield found.parent


def find_mirror(provider: str, version: str, mirrors: Iterator[Path]) -> Path | None:
    """The first of the mirrors that holds a provider's version for this machine, unpacked or packed."""
    for mirror in mirrors:
        folder = mirror / REGISTRY / "hashicorp" / provider
        packed = folder / f"terraform-provider-{provider}_{version}_{target()}.zip"
        if (folder / version / target()).is_dir() or packed.is_file():
            return mirror
    return None


def install_archive_stand_in(mirror: Path) -> None:
    """Puts the stand-in for hashicorp/archive into a mirror, as an executable that runs this environment."""
    executable = (
        mirror
        / REGISTRY
        / "hashicorp"
        / "archive"
        / ARCHIVE_VERSION
        / target()
        / f"terraform-provider-archive_v{ARCHIVE_VERSION}"
    )
    executable.parent.mkdir(parents=True, exist_ok=True)
    python, root = shlex.quote(sys.executable), shlex.quote(str(ROOT))
    executable.write_text(
        f'#!/bin/sh\nPYTHONPATH={root} exec {python} -m tools.archive_provider "$@"\n', encoding="utf-8"
    )
    executable.chmod(0o755)


def cli_configuration(sources: Mapping[str, Path]) -> str:
    """A Terraform CLI configuration that takes the named providers from mirrors, others from the registry."""
    addresses = {provider: f'"{REGISTRY}/hashicorp/{provider}"' for provider in sources}
    mirrors = "".join(
        f'  filesystem_mirror {{\n    path    = "{mirror}"\n    include = [{addresses[provider]}]\n  }}\n'
        for provider, mirror in sources.items()
    )
    direct = f"  direct {{\n    exclude = [{', '.join(addresses.values())}]\n  }}\n"
    return f"provider_installation {{\n{mirrors}{direct}}}\n"


def arrange(environment: Mapping[str, str] = os.environ, generated: Path = GENERATED) -> Providers:
    """Finds out where the providers come from, and writes what Terraform needs to know of it.

    Args:
        environment: the environment of the user's command.
        generated: the folder for the Terraform CLI configuration and the stand-in.

    Raises:
        MissingProviderError: the registry is out of reach and no mirror has the AWS provider.
    """
    if configured_by_user(environment) or registry_reachable():
        return Providers()
    aws = find_mirror("aws", AWS_VERSION, candidate_mirrors(environment))
    if aws is None:
        raise MissingProviderError(
            f"{REGISTRY} can't be reached, and no mirror on this machine has the provider hashicorp/aws "
            f"{AWS_VERSION} for {target()}. Set TF_PROVIDER_MIRROR to a folder made by `terraform providers "
            f"mirror FOLDER` on a machine that reaches the registry."
        )
    archive = find_mirror("archive", ARCHIVE_VERSION, candidate_mirrors(environment))
    if archive is None:
        archive = generated / "mirror"
        install_archive_stand_in(archive)
        archive_source = "the stand-in tools/archive_provider.py"
    else:
        archive_source = str(archive)
    configuration = generated / "terraform.rc"
    generated.mkdir(parents=True, exist_ok=True)
    configuration.write_text(cli_configuration({"aws": aws, "archive": archive}), encoding="utf-8")
    # cdktf's shared plug-in cache is for what was downloaded: links to these mirrors don't belong there.
    variables = {"TF_CLI_CONFIG_FILE": str(configuration), "CDKTF_DISABLE_PLUGIN_CACHE_ENV": "1"}
    by_hand = generated / "environment.sh"
    by_hand.write_text(
        "".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items()),
        encoding="utf-8",
    )
    return Providers(
        variables,
        f"providers: {REGISTRY} is out of reach, so hashicorp/aws comes from {aws} and hashicorp/archive "
        f"from {archive_source} (for a cdktf typed by hand: . {os.path.relpath(by_hand)})",
    )
