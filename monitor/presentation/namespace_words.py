"""What is said of all network namespaces together: what each is called, and which could not be read and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from monitor.model.namespace import FoundNamespaces, LeftOut, NamedNamespace, Namespace, WhyLeftOut
from monitor.model.sample import Interval, Sample
from monitor.presentation.formats import count_text
from monitor.presentation.row_search import text_of
from monitor.presentation.safe_text import json_name, safe_text

_MOST_NAMED = 5
"""Of several things in one sentence; the others are counted."""
_REASONS = {
    WhyLeftOut.REFUSED: "left out, since entering takes CAP_SYS_ADMIN (root, or sudo)",
    WhyLeftOut.LATE: "left out, since those before took all of the time",
    WhyLeftOut.ENDED: "ended before it could be read",
}


def row_namespace(interval: Interval, row: int) -> str:
    """Say what the namespace of a row is called; of one alone the word by which it was asked for, or "own"."""
    if interval.namespaces is not None:
        return safe_text(interval.namespaces.of_row(row).title)
    return safe_text(_called(interval.sample.named))


def words_of_one(sample: Sample) -> tuple[str, ...]:
    """Give what is known of the names of the namespace that alone was read; its number last. For comparison only."""
    number = sample.table.namespace
    return (text_of(_called(sample.named)), *((str(number),) if number else ()))


def namespace_notices(
    found: FoundNamespaces, left_out: Sequence[LeftOut], notices: Mapping[int, Iterable[str]]
) -> Iterator[str]:
    """Say what is missing, a sentence each.

    Args:
        found: What there is.
        left_out: What of it could not be read.
        notices: By the number of a namespace, what could not be read in it.
    """
    for one in found.namespaces:
        place = "" if one.is_own else f"netns {safe_text(one.title)}: "
        yield from (f"{place}{notice}" for notice in notices.get(one.number, ()))
    for why, reason in _REASONS.items():
        if names := [one.namespace.title for one in left_out if one.why is why]:
            yield f"{_counted(names, 'network namespace')} {reason}: {_listed(names)}"
    yield from (
        f"netns {safe_text(one.namespace.title)} left out: {one.error}"
        for one in left_out
        if one.why is WhyLeftOut.FAILED
    )
    if found.stale:
        yield f"{_counted(found.stale, 'name')} of /run/netns leading to no network namespace: {_listed(found.stale)}"
    if found.has_more_names:
        yield "not all names of /run/netns were looked at: there are too many"
    if found.hidden_processes:
        processes = f"{count_text(found.hidden_processes)} process{'es' * (found.hidden_processes > 1)}"
        yield f"hidden from this user: the network namespace of {processes}"


def row_place_document(interval: Interval, row: int) -> dict[str, object]:
    """Make the fields of a JSON object that tell a socket from all others: its namespace, and its cookie as text."""
    namespaces, table = interval.namespaces, interval.table
    return {
        "netns": None if namespaces is None else _document(namespaces.of_row(row)),
        "cookie": str(int(table.cookie[row])) if bool(table.has_cookie[row]) else None,
    }


def namespaces_document(
    found: FoundNamespaces, left_out: Iterable[LeftOut], interval: Interval
) -> list[dict[str, object]]:
    """Describe each namespace, with the number of its sockets or why that is not known."""
    reasons = {one.namespace.number: one.why.name.lower() for one in left_out}
    rows = interval.namespaces
    counts = (
        {}
        if rows is None
        else dict(zip((one.number for one in rows.namespaces), np.bincount(rows.place).tolist(), strict=False))
    )
    return [
        {
            **_document(one),
            "is_own": one.is_own,
            "names": [safe_text(name) for name in one.names],
            **({"container": None} if one.container is None else json_name("container", one.container)),
            **({"unit": None} if one.unit is None else json_name("unit", one.unit)),
            "pids": list(one.pids),
            "sockets": None if one.number in reasons else counts.get(one.number, 0),
            "left_out": reasons.get(one.number),
        }
        for one in found.namespaces
    ]


def _called(named: NamedNamespace | None) -> bytes:
    if named is None:
        return b"own"
    return b"pid " + named.word if named.is_process else named.word


def _document(namespace: Namespace) -> dict[str, object]:
    return {"inode": namespace.number, **json_name("name", namespace.title)}


def _counted(things: Sequence[Any], name: str) -> str:
    return f"{count_text(len(things))} {name}{'s' * (len(things) > 1)}"


def _listed(names: Sequence[bytes]) -> str:
    shown = ", ".join(safe_text(name) for name in names[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    return f"{shown} and {count_text(more)} more" if more > 0 else shown
