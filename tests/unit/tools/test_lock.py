"""Pipfile.lock names no package index."""

import json

from tools.lock import LOCK, without_indexes
from tools.workspace import ROOT


def test_sources_and_indexes_go_and_everything_else_stays() -> None:
    lock = {
        "_meta": {"hash": {"sha256": "abc"}, "sources": [{"name": "somewhere", "url": "https://somewhere"}]},
        "default": {"one": {"version": "==1.0", "hashes": ["sha256:1"], "index": "somewhere"}},
        "develop": {"two": {"version": "==2.0"}},
    }

    assert without_indexes(lock) == {
        "_meta": {"hash": {"sha256": "abc"}, "sources": []},
        "default": {"one": {"version": "==1.0", "hashes": ["sha256:1"]}},
        "develop": {"two": {"version": "==2.0"}},
    }


def test_the_projects_lock_is_free_of_them() -> None:
    lock = json.loads((ROOT / LOCK).read_text(encoding="utf-8"))

    assert lock == without_indexes(lock)


def test_the_node_lock_names_no_address_either() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))

    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
    assert lock["packages"]["node_modules/cdktf-cli"]["version"] == "0.21.0"
