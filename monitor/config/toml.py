"""Writes values as TOML; the standard library reads it only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum

_BARE = re.compile(r"[A-Za-z0-9_-]+\Z", re.ASCII)
_ESCAPED = re.compile(r'[\x00-\x1f"\\\x7f\ud800-\udfff]')


def toml_value(value: object) -> str:
    """Write a truth value, a number, a text, or a list of texts; None stands for "auto"."""
    if value is None:
        return '"auto"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return toml_value(value.value)
    if isinstance(value, str):
        return f'"{_ESCAPED.sub(_escape, value)}"'
    if isinstance(value, Iterable):
        return f"[{', '.join(map(toml_value, value))}]"
    return repr(value)


def toml_key(name: str) -> str:
    """Write a key, in quotes where it needs them."""
    return name if _BARE.match(name) else toml_value(name)


def _escape(found: re.Match[str]) -> str:
    code = ord(found.group())
    # Half a character has no escape of its own.
    return f"\\u{code:04X}" if not 0xD800 <= code <= 0xDFFF else "\\uFFFD"  # noqa: PLR2004 - the surrogates
