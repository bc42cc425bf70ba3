"""What may follow where on the command line: the same for every shell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from monitor.cli.command_table import Command, Option
from monitor.presentation.filter_fields import FIELDS
from monitor.presentation.filter_states import STATE_SETS, STATES
from monitor.presentation.filter_tree import Name
from monitor.presentation.filter_words import STATE_WORDS, WORDS
from monitor.presentation.option_words import PROTOCOLS


class Source(Enum):
    """From where the words of a value come, beside a list of them."""

    LIST = "list"
    INTERFACES = "interfaces"
    USERS = "users"
    FILES = "files"


@dataclass(frozen=True, slots=True)
class Value:
    """What may follow a word."""

    before: tuple[str, ...]
    """The words that it may follow."""
    source: Source
    words: tuple[str, ...] = ()
    """Of a list."""


_BY_METAVAR = {"PATH": Source.FILES}
_BY_OPTION = {"--dev": Source.INTERFACES}
_BY_NAME = {Name.USER: Source.USERS, Name.INTERFACE: Source.INTERFACES, Name.DEVICE: Source.INTERFACES}
FILTER = "FILTER"
"""The metavar of filters."""
_COLUMNS = frozenset({"COLUMN", "A,B,C"})


def option_values(command: Command) -> Iterator[Value]:
    """Give what may follow the options of a command."""
    for option in command.options:
        source = _source(option)
        if option.choices:
            yield Value(option.names, Source.LIST, option.choices)
        elif option.metavar in _COLUMNS:
            yield Value(option.names, Source.LIST, _column_names())
        elif option.metavar == FILTER:
            yield Value(option.names, Source.LIST, tuple(filter_words()))
        elif source is not None:
            yield Value(option.names, source)


def field_values() -> Iterator[Value]:
    """Give what may follow the fields of a filter."""
    yield Value(("exclude", "excl"), Source.LIST, (*STATES, *STATE_SETS))
    for name, field in FIELDS.items():
        source = _BY_NAME.get(field.name) if field.name is not None else None
        if source is not None:
            yield Value((name,), source)
        elif field.values:
            yield Value((name,), Source.LIST, field.values)


def filter_words() -> dict[str, str]:
    """Give the words with which a condition may begin, each with what it asks for."""
    return {
        **{name: field.help for name, field in FIELDS.items()},
        **{word: meaning for word, (_, meaning) in WORDS.items()},
        **dict.fromkeys(sorted(STATE_WORDS - {"state"}), "not in these states"),
        **dict.fromkeys(STATES, "in this state"),
        **dict.fromkeys(PROTOCOLS, "of this protocol"),
        "and": "both",
        "or": "one of both",
        "not": "the opposite",
    }


def takes_filter(command: Command) -> bool:
    """Tell whether the words of a command are a filter."""
    return any(argument.metavar == FILTER for argument in command.arguments)


def argument_words(command: Command) -> tuple[str, ...]:
    """Give the values of a command's own arguments, where they are few."""
    return tuple(word for argument in command.arguments for word in argument.choices)


def _source(option: Option) -> Source | None:
    by_option = next((_BY_OPTION[name] for name in option.names if name in _BY_OPTION), None)
    return by_option or _BY_METAVAR.get(option.metavar)


def _column_names() -> tuple[str, ...]:
    from monitor.presentation.list_columns import LIST_COLUMNS  # noqa: PLC0415 - it brings numpy

    return tuple(LIST_COLUMNS)
