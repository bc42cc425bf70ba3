"""load: the configuration of this start, from both files; save: what is remembered."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from monitor.config.places import check_way, config_path, read_named_file, read_own_file, state_path
from monitor.config.settings import Configuration
from monitor.errors import MonitorError


def load(environment: Mapping[str, str], named: Path | None) -> tuple[Configuration, tuple[str, ...]]:
    """Give what holds, and a sentence for each thing in the files that does not count; not safe yet.

    Args:
        environment: Says where the files are.
        named: The configuration that the user has named; None for the usual place.

    Raises:
        InputError: the file that was named cannot be read.
    """
    configuration, complaints = Configuration(), list[str]()
    if named is not None:
        configuration = _laid_over(configuration, named, read_named_file(named), complaints)
    elif (path := config_path(environment)) is not None:
        configuration = _laid_over(configuration, path, _own(path, complaints), complaints)
    if (path := state_path(environment)) is not None:
        text = _own(path, complaints)
        configuration = _laid_over(configuration, path, text, complaints, is_state=True)
    return configuration, tuple(complaints)


def save(configuration: Configuration, environment: Mapping[str, str]) -> Path:
    """Remember a configuration for the next start; gives the file.

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
    replace_file(folder / path.name, state_text(configuration).encode())
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
    from monitor.config.options import OPTIONS, REMEMBERED  # noqa: PLC0415 - as above
    from monitor.config.reading import read_text  # noqa: PLC0415 - as above

    options = (option for option in OPTIONS if not is_state or option.key in REMEMBERED)
    reading = read_text(text, base, options)
    complaints += [f"{path}: {complaint}" for complaint in reading.complaints]
    return reading.configuration
