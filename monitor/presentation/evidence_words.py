"""The last lines of an answer: what could not be read; on which host, when and with what rights the rest was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor.model.namespace import NamedNamespace
from monitor.model.sample import Sample
from monitor.presentation.formats import count_text, when_text
from monitor.presentation.netns_words import netns_text
from monitor.presentation.safe_text import safe_text


def evidence_line(sample: Sample) -> str:
    """Say by what sockets and owners were told: "db1 2026-11-23T03:12:41Z, uid 1001, owners of 3 processes hidden"."""
    hidden = sample.owners.hidden_processes
    owners = f", owners of {count_text(hidden)} process{'es' * (hidden > 1)} hidden" if hidden else ""
    return origin_line(sample.host, sample.taken_at, sample.uid, sample.named, sees_all=not hidden) + owners


def last_lines(sample: Sample, *, width: int, notices: Iterable[str] = ()) -> Iterator[str]:
    """Say what is missing of a sample, and of whatever else was read, and last the evidence.

    Args:
        sample: What the answer is made of.
        width: Cells of the answer's labels.
        notices: What else could not be read.
    """
    yield from (f"  {'unread':<{width}} {notice}" for notice in dict.fromkeys((*sample.notices, *notices)))
    yield evidence_line(sample)


def origin_line(
    host: str, taken_at: float, uid: int, named: NamedNamespace | None = None, *, sees_all: bool = True
) -> str:
    """Say where, when and as whom: "db1 2026-11-23T03:12:41Z, as root"; who does not see all is not called so."""
    rights = "as root" if uid == 0 and sees_all else f"uid {uid}"
    place = "" if named is None else f" {netns_text(named)}"
    return f"{safe_text(host)}{place} {when_text(taken_at)}, {rights}"
