"""Log: what was done, and what became of it; what could not be read; what became of the source of samples."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from monitor.presentation.safe_text import safe_text

MOST_ENTRIES = 2_000
"""Older ones are forgotten."""


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


class Log:
    """The last entries. Newest last."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin without entries; the clock gives Unix time."""
        self._clock = clock
        self._entries: deque[LogEntry] = deque(maxlen=MOST_ENTRIES)
        self._count = 0
        self._noticed: frozenset[str] = frozenset()

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
        self._entries.append(LogEntry(self._count, self._clock(), kind, safe_text(text)))
        self._count += 1

    def take_notices(self, notices: Iterable[str]) -> None:
        """Note which of a sample's notices are new, and which have ended."""
        now = dict.fromkeys(notices)
        for sentence in now:
            if sentence not in self._noticed:
                self.add(LogKind.NOTICE, sentence)
        for sentence in sorted(self._noticed - now.keys()):
            self.add(LogKind.NOTICE, f"over: {sentence}")
        self._noticed = frozenset(now)
