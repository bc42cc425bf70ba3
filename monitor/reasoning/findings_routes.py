"""Findings about connections that today's routes treat otherwise than when they were opened."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from monitor.model.egress import Egress, Reason
from monitor.model.finding import Certainty, FindingKind, Grade, LinkSubject, Side
from monitor.model.finding_numbers import RouteNumbers
from monitor.model.socket_table import Rows
from monitor.reasoning.columns import group_rows
from monitor.reasoning.finding_conditions import ELSEWHERE_FOR_S, HEARD_S
from monitor.reasoning.finding_look import Holding, Look, largest

_LOST = (Reason.REFUSED, Reason.ADDRESS_GONE)


def moved_connections(look: Look) -> Iterator[Holding]:
    """Find connections that have no way any more, which is trouble, and such that would go another way, a note."""
    egress, table = look.interval.egress, look.table
    if egress is None:
        return
    # An interval whose rows changed after they were judged has verdicts for the former ones.
    rows = _without_foreign(look, egress, np.flatnonzero(look.lives & egress.is_elsewhere))
    is_lost = np.isin(egress.reason[rows], _LOST)
    # Where nothing leaves there is no other interface.
    now = np.where(is_lost, 0, np.where(egress.redialled_by[rows] > 0, egress.redialled_by[rows], egress.leaving[rows]))
    first, group = group_rows((egress.was[rows], now, is_lost))
    for place in largest(np.bincount(group, minlength=len(first)).tolist()):
        part: Rows = rows[group == place]
        is_trouble = bool(is_lost[first[place]])
        remotes, _ = group_rows((table.remote_low[part], table.remote_high[part]))
        yield Holding(
            kind=FindingKind.NO_WAY if is_trouble else FindingKind.ELSEWHERE,
            subject=LinkSubject(int(egress.was[rows[first[place]]]), int(now[first[place]])),
            grade=Grade.TROUBLE if is_trouble else Grade.NOTE,
            side=Side.HOST,
            # An address that no interface was ever seen to have may be a transparent proxy's.
            certainty=Certainty.CERTAIN if is_trouble and egress.was[rows[first[place]]] > 0 else Certainty.LIKELY,
            numbers=RouteNumbers(connections=len(part), remotes=len(remotes)),
            rows=part,
            for_s=ELSEWHERE_FOR_S,
        )


def _without_foreign(look: Look, egress: Egress, rows: Rows) -> Rows:
    """Leave connections out whose address was never this host's own, as those of a transparent proxy are.

    Nothing reaches a socket whose address has gone: where one of those hears its peer, none of them has lost it.
    """
    table = look.table
    is_foreign = (egress.reason[rows] == Reason.ADDRESS_GONE) & (egress.was[rows] <= 0)
    foreign = rows[is_foreign]
    hears = table.has_idle_time[foreign] & (table.last_data_recv_ms[foreign] < HEARD_S * 1000)
    return rows[~is_foreign] if hears.any() else rows
