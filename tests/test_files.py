"""The one way of making a file: private, new, and never through what somebody else has put there."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from monitor.errors import MonitorError
from monitor.files import create_file, make_folders, replace_file

STRANGER = 4242


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A directory of this user's own, on a way that leads there without links."""
    before = Path.cwd()
    os.chdir(tmp_path)
    yield tmp_path.resolve()
    os.chdir(before)


def needs_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root gives files to another user")


def test_a_file_holds_the_bytes_and_is_its_owners_alone(folder: Path):
    create_file(folder / "made", b"\x1b data")
    found = (folder / "made").stat()
    assert (folder / "made").read_bytes() == b"\x1b data"
    assert stat.S_IMODE(found.st_mode) == 0o600
    assert found.st_uid == os.geteuid()


def test_ff_11_no_umask_opens_it_to_others(folder: Path):
    before = os.umask(0)
    try:
        create_file(folder / "made", b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE((folder / "made").stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["a\0b", "a\0/b", "\ud800", ".."])
def test_what_the_kernel_knows_no_name_for_is_refused_in_one_sentence(folder: Path, name: str):
    with pytest.raises(MonitorError, match="names no file"):
        create_file(Path(name), b"")
    assert not list(folder.iterdir())


def test_a_relative_name_stands_in_the_present_directory(folder: Path):
    create_file(Path("made"), b"here")
    assert (folder / "made").read_bytes() == b"here"


def test_ff_09_what_exists_is_left_as_it_is(folder: Path):
    (folder / "kept").write_bytes(b"before")
    with pytest.raises(MonitorError, match="File exists"):
        create_file(folder / "kept", b"after")
    assert (folder / "kept").read_bytes() == b"before"


def test_ff_09_a_link_in_the_place_of_the_file_is_not_followed(folder: Path):
    (folder / "victim").write_bytes(b"before")
    (folder / "link").symlink_to(folder / "victim")
    os.link(folder / "victim", folder / "hard")
    (folder / "dangling").symlink_to(folder / "nowhere")
    for name in ("link", "hard", "dangling"):
        with pytest.raises(MonitorError, match="File exists"):
            create_file(folder / name, b"after")
    assert (folder / "victim").read_bytes() == b"before"
    assert not (folder / "nowhere").exists()


def test_ff_09_a_fifo_in_the_place_of_the_file_holds_nobody_up(folder: Path):
    os.mkfifo(folder / "made")
    with pytest.raises(MonitorError, match="File exists"):
        create_file(folder / "made", b"")


def test_a_link_on_the_way_is_not_followed(folder: Path):
    (folder / "real").mkdir()
    (folder / "link").symlink_to(folder / "real")
    with pytest.raises(MonitorError, match="link is a symbolic link; name the directory to which it leads"):
        create_file(folder / "link" / "made", b"")
    assert not list((folder / "real").iterdir())


@pytest.mark.parametrize("mode", [0o777, 0o707])
def test_ff_10_a_directory_that_others_may_write_to_is_refused(folder: Path, mode: int):
    (folder / "loose").mkdir()
    (folder / "loose").chmod(mode)
    with pytest.raises(MonitorError, match=r"others may write to .*/loose, and it has no sticky bit"):
        create_file(folder / "loose" / "made", b"")
    assert not list((folder / "loose").iterdir())


def test_ff_10_as_root_a_directory_of_a_group_is_refused(folder: Path):
    needs_root()
    (folder / "loose").mkdir()
    (folder / "loose").chmod(0o770)
    with pytest.raises(MonitorError, match="others may write"):
        create_file(folder / "loose" / "made", b"")


def test_a_sticky_directory_will_do(folder: Path):
    (folder / "shared").mkdir()
    (folder / "shared").chmod(0o1777)
    create_file(folder / "shared" / "made", b"")
    assert (folder / "shared" / "made").exists()


def test_a_directory_of_another_user_on_the_way_is_refused(folder: Path):
    needs_root()
    (folder / "theirs" / "below").mkdir(parents=True)
    os.chown(folder / "theirs", STRANGER, STRANGER)
    with pytest.raises(MonitorError, match=f"theirs belongs to uid {STRANGER}"):
        create_file(folder / "theirs" / "below" / "made", b"")
    assert not list((folder / "theirs" / "below").iterdir())


def test_a_disk_that_is_full_leaves_no_half_file_behind(folder: Path):
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with patch("monitor.files.os.write", side_effect=[3, full]), pytest.raises(MonitorError, match="No space left"):
        create_file(folder / "made", b"six bytes")
    assert not (folder / "made").exists()


def test_what_is_written_in_pieces_is_whole(folder: Path):
    write = os.write
    with patch("monitor.files.os.write", lambda made, data: write(made, bytes(data[:2]))):
        create_file(folder / "made", b"in pieces")
    assert (folder / "made").read_bytes() == b"in pieces"


@pytest.mark.parametrize("path", ["", ".", "/", "..", "nowhere/made"])
def test_what_names_no_file_is_said(folder: Path, path: str):
    with pytest.raises(MonitorError):
        create_file(Path(path), b"")


def test_no_descriptor_stays_open(folder: Path):
    before = len(list(Path("/proc/self/fd").iterdir()))
    create_file(folder / "made", b"")
    for path in (folder / "made", folder / "made" / "below", folder / "nowhere" / "made"):
        with pytest.raises(MonitorError):
            create_file(path, b"")
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_where_the_present_directory_is_gone_a_whole_name_still_works(folder: Path):
    (folder / "gone").mkdir()
    os.chdir(folder / "gone")
    (folder / "gone").rmdir()
    with pytest.raises(MonitorError, match="the present directory is gone"):
        create_file(Path("made"), b"")
    create_file(folder / "made", b"")


def test_a_file_that_is_replaced_changes_in_one_step_and_its_owner_alone_reads_it(folder: Path):
    path = folder / "made"
    path.write_bytes(b"before")
    path.chmod(0o644)
    with path.open("rb") as reader:
        replace_file(path, b"after")
        assert reader.read() == b"before"
    assert path.read_bytes() == b"after"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(folder.iterdir()) == [path]


def test_a_link_is_replaced_and_what_it_led_to_stays(folder: Path):
    (folder / "theirs").write_bytes(b"theirs")
    (folder / "made").symlink_to(folder / "theirs")
    replace_file(folder / "made", b"ours")
    assert (folder / "theirs").read_bytes() == b"theirs"
    assert not (folder / "made").is_symlink()


def test_what_cannot_be_replaced_stays_and_nothing_is_left_beside_it(folder: Path):
    (folder / "made/inner").mkdir(parents=True)
    with pytest.raises(MonitorError, match="Is a directory"):
        replace_file(folder / "made", b"")
    assert [path.name for path in folder.iterdir()] == ["made"]


def test_directories_are_made_for_their_owner_alone_and_those_that_are_there_stay(folder: Path):
    (folder / "a").mkdir(mode=0o755)
    make_folders(folder / "a/b/c")
    make_folders(folder / "a/b/c")
    assert [stat.S_IMODE((folder / name).stat().st_mode) for name in ("a", "a/b", "a/b/c")] == [0o755, 0o700, 0o700]


def test_no_directory_is_made_through_a_link(folder: Path):
    (folder / "real").mkdir()
    (folder / "link").symlink_to(folder / "real")
    with pytest.raises(MonitorError, match="is a symbolic link"):
        make_folders(folder / "link/made")
    assert not list((folder / "real").iterdir())
