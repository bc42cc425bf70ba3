"""What stands under the field of the demux screen: what was understood, and what else can be typed."""

from __future__ import annotations

from monitor.model.sample import Interval
from monitor.presentation.demux_question import DemuxQuestion
from monitor.presentation.linked_line import fitting_parts
from monitor.presentation.option_words import PROTOCOLS
from monitor.presentation.route_names import protocol_name
from monitor.presentation.row_text import RowTexts
from monitor.presentation.safe_text import safe_text
from monitor.presentation.text_line import TextLine
from monitor.presentation.view import Cell, Role

_LABEL_WIDTH = 10
"""Of "who gets", the label of the field, and two blanks."""
_MOST_SHOWN = 80


def asked_lines(text: str, question: DemuxQuestion | None, mistake: str | None, width: int) -> list[TextLine]:
    """Make two lines: what is asked or why that cannot be answered, and what else can be typed.

    Args:
        text: As it was typed.
        question: What it asks.
        mistake: Why there is no answer.
        width: Cells.
    """
    role = Role.TROUBLE if text.strip() else Role.DIM
    if mistake is not None:
        first = TextLine((Cell(f" {'!' if text.strip() else '':<{_LABEL_WIDTH}}", role), Cell(mistake, role)))
    else:
        first = _line("asked", asked_parts(question) if question is not None else [], " · ", width)
    return [first, _line("add", _offers(text, question), " · ", width)]


def asked_parts(question: DemuxQuestion) -> list[str]:
    """Say what was understood, part by part."""
    end = question.destination
    where = f"port {end}" if isinstance(end, int) else safe_text(str(end), _MOST_SHOWN)
    if question.source is not None:
        parts = [f"{safe_text(str(question.source), _MOST_SHOWN)} sends to {where}"]
    elif question.is_about_addresses:
        family = "" if isinstance(end, int) else f"IPv{end.address.version} "
        parts = [where, f"new clients at every local {family}address"]
    else:
        parts = [where, "a client that has no connection yet"]
    device = [] if question.device is None else [f"by {safe_text(question.device, _MOST_SHOWN)}"]
    return [*parts, protocol_name(question.protocol), *device]


def question_of_row(interval: Interval, row: int) -> str:
    """Write what to ask about a row: of a pair the segment that its peer would send, of any other its port."""
    texts, table = RowTexts(interval), interval.table
    protocol, local = int(table.protocol[row]), texts.local(row).on_the_wire
    if protocol not in PROTOCOLS.values() or not local.port:
        return ""
    if not bool(table.is_pair[row]):
        return str(DemuxQuestion(destination=local.port, protocol=protocol))
    return str(DemuxQuestion(destination=local, source=texts.remote(row).on_the_wire, protocol=protocol))


def _offers(text: str, question: DemuxQuestion | None) -> list[str]:
    words = [word.removeprefix("--") for word in text.split()]
    offers = []
    if question is not None and question.source is None:
        offers.append("before it the client's address:port")
    if not any(word in ("udp", "tcp") or word.startswith("proto") for word in words):
        offers.append("udp")
    if not any(word.startswith("dev") for word in words):
        offers.append("dev=NAME")
    return offers


def _line(label: str, parts: list[str], separator: str, width: int) -> TextLine:
    """Write label and parts, as many as there is room for."""
    fitting = fitting_parts(parts, width - _LABEL_WIDTH - 1, separator)
    return TextLine((Cell(f" {label:<{_LABEL_WIDTH}}", Role.HEADING), Cell(separator.join(fitting), Role.DIM)))
