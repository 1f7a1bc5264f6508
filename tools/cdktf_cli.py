"""`make diff`, `make deploy`, `make destroy`: cdktf against a real account, with its providers arranged."""

import os
import sys
from typing import NoReturn

from tools import providers
from tools.errors import ToolError
from tools.local_stack import CDKTF


def main(arguments: list[str]) -> NoReturn:
    """Becomes cdktf, given its arguments; ends with status 1 where that can't be, with the reason said."""
    try:
        arranged = providers.arrange()
    except ToolError as problem:
        print(problem, file=sys.stderr)
        sys.exit(1)
    if arranged.notice:
        print(arranged.notice, file=sys.stderr)
        # The lock file would be completed from the registry, which is out of reach.
        arguments = [*arguments, "--skip-provider-lock"]
    os.execve(CDKTF, [str(CDKTF), *arguments], {**os.environ, **arranged.environment})  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])
