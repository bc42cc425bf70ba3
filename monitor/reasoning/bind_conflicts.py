"""Who alone would already prevent an attempt, and whether a UDP socket joins a group all the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from monitor.model.bind import BindAttempt, BindConflict
from monitor.model.bind_facts import BindFacts
from monitor.model.socket_table import SocketTable
from monitor.model.tcp import PROTOCOL_UDP
from monitor.reasoning.bind_meeting import meeting_of, met_sockets
from monitor.reasoning.bind_sharing import Neighbour
from monitor.reasoning.listeners import listener_rows
from monitor.reasoning.ownership import is_unaccepted


@dataclass(frozen=True, slots=True)
class Standing:
    """A socket that an attempt meets, and how the two get on."""

    neighbour: Neighbour
    is_certain: bool
    """Whether it is known that they meet, and whether they share."""
    is_shared: bool | None
    """Whether the options of both let the attempt pass; None where that is not visible."""

    @property
    def is_in_the_way(self) -> bool:
        """Whether it prevents the attempt, as far as is known."""
        return self.is_shared is not True

    @property
    def row(self) -> int:
        """Its row."""
        return self.neighbour.row


def standings(table: SocketTable, attempt: BindAttempt, facts: BindFacts) -> list[Standing]:
    """Judge every socket that an attempt meets, in the order of the kernel's lists."""
    met = met_sockets(table, attempt, facts)
    found = []
    for row, does_meet in zip(met.rows.tolist(), met.is_certain.tolist(), strict=True):
        neighbour = Neighbour.of(table, row, attempt, facts)
        is_shared = neighbour.lets_pass(attempt)
        found.append(Standing(neighbour, does_meet and is_shared is not None, is_shared))
    return found


def conflicts_of(
    table: SocketTable, found: list[Standing], attempt: BindAttempt, facts: BindFacts
) -> tuple[BindConflict, ...]:
    """Describe those that are in the way, sockets of processes first."""
    in_the_way = [standing for standing in found if standing.is_in_the_way]
    conflicts = [
        BindConflict(
            row=standing.row,
            meeting=meeting_of(table, standing.row, attempt, facts),
            reuseaddr=standing.neighbour.by_reuseaddr,
            reuseport=standing.neighbour.by_reuseport,
            is_certain=standing.is_certain,
            is_kernel_held=int(table.inode[standing.row]) == 0,
        )
        for standing in _without_the_unaccepted(table, in_the_way)
    ]
    listens = table.is_listener | table.is_udp_unconnected
    return tuple(sorted(conflicts, key=lambda conflict: (conflict.is_kernel_held, not listens[conflict.row])))


def joins_group(table: SocketTable, found: list[Standing], attempt: BindAttempt) -> bool | None:
    """Whether a UDP socket gets its port although somebody is in the way; None where their order is not known.

    The kernel stops at the first socket that shares by SO_REUSEPORT (udp_lib_lport_inuse), so that one behind it is
    never asked. Each family is listed in that order, but not the two of them together.
    """
    if attempt.protocol != PROTOCOL_UDP or not attempt.reuseport:
        return False
    deciding = [standing for standing in found if not _is_passed_by(standing, attempt)]
    if not any(standing.is_shared for standing in deciding):
        return False
    families = {int(table.family[standing.row]) for standing in deciding}
    if len(families) > 1 or not all(standing.is_certain for standing in deciding):
        return None
    return deciding[0].is_shared is True


def may_be_remembered(table: SocketTable, found: list[Standing], attempt: BindAttempt) -> bool:
    """Whether the kernel may remember that the attempt's user shares this TCP port, and let it pass unseen."""
    if attempt.protocol == PROTOCOL_UDP or not attempt.reuseport:
        return False
    for standing in found:
        options = standing.neighbour.options
        # The user of a socket that no process has is not told.
        is_ours = standing.neighbour.is_same_user or not int(table.inode[standing.row])
        if is_ours and (options is None or options.reuseport):
            return True
    return False


def _is_passed_by(standing: Standing, attempt: BindAttempt) -> bool:
    """Whether SO_REUSEADDR on both makes the kernel go on to the next."""
    options = standing.neighbour.options
    return attempt.reuseaddr and options is not None and options.reuseaddr


def _without_the_unaccepted(table: SocketTable, in_the_way: list[Standing]) -> Iterator[Standing]:
    """Leave out connections that end with their listener, where that one is in the way itself."""
    rows = np.array([standing.row for standing in in_the_way], np.intp)
    near = table.take(rows)
    waiting = is_unaccepted(near, listener_rows(near)) if len(near) else np.zeros(0, np.bool_)
    for standing, is_waiting in zip(in_the_way, waiting.tolist(), strict=True):
        if not is_waiting:
            yield standing
