"""Who gets the new clients of a port at each local address, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.model.demux import Answer, DemuxDecision
from monitor.presentation.demux_ground import rules_text
from monitor.presentation.demux_lines import DemuxLine
from monitor.presentation.demux_names import SocketNames
from monitor.presentation.demux_reach import undelivered_text
from monitor.presentation.fitting import cell_width
from monitor.presentation.formats import count_text
from monitor.presentation.route_names import protocol_name
from monitor.presentation.row_text import RowTexts
from monitor.presentation.safe_text import safe_text

_NOBODY = "nobody"


def places_sentence(decisions: Sequence[DemuxDecision], texts: RowTexts) -> str:
    """Say who gets how many of the addresses, and where the kernel did not say so what it rests on."""
    ruled = next((rules_text(decision, texts) for decision in decisions if decision.facts.silence), "")
    return f"{_who_gets(decisions, texts)}{f' Predicted: {ruled}.' if ruled else ''}"


def _who_gets(decisions: Sequence[DemuxDecision], texts: RowTexts) -> str:
    if not decisions and not texts.interval.sample.network.is_read:
        return "Not visible: the addresses of this host could not be read."
    if not decisions:
        return "This host has no address of that family."
    segment = decisions[0].facts.segment
    title = f"{protocol_name(segment.protocol)} port {segment.destination.port}"
    counts: dict[str, int] = {}
    for decision in decisions:
        who = receiver_text(decision, texts)
        counts[who] = counts.get(who, 0) + 1
    if len(decisions) == 1:
        return f"{title} at {safe_text(segment.destination.address_text)}: {next(iter(counts))} gets new clients."
    if len(counts) == 1:
        who = next(iter(counts))
        return (
            f"{title}: {who} gets new clients at {'any' if who == _NOBODY else 'each'} of {len(decisions)} addresses."
        )
    parts = ", ".join(f"{who} at {count_text(count)}" for who, count in counts.items())
    return f"{title}, {count_text(len(decisions))} local addresses: {parts}."


@dataclass(frozen=True, slots=True)
class PlaceTexts:
    """A local address and who gets a new client there. The first two are filled up, to stand under each other."""

    end: str
    device: str
    who: str
    what: str
    """The socket, or why nobody gets it; may be empty."""


def place_texts(decisions: Sequence[DemuxDecision], texts: RowTexts) -> Iterator[PlaceTexts]:
    """Word each local address."""
    ends = _filled([safe_text(str(decision.facts.segment.destination)) for decision in decisions])
    devices = _filled([texts.interface_name(decision.facts.arrival.device) for decision in decisions])
    for decision, end, device in zip(decisions, ends, devices, strict=True):
        yield PlaceTexts(end, device, receiver_text(decision, texts), _what(decision, texts))


def place_lines(decisions: Sequence[DemuxDecision], texts: RowTexts) -> Iterator[DemuxLine]:
    """Give a line for each local address: the endpoint, its interface, and who gets a new client there."""
    for decision, place in zip(decisions, place_texts(decisions, texts), strict=True):
        gap = "  " if decision.members else ": " if place.what else ""
        row = decision.members[0] if decision.members else None
        yield DemuxLine(place.end, f"{place.device}  {place.who}{gap}{place.what}", row)


def receiver_text(decision: DemuxDecision, texts: RowTexts) -> str:
    """Name who gets it in two words: "nginx[812]", "one of 4 (nginx[812] …)", "nobody"."""
    if not decision.members:
        return _NOBODY
    names = SocketNames(texts)
    first = names.who(decision.members[0])
    if decision.answer is Answer.SOCKET or len(decision.members) == 1:
        return first
    word = "one" if decision.answer is Answer.ONE_OF else "all"
    return f"{word} of {count_text(len(decision.members))} ({first} …)"


def _what(decision: DemuxDecision, texts: RowTexts) -> str:
    if decision.answer is Answer.NOT_DELIVERED:
        return undelivered_text(decision.facts, texts)
    if not decision.members:
        return ""
    names, row = SocketNames(texts), decision.members[0]
    return f"{names.what(row)}{names.sharing(row)}"


def _filled(texts: Sequence[str]) -> list[str]:
    width = max(map(cell_width, texts), default=0)
    return [text + " " * (width - cell_width(text)) for text in texts]
