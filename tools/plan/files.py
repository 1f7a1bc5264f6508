"""What ``make diff`` leaves for whoever tells people of a plan: the comment, the report, the summary."""

import json
from collections.abc import Mapping
from pathlib import Path

from tools.github import runner
from tools.plan.changes import Plan
from tools.plan.comment import comment, report
from tools.plan.summary import fingerprint, headline
from tools.workspace import ROOT

FOLDER = ROOT / "build" / "plan"


def write(plan: Plan, stack: str, environment: Mapping[str, str], folder: Path = FOLDER) -> Path:
    """Write ``comment.md``, ``report.md`` and ``summary.json`` of a stack's plan, all without secrets.

    Args:
        plan: What would change.
        stack: Id of the stack; the name of its folder.
        environment: Where it runs as a step of a workflow, the address of the run is taken from here, the
            run's page gets the comment too, and later jobs the fingerprint and whether there are changes.
        folder: Folder of all plans.

    Returns:
        The stack's folder.
    """
    own = folder / stack
    own.mkdir(parents=True, exist_ok=True)
    text = comment(plan, stack, _artifacts(environment))
    (own / "comment.md").write_text(text, encoding="utf-8")
    (own / "report.md").write_text(report(plan, stack), encoding="utf-8")
    summary = {
        "stack": stack,
        "headline": headline(plan),
        "has_changes": not plan.is_empty,
        "fingerprint": fingerprint(plan),
    }
    (own / "summary.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    runner.summarize(environment, text)
    runner.set_output(environment, "fingerprint", fingerprint(plan))
    runner.set_output(environment, "has_changes", str(not plan.is_empty).lower())
    return own


def _artifacts(environment: Mapping[str, str]) -> str:
    """Address of the files that this run of a workflow keeps; empty elsewhere."""
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    if not all(environment.get(name) for name in names):
        return ""
    server, repository, run = (environment[name] for name in names)
    return f"{server}/{repository}/actions/runs/{run}#artifacts"
