"""Where the files are, and whether they may be read: what somebody else wrote does not decide over the monitor."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from monitor.errors import InputError, MonitorError
from monitor.regular_files import open_regular

MOST_BYTES = 65_536


def config_path(environment: Mapping[str, str]) -> Path | None:
    """Give where the configuration is looked for; None where there is no home."""
    return _below(environment, "XDG_CONFIG_HOME", ".config", "config.toml")


def state_path(environment: Mapping[str, str]) -> Path | None:
    """Give where is kept what is remembered; None where there is no home."""
    return _below(environment, "XDG_STATE_HOME", ".local/state", "state.toml")


def _below(environment: Mapping[str, str], variable: str, otherwise: str, name: str) -> Path | None:
    folder, home = environment.get(variable, ""), environment.get("HOME", "")
    # The specification of these places: a relative path is to be taken for none.
    if folder.startswith("/"):
        return Path(folder, "fourtuple", name)
    return Path(home, otherwise, "fourtuple", name) if home.startswith("/") else None


def read_own_file(path: Path) -> str | None:
    """Read a file that nobody but this user and root can have written; None where there is none.

    Raises:
        MonitorError: it is not read; why.
    """
    if os.path.lexists(path):
        check_way(path)
    return _read(path, is_named=False)


def check_way(path: Path) -> None:
    """Hold that nobody but this user and root has laid the way to a file, as far as it exists.

    Raises:
        MonitorError: somebody else owns a folder or link on it.
    """
    user = os.geteuid()
    for part in (path, *path.parents[:-1]):
        with suppress(OSError):
            if (owner := part.lstat().st_uid) not in {0, user}:
                raise MonitorError(f"{part} belongs to uid {owner}, and the monitor runs as uid {user}")


def read_named_file(path: Path) -> str:
    """Read a file that the user has named, whoever wrote it.

    Raises:
        InputError: it cannot be read.
    """
    try:
        text = _read(path, is_named=True)
    except MonitorError as error:
        raise InputError(f"{path}: {error}") from None
    if text is None:
        raise InputError(f"there is no file {path}")
    return text


def _read(path: Path, *, is_named: bool) -> str | None:
    try:
        descriptor = open_regular(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise MonitorError(f"not read: {getattr(error, 'strerror', None) or error}") from None
    if descriptor is None:
        raise MonitorError("not read: it is no regular file")
    try:
        if not is_named:
            _check_writers(os.fstat(descriptor))
        data = os.read(descriptor, MOST_BYTES + 1)
    except OSError as error:
        raise MonitorError(f"not read: {error.strerror}") from None
    finally:
        os.close(descriptor)
    if len(data) > MOST_BYTES:
        raise MonitorError(f"not read: it is longer than {MOST_BYTES:,} bytes")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MonitorError(f"not read: byte {error.start} is not UTF-8") from None


def _check_writers(found: os.stat_result) -> None:
    from monitor.files import others_may_write  # noqa: PLC0415 - most starts are without a file

    user = os.geteuid()
    if found.st_uid not in (0, user):
        raise MonitorError(
            f"not read: it belongs to uid {found.st_uid} and the monitor runs as uid {user}; name it with --config"
        )
    if others_may_write(found):
        mode = stat.S_IMODE(found.st_mode)
        raise MonitorError(f"not read: others may write to it (mode {mode:o}, group {found.st_gid}); chmod go-w it")
