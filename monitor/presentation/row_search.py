"""Which rows have given characters in one of their words, searched in every different word once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from monitor.model.control_group import ControlGroup
from monitor.model.places import distinct
from monitor.model.process import Process
from monitor.model.sample import Interval
from monitor.model.socket_table import U16, Bools, Rows
from monitor.model.tcp import KERNEL_HELD, state_name
from monitor.presentation.endpoint_search import CHARACTERS, EndpointSearch
from monitor.reasoning.ownership import is_unaccepted


@dataclass(frozen=True, slots=True, eq=False)
class _States:
    """The different states of a table, and which of them each row has."""

    words: list[str]
    codes: Rows
    """Of each word; they fit into 16 bits."""
    of_row: U16
    """The code of each row."""

    def rows(self, found: list[bool]) -> Bools:
        """Spread answers, one per word, over the rows."""
        chosen = np.zeros(1 << 16, np.bool_)
        chosen[self.codes] = found
        return chosen.take(self.of_row)


class RowSearch:
    """Looks for names and texts in the rows of one interval; what one search prepares serves the next."""

    def __init__(self, interval: Interval) -> None:
        self.interval = interval
        self.table = interval.table

    def rows_with(self, needle: str) -> Bools:
        """Find rows with the needle in an endpoint, the state, or a name: process, user, interface, unit, container.

        Upper and lower case are the same. What is not known has no words.
        """
        folded = needle.casefold()
        found = self._states.rows([folded in word for word in self._states.words])
        found |= self.rows_of_processes(lambda process: folded in text_of(process.name).casefold())
        found |= np.isin(self.interval.interface, self.interfaces(lambda name: folded in name.casefold()))
        found |= self.rows_of_users(lambda uid, name: folded in (str(uid) if name is None else name.casefold()))
        found |= self.rows_of_groups(
            lambda group: any(folded in text_of(name).casefold() for name in (group.unit, group.container_name) if name)
        )
        if CHARACTERS.issuperset(folded):
            found |= self._local.containing(folded)
            found |= self._remote.containing(folded) & self.table.is_pair
        return found

    def rows_in_state(self, name: str) -> Bools:
        """Find rows in the state that ss calls so."""
        return self.rows_in_states((name,))

    def rows_in_states(self, names: Iterable[str]) -> Bools:
        """Find rows in one of the states that ss calls so."""
        folded = {name.casefold() for name in names}
        return self._states.rows([word in folded for word in self._states.words])

    def rows_of_processes(self, test: Callable[[Process], bool]) -> Bools:
        """Find rows that at least one process holds which passes the test."""
        owners = self.interval.owners
        chosen = [pid for pid, process in owners.processes.items() if test(process)]
        if not chosen:
            return np.zeros(len(self.table), np.bool_)
        before = np.concatenate(([0], np.cumsum(np.isin(owners.pid, np.array(chosen, np.uint32)))))
        found: Bools = before[self.interval.owner_end] > before[self.interval.owner_first]
        return found

    def rows_of_users(self, test: Callable[[int, str | None], bool]) -> Bools:
        """Find rows whose user, as number and name, passes the test; the name is None where there is none."""
        names = self.interval.sample.users
        chosen = [uid for uid in distinct(self.table.uid).tolist() if test(uid, names.get(uid))]
        if not chosen:
            return np.zeros(len(self.table), np.bool_)
        found: Bools = self.has_user & np.isin(self.table.uid, np.array(chosen, np.uint32))
        return found

    def rows_of_groups(self, test: Callable[[ControlGroup], bool]) -> Bools:
        """Find rows of known control groups that pass the test."""
        known = self.interval.sample.control_groups
        chosen = [number for number, group in known.items() if test(group)]
        found: Bools = np.isin(self.table.cgroup, np.array(chosen, np.uint64))
        return found

    def interfaces(self, test: Callable[[str], bool]) -> list[int]:
        """List the indexes of interfaces whose name passes the test."""
        return [link.index for link in self.interval.sample.network.links if test(text_of(link.name))]

    @cached_property
    def has_user(self) -> Bools:
        """Rows of which it is known who made them; entries that the kernel holds itself carry 0 for nobody."""
        known: Bools = (self.table.inode != 0) & ~np.isin(self.table.state, list(KERNEL_HELD))
        return known

    @cached_property
    def is_ownership_known(self) -> Bools:
        """Rows of which it is known who holds them, if only that nobody does."""
        interval, owners = self.interval, self.interval.owners
        if owners.is_read and owners.hidden_processes == 0:
            return np.ones(len(self.table), np.bool_)
        is_kernels_own = (self.table.inode == 0) & ~is_unaccepted(self.table, interval.listener)
        known: Bools = (interval.owner_end > interval.owner_first) | is_kernels_own
        return known

    @cached_property
    def _states(self) -> _States:
        of_row = (self.table.protocol.astype(np.uint16) << np.uint16(8)) | self.table.state
        is_there = np.zeros(1 << 16, np.bool_)
        is_there[of_row] = True
        codes = np.flatnonzero(is_there)
        return _States([state_name(*divmod(code, 256)).casefold() for code in codes.tolist()], codes, of_row)

    @cached_property
    def _local(self) -> EndpointSearch:
        table = self.table
        return EndpointSearch(table.local_high, table.local_low, table.local_port, table.family)

    @cached_property
    def _remote(self) -> EndpointSearch:
        table = self.table
        return EndpointSearch(table.remote_high, table.remote_low, table.remote_port, table.family)


def text_of(name: bytes) -> str:
    """Decode a name for comparison, never for the eye: bytes that are not UTF-8 become surrogates."""
    return name.decode("utf-8", "surrogateescape")
