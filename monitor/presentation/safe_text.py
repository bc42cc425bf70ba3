r"""Untrusted bytes to one printable, unambiguous line: the only way data becomes text.

Whatever a stranger may name (a process, an interface, a user, a host) reaches the screen, a file or a pipe through
here. Nothing is dropped; everything that acts, hides or has no agreed width is written out:

    \n \t \r \\      these four
    \x1b \x9b        a control of ASCII; a byte that is not UTF-8
    \u202e           any other character below U+10000
    \U000e0041       and above

Two inputs below the limit never give the same text.
"""

from __future__ import annotations

import base64

from monitor.presentation.characters import cells, is_shown
from monitor.presentation.fitting import CUT, ESCAPE, cell_width, fit, middle_cut_endpoint

__all__ = ["CUT", "ESCAPE", "cell_width", "fit", "is_clean", "json_name", "middle_cut_endpoint", "safe_text"]

MAX_MARKS = 2
"""Combining marks that one character may carry; more of them paint over the neighbouring lines."""

_SHORT = {"\n": r"\n", "\t": r"\t", "\r": r"\r", "\\": r"\\"}
_SURROGATE_ESCAPES = range(0xDC80, 0xDD00)


def safe_text(data: bytes | str, limit: int = 4096) -> str:
    """Write data as one printable line; what exceeds the limit is cut and marked with "…".

    Args:
        data: bytes of any origin, read as UTF-8; or text, where surrogates stand for bytes as os.fsdecode makes them.
        limit: bytes, or characters of a text, that are looked at.
    """
    end = _cut_position(data, limit)
    text = data[:end].decode("utf-8", "surrogateescape") if isinstance(data, bytes) else data[:end]
    if not (text.isascii() and text.isprintable() and "\\" not in text):
        text = _escaped(text)
    return text + CUT if end < len(data) else text


def is_clean(data: bytes) -> bool:
    """Tell whether safe_text shows exactly these bytes."""
    return safe_text(data) == data.decode("utf-8", "surrogateescape")


def json_name(key: str, data: bytes) -> dict[str, str]:
    """Give the fields of a JSON object for a name: escaped, and where it is not clean its raw bytes under KEY_b64."""
    fields = {key: safe_text(data)}
    if not is_clean(data):
        fields[f"{key}_b64"] = base64.b64encode(data).decode("ascii")
    return fields


def _cut_position(data: bytes | str, limit: int) -> int:
    """Say where to cut: at the limit, or before the UTF-8 character that it would part."""
    if len(data) <= limit or isinstance(data, str):
        return min(len(data), limit)
    for end in range(limit, max(limit - 4, 0), -1):
        if data[end] & 0xC0 != 0x80:  # noqa: PLR2004 - RFC 3629: bytes 10xxxxxx continue a character
            return end
    return limit


def _escaped(text: str) -> str:
    shown = []
    marks = MAX_MARKS  # a mark at the start has nothing to stand on, nor has one after an escape
    for character in text:
        width = cells(character)
        if character == "\\" or not is_shown(character) or (width == 0 and marks == MAX_MARKS):
            shown.append(_escape(character))
            marks = MAX_MARKS
        else:
            shown.append(character)
            marks = 0 if width else marks + 1
    return "".join(shown)


def _escape(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    code = ord(character)
    if code in _SURROGATE_ESCAPES:
        return f"\\x{code & 0xFF:02x}"
    # C1 controls must not look like the bytes 80 to 9f, which are \x80 to \x9f.
    if character.isascii():
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - four digits or eight
