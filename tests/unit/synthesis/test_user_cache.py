"""The cache directory is private, or it isn't used."""

import os
from pathlib import Path

import pytest

from synthesis import user_cache


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def test_directory_is_made_for_its_owner_only(home: Path) -> None:
    directory = user_cache.private_directory()
    assert directory == home / "cdktf-fast-binding"
    assert directory.stat().st_mode & 0o777 == 0o700
    assert user_cache.private_directory() == directory


def test_home_is_the_default(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", lambda: home)
    assert user_cache.private_directory() == home / ".cache" / "cdktf-fast-binding"


@pytest.mark.parametrize("mode", [0o770, 0o702])
def test_directory_that_others_may_write_is_not_used(home: Path, mode: int) -> None:
    (home / "cdktf-fast-binding").mkdir()
    (home / "cdktf-fast-binding").chmod(mode)
    assert user_cache.private_directory() is None


def test_directory_of_somebody_else_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    assert user_cache.private_directory() is not None
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert user_cache.private_directory() is None


def test_directory_that_cannot_be_made_is_done_without(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "file"))
    assert user_cache.private_directory() is None


def test_no_home_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError("no home directory")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", no_home)
    assert user_cache.private_directory() is None
