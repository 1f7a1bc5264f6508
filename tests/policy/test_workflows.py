"""The workflows: well-formed, pinned, with the fewest rights, and made of commands of the Makefile."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from tests.support import workflows
from tests.support.workflows import GITHUB, PROJECT, Job
from tools.github.matrix import Environment, Target
from tools.reaper import LABEL

TOOLS = Path(sys.executable).parent
CREDENTIALS = "aws-actions/configure-aws-credentials"
SAME_REPOSITORY = "github.event.pull_request.head.repo.full_name == github.repository"

every_job = pytest.mark.parametrize("job", workflows.jobs(), ids=str)
runners_jobs = pytest.mark.parametrize("job", [job for job in workflows.jobs() if job.steps], ids=str)


def _zizmor(folder: Path) -> subprocess.CompletedProcess[str]:
    return _run("zizmor", "--offline", "--pedantic", "--strict-collection", "--no-progress", str(folder))


def _schema(name: str, *files: Path) -> subprocess.CompletedProcess[str]:
    return _run("check-jsonschema", "--builtin-schema", f"vendor.{name}", *map(str, files))


def _run(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(TOOLS / tool), *arguments],
        env={"PATH": "/usr/bin:/bin", "HTTPS_PROXY": "http://127.0.0.1:9"},  # nothing comes from the network
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


# --- The tools of the trade, and that they notice -------------------------------------------------


def test_zizmor_finds_nothing_even_when_pedantic() -> None:
    found = _zizmor(GITHUB)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize(
    ("schema", "pattern"),
    [
        ("github-workflows", "workflows/*.yml"),
        ("github-actions", "actions/*/action.yml"),
        ("dependabot", "dependabot.yml"),
    ],
)
def test_files_follow_their_schemas(schema: str, pattern: str) -> None:
    files = list(GITHUB.glob(pattern))
    assert files
    found = _schema(schema, *files)
    assert found.returncode == 0, found.stdout


BREACHES: dict[str, tuple[str, Callable[[str], str]]] = {
    "unpinned-uses": ("drift.yml", lambda text: re.sub(r"checkout@\w+ # \S+", "checkout@v7", text)),
    "template-injection": (
        "pull-request.yml",
        lambda text: text.replace("make check", "make check ${{ github.event.pull_request.title }}"),
    ),
    "excessive-permissions": (
        "drift.yml",
        lambda text: text.replace("permissions: {}", "permissions: write-all"),
    ),
    "artipacked": (
        "deploy-stack.yml",
        lambda text: text.replace("persist-credentials: false", "fetch-depth: 1"),
    ),
    "dangerous-triggers": (
        "pull-request.yml",
        lambda text: text.replace("pull_request:\n", "pull_request_target:\n"),
    ),
    "undocumented-permissions": ("reaper.yml", lambda text: text.replace(" # the deploy role", "")),
    "concurrency-limits": ("preview.yml", lambda text: re.sub(r"concurrency:\n(  .*\n)+", "", text)),
}


@pytest.mark.parametrize("audit", BREACHES)
def test_zizmor_notices(audit: str, tmp_path: Path) -> None:
    _break(tmp_path, *BREACHES[audit])
    found = _zizmor(tmp_path / ".github")
    assert found.returncode != 0
    assert f"[{audit}]" in found.stdout


def test_the_schema_notices(tmp_path: Path) -> None:
    broken = _break(tmp_path, "deploy.yml", lambda text: text.replace("needs: staging", "need: staging"))
    assert _schema("github-workflows", broken).returncode != 0


def _break(folder: Path, name: str, change: Callable[[str], str]) -> Path:
    shutil.copytree(GITHUB, folder / ".github")
    path = folder / ".github" / "workflows" / name
    text = path.read_text(encoding="utf-8")
    assert change(text) != text
    path.write_text(change(text), encoding="utf-8")
    return path


# --- What they are made of ------------------------------------------------------------------------


def test_every_action_is_of_few_owners_and_pinned_with_its_version() -> None:
    pins: dict[str, set[str]] = {}
    for path in GITHUB.rglob("*.yml"):
        for use in re.findall(r"uses: (.+)", path.read_text(encoding="utf-8")):
            if use.startswith("$/"):  # this repository at the commit that runs
                assert (PROJECT / use.removeprefix("$/")).exists()
                continue
            match = re.fullmatch(
                r"((?:actions|hashicorp|aws-actions)/[\w-]+)@([0-9a-f]{40} # v\d+\.\d+\.\d+)", use
            )
            assert match, f"{path.name}: {use}"
            pins.setdefault(match[1], set()).add(match[2])
    assert len(pins) == 6
    assert {action for action, versions in pins.items() if len(versions) > 1} == set()


def test_programs_have_their_version_in_one_place() -> None:
    for job in workflows.jobs():
        for step in job.steps:
            assert "setup-" not in str(step.get("uses", "")), job
    steps = workflows.read(GITHUB / "actions" / "setup" / "action.yml")["runs"]["steps"]
    assert not any("run" in step for step in steps)
    (terraform,) = (step["with"]["terraform_version"] for step in steps if "setup-terraform" in step["uses"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", terraform)


@runners_jobs
def test_every_step_is_one_command_of_the_makefile(job: Job) -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    for command in job.commands:
        match = re.fullmatch(r"make ([a-z-]+)", command)
        assert match, command
        assert re.search(rf"^{match[1]}:.*## ", makefile, re.MULTILINE), f"no target {match[1]}"


def test_the_commands_are_known() -> None:
    assert workflows.make_targets() == {
        *("check", "test", "synth", "matrix", "diff", "comment", "deploy", "destroy", "drift", "reap")
    }


@runners_jobs
def test_jobs_end_and_keep_no_credentials(job: Job) -> None:
    assert 5 <= job.definition["timeout-minutes"] <= 120
    assert job.definition["runs-on"] == "ubuntu-24.04"
    checkout = job.step("actions/checkout")
    assert checkout
    assert checkout["with"]["persist-credentials"] is False


# --- Who may do what ------------------------------------------------------------------------------


def _called(job: Job) -> list[Job]:
    """The jobs of the workflow that a job calls."""
    name = str(job.definition.get("uses", "")).rpartition("/")[2]
    return [each for each in workflows.jobs() if each.workflow == name]


def _assumes_a_role(job: Job) -> bool:
    return bool(job.step(CREDENTIALS)) or any(map(_assumes_a_role, _called(job)))


@every_job
def test_jobs_have_no_right_but_those_that_they_use(job: Job) -> None:
    needed = {"contents": "read"}
    if _assumes_a_role(job):
        needed["id-token"] = "write"
    if "make comment" in job.commands:
        needed["pull-requests"] = "write"
    if "make reap" in job.commands:
        needed["pull-requests"] = "read"
    assert job.definition["permissions"] == needed


def test_a_workflow_gives_no_right_to_all_its_jobs() -> None:
    for path in workflows.WORKFLOWS.glob("*.yml"):
        assert workflows.read(path)["permissions"] == {}


@runners_jobs
def test_only_jobs_in_a_github_environment_may_deploy(job: Job) -> None:
    credentials = job.step(CREDENTIALS)
    if credentials is None:
        assert "environment" not in job.definition
        return
    may_deploy = not {"make deploy", "make destroy", "make reap"}.isdisjoint(job.commands)
    expected = (
        r"\$\{\{ (matrix\.deploy_role|inputs\.deploy-role) \}\}" if may_deploy else r"\$\{\{ .*plan.role \}\}"
    )
    assert re.fullmatch(expected, credentials["with"]["role-to-assume"])
    assert ("environment" in job.definition) == may_deploy
    # As long as modules/deployment/roles.py lets a session last; an hour is the action's default.
    assert credentials["with"].get("role-duration-seconds") == (7200 if may_deploy else None)


@every_job
def test_code_from_forks_meets_no_credentials(job: Job) -> None:
    assert "pull_request_target" not in job.events
    if "pull_request" in job.events and _assumes_a_role(job):
        conditions = [job.condition, *(workflows.job(job.workflow, id_).condition for id_ in job.needs())]
        assert any(re.match(rf"{re.escape(SAME_REPOSITORY)}( &&|$)", condition) for condition in conditions)
        assert "always()" not in job.condition


@runners_jobs
def test_tokens_reach_the_commands_that_ask_github_and_no_other(job: Job) -> None:
    for step in job.steps:
        assert ("GITHUB_TOKEN" in step.get("env", {})) == (step.get("run") in ("make comment", "make reap"))


# --- What happens when ----------------------------------------------------------------------------


def test_a_change_reaches_the_environments_in_their_order() -> None:
    dev, staging, prod = (workflows.job("deploy.yml", id_) for id_ in ("dev", "staging", "prod"))
    assert len([each for each in workflows.jobs() if each.workflow == "deploy.yml"]) == 3
    assert (dev.needs(), staging.needs(), prod.needs()) == ([], ["dev"], ["staging"])
    assert dev.events["push"] == {"branches": ["main"]}
    # The others need it, so they too run on the main branch only.
    assert dev.condition == "github.ref == 'refs/heads/main'"
    assert (staging.condition, prod.condition) == ("", "")
    for job in (dev, staging, prod):
        assert job.definition["uses"] == "$/.github/workflows/deploy-environment.yml"
        assert job.definition["with"] == {
            "environment": job.id,
            "allow-data-loss": "${{ inputs.allow_data_loss }}",
        }
        assert job.definition["concurrency"] == {"group": f"deploy-{job.id}", "cancel-in-progress": False}


def test_stacks_of_an_environment_are_deployed_one_after_the_other() -> None:
    assert workflows.job("deploy-environment.yml", "stack").definition["strategy"]["max-parallel"] == 1


def test_what_is_applied_is_what_was_approved() -> None:
    plan, deploy = (workflows.job("deploy-stack.yml", id_) for id_ in ("plan", "deploy"))
    assert plan.definition["outputs"] == {
        "fingerprint": "${{ steps.plan.outputs.fingerprint }}",
        "has-changes": "${{ steps.plan.outputs.has_changes }}",
    }
    assert [step["run"] for step in plan.steps if step.get("id") == "plan"] == ["make diff"]
    assert deploy.needs() == ["plan"]
    assert deploy.definition["environment"] == "${{ inputs.environment }}"
    (command,) = (step for step in deploy.steps if "run" in step)
    assert command["env"] == {
        "STACK": "${{ inputs.stack }}",
        "AUTO_APPROVE": "1",
        "APPROVED_PLAN": "${{ needs.plan.outputs.fingerprint }}",
        "ALLOW_DATA_LOSS": "${{ inputs.allow-data-loss }}",
    }


def test_the_comment_is_written_also_when_the_plan_failed() -> None:
    comment = workflows.job("pull-request.yml", "plan").steps[-1]
    assert comment["run"] == "make comment"
    assert comment["if"] == "${{ !cancelled() }}"
    assert comment["env"]["OUTCOME"] == "${{ steps.plan.outcome }}"


def test_nothing_that_changes_aws_is_cancelled_on_the_way() -> None:
    for path in workflows.WORKFLOWS.glob("*.yml"):
        workflow = workflows.read(path)
        stops = workflow.get("concurrency", {}).get("cancel-in-progress", False)
        assert stops == (path.name == "pull-request.yml")


def test_previews_come_and_go_with_their_label() -> None:
    deploy, destroy = (workflows.job("preview.yml", id_) for id_ in ("deploy", "destroy"))
    assert set(deploy.events["pull_request"]["types"]) == {
        *("labeled", "unlabeled", "synchronize", "reopened", "closed")
    }
    for job in (deploy, destroy):
        assert re.findall(r"name(?:, | == )'(.+?)'", job.condition) == [LABEL, LABEL]
    queue = workflows.read(workflows.WORKFLOWS / "preview.yml")["concurrency"]
    assert queue["queue"] == "max", "a destroy that waits would give way to a later run"


@pytest.mark.parametrize(("workflow", "command"), [("drift.yml", "make drift"), ("reaper.yml", "make reap")])
def test_every_night(workflow: str, command: str) -> None:
    (job,) = (each for each in workflows.jobs() if each.workflow == workflow and command in each.commands)
    (schedule,) = job.events["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* \*", schedule["cron"])


@every_job
def test_jobs_are_skipped_where_nothing_is_configured(job: Job) -> None:
    used = set(re.findall(r"(?<!steps\.)matrix\.(\w+)", str(job.definition)))
    include = job.definition.get("strategy", {}).get("matrix", {}).get("include")
    if include is None:
        assert not used
        return
    match = re.fullmatch(r"\$\{\{ fromJSON\(needs\.(\w+)\.outputs\.(\w+)\) \}\}", include)
    assert match
    assert f"needs.{match[1]}.outputs.{match[2]} != '[]'" in job.condition
    source = workflows.job(job.workflow, match[1])
    assert source.definition["outputs"] == {match[2]: f"${{{{ steps.matrix.outputs.{match[2]} }}}}"}
    assert source.commands == ["make matrix"]
    of = {"targets": Target, "environments": Environment}[match[2]]
    assert used <= {field.name for field in fields(of)}
