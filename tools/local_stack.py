"""The stack in the local AWS: synthesized, deployed by the real cdktf and Terraform, inspected, destroyed."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3

from tools import command, local_profile, providers
from tools.terraform_progress import TerraformProgress
from tools.workspace import ROOT, Workspace

CDKTF = ROOT / "node_modules" / ".bin" / "cdktf"

PARALLELISM = 40
"""Terraform's operations at once: most of them only wait, by the provider's own timers."""


class LocalStack:
    """The trading-analytics stack in one local AWS.

    Args:
        workspace: where its files are.
        endpoint: the local AWS.
        base: the user's environment, whose settings of the stack count.
        proxy: see `local_profile.environment`.
    """

    def __init__(
        self,
        workspace: Workspace,
        endpoint: str,
        base: Mapping[str, str],
        *,
        proxy: str = local_profile.CLOSED_PROXY,
    ) -> None:
        self.workspace = workspace
        self.endpoint = endpoint
        self.region = local_profile.region(base)
        self.stack_id = f"trading-analytics-{base.get('ENVIRONMENT_SUFFIX') or 'dev'}"
        self.providers = providers.arrange(base, workspace.terraform)
        profile = local_profile.environment(endpoint, base, workspace.folder, proxy=proxy)
        self.environment = {**profile, **self.providers.environment}
        self._installing = {**local_profile.with_own_proxies(profile, base), **self.providers.environment}

    @property
    def folder(self) -> Path:
        """Where the stack's Terraform code is."""
        return self.workspace.stacks / self.stack_id

    def create_state_bucket(self) -> None:
        """Makes the versioned bucket of the Terraform state, if it isn't there."""
        s3 = boto3.client("s3", endpoint_url=self.endpoint, region_name="us-east-1")
        s3.create_bucket(Bucket=local_profile.STATE_BUCKET)  # us-east-1: no error where it is ours already
        s3.put_bucket_versioning(
            Bucket=local_profile.STATE_BUCKET, VersioningConfiguration={"Status": "Enabled"}
        )

    def delete_state_bucket(self) -> None:
        """Removes the bucket of the Terraform state with everything in it, if it is there."""
        s3 = boto3.resource("s3", endpoint_url=self.endpoint, region_name="us-east-1")
        for bucket in s3.buckets.all():
            if bucket.name == local_profile.STATE_BUCKET:
                bucket.object_versions.delete()
                bucket.delete()

    def synthesize(self) -> None:
        """Writes the stack's Terraform code."""
        self._run("synthesis", [sys.executable, "main.py"], ROOT)

    def install_providers(self) -> None:
        """Lets Terraform find and check its providers, the one step that may need the network."""
        arguments = ["terraform", "init", "-backend=false", "-input=false", "-no-color"]
        self._run("terraform init", arguments, self.folder, environment=self._installing)

    def deploy(self, on_progress: Callable[[TerraformProgress], None]) -> None:
        """Runs `cdktf deploy`.

        Raises:
            command.CommandFailedError: it failed; Terraform's state has what was made until then.
        """
        self._change("deploy", on_progress)

    def destroy(self, on_progress: Callable[[TerraformProgress], None]) -> None:
        """Runs `cdktf destroy`.

        Raises:
            command.CommandFailedError: it failed; Terraform's state has what is left.
        """
        self._change("destroy", on_progress)

    def terraform(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs a Terraform command on the deployed stack, whatever its exit status."""
        return subprocess.run(
            ["terraform", *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def outputs(self) -> dict[str, Any]:
        """Every output of the deployed stack."""
        answer = self.terraform("output", "-json")
        if answer.returncode:
            raise command.CommandFailedError(
                "terraform output",
                answer.returncode,
                answer.stderr.splitlines(),
                self.workspace.command_log,
            )
        return {name: output["value"] for name, output in json.loads(answer.stdout).items()}

    def _change(self, verb: str, on_progress: Callable[[TerraformProgress], None]) -> None:
        progress = TerraformProgress()

        def read(line: str) -> None:
            progress.read(line)
            on_progress(progress)

        arguments = [
            str(CDKTF),
            verb,
            self.stack_id,
            "--auto-approve",
            "--no-color",
            "--skip-synth",
            "--skip-provider-lock",
            f"--terraform-parallelism={PARALLELISM}",
            f"--output={self.workspace.folder}",
        ]
        self._run(f"cdktf {verb}", arguments, ROOT, on_line=read, record=self.workspace.running_command)

    def _run(
        self,
        name: str,
        arguments: list[str],
        folder: Path,
        *,
        environment: Mapping[str, str] | None = None,
        on_line: Callable[[str], None] = lambda _: None,
        record: Path | None = None,
    ) -> None:
        command.run(
            name,
            arguments,
            environment=environment or self.environment,
            folder=folder,
            log=self.workspace.command_log,
            on_line=on_line,
            record=record,
        )
