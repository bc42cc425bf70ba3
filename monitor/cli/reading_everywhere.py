"""Reads the sockets of every network namespace once for a command, with all that its filter and columns ask for."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass, replace

from monitor.cli.reading import RATED_S, examined
from monitor.model.namespace import FoundNamespaces, LeftOut
from monitor.model.row_namespaces import RowNamespaces
from monitor.model.sample import Interval, Sample
from monitor.model.socket_table import Bools
from monitor.presentation.filter_narrowing import narrowing_of
from monitor.presentation.filter_needs import needs_findings, needs_rates, needs_routes
from monitor.presentation.filter_tree import Filter
from monitor.presentation.filters import mask
from monitor.presentation.namespace_words import namespace_notices
from monitor.sampling.agreement import RouteAgreement
from monitor.sampling.all_namespaces import AllNamespaces, InEach
from monitor.sampling.ends_in_namespaces import FoundEnd, find_ends
from monitor.sampling.intervals import advance
from monitor.sampling.joined_interval import join
from monitor.sampling.route_judging import judged


@dataclass(frozen=True, slots=True, eq=False)
class Everywhere:
    """What was read in all namespaces."""

    interval: Interval
    """Of all that could be read together; its notices tell of the others."""
    chosen: Bools
    """The rows that the filter chooses, each asked inside its namespace."""
    found: FoundNamespaces
    left_out: tuple[LeftOut, ...]
    parts: tuple[Interval, ...]
    """One of each namespace that could be read."""

    def other_ends(self) -> dict[int, tuple[FoundEnd, ...]]:
        """Find by row what is at its other end in another namespace; rows without such are left out."""
        return find_ends(self.interval, self.parts)


def read_everywhere(tree: Filter, *, has_rates: bool = False, has_ends: bool = False) -> Everywhere:
    """Read this machine, with TIME-WAIT and bound-only sockets.

    Args:
        tree: What is asked.
        has_rates: Whether rates are asked for beside it; they take a second.
        has_ends: Whether the other ends of what it chooses are: it need not choose them.

    Raises:
        KernelError, WireError: the own namespace could not be read.
    """
    is_rated, is_routed = has_rates or needs_rates(tree), needs_routes(tree)
    narrowing = None if has_ends or needs_findings(tree) else narrowing_of(tree)
    with closing(AllNamespaces(narrowing)) as every:
        read = _advanced({}, every.samples(with_rules=is_routed and not is_rated))
        if is_rated:
            time.sleep(RATED_S)
            former = {namespace.number: interval for namespace, interval in read}
            read = _advanced(former, every.samples(with_rules=is_routed))
        if is_routed:
            now = {namespace.number: interval for namespace, interval in read}
            read = every.each(lambda namespace, source: judged(now[namespace.number], RouteAgreement(), source))
        left_out = every.left_out
    parts = _placed(read)
    joined = join(parts)
    asked = (examined(interval) if needs_findings(tree) else interval for _, interval in parts)
    chosen = joined.spread([mask(tree, interval) for interval in asked])
    notices = namespace_notices(every.found, left_out, {one.number: part.sample.notices for one, part in parts})
    whole = replace(joined.interval, sample=replace(joined.interval.sample, notices=tuple(notices)))
    return Everywhere(whole, chosen, every.found, left_out, tuple(part for _, part in parts))


def _advanced(former: dict[int, Interval], samples: InEach[Sample]) -> InEach[Interval]:
    return tuple((namespace, advance(former.get(namespace.number), sample)) for namespace, sample in samples)


def _placed(read: InEach[Interval]) -> InEach[Interval]:
    """Have each interval say in which of the namespaces its rows are."""
    every = tuple(namespace for namespace, _ in read)
    return tuple(
        (one, replace(part, namespaces=RowNamespaces.all_in(every, place, len(part.table))))
        for place, (one, part) in enumerate(read)
    )
