"""Synthesis in a tenth of the time, with the same bytes out.

The AWS binding holds 2,135 modules on two sides: in Python, and in the JavaScript that Python calls through
the jsii kernel in a node process. As installed, importing one of them imports and requires all. `install`
makes both sides lazy from outside; nothing in the installed packages is changed or written:

* `lean_import` imports only the Python modules that are asked for, without their run-time type checks;
* `kernel_entry.cjs` and `lazy_index.cjs` do the same in node, in one process instead of two, with V8's
  compile cache;
* `pipelined_kernel` lets the two sides load at the same time.

Each part goes back to the stock way by itself when it meets something it doesn't know.
`CDKTF_STOCK_BINDING=1` in the environment switches all of it off, for comparison (`make bench`) and when in
doubt.
"""

import gc
import logging
import os
import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from synthesis.lean_import import PACKAGES, LeanFinder
from synthesis.node import find_node, start_kernel
from synthesis.user_cache import private_directory

STOCK_VARIABLE = "CDKTF_STOCK_BINDING"
"""The environment variable that, set to anything, leaves the bindings as they are installed."""

_log = logging.getLogger(__name__)


def install() -> None:
    """Make the bindings load fast from their first import on; call it before `cdktf` is imported.

    Nothing is started until then. Calling it again, or too late, does nothing. In every case the kernel
    runs in the node that `find_node` chooses, since jsii warns about the old one that many systems have.
    """
    os.environ.setdefault("JSII_NODE", find_node())
    too_late = not PACKAGES.isdisjoint(sys.modules) or any(
        isinstance(each, _FirstImport) for each in sys.meta_path
    )
    cache = private_directory()
    if os.environ.get(STOCK_VARIABLE) or too_late or cache is None:
        return
    sys.meta_path.insert(0, _FirstImport(cache))


class _FirstImport(MetaPathFinder):
    """Waits for the first import of a generated package, starts node and hands over to the lean finder."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the lean finder's answer for a generated package, None for any other module."""
        if fullname not in PACKAGES:
            return None
        finder = LeanFinder(self._cache, imported=_start_node(self._cache))
        sys.meta_path[sys.meta_path.index(self)] = finder
        # The generated modules are many objects that stay: looking for garbage among them only costs time.
        gc.set_threshold(50_000, 20, 20)
        return finder.find_spec(fullname, path, target)


def _start_node(cache: Path) -> Callable[[ModuleType], None]:
    """Start node and put it behind jsii; return what is to be told of each imported module."""
    try:
        process = start_kernel(cache)  # first, since importing jsii takes a while too
        import jsii

        from synthesis.pipelined_kernel import PipelinedProvider

        jsii.kernel.provider = provider = PipelinedProvider(process)
    except Exception as error:
        _log.warning("node's fast start failed (%s: %s); jsii will start it", type(error).__name__, error)
        return lambda module: None
    return provider.prepare
