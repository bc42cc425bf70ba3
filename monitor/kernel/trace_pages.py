"""Trace pages as bytes into events with their times. Pure.

Nearly all pages hold nothing but events of one length, one after another: these are read all at once. The others,
with a long gap of time between two events or with something discarded, are walked through.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.errors import WireError
from monitor.kernel.trace_format import WORD, PageFormat
from monitor.kernel.trace_walk import DELTA_MASK, DELTA_SHIFT, KIND_MASK, KIND_SHIFT, walk_page
from monitor.model.socket_table import U8, U32, U64, Bools, Rows

_COMMIT_MASK = (1 << 30) - 1
"""Without RB_MISSED_EVENTS and RB_MISSED_STORED (kernel/trace/ring_buffer.c): counters tell how many were missed."""


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """The events of some pages; in the order of their times within each page only."""

    times: U64
    """Nanoseconds of the trace clock."""
    bodies: U32
    """Shape (events, words); without the word that each begins with."""
    malformed: int
    """Pages left out since they, or an event in them, break their bounds."""


def decode_pages(pages: U8, layout: PageFormat, length: int) -> Events:
    """Read the events that have so many words, or more; nothing in the answer refers to the pages.

    Args:
        pages: As trace_pipe_raw gave them, shape (pages, bytes of a page).
        layout: How the kernel lays them out.
        length: Words to give of each event.
    """
    times = layout.timestamp.column(pages).astype(np.uint64)
    commits = (layout.commit.column(pages) & _COMMIT_MASK).astype(np.intp)
    words = pages[:, layout.data.offset : layout.data.end].view(np.uint32)
    is_bounded = (commits <= layout.data.size) & (commits % WORD == 0)
    sizes = np.where(is_bounded, commits // WORD, 0)
    is_even, some_times, some_bodies = _even_pages(words, times, sizes, length)
    all_times, all_bodies = [some_times], [some_bodies]
    malformed = np.count_nonzero(~is_bounded)
    for page in np.flatnonzero(~is_even).tolist():
        try:
            page_times, page_bodies = walk_page(words[page, : sizes[page]], int(times[page]), length)
        except WireError:
            malformed += 1
            continue
        all_times.append(page_times)
        all_bodies.append(page_bodies)
    return Events(np.concatenate(all_times), np.concatenate(all_bodies), int(malformed))


def _even_pages(words: U32, times: U64, sizes: Rows, length: int) -> tuple[Bools, U64, U32]:
    """Read the pages that hold nothing but events of one length; all sizes are words."""
    step = 1 + length
    counts = sizes // step
    slots = int(counts.max(initial=0))
    rows = words[:, : slots * step].reshape(len(words), slots, step)
    heads = rows[:, :, 0]
    is_event = np.arange(slots) < counts[:, np.newaxis]
    has_length = (heads >> KIND_SHIFT & KIND_MASK) == length
    is_even = (sizes == counts * step) & (has_length | ~is_event).all(axis=1)
    is_event &= is_even[:, np.newaxis]
    elapsed = np.where(is_event, heads >> DELTA_SHIFT & DELTA_MASK, 0).cumsum(axis=1, dtype=np.uint64)
    return is_even, (times[:, np.newaxis] + elapsed)[is_event], rows[is_event][:, 1:]
