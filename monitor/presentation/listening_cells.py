"""The line of a service endpoint among a process' sockets: how far it reaches, its connections, its queue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from monitor.model.sample import Interval
from monitor.model.socket_table import Rows
from monitor.presentation.formats import fill_text
from monitor.presentation.group_cells import GroupCell
from monitor.presentation.groups import Groups
from monitor.presentation.listener_cells import REACH_WORDS, protocol_cells
from monitor.presentation.row_text import RowTexts
from monitor.presentation.service_endpoints import ServiceEndpoints
from monitor.presentation.view import Cell, Role


@dataclass(frozen=True, slots=True, eq=False)
class ListeningCells:
    """Cells for groups of listeners, one group for each service endpoint."""

    endpoints: ServiceEndpoints
    entry_of_row: Rows
    """For each row of the interval's table its entry of `endpoints`; -1 for all but the listeners that were given."""

    @classmethod
    def of(cls, interval: Interval, listeners: Rows) -> ListeningCells:
        """Look at the service endpoints of some listeners."""
        endpoints = ServiceEndpoints.of(interval)
        entry_of_row = np.full(len(interval.table), -1, np.intp)
        entry_of_row[listeners] = endpoints.group[endpoints.rows.searchsorted(listeners)]
        return cls(endpoints, entry_of_row)

    @property
    def by_column(self) -> Mapping[str, GroupCell]:
        """What they say where connections and their groups have something else."""
        return {
            "state": self.protocol,
            "direction": lambda _, __, ___: Cell(""),
            "remote": self.service,
            "process": self.sharing,
            "name": self.sharing,
        }

    def protocol(self, groups: Groups, texts: RowTexts, entry: int) -> Cell:
        """Give "tcp4", "tcp6" or "tcp46"."""
        return protocol_cells(self.endpoints, texts, np.array([self._endpoint(groups, entry)]))[0]

    def service(self, groups: Groups, _: RowTexts, entry: int) -> Cell:
        """Give reach, connections and the fullest accept queue: "lo 24 conns 0/128"."""
        endpoint = self._endpoint(groups, entry)
        table, row = groups.interval.table, int(self.endpoints.fullest[endpoint])
        reach = REACH_WORDS[int(self.endpoints.reach[endpoint])]
        connections = int(self.endpoints.connections[endpoint])
        queue = fill_text(int(table.recv_q[row]), table.backlog(row))
        text = f"{reach} {connections} conn{'' if connections == 1 else 's'} {queue}"
        return Cell(text, Role.TROUBLE if bool(self.endpoints.is_overflowing[endpoint]) else Role.PLAIN)

    def sharing(self, groups: Groups, texts: RowTexts, entry: int) -> Cell:
        """Say who shares the endpoint: "8 sockets" by SO_REUSEPORT, "nginx ×4" for one socket of four processes."""
        sockets = int(self.endpoints.sockets[self._endpoint(groups, entry)])
        row = groups.first_row(entry)
        if sockets > 1:
            return Cell(f"{sockets} sockets")
        is_shared = len({owner.process.pid for owner in texts.owners(row)}) > 1
        return Cell(texts.process(row) if is_shared else "not shared", Role.NAME if is_shared else Role.DIM)

    def _endpoint(self, groups: Groups, entry: int) -> int:
        return int(self.entry_of_row[groups.first_row(entry)])
