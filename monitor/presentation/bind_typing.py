"""What stands under the field of the bind screen: what is in force, what else can be typed, the next word completed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from monitor.model.route import Link
from monitor.model.sample import Interval
from monitor.model.tcp import PROTOCOL_UDP
from monitor.presentation.bind_question import BindQuestion
from monitor.presentation.linked_line import fitting_parts
from monitor.presentation.route_names import protocol_name
from monitor.presentation.row_text import RowTexts
from monitor.presentation.safe_text import is_clean, safe_text
from monitor.presentation.text_line import TextLine
from monitor.presentation.view import Cell, Role

_LABEL_WIDTH = 6
_OPTION_NAMES = {
    "reuseaddr": "SO_REUSEADDR",
    "reuseport": "SO_REUSEPORT",
    "freebind": "IP_FREEBIND",
    "transparent": "IP_TRANSPARENT",
    "no-port": "IP_BIND_ADDRESS_NO_PORT",
}
_OFFERS = (
    ("udp", ("tcp", "udp", "proto=")),
    ("reuseaddr", ()),
    ("reuseport", ()),
    ("v6only=0|1", ("v6only=",)),
    ("dev=NAME", ("dev=",)),
    ("uid=N", ("uid=",)),
    ("freebind", ()),
    ("transparent", ()),
    ("no-port", ()),
)
"""What can be typed, and by which words it was typed already where those are others."""


def asked_lines(
    text: str, question: BindQuestion | None, mistake: str | None, asker: int | None, width: int
) -> list[TextLine]:
    """Make two lines: what is asked or why that cannot be answered, and what else can be typed.

    Args:
        text: As it was typed.
        question: What it asks.
        mistake: Why there is no answer.
        asker: Effective user of whoever asks, where that is known.
        width: Cells.
    """
    if mistake is not None:
        role = Role.TROUBLE if text.strip() else Role.DIM
        first = TextLine((Cell(f" {'!' if text.strip() else ' ':<{_LABEL_WIDTH}}", role), Cell(mistake, role)))
    else:
        first = _line("asked", in_force(question, asker) if question is not None else [], " · ", width)
    return [first, _line("add", offers(text), " ", width)]


def in_force(question: BindQuestion, asker: int | None) -> list[str]:
    """Say what is asked, part by part, what was left out too; what could best be missed comes last."""
    parts = [safe_text(str(question.endpoint)), protocol_name(question.protocol)]
    parts += [name for flag, name in _OPTION_NAMES.items() if flag in question.flags]
    if question.v6only is not None:
        parts.append(f"IPV6_V6ONLY {int(question.v6only)}")
    if question.device is not None:
        parts.append(f"SO_BINDTODEVICE {safe_text(question.device)}")
    if question.uid is not None and question.uid != asker:
        parts.append(f"as uid {question.uid}")
    elif asker is not None:
        parts.append("as root (you)" if asker == 0 else f"as uid {asker} (you)")
    if question.is_bare_port:
        parts.append(f"IPv4; [::]:{question.endpoint.port} asks for IPv6 and IPv4")
    return parts


def offers(text: str) -> list[str]:
    """List the options that were not typed yet, as they can be typed."""
    typed = [word.removeprefix("--") for word in text.split()]
    return [
        offer
        for offer, forms in _OFFERS
        if not any(word.startswith(form) for word in typed for form in forms or (offer,))
    ]


def _line(label: str, parts: Sequence[str], separator: str, width: int) -> TextLine:
    """Write label and parts, as many as there is room for."""
    fitting = fitting_parts(parts, width - _LABEL_WIDTH - 1, separator)
    return TextLine((Cell(f" {label:<{_LABEL_WIDTH}}", Role.HEADING), Cell(separator.join(fitting), Role.DIM)))


def completed(text: str, links: Sequence[Link]) -> str:
    """Complete the last word as far as it is the only one that can be meant; else give the text as it is."""
    start = text.rstrip()
    if not start or text != start:
        return text
    word = start.split()[-1]
    bare = word.removeprefix("--")
    fitting = [name for name in _vocabulary(links) if bare and name.startswith(bare)]
    if not fitting:
        return text
    whole = len(fitting) == 1 and not fitting[0].endswith("=")
    return text + _common_start(fitting)[len(bare) :] + " " * whole


def _common_start(words: Sequence[str]) -> str:
    """Give the letters with which all of them begin."""
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*words, strict=False))
    return "".join(letters[0] for letters in alike)


def _vocabulary(links: Sequence[Link]) -> Iterator[str]:
    yield from ("tcp", "udp", *_OPTION_NAMES, "v6only=", "v6only=0", "v6only=1", "uid=", "dev=")
    # A name that does not stand as it is could be shown, and not be typed.
    yield from (f"dev={link.name.decode()}" for link in links if is_clean(link.name))


def question_of_row(interval: Interval, row: int) -> str:
    """Write the question whose answer names the socket of a row; empty for a pair, whose endpoint others may share."""
    table, texts = interval.table, RowTexts(interval)
    if bool(table.is_pair[row]):
        return ""
    words = [str(texts.local(row))]
    words += ["udp"] if int(table.protocol[row]) == PROTOCOL_UDP else []
    words += ["v6only=1"] if texts.local(row).is_wildcard and int(table.v6only[row]) == 1 else []
    return " ".join(words)
