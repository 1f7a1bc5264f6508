"""What a step tells the runner of its job: outputs for later jobs, and the job's summary.

On a machine that is no runner, nothing is told to anybody.
https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#environment-files
"""

from collections.abc import Mapping
from pathlib import Path


def set_output(environment: Mapping[str, str], name: str, value: str) -> None:
    """Set an output of the step.

    Args:
        environment: The step's environment; ``GITHUB_OUTPUT`` names the file.
        name: The output.
        value: Its text.

    Raises:
        ValueError: The text has more than one line, of which the others would set outputs of their own.
    """
    if len(value.splitlines()) > 1:
        raise ValueError(f"the output {name} has more than one line")
    _append(environment.get("GITHUB_OUTPUT"), f"{name}={value}\n")


def summarize(environment: Mapping[str, str], markdown: str) -> None:
    """Add to the summary of the job, which the run's page shows.

    Args:
        environment: The step's environment; ``GITHUB_STEP_SUMMARY`` names the file.
        markdown: GitHub-flavoured Markdown.
    """
    _append(environment.get("GITHUB_STEP_SUMMARY"), f"{markdown.rstrip()}\n\n")


def _append(path: str | None, text: str) -> None:
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)
