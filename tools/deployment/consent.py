"""Asks people before anything changes."""

from collections.abc import Mapping

from rich.console import Console

from tools.errors import ToolError


def demand(question: str, answer: str, environment: Mapping[str, str], out: Console) -> None:
    """Go on only with somebody's consent: typed, or given beforehand with ``AUTO_APPROVE=1``.

    Args:
        question: What is asked.
        answer: What has to be typed.
        environment: The user's environment.
        out: Where to ask.

    Raises:
        ToolError: There is none.
    """
    if environment.get("AUTO_APPROVE") == "1":
        return
    if not out.is_terminal:
        raise ToolError("nobody is there to be asked: AUTO_APPROVE=1 says yes beforehand")
    if out.input(f"\n{question} Type {answer!r} to go on: ") != answer:
        raise ToolError("nothing was changed")
