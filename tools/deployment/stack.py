"""A stack in its target: synthesized, planned, applied and destroyed by the real cdktf and Terraform."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from settings import Settings
from stacks.catalogue import StackEntry
from tools import command
from tools.deployment.target import Target
from tools.plan.changes import Action, Plan, read
from tools.terraform_progress import TerraformProgress
from tools.workspace import ROOT

CDKTF = ROOT / "node_modules" / ".bin" / "cdktf"

PLAN_FILE = "plan"
"""Where ``cdktf diff`` leaves the plan, in the stack's folder."""

OnProgress = Callable[[TerraformProgress], None]


class Stack:
    """One stack of one environment.

    Args:
        entry: The stack.
        settings: The environment's settings.
        target: Where it is deployed.
    """

    def __init__(self, entry: StackEntry, settings: Settings, target: Target) -> None:
        self.target = target
        self.stack_id = entry.stack_id(settings)
        self.region = entry.region(settings)

    @property
    def folder(self) -> Path:
        """Where the stack's Terraform code is."""
        return self.target.output / "stacks" / self.stack_id

    def synthesize(self) -> None:
        """Write the Terraform code of every stack of the environment."""
        environment = {**self.target.environment, "CDKTF_OUTDIR": str(self.target.output)}
        self._run("synthesis", [sys.executable, "main.py"], ROOT, environment=environment)

    def install_providers(self) -> None:
        """Let Terraform find and check its providers, the one step that may need the network."""
        arguments = ["terraform", "init", "-backend=false", "-input=false", "-no-color"]
        self._run("terraform init", arguments, self.folder, environment=self.target.installing)

    def plan(self, *, lock: bool = True) -> Plan:
        """Run ``cdktf diff`` and read the plan that it leaves.

        Args:
            lock: Whether to lock the state. Whoever may only read it can't.

        Raises:
            CommandFailedError: It failed.
        """
        environment = {**self.target.environment, **({} if lock else {"TF_CLI_ARGS_plan": "-lock=false"})}
        self._cdktf("diff", environment=environment)
        return read(json.loads(self._answer("show", "-json", PLAN_FILE)))

    def apply_plan(self, plan: Plan, on_progress: OnProgress) -> None:
        """Apply what :meth:`plan` planned, and nothing else.

        Args:
            plan: What it returned; tells how much there is to do.
            on_progress: Is told how far it is.

        Raises:
            CommandFailedError: It failed; Terraform's state has what was made until then.
        """
        arguments = ["terraform", "apply", "-input=false", "-no-color", *self._parallelism("-"), PLAN_FILE]
        total = len(plan.changes) + plan.count(Action.REPLACE)  # which is two steps
        self._change("terraform apply", arguments, self.folder, on_progress, TerraformProgress(total))

    def forget_plan(self) -> None:
        """Remove the plan, which has secrets in it."""
        (self.folder / PLAN_FILE).unlink(missing_ok=True)

    def deploy(self, on_progress: OnProgress) -> None:
        """Run ``cdktf deploy``, without asking.

        Raises:
            CommandFailedError: It failed; Terraform's state has what was made until then.
        """
        self._cdktf("deploy", "--auto-approve", *self._parallelism("--terraform-"), on_progress=on_progress)

    def destroy(self, on_progress: OnProgress) -> None:
        """Run ``cdktf destroy``, without asking.

        Raises:
            CommandFailedError: It failed; Terraform's state has what is left.
        """
        self._cdktf("destroy", "--auto-approve", *self._parallelism("--terraform-"), on_progress=on_progress)

    def terraform(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a Terraform command on the deployed stack, whatever its exit status."""
        return subprocess.run(
            ["terraform", *arguments],
            cwd=self.folder,
            env=dict(self.target.environment),
            capture_output=True,
            text=True,
            check=False,
        )

    def outputs(self) -> dict[str, Any]:
        """Return every output of the deployed stack, sensitive ones too."""
        return {name: output["value"] for name, output in json.loads(self._answer("output", "-json")).items()}

    def _answer(self, *arguments: str) -> str:
        answer = self.terraform(*arguments)
        if answer.returncode:
            raise command.CommandFailedError(
                f"terraform {arguments[0]}",
                answer.returncode,
                answer.stderr.splitlines(),
                self.target.log,
            )
        return answer.stdout

    def _parallelism(self, dashes: str) -> list[str]:
        return [f"{dashes}parallelism={self.target.parallelism}"] if self.target.parallelism else []

    def _cdktf(
        self,
        verb: str,
        *options: str,
        environment: Mapping[str, str] | None = None,
        on_progress: OnProgress | None = None,
    ) -> None:
        arguments = [
            str(CDKTF),
            verb,
            self.stack_id,
            "--no-color",
            "--skip-synth",
            *([] if self.target.locks_providers else ["--skip-provider-lock"]),
            f"--output={self.target.output}",
            *options,
        ]
        if on_progress is None:
            self._run(f"cdktf {verb}", arguments, ROOT, environment=environment)
        else:
            self._change(f"cdktf {verb}", arguments, ROOT, on_progress, TerraformProgress())

    def _change(
        self,
        name: str,
        arguments: list[str],
        folder: Path,
        on_progress: OnProgress,
        progress: TerraformProgress,
    ) -> None:
        def read_line(line: str) -> None:
            progress.read(line)
            on_progress(progress)

        self._run(name, arguments, folder, on_line=read_line, record=self.target.running)

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
            environment=environment or self.target.environment,
            folder=folder,
            log=self.target.log,
            on_line=on_line,
            record=record,
        )
