"""The text of files: the commented default, and what is remembered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby

from monitor.config.options import DROPPED_FILTERS, OPTIONS, REMEMBERED, TABLES
from monitor.config.settings import Configuration
from monitor.config.toml import toml_key, toml_value
from monitor.presentation.column_names import COLUMN_NAMES

_HEAD = """\
# fourtuple's configuration; this is the default, and every line may be left out.
# It is read from $XDG_CONFIG_HOME/fourtuple/config.toml, which is ~/.config/fourtuple/config.toml where that is not
# set, or from where --config says. Options of the command line win over it.
# The file has to belong to who runs the monitor, or to root, and may not be writable by others or by a group, unless
# that is a plain user's own: root's monitor does not read a user's file unless --config names it. With --sudo the
# screen, and so this file, stays the user's own.
"""
_FILTERS = """\
[filters]
# Filters by name, for the key F: the name, then the filter as after the key /.
# databases = "remote :5432 or remote :3306"
"""
_KEYS = """\
[keys]
# Keys of actions: a letter, a sign, or a name such as "space", "pageup", "f7", "ctrl+r"; an empty list takes an action
# its key and leaves it to the palette. What acts outside the program keeps to capitals, Ctrl and function keys.
"""
_STATE_HEAD = "# What fourtuple remembers: only where it differs from config.toml. Delete this file to forget it.\n"


def default_text(keys: Iterable[tuple[str, tuple[str, ...], str]]) -> str:
    """Write the commented default.

    Args:
        keys: Every action that may have other keys: its name, its keys, what it does.
    """
    default = Configuration()
    lines = [_HEAD]
    for section, options in groupby(OPTIONS, lambda option: option.section):
        if section:
            lines.append(f"[{section}]")
        if section in TABLES:
            lines += [f"#   {name:<13} {words}" for name, words in COLUMN_NAMES[section].items()]
        for option in options:
            lines += [f"# {line}" for line in option.words.splitlines()]
            lines.append(f"{toml_key(option.name)} = {toml_value(getattr(default, option.field))}")
        lines.append("")
    # Not in force as they stand: a later version may have better ones.
    shown = [f"# {toml_key(name)} = {toml_value(names)}  # {words}" for name, names, words in keys]
    return "\n".join([*lines, _FILTERS, _KEYS + "\n".join(shown), ""])


def state_text(configuration: Configuration, written: Configuration) -> str:
    """Write what is remembered of a configuration.

    Args:
        configuration: What holds now.
        written: What the user's own file says: of that nothing is repeated, and what it says anew later holds.
    """
    differing = (
        option
        for option in OPTIONS
        if option.key in REMEMBERED and getattr(configuration, option.field) != getattr(written, option.field)
    )
    lines = [_STATE_HEAD]
    for section, options in groupby(differing, lambda option: option.section):
        lines += [f"\n[{section}]"] if section else []
        lines += [f"{option.name} = {toml_value(getattr(configuration, option.field))}" for option in options]
    now, before = configuration.filters, written.filters
    added = {name: text for name, text in now.items() if before.get(name) != text}
    dropped = {name: text for name, text in before.items() if name not in now}
    for section, filters in (("filters", added), (DROPPED_FILTERS, dropped)):
        lines += [f"\n[{section}]", *_pairs(filters)] if filters else []
    return "\n".join([*lines, ""])


def _pairs(values: Mapping[str, str]) -> list[str]:
    return [f"{toml_key(name)} = {toml_value(value)}" for name, value in values.items()]
