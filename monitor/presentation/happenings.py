"""What a watch tells: each as a JSON document, and as one readable line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from monitor.model.event_list import EventKind, EventList, OwnerHint
from monitor.model.sample import Interval
from monitor.model.socket_table import Rows
from monitor.presentation.event_cells import acknowledged_bytes, lifetimes_s, received_bytes
from monitor.presentation.event_interval import records_of
from monitor.presentation.event_words import happening_text, missing_sentence
from monitor.presentation.formats import bytes_text, count_text, moment_text, precise_when_text, rtt_text
from monitor.presentation.netns_words import netns_document
from monitor.presentation.row_text import RowTexts
from monitor.presentation.safe_text import safe_text
from monitor.presentation.socket_document import counters, socket_document

SCHEMA = "fourtuple.watch/1"

Document = dict[str, Any]

_IDENTITY = ("protocol", "state", "local", "remote", "direction", "cookie", "uid", "user", "user_b64")
_PLACE = ("interface", "interface_b64", "device", "device_b64", "owners", "owners_reason")
_TOLD_AT_END = ("rtt_us", "total_retrans", "bytes_acked", "bytes_received", "segs_out")
"""Counters that the kernel gives with a close."""
_HINTS = {OwnerHint.NONE: "not-seen", OwnerHint.LISTENER: "listener"}
"""Why nobody, or perhaps somebody else, is named."""


@dataclass(frozen=True, slots=True)
class Began:
    """From now on closes are heard; what is there already is only counted."""

    interval: Interval
    filter: str
    """In its usual form; empty for every socket."""
    sockets: int
    """How many match it now."""

    def document(self) -> Document:
        """Make the JSON document."""
        sample = self.interval.sample
        return {
            **_heading(self.interval, "watching"),
            "host": safe_text(sample.host),
            **netns_document(sample.named),
            "namespace": sample.table.namespace,
            "filter": self.filter,
            "sockets": self.sockets,
        }

    def line(self) -> str:
        """Write it for people."""
        filtered = f" of {self.filter}" if self.filter else ""
        return f"{_moment(self.interval)} watching      {count_text(self.sockets)} sockets{filtered}"


@dataclass(frozen=True, slots=True)
class Seen:
    """Two samples show it."""

    texts: RowTexts
    row: int
    kind: EventKind | None
    """None for a change."""
    matches: bool = True
    """Whether it matches the filter now."""
    changes: tuple[tuple[str, RowTexts, int], ...] = ()
    """What is otherwise, each with the row that it had before."""

    def document(self) -> Document:
        """Make the JSON document."""
        now = _socket(self.texts, self.row)
        former = {name: _socket(texts, row)[name] for name, texts, row in self.changes}
        return {
            **_heading(self.texts.interval, self._word),
            **now,
            "matches": self.matches,
            "changed": {name: {"was": was, "is": now[name]} for name, was in former.items()},
            "ending": None,
            "open_seconds": None,
            "counters": counters(self.texts, self.row),
        }

    def line(self) -> str:
        """Write it for people."""
        shown = [
            f"{name} {_text(texts, row, name)} → {_text(self.texts, self.row, name)}"
            for name, texts, row in self.changes
        ]
        if self.kind is None and not self.changes:
            shown = ["matches now" if self.matches else "matches no longer"]
        elif not self.matches:
            shown.append("matches no longer")
        return _line(self.texts, self.row, self._word, shown)

    @property
    def _word(self) -> str:
        return "changed" if self.kind is None else self.kind.name.lower()


@dataclass(frozen=True, slots=True)
class Ended:
    """The kernel told of it, or a log of connections did: an opening, a close, a failure."""

    texts: RowTexts
    """Of an EventInterval."""
    row: int

    def document(self) -> Document:
        """Make the JSON document."""
        record = self._record
        is_over = record["kind"] != EventKind.OPENED
        counted = counters(self.texts, self.row)
        document = _socket(self.texts, self.row)
        hint = _HINTS.get(OwnerHint(record["owner_hint"]))
        return {
            **_heading(self.texts.interval, EventKind(record["kind"]).name.lower(), float(record["at"])),
            **document,
            "state": document["state"] if record["last_state"] else None,
            "cookie": str(int(record["cookie"])) if record["cookie"] else None,
            "owners": [{**owner, "fd": None} for owner in document["owners"]],
            "owners_reason": hint,
            "matches": True,
            "changed": {},
            "ending": happening_text(int(record["kind"]), int(record["ending"])) if is_over else None,
            "open_seconds": self._open_s if is_over else None,
            "counters": {name: counted[name] if is_over else None for name in _TOLD_AT_END},
        }

    def line(self) -> str:
        """Write it for people."""
        record, interval = self._record, self.texts.interval
        what = happening_text(int(record["kind"]), int(record["ending"]))
        if record["kind"] != EventKind.CLOSED:
            return _line(self.texts, self.row, what, [], float(record["at"]))
        lived = "" if self._open_s is None else f"open {rtt_text(self._open_s * 1e6)}"
        if not bool(interval.table.is_pair[self.row]):
            return _line(self.texts, self.row, what, [lived] if lived else [], float(record["at"]))
        carried = (float(total(interval, self._rows)[0]) for total in (received_bytes, acknowledged_bytes))
        totals = [f"{sign} {bytes_text(total)}" for sign, total in zip("↓↑", carried, strict=True)]
        resent = int(record["total_retrans"])
        shown = [lived, *totals, f"{resent} sent again" if resent else ""]
        return _line(self.texts, self.row, what, [text for text in shown if text], float(record["at"]))

    @property
    def _record(self) -> Any:  # noqa: ANN401 - numpy gives a record's fields no types
        return records_of(self.texts.interval, self._rows)[0]

    @property
    def _rows(self) -> Rows:
        return np.array([self.row])

    @property
    def _open_s(self) -> float | None:
        lived = float(lifetimes_s(self.texts.interval, self._rows)[0])
        return None if math.isnan(lived) else lived


@dataclass(frozen=True, slots=True)
class Missed:
    """More was missed than before, or is not seen for a reason."""

    interval: Interval
    events: EventList
    unlisted: int = 0
    """Events that were too many to be told one by one."""

    def document(self) -> Document:
        """Make the JSON document; all numbers but the unlisted ones are of the whole watch."""
        return {
            **_heading(self.interval, "missed"),
            "closes": self.events.lost_closes,
            "transitions": self.events.lost_transitions,
            "nameless_closes": self.events.nameless_closes,
            "unlisted": self.unlisted,
            "reasons": self._reasons,
        }

    def line(self) -> str:
        """Write it for people."""
        counts = {
            "closes": self.events.lost_closes,
            "transitions": self.events.lost_transitions,
            "unlisted": self.unlisted,
        }
        missed = [f"{count:,} {word}" for word, count in counts.items() if count]
        text = "; ".join([*missed, *self._reasons]) or "nothing any more"
        return f"{_moment(self.interval)} missed: {text}"

    @property
    def _reasons(self) -> list[str]:
        return [sentence for sentence in (missing_sentence(self.events), *self.interval.sample.notices) if sentence]


Happening = Began | Seen | Ended | Missed


def _heading(interval: Interval, event: str, at: float | None = None) -> Document:
    return {"schema": SCHEMA, "event": event, "at": precise_when_text(_unix(interval, at))}


def _moment(interval: Interval, at: float | None = None) -> str:
    return moment_text(_unix(interval, at))


def _unix(interval: Interval, at: float | None) -> float:
    """Give the Unix time of a CLOCK_BOOTTIME; None is the sample's."""
    sample = interval.sample
    return sample.taken_at + (0.0 if at is None else at - sample.boot_time)


def _socket(texts: RowTexts, row: int) -> Document:
    whole = socket_document(texts, row)
    return {name: whole[name] for name in (*_IDENTITY, *_PLACE) if name in whole}


def _text(texts: RowTexts, row: int, name: str) -> str:
    match name:
        case "state":
            return texts.state(row)
        case "owners":
            return texts.process(row)
        case "device":
            return texts.interface_name(int(texts.interval.table.device[row]))
        case _:
            return str(texts.local(row) if name == "local" else texts.remote(row))


def _line(texts: RowTexts, row: int, what: str, shown: list[str], at: float | None = None) -> str:
    said = f"  {', '.join(shown)}" if shown else ""
    return (
        f"{_moment(texts.interval, at)} {what:<13} {texts.protocol(row)} {texts.ends(row)}  {texts.process(row)}{said}"
    )
