"""`make lock`: writes Pipfile.lock, free of the address of any package index.

pipenv records the index that the machine at hand happens to use. The project's lock names none: the
hashes say what may be installed, and every machine gets it from the index that it is set up for.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCK = Path("Pipfile.lock")


def without_indexes(lock: dict[str, Any]) -> dict[str, Any]:
    """The same lock with no sources, and no package tied to one of them."""
    groups = {
        group: {
            name: {key: value for key, value in package.items() if key != "index"}
            for name, package in packages.items()
        }
        for group, packages in lock.items()
        if group != "_meta"
    }
    return {"_meta": {**lock["_meta"], "sources": []}, **groups}


def main(pipenv: list[str]) -> int:
    """Locks with the given pipenv command and strips the result; returns pipenv's exit status."""
    status = subprocess.run([*pipenv, "lock"], check=False).returncode
    if status == 0:
        lock = without_indexes(json.loads(LOCK.read_text(encoding="utf-8")))
        LOCK.write_text(json.dumps(lock, indent=4) + "\n", encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
