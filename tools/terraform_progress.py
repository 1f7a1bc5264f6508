"""What Terraform's lines say about how far it is."""

import re
from dataclasses import dataclass, field

_PLAN = re.compile(r"Plan: (\d+) to add, (\d+) to change, (\d+) to destroy")
# cdktf writes the construct's path, in brackets, behind an address that doesn't tell it.
_STARTED = re.compile(r"([\w.\[\]\"-]+)(?: \([^)]*\))?: (?:Creating|Modifying|Destroying)\.\.\.")
_DONE = re.compile(r"([\w.\[\]\"-]+)(?: \([^)]*\))?: (?:Creation|Modifications|Destruction) complete after")


@dataclass
class TerraformProgress:
    """Counts the actions of an apply or a destroy.

    Attributes:
        total: actions planned; 0 until the plan is known.
        done: actions completed.
        under_way: addresses of the resources being worked on, oldest first.
    """

    total: int = 0
    done: int = 0
    under_way: list[str] = field(default_factory=list)

    def read(self, line: str) -> None:
        """Takes one line, free of colours, of Terraform's or cdktf's output."""
        if plan := _PLAN.search(line):
            self.total = sum(map(int, plan.groups()))
        elif done := _DONE.search(line):
            self.done += 1
            if done[1] in self.under_way:
                self.under_way.remove(done[1])
        elif (started := _STARTED.search(line)) and started[1] not in self.under_way:
            self.under_way.append(started[1])

    def __str__(self) -> str:
        if not self.total:
            return "planning"
        text = f"{self.done} of {self.total} resources"
        return f"{text}, longest under way: {self.under_way[0]}" if self.under_way else text
