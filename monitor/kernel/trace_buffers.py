"""TraceBuffers: reading the pages of a trace instance, one buffer for each processor, without ever waiting."""

from __future__ import annotations

import os
import re
import select
from collections.abc import Iterator
from contextlib import ExitStack

import numpy as np

from monitor.kernel.trace_instance import TraceInstance
from monitor.model.socket_table import U8

_LOSSES = re.compile(rb"^(?:overrun|commit overrun|dropped events): (\d+)$", re.MULTILINE)
"""Overwritten before they were read; too deep in other interrupts' events to be noted; no room at all."""
_STATS_BYTES = 4096
_BLOCK_BYTES = 1 << 18
"""Of pages that are handed out together; they are still in the processor's cache when they are decoded."""


class TraceBuffers:
    """The open buffers of an instance."""

    def __init__(self, instance: TraceInstance, page_bytes: int) -> None:
        """Open them.

        Raises:
            OSError: descriptors have run out, or the instance is gone.
        """
        self._pages: U8 = np.zeros((max(_BLOCK_BYTES // page_bytes, 1), page_bytes), np.uint8)
        # What comes beyond the buffer's size has come while it was read, and may wait.
        self._most_pages = (instance.buffer_kb << 10) // page_bytes + 1
        self._stats: dict[int, int] = {}
        """By each buffer's descriptor that of its counters."""
        self._lost: dict[int, int] = {}
        """Likewise what they said last."""
        self._ready: list[int] = []
        """Buffers that were read last; where nothing is left nothing can be lost."""
        with ExitStack() as stack:
            self._epoll = stack.enter_context(select.epoll())
            self._reminder = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
            stack.callback(os.close, self._reminder)
            self._epoll.register(self._reminder, select.EPOLLIN)
            for name in instance.processors():
                pipe = instance.open(f"per_cpu/{name}/trace_pipe_raw")
                stack.callback(os.close, pipe)
                self._stats[pipe] = instance.open(f"per_cpu/{name}/stats")
                stack.callback(os.close, self._stats[pipe])
                self._epoll.register(pipe, select.EPOLLIN)
            self._opened = stack.pop_all()

    def fileno(self) -> int:
        """Give a descriptor that is readable while there is something to read."""
        return self._epoll.fileno()

    def blocks(self) -> Iterator[U8]:
        """Read all that is there now; gives pages, shape (pages, bytes of a page), which the next ones overwrite.

        Raises:
            OSError: the kernel refuses.
        """
        filled = 0
        self._ready = [pipe for pipe, _ in self._epoll.poll(0) if pipe != self._reminder]
        for pipe in self._ready:
            for _ in range(self._most_pages):
                if not self._read(pipe, self._pages[filled]):
                    break
                filled += 1
                if filled == len(self._pages):
                    yield self._pages
                    filled = 0
        if filled:
            yield self._pages[:filled]

    def take_lost(self) -> int:
        """Count the events that were lost in the buffers that have just been read.

        Raises:
            OSError: the kernel refuses.
        """
        lost = 0
        for pipe in self._ready:
            now = sum(map(int, _LOSSES.findall(os.pread(self._stats[pipe], _STATS_BYTES, 0))))
            lost += now - self._lost.get(pipe, 0)
            self._lost[pipe] = now
        return lost

    def remind(self, *, wanted: bool) -> None:
        """Have the descriptor be readable though nothing new has come, or no more."""
        if wanted:
            os.eventfd_write(self._reminder, 1)
            return
        try:
            os.eventfd_read(self._reminder)
        except BlockingIOError:
            return

    def close(self) -> None:
        """Close all descriptors."""
        self._opened.close()

    def _read(self, pipe: int, page: U8) -> bool:
        """Read one page; gives whether there was one."""
        try:
            size = os.readv(pipe, [page.data])
        except BlockingIOError:
            return False
        page[size:] = 0
        return size > 0
