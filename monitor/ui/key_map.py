"""KeyMap: the key table with the user's own keys in it, and which key of the table a pressed one stands for.

Everything else knows the keys of the table alone: what is pressed is translated at the door. Keys that are awaited by
letter, in a question or a field, are none of the table's and stay as they are.
"""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from monitor.ui.key import Key, Where
from monitor.ui.keys import KEYS

_NEEDED = frozenset({"leave_program", "help", "command_palette"})
"""Actions without whose keys nobody finds the way out."""
_SHOWN = {
    "up": "↑", "down": "↓", "left": "←", "right": "→", "pageup": "PgUp", "pagedown": "PgDn", "enter": "Enter",
    "escape": "Esc", "home": "Home", "end": "End", "tab": "Tab", "shift+tab": "Shift+Tab", "backspace": "Backspace",
    "insert": "Ins", "delete": "Del", "space": "space",
}  # fmt: skip
"""Keys with names, and how people write them."""
_TEXTUAL_NAMES = {
    "solidus": "slash", "reverse_solidus": "backslash", "commercial_at": "at", "hyphen_minus": "minus",
    "plus_sign": "plus", "low_line": "underscore",
}  # fmt: skip
"""Where Textual's name of a sign is not Unicode's."""


def _sign_name(sign: str) -> str:
    name = unicodedata.name(sign).lower().replace("-", "_").replace(" ", "_")
    return _TEXTUAL_NAMES.get(name, name)


_SIGNS = {sign: _sign_name(sign) for sign in string.punctuation}
_SIGN_OF = {name: sign for sign, name in _SIGNS.items()}


def key_name(text: str) -> str | None:
    """Give Textual's name of a key as people write it: "/", "F7", "ctrl+r"; None for what is no key."""
    if len(text) == 1 and text.isascii() and text.isprintable():
        return "space" if text == " " else _SIGNS.get(text, text)
    name = text.lower()
    # Terminals send backspace, tab and enter for these three.
    is_letter = name[-1:] in string.ascii_lowercase and name[-1:] not in "him"
    is_control = name.startswith("ctrl+") and len(name) == len("ctrl+x") and is_letter
    is_function = name[:1] == "f" and name[1:] in {str(number) for number in range(1, 13)}
    return name if is_control or is_function or name in _SHOWN or name in _SIGN_OF else None


def written_key(name: str) -> str:
    """Give what key_name() reads as that key."""
    return _SIGN_OF.get(name, name)


def shown_key(name: str) -> str:
    """Give how the help writes a key."""
    if name.startswith("ctrl+"):
        return f"Ctrl+{name[-1].upper()}"
    return _SHOWN.get(name) or _SIGN_OF.get(name) or (name.upper() if len(name) > 1 else name)


class KeyMap:
    """The table as it holds for this user."""

    def __init__(self, chosen: Mapping[str, Sequence[str]] | None = None) -> None:
        """Put keys into the table.

        Args:
            chosen: By the name of an action: its keys as people write them; what cannot be is left out.
        """
        self.complaints: list[str] = []
        """A sentence for each thing that was left out."""
        chosen_names = dict(self._known(chosen or {}))
        while (clash := _clash(table := _table(chosen_names), chosen_names)) is not None:
            action, key, other = clash
            self.complaints.append(f"keys.{action}: {shown_key(key)} is the key of {other} in the same place")
            del chosen_names[action]
        self.table = table
        """KEYS with other keys in some of its entries."""
        self._is_own = bool(chosen_names)
        self._meant: dict[Where, dict[str, str | None]] = {}

    def meant(self, key: str, place: Where) -> str | None:
        """Give the key of KEYS for which a pressed one stands; None where it was taken its meaning."""
        if not self._is_own:
            return key
        if place not in self._meant:
            here = [(own, known) for own, known in zip(self.table, KEYS, strict=True) if own.where & place]
            freed = {name: None for own, known in here if own is not known for name in known.keys.split(",")}
            taken = {name: known.keys.split(",")[0] for own, known in here for name in _names(own) if own is not known}
            self._meant[place] = {**freed, **taken}
        return self._meant[place].get(key, key)

    def _known(self, chosen: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, list[str]]]:
        for action, texts in chosen.items():
            entries = [key for key in KEYS if key.name == action]
            names = [key_name(text) for text in texts]
            fault = _fault(entries, texts, names)
            if fault:
                self.complaints.append(f"keys.{action}: {fault}")
            else:
                yield action, [name for name in names if name is not None]


def _fault(entries: Sequence[Key], texts: Sequence[str], names: Sequence[str | None]) -> str:
    """Say why an action cannot have some keys; empty where it can."""
    if not entries or all(entry.where is Where.COPY for entry in entries):
        return "there is no such action"
    if None in names:
        return f'"{texts[names.index(None)]}" is no key'
    if not names and entries[0].name in _NEEDED:
        return "without a key for it nobody finds the way out"
    is_weighty = any(entry.acts and entry.keys[0].isupper() for entry in entries)
    if is_weighty and any(name is not None and not _is_deliberate(name) for name in names):
        return "what acts outside the program keeps to capitals, Ctrl and function keys"
    return ""


def _is_deliberate(name: str) -> bool:
    return name.startswith("ctrl+") or name.isupper() or (name[0] == "f" and name[1:].isdigit())


def _table(chosen: Mapping[str, Sequence[str]]) -> tuple[Key, ...]:
    return tuple(
        replace(key, keys=",".join(chosen[key.name]), shown=" ".join(map(shown_key, chosen[key.name])))
        if key.name in chosen and key.where is not Where.COPY
        else key
        for key in KEYS
    )


def _names(key: Key) -> list[str]:
    return key.keys.split(",") if key.keys else []


def _clash(table: Sequence[Key], chosen: Mapping[str, object]) -> tuple[str, str, str] | None:
    """Find two actions of one place with one key, of which the user has chosen the first: action, key, the other."""
    for place in Where:
        owners: dict[str, str] = {}
        for entry in table:
            for name in _names(entry) if entry.where & place else ():
                first, second = owners.setdefault(name, entry.name), entry.name
                if first != second and (first in chosen or second in chosen):
                    return (second, name, first) if second in chosen else (first, name, second)
    return None


def remappable() -> list[tuple[str, tuple[str, ...], str]]:
    """List every action that may have other keys, in the order of help: its name, its keys, what it does."""
    listed = {key.name: key for key in reversed(KEYS) if key.where is not Where.COPY}
    by_name = {key.name: listed[key.name] for key in KEYS if key.name in listed}
    return [(name, tuple(map(written_key, _names(key))), key.help) for name, key in by_name.items()]
