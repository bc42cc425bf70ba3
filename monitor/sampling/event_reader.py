"""EventReader: reads what happens to sockets as it happens, on a thread of its own, and keeps it until it is asked for.

Nobody waits for it: what is read too late is lost. So the thread sleeps until something comes, lets more come, and
empties both feeds, also while the other thread of the collector is at a dump.
"""

from __future__ import annotations

import os
import select
import threading
import time
from typing import TYPE_CHECKING

import numpy as np

from monitor.errors import KernelError
from monitor.kernel.close_feed import CloseFeed
from monitor.kernel.this_namespace import namespace_number
from monitor.model.transitions import NoTransitions
from monitor.sampling.waiting_events import WaitingEvents

if TYPE_CHECKING:
    from monitor.model.socket_events import SocketEvents
    from monitor.model.socket_table import U64
    from monitor.sampling.transition_reader import TransitionReader

_GATHERING_S = 0.03
"""From the first message to the reading of all that have come: seldom enough to cost little, and often enough for the
narrowest buffer, a plain user's, at some thousand closes a second."""
_PATIENCE_S = 1.0
_REMEMBERED = 100_000
"""Destroyed sockets that closed() still names: a row that is missing from a list was in the one before."""


class EventReader:
    """One thread asks; the reading thread is its own."""

    def __init__(self, namespace: int, closes: CloseFeed) -> None:
        """Begin to read; see open()."""
        self._namespace = namespace
        self._closes = closes
        self._transitions: TransitionReader | None = None
        self._waits_on = select.poll()
        self._lock = threading.Lock()
        self._waiting = WaitingEvents()
        self._missed_before = 0
        self._destroyed: U64 = np.zeros(_REMEMBERED, np.uint64)
        """A ring: the newest ones over the oldest; cookie 0 is nobody's."""
        self._destroyed_count = 0
        self._error: KernelError | None = None
        self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._is_settled = threading.Event()
        self._thread = threading.Thread(target=self._run, name="events", daemon=True)
        self._thread.start()

    @classmethod
    def open(cls) -> EventReader:
        """Listen to this thread's network namespace from now on, a moment later to transitions where that is possible.

        Raises:
            KernelError: the kernel or a sandbox does not let anybody listen.
        """
        return cls(namespace_number(), CloseFeed.open())

    def take(self) -> SocketEvents:
        """Give all that happened since the last call.

        Raises:
            KernelError: a feed has broken; there will be no more events.
        """
        with self._lock:
            self._read()
            if self._error is not None:
                raise self._error
            return self._waiting.empty(self._namespace)

    def hears_transitions(self) -> bool:
        """Wait until that is settled, some 100 ms at most after the beginning, and tell it."""
        self._is_settled.wait(_PATIENCE_S)
        return self._transitions is not None

    def closed(self) -> U64:
        """Give the cookies of the sockets that were destroyed until this moment, the last ones of very many."""
        with self._lock:
            self._read()
            return self._destroyed[: self._destroyed_count].copy()

    def close(self) -> None:
        """End the thread and give the feeds back."""
        os.eventfd_write(self._wake, 1)
        self._thread.join()
        os.close(self._wake)
        self._closes.close()
        if self._transitions is not None:
            self._transitions.close()

    def _run(self) -> None:
        self._waits_on.register(self._wake, select.POLLIN)
        self._waits_on.register(self._closes, select.POLLIN)
        self._open_transitions()
        while all(descriptor != self._wake for descriptor, _ in self._waits_on.poll()) and self._error is None:
            time.sleep(_GATHERING_S)
            with self._lock:
                self._gather()

    def _open_transitions(self) -> None:
        from monitor.sampling.transition_reader import TransitionReader  # noqa: PLC0415 - closes are heard before it

        opened = TransitionReader.open()
        with self._lock:
            if isinstance(opened, NoTransitions):
                self._waiting.no_transitions = opened
            else:
                self._transitions = opened
                self._waits_on.register(opened, select.POLLIN)
        self._is_settled.set()

    def _gather(self) -> None:
        """Receive what has come; closes are read when there are many, or somebody asks; with the lock held."""
        try:
            has_all = self._closes.gather()
        except KernelError as error:
            self._error = error
            return
        if has_all:
            self._read_transitions()
        else:
            self._read()

    def _read(self) -> None:
        """Empty the feeds; with the lock held."""
        if self._error is not None:
            return
        try:
            self._read_closes()
        except KernelError as error:
            self._error = error
        self._read_transitions()

    def _read_closes(self) -> None:
        records = self._closes.take()
        # What breaks its bounds is a close that nobody can read.
        missed = self._closes.lost() + self._closes.malformed
        self._waiting.add_closes(records, missed - self._missed_before)
        self._missed_before = missed
        places = (self._destroyed_count + np.arange(len(records))) % _REMEMBERED
        self._destroyed[places] = records["cookie"]
        self._destroyed_count += len(records)

    def _read_transitions(self) -> None:
        """Empty the feed of transitions; without it closes go on to be heard."""
        if self._transitions is None:
            return
        try:
            self._transitions.read(self._waiting)
        except KernelError:
            self._waits_on.unregister(self._transitions)
            self._transitions.close()
            self._transitions, self._waiting.no_transitions = None, NoTransitions.REFUSED
