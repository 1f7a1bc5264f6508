"""What every command on stacks does first: find target and stacks, check the credentials, synthesize."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from rich.console import Console

from settings import Settings
from stacks.catalogue import StackEntry
from tools import console, local_profile
from tools.deployment import preflight, selection, target
from tools.deployment.stack import Stack
from tools.deployment.target import Target
from tools.workspace import Workspace


@contextmanager
def stacks(base: Mapping[str, str], out: Console) -> Iterator[list[Stack]]:
    """Yield the stacks that a command is about, synthesized, in a process that has the right credentials.

    Args:
        base: The user's environment.
        out: Is told who is signed in.

    Raises:
        ToolError: Settings, credentials or state bucket are not as they should be; nothing was planned.
    """
    environment, entries = selection.select(base)
    with console.alone(Workspace.of(base)):
        place = target.find(environment)
        settings = selection.settings_of(place.environment)
        with local_profile.entered(place.environment):
            check(settings, entries, place, out)
            found = [Stack(entry, settings, place) for entry in entries]
            out.print("synthesizing ...")
            found[0].synthesize()
            yield found


def check(settings: Settings, entries: Sequence[StackEntry], place: Target, out: Console) -> None:
    """Check the credentials for every region, and the state bucket.

    Raises:
        CredentialsError: They are not the right ones.
    """
    for region in sorted({entry.region(settings) for entry in entries}):
        who = preflight.check(settings, region, place.environment)
        out.print(f"{settings.suffix} in {region}: {who}")
    preflight.check_state_bucket(settings)
    if place.notice:
        out.print(place.notice)
