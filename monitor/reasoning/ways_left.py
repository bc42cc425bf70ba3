"""Which ways are left for connections whose interface or route goes: the questions to ask, what the answers say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from monitor.model.route import Flow, Link, RouteDecision
from monitor.model.sample import Interval
from monitor.model.socket_table import Rows
from monitor.reasoning.columns import group_rows
from monitor.reasoning.what_if_gone import Change, InterfaceGoes, RouteGoes


def ways_asked(interval: Interval, rows: Rows, most: int) -> list[tuple[Flow, int]]:
    """Put the most common questions about open connections, at most so many, each with how many it is about."""
    if not len(rows):
        return []
    table, selectors = interval.table, interval.sample.network.rule_selectors
    names = ["local_high", "local_low", "remote_high", "remote_low", "protocol", "device"]
    names += ["uid"] * selectors.uid + ["mark"] * selectors.mark + ["local_port", "remote_port"] * selectors.ports
    first, group = group_rows(tuple(getattr(table, name)[rows] for name in names))
    counts = np.bincount(group, minlength=len(first))
    order = np.argsort(-counts, kind="stable")[:most].tolist()
    return [(_flow(interval, int(rows[first[place]])), int(counts[place])) for place in order]


def ways_left(change: Change, decision: RouteDecision, links: Sequence[Link]) -> tuple[bytes, ...]:
    """Name the interfaces by which the destination could still be reached; which one, the kernel decides then.

    Args:
        change: What goes.
        decision: The kernel's answer as long as it is there.
        links: All interfaces.
    """
    going = change.link if isinstance(change, InterfaceGoes | RouteGoes) else 0
    name = next((link.name for link in links if link.index == going), None)
    # A route goes with all its next hops; an interface takes only its own.
    left = (hop for hop in decision.alternatives if not (isinstance(change, RouteGoes) and hop.rule is None))
    return tuple(dict.fromkeys(hop.device for hop in left if hop.device != name))


def is_spared(change: Change, decision: RouteDecision) -> bool:
    """Whether the kernel's answer comes from another route than the one that goes."""
    if not isinstance(change, RouteGoes) or decision.prefix is None or decision.errno is not None:
        return False
    return decision.prefix != ("default" if change.destination.prefixlen == 0 else str(change.destination))


def _flow(interval: Interval, row: int) -> Flow:
    table, selectors = interval.table, interval.sample.network.rule_selectors
    local, remote = table.local(row).on_the_wire, table.remote(row).on_the_wire
    device = int(interval.interface[row]) if remote.address.is_link_local else int(table.device[row])
    flow = Flow(
        remote.address,
        protocol=int(table.protocol[row]),
        # Open already, so it keeps its address.
        source=local.address,
        device=device if device > 0 else None,
        uid=int(table.uid[row]) if selectors.uid else None,
        mark=int(table.mark[row]) if selectors.mark and bool(table.has_mark[row]) else None,
    )
    return replace(flow, source_port=local.port, remote_port=remote.port) if selectors.ports else flow
