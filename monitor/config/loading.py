"""load: the configuration of this start, from both files; save: what is remembered."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from monitor.config.places import check_way, config_path, read_named_file, read_own_file, state_path
from monitor.config.settings import Configuration
from monitor.errors import MonitorError


class Loaded(NamedTuple):
    """What the files say together."""

    configuration: Configuration
    """What holds."""
    complaints: tuple[str, ...]
    """A sentence for each thing in the files that does not count; not safe yet."""
    written: Configuration
    """What the user's own file says alone, from which differs what is remembered."""


def load(environment: Mapping[str, str], named: Path | None) -> Loaded:
    """Read both files.

    Args:
        environment: Says where the files are.
        named: The configuration that the user has named; None for the usual place.

    Raises:
        InputError: the file that was named cannot be read.
    """
    written, complaints = Configuration(), list[str]()
    if named is not None:
        written = _laid_over(written, named, read_named_file(named), complaints)
    elif (path := config_path(environment)) is not None:
        written = _laid_over(written, path, _own(path, complaints), complaints)
    configuration = written
    if (path := state_path(environment)) is not None:
        configuration = _laid_over(written, path, _own(path, complaints), complaints, is_state=True)
    return Loaded(configuration, tuple(complaints), written)


def save(configuration: Configuration, written: Configuration, environment: Mapping[str, str]) -> Path:
    """Remember for the next start how a configuration differs from what the user's own file says; gives the file.

    Raises:
        MonitorError: it was not kept; why.
    """
    from monitor.config.document import state_text  # noqa: PLC0415 - most starts keep nothing
    from monitor.files import make_folders, replace_file  # noqa: PLC0415 - as above

    path = state_path(environment)
    if path is None:
        raise MonitorError("nothing was kept: neither XDG_STATE_HOME nor HOME is set")
    # Links on the way to one's own place are usual; from here on nobody can exchange one.
    check_way(path)
    folder = Path(os.path.realpath(path.parent))
    make_folders(folder)
    replace_file(folder / path.name, state_text(configuration, written).encode())
    return path


def _own(path: Path, complaints: list[str]) -> str | None:
    try:
        return read_own_file(path)
    except MonitorError as error:
        complaints.append(f"{path}: {error}")
        return None


def _laid_over(
    base: Configuration, path: Path, text: str | None, complaints: list[str], *, is_state: bool = False
) -> Configuration:
    if text is None:
        return base
    # Where there is no file, which is most often, neither is there anything to import.
    from monitor.config.reading import read_text  # noqa: PLC0415 - as above

    reading = read_text(text, base, is_state=is_state)
    complaints += [f"{path}: {complaint}" for complaint in reading.complaints]
    return reading.configuration
