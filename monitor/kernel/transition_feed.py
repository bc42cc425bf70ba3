"""TransitionFeed: changes of TCP sockets' states on the whole machine, by the kernel's event inet_sock_set_state.

It needs root and a mounted tracefs. The kernel passes over what is not asked for, and keeps the rest in buffers of our
own until it is taken: coming every 20 to 50 ms while something comes costs least, and nothing is missed meanwhile.
"""

from __future__ import annotations

import secrets
import time
import weakref
from contextlib import ExitStack
from errno import EACCES, EPERM
from os import geteuid
from pathlib import Path
from typing import Self

import numpy as np

from monitor.errors import KernelError, WireError
from monitor.kernel.netlink_messages import Records
from monitor.kernel.trace_buffers import TraceBuffers
from monitor.kernel.trace_format import EventFormat, PageFormat
from monitor.kernel.trace_instance import TraceInstance, find_tracefs
from monitor.kernel.trace_pages import Events, decode_pages
from monitor.kernel.transition_records import transitions_of
from monitor.model.tcp import PROTOCOL_TCP, TcpState
from monitor.model.transitions import NoTransitions, Transitions

_EVENT = "events/sock/inet_sock_set_state"
_OPENS = f"newstate == {TcpState.SYN_SENT:d} || newstate == {TcpState.ESTABLISHED:d}"
_CLOSES = f"newstate == {TcpState.FIN_WAIT_1:d} || newstate == {TcpState.LAST_ACK:d}"
"""The program's own doing: they name the thread that closes."""
_UNFINISHED = f"oldstate <= {TcpState.SYN_RECEIVED:d} || oldstate == {TcpState.CLOSE_WAIT:d}"
_BREAKS = f"newstate == {TcpState.CLOSED:d} && ({_UNFINISHED})"
"""Closed without a FIN of its own: reset, refused or timed out."""
_FILTER = f"protocol == {PROTOCOL_TCP} && ({_OPENS} || {_CLOSES} || ({_BREAKS}))"

_FIRST_NAMESPACES = {"pid": 0xEFFF_FFFC, "time": 0xEFFF_FFFA}
"""PROC_PID_INIT_INO and PROC_TIME_INIT_INO (include/linux/proc_ns.h): where numbers are those of the events."""
_SETTLING_NS = 1_000_000
"""A processor takes no longer from noting the time of an event to letting it be read."""


class TransitionFeed:
    """An open feed. It ends with close(), or in order with the interpreter.

    A signal that kills the interpreter leaves the instance behind, recording nothing; the next feed removes it.
    """

    def __init__(self, instance: TraceInstance, held: ExitStack) -> None:
        """Start recording into an instance made for this feed alone.

        Args:
            instance: Where to record.
            held: What to give back at the end; taken over once nothing can fail any more.

        Raises:
            OSError: the kernel refuses.
            WireError: the kernel's description of its event cannot be understood.
        """
        self._page_format = PageFormat.parse(instance.read("events/header_page"))
        self._event_format = EventFormat.parse(instance.read(f"{_EVENT}/format"))
        self._key = secrets.randbits(64) | 1
        self._early = np.empty(0, np.uint64), np.empty((0, self._event_format.words), np.uint32)
        """Times and bodies of events that have been read, though an earlier one of another processor may not have."""
        self._buffers = TraceBuffers(instance, self._page_format.data.end)
        held.callback(self._buffers.close)
        instance.write(f"{_EVENT}/filter", _FILTER)
        instance.write(f"{_EVENT}/enable", "1")
        self._end = weakref.finalize(self, held.pop_all().close)

    @classmethod
    def open(cls, tracefs: Path | None = None) -> Self | NoTransitions:
        """Begin to see transitions, or say why that cannot be; takes some 100 ms.

        Args:
            tracefs: Where it is mounted; found where not given.
        """
        with ExitStack() as held:
            try:
                tracefs = tracefs or find_tracefs()
                if tracefs is None:
                    return NoTransitions.NOT_MOUNTED
                if not _is_in_first_namespaces():
                    return NoTransitions.ELSEWHERE
                if not (tracefs / _EVENT).is_dir():
                    return NoTransitions.NO_EVENT
                instance = TraceInstance.make(tracefs)
                held.callback(instance.remove)
                return cls(instance, held)
            except WireError:
                return NoTransitions.UNREADABLE
            except OSError as error:
                return _refusal(error)

    def fileno(self) -> int:
        """Give a descriptor that is readable while take() would give something, now or a moment later."""
        return self._buffers.fileno()

    def take(self) -> Transitions:
        """Take all transitions that have come, but no more than the buffers hold (16 MB, some 200,000).

        Raises:
            KernelError: the buffers can no longer be read; the feed is to be closed.
        """
        settled_at_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME) - _SETTLING_NS
        blocks: list[Events] = []
        try:
            blocks.extend(
                decode_pages(pages, self._page_format, self._event_format.words) for pages in self._buffers.blocks()
            )
            lost = self._buffers.take_lost()
        except OSError as error:
            raise KernelError("read TCP transitions", error.errno or 0) from error
        records = self._until(settled_at_ns, blocks)
        return Transitions(records, lost, sum(block.malformed for block in blocks))

    def close(self) -> None:
        """Stop, and remove all traces from tracefs; takes some 50 ms."""
        self._end()

    def _until(self, settled_at_ns: int, blocks: list[Events]) -> Records:
        """Put all that came in order; what is too new is kept, since earlier ones may come from another processor."""
        early_times, early_bodies = self._early
        times = np.concatenate([early_times, *(block.times for block in blocks)])
        bodies = np.concatenate([early_bodies, *(block.bodies for block in blocks)])
        order = np.argsort(times, kind="stable")
        settled = int(np.searchsorted(times, settled_at_ns, side="right", sorter=order))
        has_early = settled < len(times)
        if len(early_times) or has_early:
            self._buffers.remind(wanted=has_early)
        self._early = times[order[settled:]], bodies[order[settled:]]
        return transitions_of(times[order[:settled]], bodies[order[:settled]], self._event_format, self._key)


def _is_in_first_namespaces() -> bool:
    """Whether pids and times of this process are those of the kernel; Linux 5.6 brought namespaces of time."""
    places = {Path("/proc/self/ns", kind): number for kind, number in _FIRST_NAMESPACES.items()}
    return all(place.stat().st_ino == number for place, number in places.items() if place.exists())


def _refusal(error: OSError) -> NoTransitions:
    if error.errno in {EPERM, EACCES}:
        return NoTransitions.NOT_ROOT if geteuid() else NoTransitions.FORBIDDEN
    return NoTransitions.REFUSED
