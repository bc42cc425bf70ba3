"""SocketList: batches in one table, as if each had been decoded alone."""

from __future__ import annotations

import pytest

from monitor.kernel.inet_diag import decode
from monitor.kernel.inet_diag_list import SocketList
from monitor.model.socket_table import COLUMN_TYPES, SocketTable
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP
from tests.kernel.inet_diag_bytes import MARK, SKV6ONLY, attribute, info, messages, row

SHAPES = [(info(280, at_68=11),), (attribute(MARK, b"\7\0\0\0"), info(104, at_24=2)), (attribute(SKV6ONLY, b"\1"),), ()]
BROKEN = b"\3\0\2\0"


def columns(table: SocketTable) -> dict[str, list[object]]:
    return {name: getattr(table, name).tolist() for name in COLUMN_TYPES}


def batch(first: int, count: int, *broken: int):
    """Messages of all shapes with ascending cookies; those whose cookie is in `broken` have a broken attribute."""
    return messages(
        *(
            row(*((BROKEN,) if cookie in broken else SHAPES[cookie % len(SHAPES)]), cookie=cookie)
            for cookie in range(first, first + count)
        )
    )


@pytest.mark.parametrize("expected_rows", [0, 10, 5000])
def test_batches_are_the_rows_of_each_one_after_another(expected_rows):
    batches = [batch(0, 700), batch(700, 0), batch(700, 900), batch(1600, 3)]
    sockets = SocketList(PROTOCOL_TCP, 4, expected_rows)
    for part in batches:
        sockets.add(part)
    alone = SocketTable.concatenate([decode(part, PROTOCOL_TCP, 4).table for part in batches])
    assert columns(sockets.table()) == columns(alone)
    assert (sockets.table().namespace, sockets.malformed) == (4, 0)


def test_malformed_messages_leave_no_gap_and_no_trace_in_the_next_batch():
    sockets = SocketList(PROTOCOL_TCP, 4)
    sockets.add(batch(0, 8, 1, 2, 6))
    sockets.add(batch(8, 8))
    alone = [decode(part, PROTOCOL_TCP, 4).table for part in (batch(0, 8, 1, 2, 6), batch(8, 8))]
    assert sockets.malformed == 3
    assert columns(sockets.table()) == columns(SocketTable.concatenate(alone))


def test_list_without_batches_is_empty():
    assert len(SocketList(PROTOCOL_TCP, 4, 100).table()) == 0


@pytest.mark.parametrize("expected_rows", [0, 2000])
def test_other_rows_stand_behind_those_of_the_list(expected_rows):
    others = decode(batch(5000, 1100), PROTOCOL_UDP, 4).table
    sockets = SocketList(PROTOCOL_TCP, 4, expected_rows)
    sockets.add(batch(0, 30))
    sockets.append(others)
    alone = SocketTable.concatenate([decode(batch(0, 30), PROTOCOL_TCP, 4).table, others])
    assert columns(sockets.table()) == columns(alone)
