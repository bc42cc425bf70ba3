"""create_file, replace_file: the only ways in which a file is made, safe also where others may write.

The directory is walked from / without following a link. A new file must not exist, belongs to the effective user, and
can be read by nobody else; one that is replaced changes in one step, from the former bytes to the new ones.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from monitor.errors import MonitorError

_FILE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER_FLAGS = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_OWNER_ONLY = 0o600
_FOLDER_OWNER_ONLY = 0o700


def create_file(path: Path, data: bytes) -> None:
    """Make a file of some bytes; where that fails, none is left behind.

    Raises:
        MonitorError: nothing was made; one sentence says why.
    """
    whole = _named(path)
    with _safe_folder(whole.parent) as folder:
        _create_in(folder, whole, data)


def replace_file(path: Path, data: bytes) -> None:
    """Make a file of some bytes in the place of what has its name.

    Raises:
        MonitorError: what was there is there still; one sentence says why.
    """
    whole = _named(path)
    beside = whole.with_name(f".{whole.name}.{os.urandom(4).hex()}")
    with _safe_folder(whole.parent) as folder:
        _create_in(folder, beside, data)
        try:
            os.rename(beside.name, whole.name, src_dir_fd=folder, dst_dir_fd=folder)
        except OSError as error:
            with suppress(OSError):
                os.unlink(beside.name, dir_fd=folder)
            raise MonitorError(f"no file was made: {path}: {error.strerror}") from None


def make_folders(path: Path) -> None:
    """Make the directories on the way to one that are not there yet, for this user alone.

    Raises:
        MonitorError: at least the last one was not made; one sentence says why.
    """
    missing = path
    while not _is_there(missing):
        missing = missing.parent
    for name in path.relative_to(missing).parts:
        with _safe_folder(missing) as folder:
            try:
                os.mkdir(name, _FOLDER_OWNER_ONLY, dir_fd=folder)
            except FileExistsError:
                pass
            except OSError as error:
                raise MonitorError(f"no directory was made: {missing / name}: {error.strerror}") from None
        missing /= name


def others_may_write(found: os.stat_result) -> bool:
    """Tell by the mode whether others than its owner may write; a plain user's own group is taken for himself."""
    is_private_group = os.geteuid() != 0 and found.st_gid == os.getegid()
    return bool(found.st_mode & (stat.S_IWOTH if is_private_group else stat.S_IWOTH | stat.S_IWGRP))


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _named(path: Path) -> Path:
    whole = _absolute(path)
    if whole.name in ("", "..") or not _can_be_asked_for(whole):
        raise MonitorError(f"{path} names no file")
    return whole


@contextmanager
def _safe_folder(path: Path) -> Iterator[int]:
    """Open a directory in which nobody else can exchange what we make."""
    folder = _open_folder(path)
    try:
        _check_folder(folder, path)
        yield folder
    finally:
        os.close(folder)


def _absolute(path: Path) -> Path:
    try:
        return path if path.is_absolute() else Path.cwd() / path
    except OSError:
        raise MonitorError("no file was made: the present directory is gone; name one from / on") from None


def _can_be_asked_for(path: Path) -> bool:
    """Whether the kernel can be given this name: it takes bytes, of which none is zero."""
    try:
        return b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        return False


def _open_folder(path: Path) -> int:
    """Open a directory, component by component: nobody can exchange one that has been passed."""
    folder = os.open("/", _FOLDER_FLAGS)
    for depth, name in enumerate(path.parts[1:], 2):
        passed, here = folder, Path(*path.parts[:depth])
        try:
            folder = os.open(name, _FOLDER_FLAGS, dir_fd=passed)
        except OSError as error:
            raise MonitorError(_folder_refusal(here, passed, name, error)) from None
        finally:
            os.close(passed)
        owner = os.fstat(folder).st_uid
        if owner not in (0, os.geteuid()):
            os.close(folder)
            raise MonitorError(f"no file was made: {here} belongs to uid {owner}, who could exchange what is below it")
    return folder


def _folder_refusal(here: Path, parent: int, name: str, error: OSError) -> str:
    with suppress(OSError):
        if stat.S_ISLNK(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode):
            return f"no file was made: {here} is a symbolic link; name the directory to which it leads"
    return f"no file was made: {here}: {error.strerror}"


def _check_folder(folder: int, path: Path) -> None:
    """Refuse a directory in which others could exchange the file."""
    found = os.fstat(folder)
    if others_may_write(found) and not found.st_mode & stat.S_ISVTX:
        raise MonitorError(f"no file was made: others may write to {path}, and it has no sticky bit")


def _create_in(folder: int, path: Path, data: bytes) -> None:
    try:
        made = os.open(path.name, _FILE_FLAGS, _OWNER_ONLY, dir_fd=folder)
    except OSError as error:
        raise MonitorError(f"no file was made: {path}: {error.strerror}") from None
    try:
        try:
            _check_file(made, path)
            _write_all(made, data)
        finally:
            # Some file systems tell only now that there was no room.
            os.close(made)
    except (OSError, MonitorError) as error:
        with suppress(OSError):
            os.unlink(path.name, dir_fd=folder)
        if isinstance(error, OSError):
            raise MonitorError(f"no file was made: {path}: {error.strerror}") from None
        raise


def _check_file(made: int, path: Path) -> None:
    found = os.fstat(made)
    if not (stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and found.st_nlink == 1):
        raise MonitorError(f"no file was made: {path} is not a new file of this user's alone")


def _write_all(made: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(made, view) :]
