"""Log: what was done, and what became of it; what could not be read; what became of the source of samples."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from monitor.model.event_list import EventList
from monitor.model.sample import Sample
from monitor.presentation.evidence_words import evidence_line
from monitor.presentation.formats import count_text
from monitor.presentation.safe_text import safe_text

MOST_ENTRIES = 2_000
"""Older ones are forgotten."""
LOSS_SPACING_S = 60.0
"""Losses that go on would fill the log."""


class LogKind(StrEnum):
    """What an entry is about."""

    ACTION = "action"
    """Something that the user has had done outside the program, and its result."""
    NOTICE = "notice"
    """Something that cannot be read, or is missing."""
    SOURCE = "source"
    """Samples began, failed, or come from another collector."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of the log."""

    number: int
    """Counts from 0, and is never given twice."""
    at: float
    """Unix time."""
    kind: LogKind
    text: str
    """A sentence, made safe."""


@dataclass(frozen=True, slots=True)
class Losses:
    """How much of what happened to sockets was not seen, in all."""

    closes: int = 0
    transitions: int = 0
    unheard_s: float = 0.0

    @classmethod
    def of(cls, events: EventList) -> Losses:
        """Read them off a list."""
        return cls(events.lost_closes, events.lost_transitions, events.unheard_s)

    def words_since(self, former: Losses) -> str:
        """Say what has come since; empty where nothing has, as when counting began anew."""
        parts = [
            f"{count_text(now - before)} {what}"
            for what, now, before in (
                ("closes", self.closes, former.closes),
                ("changes of state", self.transitions, former.transitions),
            )
            if now > before
        ]
        if self.unheard_s > former.unheard_s:
            parts.append(f"what happened in {self.unheard_s - former.unheard_s:.1f} s without a collector")
        return f"missed: {', '.join(parts)}" if parts else ""


class Log:
    """The last entries. Their time is the source's: that of the newest sample, and what has passed since."""

    def __init__(self, boot_clock: Callable[[], float]) -> None:
        """Begin without entries; the clock gives CLOCK_BOOTTIME in seconds."""
        self._boot_clock = boot_clock
        self._entries: deque[LogEntry] = deque(maxlen=MOST_ENTRIES)
        self._count = 0
        self._sample: Sample | None = None
        self._has_failed = False
        """Whether the last reading failed."""
        self._noticed: frozenset[str] = frozenset()
        self._losses = Losses()
        self._lost_at = -math.inf

    @property
    def entries(self) -> tuple[LogEntry, ...]:
        """The last ones, oldest first."""
        return tuple(self._entries)

    @property
    def forgotten(self) -> int:
        """How many older ones there were."""
        return self._count - len(self._entries)

    def add(self, kind: LogKind, text: str) -> None:
        """Note something now."""
        self._entries.append(LogEntry(self._count, self._now(), kind, safe_text(text)))
        self._count += 1

    def add_failure(self, text: str) -> None:
        """Note that a sample could not be read."""
        self._has_failed = True
        self.add(LogKind.SOURCE, text)

    def take_sample(self, sample: Sample) -> None:
        """Note where samples come from now, if that is news, and which of their notices are new or have ended."""
        is_news = self._sample is None or self._has_failed or _rights(sample) != _rights(self._sample)
        self._sample, self._has_failed = sample, False
        if is_news:
            self.add(LogKind.SOURCE, f"samples come from {evidence_line(sample)}")
        now = dict.fromkeys(sample.notices)
        for sentence in now:
            if sentence not in self._noticed:
                self.add(LogKind.NOTICE, sentence)
        for sentence in sorted(self._noticed - now.keys()):
            self.add(LogKind.NOTICE, f"over: {sentence}")
        self._noticed = frozenset(now)

    def take_events(self, events: EventList) -> None:
        """Note what of the events was missed since that was noted last; while it goes on, once a minute."""
        losses, now = Losses.of(events), self._now()
        if losses == self._losses or now - self._lost_at < LOSS_SPACING_S:
            return
        text = losses.words_since(self._losses)
        self._losses, self._lost_at = losses, now
        if text:
            self.add(LogKind.SOURCE, text)

    def _now(self) -> float:
        if self._sample is None:
            return time.time()
        return self._sample.taken_at + self._boot_clock() - self._sample.boot_time


def _rights(sample: Sample) -> tuple[str, int, int, int]:
    """Who has read it, and where: another collector may have other rights, and one may lose its own."""
    return sample.host, sample.uid, sample.capabilities, sample.table.namespace
