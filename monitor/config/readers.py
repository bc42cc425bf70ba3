"""Readers: what each option of the file may say, from the value that TOML gives to the value that holds.

Each raises ValueError, or the filter's own InputError, whose words end the sentence "KEY …".
"""

from __future__ import annotations

from collections.abc import Callable

from monitor.config.settings import REVERSED
from monitor.presentation.column_choice import CURVE, Density
from monitor.presentation.column_names import COLUMN_NAMES
from monitor.sampling.period import MAX_PERIOD_S, MIN_PERIOD_S

Reader = Callable[[object], object]
_AUTO = "auto"


def read_period(value: object) -> float | None:
    """Read seconds, or "auto"."""
    if value == _AUTO:
        return None
    # True is a number to Python.
    if isinstance(value, bool) or not isinstance(value, int | float) or not MIN_PERIOD_S <= value <= MAX_PERIOD_S:
        raise ValueError(f'is to be "auto" or {MIN_PERIOD_S:g} to {MAX_PERIOD_S:g} seconds')
    return float(value)


def read_switch(value: object) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise ValueError("is to be true or false")  # noqa: TRY004 - one kind of error for all that a file can say
    return value


def read_auto_switch(value: object) -> bool | None:
    """Read true, false, or "auto"."""
    if value == _AUTO:
        return None
    if not isinstance(value, bool):
        raise ValueError('is to be "auto", true or false')  # noqa: TRY004 - as above
    return value


def read_filter(value: object) -> str:
    """Read a line of the filter's language."""
    if not isinstance(value, str):
        raise ValueError("is to be a filter in quotes")  # noqa: TRY004 - as above
    if value:
        from monitor.presentation.filter_parser import parse  # noqa: PLC0415 - most files have none

        parse(value)
    return value


def read_percent(value: object) -> int:
    """Read a share of the screen's height."""
    least, most = 15, 75
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"is to be a whole number from {least} to {most}")
    return value


def one_of(*words: str) -> Reader:
    """Make a reader of one of some words."""

    def read(value: object) -> str:
        if not isinstance(value, str) or value not in words:
            raise ValueError(f"is to be one of {', '.join(words)}")
        return value

    return read


def read_density(value: object) -> Density:
    """Read how many columns there are."""
    return Density(one_of(*(density.value for density in Density))(value))


def some_of(words: tuple[str, ...]) -> Reader:
    """Make a reader of a list of different words."""

    def read(value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise ValueError("is to be a list of names")
        strange = [word for word in value if word not in words]
        if strange:
            raise ValueError(f"names {', '.join(strange)}; there are {', '.join(words)}")
        if len(set(value)) < len(value):
            raise ValueError("names one twice")
        return tuple(value)

    return read


def columns_of(pane: str) -> Reader:
    """Make a reader of the columns of a pane."""
    return some_of(tuple(COLUMN_NAMES[pane]))


def sort_of(pane: str) -> Reader:
    """Make a reader of the order of a pane."""
    sortable = [name for name in COLUMN_NAMES[pane] if name != CURVE]

    def read(value: object) -> str:
        if not isinstance(value, str) or (value and value.removesuffix(REVERSED) not in sortable):
            raise ValueError(f'is to be empty or a column, "{REVERSED}" behind it or not: {", ".join(sortable)}')
        return value

    return read


def read_key_names(value: object) -> tuple[str, ...]:
    """Read one key or a list of them; whether they are keys is known to the screen's own table."""
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError("is to be a key or a list of keys")
    return tuple(names)
