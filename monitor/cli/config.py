"""`fourtuple config`: the commented default of the configuration, or what holds now."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import asdict
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.cli.output import write_json, write_lines

if TYPE_CHECKING:
    from monitor.config.settings import Configuration


def describe(parser: argparse.ArgumentParser) -> None:
    """Say what the command does."""
    parser.description = (
        "Print the default configuration with what each line means: a place to start from, "
        "`fourtuple config > ~/.config/fourtuple/config.toml`. With --json print what holds now, and what in the "
        "files does not count."
    )
    # Without a default of its own, which would undo the option before the command.
    parser.add_argument(
        "--config", type=Path, metavar="PATH", default=argparse.SUPPRESS, help="with --json: what holds with this file"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print it."""
    if arguments.json:
        from monitor.config.loading import load  # noqa: PLC0415 - the default needs no file
        from monitor.config.places import config_path, state_path  # noqa: PLC0415 - as above
        from monitor.ui.key_map import KeyMap  # noqa: PLC0415 - as above

        configuration, complaints, _ = load(os.environ, arguments.config)
        path = arguments.config or config_path(os.environ)
        document = {
            "schema": 1,
            "path": _path_text(path),
            "state_path": _path_text(state_path(os.environ)),
            "complaints": [_clean(text) for text in (*complaints, *KeyMap(configuration.keys).complaints)],
            "configuration": _plain(configuration),
        }
        write_json(document)
    else:
        write_lines([default_document()])
    return 0


def default_document() -> str:
    """Write the default with every action of the key table; without the line feed at its end."""
    from monitor.config.document import default_text  # noqa: PLC0415 - as above
    from monitor.ui.key_map import remappable  # noqa: PLC0415 - as above

    return default_text(remappable()).rstrip("\n")


def say_complaints(complaints: tuple[str, ...]) -> None:
    """Say on standard error what in the files does not count: before the screen opens, and there when it has closed."""
    if complaints and sys.stderr:
        sys.stderr.write("".join(f"fourtuple: {_clean(text)}\n" for text in complaints))
        sys.stderr.flush()


def _plain(configuration: Configuration) -> dict[str, object]:
    return {name: value.value if isinstance(value, Enum) else value for name, value in asdict(configuration).items()}


def _path_text(path: Path | None) -> str | None:
    return None if path is None else _clean(str(path))


def _clean(text: str) -> str:
    from monitor.presentation.safe_text import safe_text  # noqa: PLC0415 - seldom needed

    return safe_text(text)
