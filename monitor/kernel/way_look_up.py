"""WayLookUp: which way the packets of thousands of sockets would go, asked by raw netlink.

The same answers as rtnetlink.py's route_to(), a hundred times as fast and without its reasons: neither prefix, rule nor
neighbour.
"""

from __future__ import annotations

import errno
import socket

import numpy as np

from monitor.errors import KernelError
from monitor.kernel.netlink_batch import NetlinkBatch
from monitor.kernel.rtnetlink_list import NETLINK_ROUTE
from monitor.kernel.rtnetlink_numbers import RTM_F_FIB_MATCH
from monitor.kernel.way_messages import next_hops_of, requests_of, ways_of
from monitor.model.endpoint import MAPPED_IPV4
from monitor.model.socket_table import Bools, Rows
from monitor.model.ways import LOCAL_TYPE, WAY, Records

_OPERATION = "look up routes"
_WAY_ERRORS = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EACCES, errno.EINVAL, errno.ENODEV, errno.ENETDOWN)


class WayLookUp:
    """Asks in the network namespace in which it was opened; for one thread at a time."""

    def __init__(self) -> None:
        self._netlink = NetlinkBatch.open(NETLINK_ROUTE, _OPERATION)

    def ways(self, questions: Records) -> Records:
        """Answer WAY_QUESTION records with as many WAY records.

        Raises:
            KernelError: the kernel could not be asked.
            WireError: an answer breaks its contract.
        """
        ways = np.zeros(len(questions), WAY)
        is_ipv4 = (questions["remote_high"] == 0) & (questions["remote_low"] >> 32 == MAPPED_IPV4 >> 32)
        for family, is_asked in ((socket.AF_INET, is_ipv4), (socket.AF_INET6, ~is_ipv4)):
            rows = np.flatnonzero(is_asked)
            if len(rows):
                ways[rows] = self._ways(questions[rows], family)
        return ways

    def close(self) -> None:
        """Close the socket; may be called twice."""
        self._netlink.close()

    def _ways(self, questions: Records, family: int) -> Records:
        ways = self._ask(questions, family)
        if family == socket.AF_INET6:
            self._insist_on_device(questions, ways)
        else:
            questions = self._look_again(questions, ways)
        rows = np.flatnonzero(_may_have_owner_hop(questions, ways))
        ways["has_owner_hop"][rows] = self._have_owner_hop(questions[rows], family)
        return ways

    def _ask(self, questions: Records, family: int, *, flags: int = 0) -> Records:
        messages = self._netlink.ask(requests_of(questions, family, flags=flags), _OPERATION)
        ways = ways_of(messages, questions, family)
        for number in np.unique(ways["errno"]).tolist():
            if number and number not in _WAY_ERRORS:
                raise KernelError(_OPERATION, number)
        return ways

    def _look_again(self, questions: Records, ways: Records) -> Records:
        """Ask IPv4 once more with the sources that were picked, as connect() does; gives the questions with them."""
        is_open = questions["source_low"] == 0
        rows: Rows = np.flatnonzero(is_open & (ways["errno"] == 0) & (ways["source_low"] != 0))
        bound = questions.copy()
        for name in ("source_high", "source_low"):
            bound[name][rows] = ways[name][rows]
        ways[rows] = self._ask(bound[rows], socket.AF_INET)
        return bound

    def _insist_on_device(self, questions: Records, ways: Records) -> None:
        """Ask again without source where IPv6 only preferred the interface that a bound socket insists on."""
        # RT6_LOOKUP_F_IFACE is set for an open source alone (ip6_route_output_flags).
        is_insisting = (questions["device"] != 0) & (questions["source_low"] != 0)
        rows: Rows = np.flatnonzero(is_insisting & (ways["errno"] == 0) & (questions["device"] != ways["device"]))
        # A local answer passes lo; which interface owns the address only the matching route tells.
        matched = self._ask(questions[rows], socket.AF_INET6, flags=RTM_F_FIB_MATCH)
        is_owned = (ways["type"][rows] == LOCAL_TYPE) & (matched["device"] == questions["device"][rows])
        rows = rows[~is_owned]
        unbound = questions[rows].copy()
        unbound["source_high"] = unbound["source_low"] = 0
        again = self._ask(unbound, socket.AF_INET6)
        for name in ("source_high", "source_low"):
            again[name] = questions[name][rows]
        ways[rows] = again

    def _have_owner_hop(self, questions: Records, family: int) -> Bools:
        messages = self._netlink.ask(requests_of(questions, family, flags=RTM_F_FIB_MATCH), _OPERATION)
        hops = next_hops_of(messages)
        return np.array([owner in among for owner, among in zip(questions["owner"].tolist(), hops, strict=True)], bool)


def _may_have_owner_hop(questions: Records, ways: Records) -> Bools:
    possible: Bools = (
        (ways["errno"] == 0)
        & (ways["type"] != LOCAL_TYPE)
        & (questions["owner"] != 0)
        & (questions["owner"] != ways["device"])
        & (questions["device"] == 0)
    )
    return possible
