"""Safe text brought to a number of terminal cells: padded, or cut where it says so."""

from __future__ import annotations

import re

from monitor.presentation.characters import cells

CUT = "…"
"""Stands for whatever did not fit."""

ESCAPE = re.compile(r"\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|[ntr\\])")
"""What stands in safe text for a character that is not shown: every backslash in it begins one of these."""

_PIECE = re.compile(rf"{ESCAPE.pattern}|.", re.DOTALL)
_PORT_OR_PID = re.compile(r"(?:\]?:(?:[0-9]{1,5}|\*)|(?P<pid>\[[0-9]+\]|\ ×[0-9]+|\ [0-9]+\ sockets))\Z", re.ASCII)
"""What the end of a text must keep: a port, a pid, a number of owners or of sockets."""


def cell_width(text: str) -> int:
    """Count the terminal cells of safe text."""
    if text.isascii():
        return len(text)
    return sum(map(cells, text))


def fit(text: str, width: int, *, right: bool = False, keeps_end: bool = False) -> str:
    r"""Cut or pad safe text to exactly `width` cells; an escape such as \x1b is never parted.

    Args:
        text: a result of safe_text, or made of such results.
        width: cells; less than 1 gives the empty text.
        right: pad on the left.
        keeps_end: cut the middle, see middle_cut_endpoint.
    """
    if text.isascii() and len(text) <= width:
        return text.rjust(width) if right else text.ljust(width)
    if width <= 0:
        return ""
    if cell_width(text) <= width:
        shown = text
    elif keeps_end:
        shown = middle_cut_endpoint(text, width)
    else:
        shown = _head(text, width - 1) + CUT
    padding = " " * (width - cell_width(shown))
    return padding + shown if right else shown + padding


def pieces(text: str, width: int) -> list[str]:
    r"""Break safe text into lines of at most `width` cells, between words where it can; no escape is parted.

    Nothing is left out but the blanks at which it was broken.
    """
    lines = []
    while cell_width(text) > width:
        line = _head(text, width)
        blank = line.rfind(" ") if text[len(line)] != " " else len(line)
        if blank > 0:
            line = line[:blank]
        elif not line:
            break
        lines.append(line)
        text = text[len(line) :].removeprefix(" ")
    return [*lines, text]


def middle_cut_endpoint(text: str, width: int) -> str:
    """Shorten an endpoint to at most `width` cells: an address loses its middle, and its port stays whole.

    Whole groups of the address go first. "name[pid]" loses the end of its name; any other text its middle. Where not
    even the port fits, a "…" stands alone: half a port would be another port.
    """
    if cell_width(text) <= width:
        return text
    kept = _PORT_OR_PID.search(text)
    host, end = (text[: kept.start()], kept.group()) if kept else (text, "")
    room = width - len(end) - len(CUT)
    if room < 0:
        return CUT if width > 0 else ""
    if kept and kept["pid"]:
        return _head(host, room) + CUT + end
    return _without_middle(host, room) + end


def _without_middle(host: str, room: int) -> str:
    """Keep as many groups at both ends, in turns, as `room` cells hold beside the cut; parts of groups if none fit."""
    separator = ":" if ":" in host else "."
    groups = host.split(separator)
    best = ""
    front, back = 1, 1
    while front + back < len(groups):
        candidate = separator.join([*groups[:front], CUT, *groups[-back:]])
        if cell_width(candidate) > room + len(CUT):
            break
        best = candidate
        front, back = (front + 1, back) if front == back else (front, back + 1)
    return best or _head(host, room - room // 2) + CUT + _tail(host, room // 2)


def _head(text: str, width: int) -> str:
    """Take the longest start of at most `width` cells that parts no escape and no character from its marks."""
    if text.isascii() and "\\" not in text:
        return text[:width]
    used = end = 0
    for piece in _PIECE.finditer(text):
        used += cell_width(piece.group())
        if used > width:
            break
        end = piece.end()
    return text[:end]


def _tail(text: str, width: int) -> str:
    """Take the longest end of at most `width` cells, likewise."""
    used = 0
    start = len(text)
    for piece in reversed(list(_PIECE.finditer(text))):
        taken = cell_width(piece.group())
        used += taken
        if used > width:
            break
        if taken:
            start = piece.start()
    return text[start:]
