"""What single words of the filter line mean: a state, a place, a field and its value; anything else is searched for."""

from __future__ import annotations

import re

from monitor.errors import InputError
from monitor.presentation.filter_fields import FIELDS
from monitor.presentation.filter_operators import SIGNS
from monitor.presentation.filter_places import is_bare_ipv6, read_place
from monitor.presentation.filter_states import STATES
from monitor.presentation.filter_tree import (
    DirectionIs,
    Filter,
    HasTrouble,
    IsAutobound,
    LeavesElsewhere,
    ProtocolIs,
    StateIs,
    Text,
)
from monitor.presentation.nearest_names import nearest
from monitor.presentation.option_words import PROTOCOLS
from monitor.presentation.safe_text import safe_text

JOINING_WORDS = {"and": "and", "&": "and", "&&": "and", "or": "or", "|": "or", "||": "or", "not": "not"}
"""By what is typed: what it means."""
STATE_WORDS = frozenset({"state", "exclude", "excl"})
"""What a line of ss(8) begins with."""

_FIELD_AND_VALUE = re.compile(rf"(?P<field>[A-Za-z][A-Za-z_-]*)(?P<operator>{SIGNS.pattern})(?P<value>.*)", re.DOTALL)
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]+")

WORDS: dict[str, tuple[Filter, str]] = {
    "in": (DirectionIs(is_accepted=True), "accepted"),
    "out": (DirectionIs(is_accepted=False), "dialled"),
    "elsewhere": (LeavesElsewhere(), "would leave by another way today, or by none: marked ~"),
    "finding": (HasTrouble(), "something is wrong with it: marked !"),
    "autobound": (IsAutobound(), "its local port is one that the kernel chooses from"),
}
"""Words that need no value, each with what it asks for; states and protocols beside them."""


def read_word(word: str) -> Filter:
    """Read a word that stands alone.

    Raises:
        InputError: it is an address, network, port or field that cannot be; the message names the mistake.
    """
    lowered = word.lower()
    if lowered in STATES:
        return StateIs(STATES[lowered])
    if lowered in PROTOCOLS:
        return ProtocolIs(PROTOCOLS[lowered])
    if lowered in WORDS:
        return WORDS[lowered][0]
    if lowered in STATE_WORDS:
        raise InputError(f'"{word}" stands at the beginning; write "not state …" here, or quote the word')
    return read_place(word) or Text(word)


def split_field(word: str) -> tuple[str, str, str] | None:
    """Part "pid:812" into field, operator and value, the last two of which may be empty. None where it is no field.

    Raises:
        InputError: no field has that name.
    """
    if word.lower() in FIELDS:
        return word.lower(), "", ""
    parted = _FIELD_AND_VALUE.fullmatch(word)
    if parted is None or is_bare_ipv6(word):
        return None
    field = parted["field"].lower()
    if field in FIELDS:
        return field, *_spelt(parted["operator"], parted["value"])
    # Unfinished IPv6 addresses look like this as well, and so do names with a colon.
    if parted["operator"][0] in ":~" and (parted["operator"] != ":" or _HEXADECIMAL.fullmatch(field)):
        return None
    raise no_field(field)


def no_field(name: str) -> InputError:
    """Say that there is no such field, and which may have been meant."""
    return InputError(f'no field is called "{safe_text(name, 60)}"; {nearest(name.lower(), FIELDS)}, or quote the word')


def _spelt(signs: str, value: str) -> tuple[str, str]:
    """Let a colon that belongs to a port stand with it: "dport=:443", "remote:443" as ":443"."""
    operator = signs.rstrip(":") or ":"
    return operator, signs[len(operator) :] + value
