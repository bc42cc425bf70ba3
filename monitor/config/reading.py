"""From the text of a file to a Configuration; what cannot be understood is named, and what held before stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from monitor.config.options import DROPPED_FILTERS, OPTIONS, REMEMBERED
from monitor.config.readers import Reader, read_filter, read_key_names
from monitor.config.settings import Configuration
from monitor.config.toml import toml_value
from monitor.errors import InputError, MonitorError

_NAMED_BY_USER: Mapping[str, Reader] = {"filters": read_filter, "keys": read_key_names}
"""Sections whose keys are no options."""
_NAMED_IN_STATE: Mapping[str, Reader] = {"filters": read_filter, DROPPED_FILTERS: read_filter}
"""Likewise, of what is remembered."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read."""

    configuration: Configuration = field(default_factory=Configuration)
    complaints: tuple[str, ...] = ()
    """A sentence for each thing that did not count, without the name of the file; not safe yet."""


def read_text(text: str, base: Configuration, *, is_state: bool = False) -> Reading:
    """Read the text of a file over what held before.

    Args:
        text: TOML.
        base: What holds where it says nothing, or something that cannot be.
        is_state: Whether it is what was remembered, which may say less; base is then what the user's own file says.
    """
    try:
        document = _document(text)
    except MonitorError as error:
        return Reading(base, (str(error),))
    return _Reader(document, base).read(is_state=is_state)


def _document(text: str) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 - most starts are without a file

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # Of a number of very many digits it is no TOMLDecodeError.
        raise MonitorError(f"nothing of it counts: {error}") from None


class _Reader:
    """Takes from a document what is known, and complains of the rest."""

    def __init__(self, document: dict[str, Any], base: Configuration) -> None:
        self._document = document
        self._base = base
        self._complaints: list[str] = []

    def read(self, *, is_state: bool) -> Reading:
        known = {option.key: option for option in OPTIONS if not is_state or option.key in REMEMBERED}
        sections = _NAMED_IN_STATE if is_state else _NAMED_BY_USER
        changes: dict[str, Any] = {}
        named: dict[str, dict[str, Any]] = {section: {} for section in sections}
        unknown = []
        for key, value in _flat(self._document):
            section, dot, name = key.partition(".")
            if key in known:
                self._take(changes, known[key].field, key, value, known[key].read)
            elif dot and section in sections:
                self._take(named[section], name, key, value, sections[section])
            else:
                unknown.append(key)
        dropped = named.pop(DROPPED_FILTERS, {})
        changes |= {section: {**getattr(self._base, section), **values} for section, values in named.items()}
        # One that the user has written anew since is another one.
        changes["filters"] = {name: text for name, text in changes["filters"].items() if dropped.get(name) != text}
        if unknown:
            self._complaints.append(f"unknown and ignored: {', '.join(unknown)}")
        return Reading(replace(self._base, **changes), tuple(self._complaints))

    def _take(self, into: dict[str, Any], name: str, key: str, value: object, read: Any) -> None:  # noqa: ANN401 - any Reader
        try:
            into[name] = read(value)
        except (ValueError, InputError) as error:
            self._complaints.append(f"{key} {error}, not {_shown(value)}; it is ignored")


_LONGEST = 60
"""Characters of a value in a complaint."""
_MOST_BITS = 64
"""Of a number that is shown there."""


def _shown(value: object) -> str:
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        text = "a number that long"
    elif isinstance(value, str | bool | int | float):
        text = toml_value(value)
    else:
        text = "a list" if isinstance(value, list) else "a table" if isinstance(value, Mapping) else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _flat(document: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Give keys with their sections, and values; a section holds no others."""
    for key, value in document.items():
        if isinstance(value, Mapping):
            yield from ((f"{key}.{name}", inner) for name, inner in value.items())
        else:
            yield key, value
