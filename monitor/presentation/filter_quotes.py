"""Quoted texts of a filter line: any text at all, written so that the line can be shown and typed.

Within the quotes stands what safe_text makes of the text, with a backslash before quotes; it is read back as it was.
"""

from __future__ import annotations

import re

from monitor.presentation.safe_text import safe_text

_ESCAPE = re.compile(
    r"\\(?:x(?P<byte>[0-9a-fA-F]{2})|u(?P<short>[0-9a-fA-F]{4})|U(?P<long>00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4})|(?P<sign>.))",
    re.DOTALL,
)
_SIGNS = {"n": "\n", "t": "\t", "r": "\r"}
_FIRST_SURROGATE = 0xDC00
"""A byte that is not UTF-8 is this and its value, as os.fsdecode makes it."""


def quoted(text: str) -> str:
    """Write a text with its quotes."""
    return '"' + safe_text(text, limit=len(text)).replace('"', r"\"") + '"'


def unquoted(inner: str) -> str:
    """Read what stands between the quotes; a backslash before any other sign means that sign."""
    return _ESCAPE.sub(_read, inner)


def _read(escape: re.Match[str]) -> str:
    if escape["sign"] is not None:
        return _SIGNS.get(escape["sign"], escape["sign"])
    if escape["byte"] is not None:
        code = int(escape["byte"], 16)
        return chr(code if chr(code).isascii() else _FIRST_SURROGATE + code)
    return chr(int(escape["short"] or escape["long"], 16))
