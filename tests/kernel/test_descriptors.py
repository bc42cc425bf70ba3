"""The descriptor table of one process, read as a whole and caught up with."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest

from monitor.kernel.descriptors import catch_up, has_counts, holds, kinds_in, read_all
from monitor.kernel.proc_files import directory
from tests.kernel.socket_holder import SocketHolder

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif(not has_counts(), reason="kernel lacks the number of descriptors in /proc"),
]


@pytest.fixture
def table(holder: SocketHolder) -> Iterator[int]:
    with directory(f"/proc/{holder.pid}/fd") as opened:
        yield opened


def number_of(table: int) -> int:
    return os.fstat(table).st_size


def test_sockets_stand_with_their_inode_and_all_else_with_0(holder, table):
    file = holder.open_file()
    fd = holder.open()
    descriptors = read_all(table)
    assert {(inode, holder.pid, fd) for fd, inode in descriptors.items() if inode} == holder.held()
    assert descriptors[file] == 0
    assert descriptors[fd] != 0
    assert len(descriptors) == number_of(table)


def test_catching_up_finds_what_took_the_lowest_gaps(holder, table):
    first, second, third = (holder.open() for _ in range(3))
    known = read_all(table)
    holder.close(second)
    holder.close(third)
    assert [holder.open() for _ in range(4)][:2] == [second, third]
    assert catch_up(table, known, [second, third], number_of(table))
    assert known == read_all(table)
    assert first in known


def test_catching_up_forgets_what_was_closed(holder, table):
    fd = holder.open()
    known = read_all(table)
    holder.close(fd)
    assert catch_up(table, known, [fd], number_of(table))
    assert known == read_all(table)


def test_catching_up_says_when_it_is_not_enough(holder, table):
    fd = holder.open()
    known = read_all(table)
    holder.close(fd)
    assert not catch_up(table, known, [], number_of(table))


def test_a_descriptor_is_held_until_it_is_closed(holder):
    fd = holder.open()
    inode = next(inode for inode, _, held in holder.held() if held == fd)
    assert holds(holder.pid, fd, inode)
    assert not holds(holder.pid, fd, inode + 1)
    holder.close(fd)
    assert not holds(holder.pid, fd, inode)


def test_descriptors_are_counted_by_kind(tmp_path):
    with directory("/proc/self/fd") as table:
        before = kinds_in(table)
        reader, writer = os.pipe()
        eventfd = os.eventfd(0)
        with (tmp_path / "socket:[1]").open("w") as file, socket.socket() as sock:
            after = kinds_in(table)
        for fd in (reader, writer, eventfd):
            os.close(fd)
    assert file.closed
    assert sock.fileno() == -1
    added = {kind: after[kind] - before.get(kind, 0) for kind in after}
    assert {kind: number for kind, number in added.items() if number} == {"pipe": 2, "anon": 1, "file": 1, "socket": 1}
