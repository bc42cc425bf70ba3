"""What service endpoints have thrown away lately, by the moments of the history."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from monitor.model.sample import F64
from monitor.model.socket_table import U64, Rows
from monitor.sampling.moments import Moment
from monitor.sampling.readings import DROPS


class ListenerDrops(NamedTuple):
    """An entry for each service endpoint of the newest moment."""

    keys: U64
    """The values of readings.LISTENER_KEY, shape (endpoints, 8)."""
    dropped: F64
    """Packets thrown away while it was watched; NaN where unknown."""
    watched_s: F64
    """For how many of the seconds that is known."""


def drops_within(moments: Sequence[Moment], seconds: float) -> ListenerDrops:
    """Add up what the drop counters rose by.

    Args:
        moments: At least one, oldest first.
        seconds: How far back from the newest. A counter that fell, as where other sockets have the endpoint now, tells
            nothing of the time between; nor does a moment without the endpoint.
    """
    newest = moments[-1]
    keys = newest.listeners.keys
    recent = [moment for moment in moments if moment.boot_time >= newest.boot_time - seconds]
    dropped, watched_s = np.zeros(len(keys)), np.zeros(len(keys))
    known, places = keys, np.arange(len(keys))
    for after, before in pairwise(reversed(recent)):
        places_after = places
        if before.listeners.keys is not known:
            known, places = before.listeners.keys, _places(before.listeners.keys, keys)
        rise = _values(after, places_after) - _values(before, places)
        is_told = rise >= 0
        dropped[is_told] += rise[is_told]
        watched_s[is_told] += after.boot_time - before.boot_time
    dropped[watched_s == 0] = np.nan
    return ListenerDrops(keys, dropped, watched_s)


def _places(known: U64, wanted: U64) -> Rows:
    places = {tuple(key): place for place, key in enumerate(known.tolist())}
    return np.array([places.get(tuple(key), -1) for key in wanted.tolist()], np.intp)


def _values(moment: Moment, places: Rows) -> F64:
    """Give the counters at some places of a moment; NaN for place -1."""
    values: F64 = np.append(moment.listeners.values[:, DROPS], np.nan)[places]
    return values
