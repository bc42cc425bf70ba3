"""RenewedList: the rows of a SocketList, in as many of the former list's columns as did not change."""

from __future__ import annotations

import pytest

from monitor.kernel.inet_diag_list import SocketList
from monitor.kernel.renewed_list import RenewedList
from monitor.model.socket_table import COLUMN_TYPES, SocketTable
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP
from tests.kernel.inet_diag_bytes import MARK, attribute, info, messages, row

BROKEN = b"\3\0\2\0"


def columns(table: SocketTable) -> dict[str, list[object]]:
    return {name: getattr(table, name).tolist() for name in COLUMN_TYPES}


def batch(*cookies: int, rtt: int = 11, broken: int | None = None):
    """One message for each cookie, some with a mark; of a broken one an attribute ends outside."""
    attributes = {number: (info(280, at_68=rtt + number),) for number in cookies} | {7: (attribute(MARK, b"\7\0\0\0"),)}
    return messages(
        *(row(*((BROKEN,) if number == broken else attributes[number]), cookie=number) for number in cookies)
    )


def filled(sockets, batches, *others):
    for part in batches:
        sockets.add(part)
    for other in others:
        sockets.append(other)
    return sockets


FORMER_BATCHES = (batch(1, 2, 7), batch(8, 9))
UDP = filled(SocketList(PROTOCOL_UDP, 4), [batch(20, 21)]).table()
UDP_CHANGED = filled(SocketList(PROTOCOL_UDP, 4), [batch(20, 21, rtt=40)]).table()
FORMER = filled(SocketList(PROTOCOL_TCP, 4), FORMER_BATCHES, UDP).table()


@pytest.mark.parametrize(
    ("batches", "others"),
    [
        (FORMER_BATCHES, UDP),
        ((batch(1, 2), batch(7, 8, 9)), UDP),
        ((batch(1, 2, 7), batch(8, 9, rtt=30)), UDP),
        ((batch(1, 2, 7, rtt=30), batch(8, 9)), UDP_CHANGED),
        ((batch(1, 2, 7, broken=2), batch(8, 9)), UDP),
        ((batch(1, 2, 7), batch(8, 9, broken=9)), UDP),
        ((batch(1, 2), batch(8, 9)), UDP),
        ((batch(1, 2, 7), batch(9, 8, rtt=30)), UDP_CHANGED),
        ((batch(1, 2, 7), batch(8, 9), batch(10, 11, 12)), UDP),
        ((batch(1, 2, 7),), SocketTable.empty(4)),
        ((), SocketTable.empty(4)),
    ],
    ids=[
        "the same",
        "the same in other batches",
        "others at the end",
        "others at the beginning and behind",
        "broken at the beginning",
        "broken at the end",
        "one gone",
        "two in another order",
        "three more",
        "the rest gone",
        "all gone",
    ],
)
def test_rows_are_those_of_a_list_by_itself(batches, others):
    before = columns(FORMER)
    renewed = filled(RenewedList(PROTOCOL_TCP, FORMER), batches, others)
    alone = filled(SocketList(PROTOCOL_TCP, 4), batches, others)
    assert columns(renewed.table()) == columns(alone.table())
    assert (renewed.table().namespace, renewed.malformed) == (4, alone.malformed)
    assert columns(FORMER) == before


def test_columns_in_which_nothing_changed_are_the_former_ones():
    table = filled(RenewedList(PROTOCOL_TCP, FORMER), (batch(1, 2, 7), batch(8, 9, rtt=30)), UDP).table()
    own = {name for name in COLUMN_TYPES if getattr(table, name) is not getattr(FORMER, name)}
    assert own == {"rtt_us", "drops"}


def test_drops_can_be_written_without_changing_the_former_list():
    table = filled(RenewedList(PROTOCOL_TCP, FORMER), FORMER_BATCHES, UDP).table()
    table.drops[:] = 5
    assert 5 not in FORMER.drops.tolist()
