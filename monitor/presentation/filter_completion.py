"""Completes the word at the end of a filter line, as far as there is one way to go on."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from monitor.model.service_names import SERVICES
from monitor.presentation.filter_description import as_value
from monitor.presentation.filter_fields import FIELDS, Field
from monitor.presentation.filter_operators import is_operator
from monitor.presentation.filter_states import STATE_SETS, STATES
from monitor.presentation.filter_tree import Name
from monitor.presentation.filter_words import STATE_WORDS, WORDS
from monitor.presentation.option_words import PROTOCOLS
from monitor.presentation.safe_text import safe_text

if TYPE_CHECKING:
    from monitor.model.sample import Interval

_LAST_WORD = re.compile(r"[^\s()\"]*\Z")
_TYPED = re.compile(r"[a-z][\w.+-]*", re.ASCII)
"""A service that can be typed as a port is."""
_PORTS = frozenset({"port", "sport", "dport"})
_MOST_SHOWN = 8
"""Candidates that are named; of more the first ones."""


def complete(line: str, interval: Interval | None) -> str:
    """Lengthen the last word by what all candidates have in common; the only one is followed by a blank."""
    start, found = candidates(line, interval)
    if not found:
        return line
    common = os.path.commonprefix(found)  # noqa: RUF071 - of words, not of paths
    word = line[len(start) :]
    if len(found) == 1:
        return f"{start}{found[0]} "
    return start + common if len(common) > len(word) else line


def candidates_text(line: str, interval: Interval | None) -> str:
    """Name what the last word may become; empty where there is one way or none."""
    _, found = candidates(line, interval)
    if len(found) < 2:  # noqa: PLR2004 - one is written, not named
        return ""
    more = " …" if len(found) > _MOST_SHOWN else ""
    return " ".join(found[:_MOST_SHOWN]) + more


def candidates(line: str, interval: Interval | None) -> tuple[str, list[str]]:
    """Give the line before its last word, and what that word may become.

    Args:
        line: As it is typed.
        interval: Whose names may stand behind a field; None for none.
    """
    last = _LAST_WORD.search(line)
    word = last[0] if last else ""
    start = line[: len(line) - len(word)]
    before = start.split()
    if before and is_operator(before[-1]):
        before.pop()
    field = before[-1].lower().lstrip("(!") if before else ""
    words = _services(field, word) or _values(field, interval)
    if words is None:
        words = (
            (*FIELDS, *WORDS, *sorted(STATE_WORDS - {"state"}), *STATES, *PROTOCOLS, "and", "or", "not") if word else ()
        )
    return start, sorted(dict.fromkeys(found for found in words if found.lower().startswith(word.lower())))


def _services(field: str, word: str) -> Iterable[str]:
    """Give the services of ports: behind a colon anywhere, and behind fields that ask for a port; else none."""
    if len(word) < 2 or not (word[0] == ":" or field in _PORTS):  # noqa: PLR2004 - there are hundreds of them
        return ()
    colon = ":" if word[0] == ":" else ""
    return [f"{colon}{name}" for name in map(safe_text, SERVICES.ports) if _TYPED.fullmatch(name)]


def _values(field: str, interval: Interval | None) -> Iterable[str] | None:
    """Give what may stand behind a field; None where the word before is none."""
    if field in STATE_WORDS:
        return (*STATES, *STATE_SETS)
    known = FIELDS.get(field)
    return None if known is None else (*known.values, *(_names(known, interval) if interval is not None else ()))


def _names(field: Field, interval: Interval) -> Iterable[str]:
    match field.name:
        case Name.PROCESS:
            return {as_value(os.fsdecode(process.name)) for process in interval.owners.processes.values()}
        case Name.USER:
            return {as_value(name) for name in interval.sample.users.values()}
        case Name.INTERFACE | Name.DEVICE:
            return {as_value(os.fsdecode(link.name)) for link in interval.sample.network.links}
        case _:
            return ()
