"""The user's cache directory for compiled code; nothing in it is ever needed, only quicker with it."""

import os
import stat
from pathlib import Path


def private_directory() -> Path | None:
    """Return this project's cache directory, created if needed, or None when there is no safe one.

    It lies under `XDG_CACHE_HOME` or `~/.cache`. Code is executed from it, so a directory that belongs to
    another user, or that others may write to, is not used.
    """
    try:
        root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        directory = root / "cdktf-fast-binding"
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = directory.stat()
    except (OSError, RuntimeError):  # read-only, or no home directory
        return None
    if not os.access(directory, os.W_OK):
        return None
    if hasattr(os, "getuid") and (
        found.st_uid != os.getuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    ):
        return None
    return directory
