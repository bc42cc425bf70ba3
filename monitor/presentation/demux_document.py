"""A demux decision as a JSON document. A field's type never varies; null is "not known" or "none"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from monitor.model.demux import DemuxDecision, Stage
from monitor.model.receiver import FoundSocket
from monitor.model.sample import Interval
from monitor.model.tcp import state_name
from monitor.presentation.demux_places_words import places_sentence
from monitor.presentation.demux_words import DemuxWords
from monitor.presentation.formats import when_text
from monitor.presentation.netns_words import netns_document
from monitor.presentation.route_names import protocol_name
from monitor.presentation.row_text import RowTexts
from monitor.presentation.safe_text import json_name, safe_text
from monitor.presentation.socket_document import socket_document
from monitor.presentation.tracking_words import tracking_document

SCHEMA = "fourtuple.demux/1"
PLACES_SCHEMA = "fourtuple.demux-places/1"

Document = dict[str, Any]

_SOCKET_KEYS = ("protocol", "state", "local", "remote", "inode", "cookie", "uid", "owners", "owners_reason")


def demux_document(decision: DemuxDecision, interval: Interval) -> Document:
    """Make the document.

    Args:
        decision: made of the interval's table.
        interval: what names its rows.
    """
    texts, sample = RowTexts(interval), interval.sample
    return {
        "schema": SCHEMA,
        **answer_document(decision, texts),
        "host": safe_text(sample.host),
        **netns_document(sample.named),
        "time": when_text(sample.taken_at),
        "uid": sample.uid,
        "notices": list(sample.notices),
    }


def places_document(decisions: Sequence[DemuxDecision], interval: Interval) -> Document:
    """Make the document of a port's local addresses, as decide_places() gives them."""
    texts, sample = RowTexts(interval), interval.sample
    return {
        "schema": PLACES_SCHEMA,
        "reason": places_sentence(decisions, texts),
        "places": [answer_document(decision, texts) for decision in decisions],
        "host": safe_text(sample.host),
        **netns_document(sample.named),
        "time": when_text(sample.taken_at),
        "uid": sample.uid,
        "notices": list(sample.notices),
    }


def answer_document(decision: DemuxDecision, texts: RowTexts) -> Document:
    """Describe one decision."""
    effects = decision.effects
    return {
        "answer": decision.answer.value,
        "socket": _receiver(decision, texts),
        "sockets": _sockets(texts, decision.members),
        "certain": decision.is_certain,
        "reason": DemuxWords(decision, texts).sentence(),
        "certainty": decision.certainty.value,
        "segment": _segment(decision, texts),
        "arrival": _arrival(decision, texts),
        "kernel": _kernel(decision),
        "tracking": tracking_document(decision.facts.tracking),
        "agreement": decision.agreement.value,
        "rules": _sockets(texts, decision.ruled),
        "stages": [_stage(stage, texts) for stage in decision.stages],
        "effects": {"syn": effects.opening.value if effects.opening else None, "data": effects.data.value},
        "successors": _sockets(texts, decision.successors),
        "unseen": [unseen.value for unseen in decision.unseen],
    }


def _receiver(decision: DemuxDecision, texts: RowTexts) -> Document | None:
    if decision.winner is not None:
        return _socket(texts, decision.winner)
    look_up = decision.facts.look_up
    if decision.members or look_up is None or look_up.found is None:
        return None
    return _unlisted(look_up.found, decision.facts.segment.protocol)


def _sockets(texts: RowTexts, rows: Iterable[int]) -> list[Document]:
    return [_socket(texts, row) for row in rows]


def _socket(texts: RowTexts, row: int) -> Document:
    document = socket_document(texts, row)
    return {key: document[key] for key in _SOCKET_KEYS}


def _unlisted(found: FoundSocket, protocol: int) -> Document:
    """Describe a socket that the kernel named and the table lacks."""
    return {
        "protocol": protocol_name(protocol),
        "state": state_name(protocol, found.state),
        "local": str(found.local),
        "remote": str(found.remote),
        "inode": found.inode,
        "cookie": str(found.cookie),
        "uid": found.uid,
        "owners": [],
        "owners_reason": "pending",
    }


def _segment(decision: DemuxDecision, texts: RowTexts) -> Document:
    segment = decision.facts.untranslated or decision.facts.segment
    return {
        "protocol": protocol_name(segment.protocol),
        "source": None if segment.source is None else safe_text(str(segment.source)),
        "destination": safe_text(str(segment.destination)),
        **_device("device", segment.device or 0, texts),
    }


def _arrival(decision: DemuxDecision, texts: RowTexts) -> Document:
    arrival = decision.facts.arrival
    return {
        "reach": arrival.reach.value,
        **_device("device", arrival.device, texts),
        **_device("owner", arrival.owner, texts),
        "known_by": arrival.origin.value,
        "decides": decision.hangs_on_device,
        "errno": arrival.errno,
    }


def _kernel(decision: DemuxDecision) -> Document:
    facts = decision.facts
    found = None if facts.look_up is None else facts.look_up.found
    return {
        "asked": facts.look_up is not None,
        "silence": facts.silence or None,
        "cookie": None if found is None else str(found.cookie),
        "other_clients": [] if facts.look_up is None else [str(cookie) for cookie in facts.look_up.elsewhere],
    }


def _stage(stage: Stage, texts: RowTexts) -> Document:
    return {
        "stage": stage.kind.value,
        "decides": stage.decides,
        "candidates": [
            {**_socket(texts, candidate.row), "fate": candidate.fate.value, "score": candidate.score}
            for candidate in stage.candidates
        ],
        "left_out": stage.left_out,
    }


def _device(key: str, index: int, texts: RowTexts) -> Document:
    names = {link.index: link.name for link in texts.interval.sample.network.links}
    return {key: None} if index not in names else {**json_name(key, names[index])}
