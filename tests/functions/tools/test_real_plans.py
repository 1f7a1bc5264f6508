"""Plans that Terraform itself made, told to people; `terraform_data` needs no provider from anywhere."""

import json
import subprocess
from pathlib import Path

import pytest

from tools.plan.changes import Action, Plan, read
from tools.plan.comment import comment
from tools.plan.summary import headline
from tools.plan.values import SENSITIVE, UNKNOWN, Difference, differences

BEFORE = """
variable "secret" {
  sensitive = true
  default   = "hunter2"
}
resource "terraform_data" "stays" { input = "same" }
resource "terraform_data" "updated" { input = "old" }
resource "terraform_data" "replaced" {
  input            = "as it was"
  triggers_replace = "1"
}
resource "terraform_data" "removed" { input = "gone" }
resource "terraform_data" "hidden" { input = var.secret }
output "url" { value = "https://old" }
"""

AFTER = """
variable "secret" {
  sensitive = true
  default   = "hunter3"
}
resource "terraform_data" "stays" { input = "same" }
resource "terraform_data" "updated" { input = "new" }
resource "terraform_data" "replaced" {
  input            = "as it was"
  triggers_replace = "2"
}
resource "terraform_data" "created" { input = terraform_data.replaced.id }
resource "terraform_data" "hidden" { input = var.secret }
output "url" { value = "https://new" }
"""


class Project:
    """A folder with Terraform code."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, code: str) -> None:
        """Replace the code."""
        (self.folder / "main.tf").write_text(code)

    def run(self, *arguments: str) -> str:
        """Run a Terraform command."""
        command = ["terraform", f"-chdir={self.folder}", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def plan(self) -> Plan:
        """Plan, and read what was planned."""
        self.run("plan", "-input=false", "-out=plan")
        return read(json.loads(self.run("show", "-json", "plan")))


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("project"))
    project.write(BEFORE)
    project.run("init", "-input=false")
    project.run("apply", "-input=false", "-auto-approve")
    return project


def test_nothing_changes_after_an_apply(applied: Project) -> None:
    applied.write(BEFORE)
    plan = applied.plan()
    assert plan.is_empty
    assert headline(plan) == "no changes"


def test_each_kind_of_change_is_told(applied: Project) -> None:
    applied.write(AFTER)
    plan = applied.plan()
    changes = {change.address.removeprefix("terraform_data."): change for change in plan.changes}
    assert {name: change.action for name, change in changes.items()} == {
        "created": Action.CREATE,
        "hidden": Action.UPDATE,
        "removed": Action.DELETE,
        "replaced": Action.REPLACE,
        "updated": Action.UPDATE,
    }
    assert headline(plan) == "has changes: 1 to add, 2 to change, 1 to replace, 1 to destroy"
    assert Difference("input", '"old"', '"new"') in differences(changes["updated"])
    assert Difference("input", None, UNKNOWN) in differences(changes["created"])
    assert Difference("input", SENSITIVE, SENSITIVE) in differences(changes["hidden"])
    assert Difference("triggers_replace", '"1"', '"2"', forces_replacement=True) in differences(
        changes["replaced"]
    )
    assert [differences(output) for output in plan.outputs] == [
        [Difference("value", '"https://old"', '"https://new"')]
    ]
    assert "hunter" not in comment(plan, "test")
