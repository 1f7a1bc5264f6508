"""Which permissions were used, and what was refused, since the local AWS was started."""

import threading
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from local.permissions.evaluation import Grant


@dataclass(frozen=True)
class Refusal:
    """An access that was refused.

    Attributes:
        role: ARN of the role.
        action: what was tried.
        resource: on what.
        reason: why it was refused.
    """

    role: str
    action: str
    resource: str
    reason: str


class Ledger:
    """Counts uses and refusals; may be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._used: Counter[tuple[str, Grant]] = Counter()
        self._refused: Counter[Refusal] = Counter()

    def use(self, role: str, grants: tuple[Grant, ...]) -> None:
        """Notes what allowed an access of a role."""
        with self._lock:
            self._used.update((role, grant) for grant in grants)

    def refuse(self, refusal: Refusal) -> None:
        """Notes an access that was refused."""
        with self._lock:
            self._refused[refusal] += 1

    def to_dict(self) -> dict[str, list[dict[str, Any]]]:
        """All of it, for JSON: `used` and `refused`, each with its `count`."""
        with self._lock:
            return {
                "used": [
                    {"role": role, **asdict(grant), "count": n} for (role, grant), n in self._used.items()
                ],
                "refused": [{**asdict(refusal), "count": n} for refusal, n in self._refused.items()],
            }


LEDGER = Ledger()
"""The one of this process, as moto's state is the one of this process."""
