"""DescriptorTables: what is read again, and within which time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from monitor.kernel import descriptor_tables
from monitor.kernel.descriptor_tables import DescriptorTables
from monitor.kernel.descriptors import has_counts
from tests.kernel.owner_tables import Clock
from tests.kernel.socket_holder import SocketHolder, socket_holder

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif(not has_counts(), reason="kernel lacks the number of descriptors in /proc"),
]

STEP_S = 0.01


class WorkingClock(Clock):
    """Time that passes by as much whenever somebody looks."""

    def __call__(self) -> float:
        self.now += STEP_S
        return self.now


@pytest.fixture
def holders(monkeypatch) -> Iterator[list[SocketHolder]]:
    """Four processes, and no others in sight."""
    with ExitStack() as stack:
        first = stack.enter_context(socket_holder())
        made = [first]
        for _ in range(3):
            made.append(first.fork())
            stack.callback(made[-1].end)
        monkeypatch.setattr(descriptor_tables, "list_pids", lambda: [holder.pid for holder in made])
        yield made


@pytest.fixture
def exchange(holders):
    """Let each close a socket and open another in its place: only reading the descriptor can tell."""
    fds = [holder.open() for holder in holders]

    def exchange_all():
        for holder, fd in zip(holders, fds, strict=True):
            # The new one is made first, so that the kernel cannot give it the inode of the old one.
            spare = holder.open()
            holder.close(fd)
            assert holder.duplicate(spare) == fd
            holder.close(spare)

    return exchange_all


def test_reading_again_begins_with_the_oldest_and_ends_when_the_time_is_used_up(holders, exchange):
    clock = WorkingClock()
    tables = DescriptorTables(clock)
    tables.follow({})
    clock.now += 10.0
    exchange()
    pids = [holder.pid for holder in holders]
    # Each process takes two looks at the clock: before it is read and when it has been.
    assert tables.read_again(5.0, 4 * STEP_S) == set(pids[:2])
    assert tables.read_again(5.0, 4 * STEP_S) == set(pids[2:])
    exchange()
    assert tables.read_again(5.0, 4 * STEP_S) == set()


def test_without_time_nothing_is_read_again(holders, exchange):
    clock = Clock()
    tables = DescriptorTables(clock)
    tables.follow({})
    clock.now += 10.0
    exchange()
    assert tables.read_again(5.0, 0.0) == set()
    assert tables.read_again(5.0) == {holder.pid for holder in holders}


def test_what_was_read_again_and_is_the_same_has_not_changed(holders):
    tables = DescriptorTables()
    tables.follow({})
    assert tables.read_again(0.0) == set()
    holders[0].open_file()
    assert tables.follow({}) == set()


def test_a_process_that_became_another_program_has_changed(holders, program):
    tables = DescriptorTables()
    tables.follow({})
    pid = holders[2].pid
    before = tables.process(pid)
    holders[2].become(program("sleep"))
    assert tables.read_whole([pid]) == {pid}
    assert before.name != tables.process(pid).name == b"sleep"


def test_nothing_has_changed_where_nothing_happened(holders):
    tables = DescriptorTables()
    assert tables.follow({}) == {holder.pid for holder in holders}
    assert tables.follow({}) == set()


def test_the_changed_are_those_that_opened_and_those_that_ended(holders):
    tables = DescriptorTables()
    tables.follow({})
    holders[1].open()
    ended = holders.pop()
    ended.kill()
    assert tables.follow({}) == {holders[1].pid, ended.pid}
    assert tables.get(ended.pid) is None
    assert tables.process(ended.pid) is None


def test_a_process_that_ended_before_it_was_asked_who_it_is_has_changed(holders):
    tables = DescriptorTables()
    tables.follow({})
    ended = holders.pop()
    ended.kill()
    assert tables.process(ended.pid) is None
    assert tables.follow({}) == {ended.pid}
    assert tables.follow({}) == set()
