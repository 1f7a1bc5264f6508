"""Where the commands for the local AWS keep their files."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The project's folder."""


@dataclass(frozen=True)
class Workspace:
    """The files of one local AWS and of what is deployed into it.

    Attributes:
        folder: holds everything; `.local` in the project for `make local`. Always a folder of the project's
            own, as the synthesized code refers to the project's files from there.
    """

    folder: Path = ROOT / ".local"

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Workspace":
        """The workspace that a command works in: `LOCAL_FOLDER` of the project, `.local` by default."""
        return cls(ROOT / (environment.get("LOCAL_FOLDER") or ".local"))

    @property
    def server_record(self) -> Path:
        """Process id and endpoint of the local AWS while it runs (JSON)."""
        return self.folder / "aws.json"

    @property
    def server_log(self) -> Path:
        """What the local AWS says."""
        return self.folder / "aws.log"

    @property
    def server_work(self) -> Path:
        """Where the local AWS unpacks functions."""
        return self.folder / "work"

    @property
    def rds_certificate(self) -> Path:
        """Certificate that clients verify the local databases with (PEM, `sslrootcert` of libpq)."""
        return self.folder / "rds-ca.pem"

    @property
    def command_log(self) -> Path:
        """Everything that the commands run by us said: synthesis, Terraform, cdktf."""
        return self.folder / "deploy.log"

    @property
    def running_command(self) -> Path:
        """Process group of the cdktf command that changes things, while it runs (JSON)."""
        return self.folder / "running.json"

    @property
    def mailbox(self) -> Path:
        """Mail to the subscribers of topics, in the mbox format."""
        return self.folder / "mailbox"

    @property
    def stacks(self) -> Path:
        """The synthesized stacks, apart from those for real accounts; `folder` is cdktf's output folder."""
        return self.folder / "stacks"

    @property
    def outputs(self) -> Path:
        """Endpoint, region, account, every output of the stack, and API keys (JSON); for its owner only."""
        return self.folder / "outputs.json"

    @property
    def steps(self) -> Path:
        """How long each step of the last `make local` took (JSON)."""
        return self.folder / "steps.json"

    @property
    def terraform(self) -> Path:
        """Terraform CLI configuration and stand-in provider, see `tools.providers`."""
        return self.folder / "terraform"

    def forget_deployment(self) -> None:
        """Removes what belongs to a deployment that is gone; logs and measured times stay."""
        self.outputs.unlink(missing_ok=True)
        self.running_command.unlink(missing_ok=True)
        for pattern in ("bars-*", "*.tfstate*"):
            for file in self.folder.glob(pattern):
                file.unlink()
        shutil.rmtree(self.stacks, ignore_errors=True)
