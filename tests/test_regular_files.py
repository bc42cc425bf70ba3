"""What somebody else may have put in the place of a file is looked at before it is opened."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from monitor import regular_files
from monitor.regular_files import open_regular


@pytest.fixture
def really_opened(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The flags of all that is opened for more than looking at it."""
    flags: list[int] = []
    opens = os.open

    def noting(path: str | Path, how: int, *mode: int) -> int:
        flags.extend([how] if not how & (os.O_PATH | os.O_CREAT) else [])
        return opens(path, how, *mode)

    monkeypatch.setattr(regular_files.os, "open", noting)
    return flags


def test_what_is_no_regular_file_is_never_opened(tmp_path: Path, really_opened: list[int]):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    (tmp_path / "file").touch()
    (tmp_path / "to the file").symlink_to(tmp_path / "file")
    assert [open_regular(tmp_path / name) for name in ("pipe", "link", ".")] == [None] * 3
    assert open_regular(tmp_path / "to the file", follows_link=False) is None
    assert open_regular(Path("/dev/null")) is None
    assert really_opened == []


def test_what_was_looked_at_is_read_whatever_has_its_name_by_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "file"
    file.write_bytes(b"ours")
    looks = os.fstat

    def exchanging(descriptor: int) -> os.stat_result:
        file.unlink(missing_ok=True)
        file.write_bytes(b"theirs")
        return looks(descriptor)

    monkeypatch.setattr(regular_files.os, "fstat", exchanging)
    descriptor = open_regular(file)
    assert descriptor is not None
    with os.fdopen(descriptor, "rb") as opened:
        monkeypatch.undo()
        assert opened.read() == b"ours"
