"""Whose a socket is, and why that is not known."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.model.owner_table import OwnerTable
from monitor.model.process import OwnerReason
from monitor.reasoning.listeners import listener_rows
from monitor.reasoning.ownership import is_unaccepted, owner_ranges, owner_reason
from tests.scenes import ANY, owners_of, row, table_of

LISTENER = row("tcp", "0.0.0.0:443", ANY, "LISTEN", owner=[(812, 6), (813, 6)], queue=(1, 511))
WAITING = row("tcp", "192.0.2.10:443", "198.51.100.7:51834", "ESTAB", inode=0)


def owners(*rows, hidden=0, held=None):
    """Give for each row the (pid, fd) of its owners."""
    table = table_of(rows)
    known = owners_of(rows, (), hidden) if held is None else held
    first, end = owner_ranges(table, known, listener_rows(table))
    assert np.all(first <= end)
    columns = list(zip(known.pid.tolist(), known.fd.tolist(), strict=True))
    return [columns[start:stop] for start, stop in zip(first.tolist(), end.tolist(), strict=True)]


def reason(described, *, listener=None, hidden=0, is_read=True):
    rows = [described, listener] if listener else [described]
    table = table_of(rows)
    known = owners_of(rows, (), hidden) if is_read else OwnerTable.unread()
    listeners = listener_rows(table)
    first, end = owner_ranges(table, known, listeners)
    return owner_reason(table, known, 0, has_owner=end[0] > first[0], listener=int(listeners[0]))


def group(*queues):
    return [
        row("tcp", "0.0.0.0:443", ANY, "LISTEN", owner=(900 + number, 3), cookie=50 + number, queue=(queue, 511))
        for number, queue in enumerate(queues)
    ]


def test_a_socket_belongs_to_every_process_that_holds_it():
    assert owners(LISTENER) == [[(812, 6), (813, 6)]]


def test_a_socket_in_the_accept_queue_belongs_to_the_owners_of_its_listener():
    assert owners(LISTENER, WAITING)[1] == [(812, 6), (813, 6)]
    assert reason(WAITING, listener=LISTENER) is OwnerReason.ACCEPT_QUEUE


def test_a_socket_that_its_peer_closed_in_the_accept_queue_waits_there_still():
    closed = row("tcp", "192.0.2.10:443", "198.51.100.7:51834", "CLOSE-WAIT", inode=0)
    assert owners(LISTENER, closed)[1] == [(812, 6), (813, 6)]
    assert reason(closed, listener=LISTENER) is OwnerReason.ACCEPT_QUEUE


@pytest.mark.parametrize("state", ["FIN-WAIT-1", "FIN-WAIT-2", "LAST-ACK", "CLOSING", "TIME-WAIT", "SYN-RECV"])
def test_what_no_process_holds_any_more_is_the_kernels_even_beside_its_listener(state):
    orphan = row("tcp", "192.0.2.10:443", "198.51.100.7:51834", state, inode=0)
    assert owners(LISTENER, orphan)[1] == []
    assert reason(orphan, listener=LISTENER) is OwnerReason.KERNEL


def test_fk_24_without_a_listener_a_socket_without_inode_is_the_kernels():
    assert owners(WAITING) == [[]]
    assert reason(WAITING) is OwnerReason.KERNEL


def test_a_waiting_socket_belongs_to_the_one_member_of_a_group_that_has_waiting_clients():
    assert owners(*group(0, 0, 4), WAITING)[-1] == [(902, 3)]


@pytest.mark.parametrize("queues", [(1, 2, 0), (0, 0, 0)])
def test_a_waiting_socket_has_no_owner_where_the_group_leaves_it_open(queues):
    lower_inode = row("tcp", "192.0.2.10:1", "198.51.100.7:2", "ESTAB", cookie=1, owner=(1, 1))
    assert owners(lower_inode, *group(*queues), WAITING)[-1] == []


def test_only_the_ambiguous_group_goes_without_owners():
    other = row("tcp", "192.0.2.10:80", "198.51.100.7:51834", "ESTAB", inode=0)
    web = row("tcp", "0.0.0.0:80", ANY, "LISTEN", owner=(812, 8), queue=(1, 511))
    assert owners(*group(1, 1), web, WAITING, other)[-2:] == [[], [(812, 8)]]


def test_a_waiting_socket_of_a_hidden_listener_has_the_reason_of_its_listener():
    listener = row("tcp", "0.0.0.0:443", ANY, "LISTEN", queue=(1, 511))
    assert owners(listener, WAITING, hidden=3) == [[], []]
    assert reason(WAITING, listener=listener, hidden=3) is OwnerReason.HIDDEN


def test_a_waiting_socket_of_a_group_that_leaves_it_open_says_so():
    table = table_of([*group(1, 2), WAITING])
    known = owners_of([*group(1, 2), WAITING], (), 0)
    listeners = listener_rows(table)
    told = owner_reason(table, known, 2, has_owner=False, listener=int(listeners[2]))
    assert told is OwnerReason.ONE_OF_SEVERAL


def test_an_unknown_owner_may_be_hidden_not_found_or_not_looked_up_yet():
    unowned = row("tcp", "192.0.2.10:443", "198.51.100.7:51834", "ESTAB")
    assert reason(unowned, hidden=1) is OwnerReason.HIDDEN
    assert reason(unowned) is OwnerReason.NOT_FOUND
    assert reason(unowned, is_read=False) is OwnerReason.PENDING
    assert reason(row("tcp", "192.0.2.10:443", "198.51.100.7:51834", "ESTAB", owner=(812, 17)), hidden=1) is None


def test_udp_never_waits_in_an_accept_queue():
    table = table_of([LISTENER, row("udp", "192.0.2.10:443", "198.51.100.7:51834", "ESTAB", inode=0)])
    assert not is_unaccepted(table, np.array([-1, 0])).any()


def test_inode_zero_is_nobodys_even_where_the_owner_table_names_it():
    held = OwnerTable.from_rows([(0, 1, 1)], {})
    assert owners(WAITING, held=held) == [[]]
