"""OwnerReader against processes that say themselves what they hold."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from monitor.errors import KernelError
from monitor.kernel import owners
from monitor.kernel.descriptor_tables import SMALL_TABLE
from monitor.kernel.descriptors import has_counts
from monitor.kernel.owners import AUDIT_AGE_S, WALK_AGE_S, OwnerReader
from monitor.kernel.task_files import OpenFiles, open_task_files
from monitor.model.owner_table import OwnerTable
from tests.kernel.owner_tables import Clock, Row, inodes, read, read_at_once
from tests.kernel.socket_holder import SocketHolder, socket_holder

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif(not has_counts(), reason="kernel lacks the number of descriptors in /proc"),
]


@pytest.fixture
def clock() -> Clock:
    return Clock()


def no_walk() -> None:
    """Stand for open_task_files() where it is not permitted; a busy machine would make a reader load it."""


@pytest.fixture
def reader(clock: Clock) -> OwnerReader:
    return OwnerReader(clock, no_walk)


@pytest.fixture(params=[AUDIT_AGE_S, WALK_AGE_S], ids=["one by one", "by walks"])
def audited(clock: Clock, request: pytest.FixtureRequest) -> Iterator[tuple[OwnerReader, float]]:
    """A reader that has all that it needs, and after how many seconds it notices what leaves no trace."""
    made = OwnerReader(clock, open_task_files if request.param == WALK_AGE_S else no_walk)
    if request.param == WALK_AGE_S:
        made.prepare()
        if made._files is None:
            pytest.skip("kernel lacks a walk through all descriptors that we may load")
    try:
        yield made, request.param
    finally:
        made.close()


def inode_of(holder: SocketHolder, fd: int) -> int:
    return next(inode for inode, _, held in holder.held() if held == fd)


def test_every_socket_of_a_process_is_found(reader, holder):
    for _ in range(3):
        holder.open()
    truth = holder.held()
    assert len(truth) == 4
    assert read(reader, inodes(truth)) == truth


def test_zeros_and_repeated_inodes_change_nothing(reader, holder):
    truth = holder.held()
    assert read(reader, [0, *inodes(truth), *inodes(truth), 0]) == truth


def test_the_table_names_the_process(reader, holder):
    truth = holder.held()
    table = reader.read(np.array(list(inodes(truth)), np.uint32))
    (owner,) = table.owners_of(next(iter(inodes(truth))))
    assert owner.process.pid == holder.pid
    assert owner.process.uid == os.getuid()


def test_a_process_that_became_another_program_is_called_by_it(audited, clock, holder, program):
    reader, audit_age = audited
    sleep = program("sleep")
    fd = holder.open()
    wanted = np.array([inode_of(holder, fd)], np.uint32)
    reader.read(wanted)
    holder.become(sleep)
    clock.now += audit_age + 0.1
    reader.audit()
    (owner,) = reader.read(wanted).owners_of(int(wanted[0]))
    assert (owner.fd, owner.process.name) == (fd, Path(sleep).resolve().name.encode())


def test_no_sockets_have_no_owners(reader):
    assert read(reader, []) == set()


def test_before_the_first_reading_nothing_is_read():
    assert not OwnerTable.unread().is_read
    assert OwnerReader().read(np.zeros(0, np.uint32)).is_read


def test_an_unchanged_process_is_not_read_again(reader, clock, holder, monkeypatch):
    truth = holder.held()
    read(reader, inodes(truth))
    again = set()
    read_whole = reader._tables._read
    monkeypatch.setattr(reader._tables, "_read", lambda pid: again.add(pid) or read_whole(pid))
    clock.now += AUDIT_AGE_S - 0.1
    assert read(reader, inodes(truth)) == truth
    assert holder.pid not in again
    clock.now += 0.2
    assert read(reader, inodes(truth)) == truth
    assert holder.pid in again


def test_a_listener_shared_by_fork_has_all_of_its_owners(reader, forked_listener):
    truth = {(held.inode, held.pid, held.fd) for held in forked_listener}
    assert read(reader, {held.inode for held in forked_listener}) == truth


def test_a_duplicated_descriptor_stands_beside_the_first(reader, holder):
    first = holder.open()
    inode = inode_of(holder, first)
    assert read(reader, [inode]) == {(inode, holder.pid, first)}
    second = holder.duplicate(first)
    assert read(reader, [inode]) == {(inode, holder.pid, first), (inode, holder.pid, second)}


def test_a_child_born_between_two_reads_is_an_owner(reader, holder):
    read(reader, inodes(holder.held()))
    child = holder.fork()
    try:
        truth = holder.held() | child.held()
        assert read(reader, inodes(truth)) == truth
    finally:
        child.end()
    assert read(reader, inodes(holder.held())) == holder.held()


def test_a_passed_socket_belongs_to_both_and_then_to_the_receiver(reader, holder):
    fd = holder.open()
    inode = inode_of(holder, fd)
    with socket_holder() as receiver:
        read(reader, inodes(holder.held(), receiver.held()))
        received = holder.pass_to(receiver, fd)
        assert read(reader, [inode]) == {(inode, holder.pid, fd), (inode, receiver.pid, received)}
        holder.close(fd)
        assert read(reader, [inode]) == {(inode, receiver.pid, received)}


def test_a_socket_handed_over_without_an_audit_is_the_receivers(reader, holder):
    fd = holder.open()
    inode = inode_of(holder, fd)
    with socket_holder() as receiver:
        assert read(reader, [inode]) == {(inode, holder.pid, fd)}
        received = holder.pass_to(receiver, fd)
        holder.close(fd)
        assert read_at_once(reader, [inode]) == {(inode, receiver.pid, received)}


def test_a_new_socket_of_a_process_that_held_none_of_the_dump_is_found_at_once(reader, holder):
    known = inode_of(holder, holder.open())
    with socket_holder() as other:
        read(reader, [known])
        fd = other.open()
        new = inode_of(other, fd)
        assert (new, other.pid, fd) in read_at_once(reader, [known, new])


def test_a_share_that_another_process_got_is_seen_after_the_audit(reader, holder):
    fd = holder.open()
    inode = inode_of(holder, fd)
    with socket_holder() as receiver:
        assert read(reader, [inode]) == {(inode, holder.pid, fd)}
        received = holder.pass_to(receiver, fd)
        assert read_at_once(reader, [inode]) == {(inode, holder.pid, fd)}
        reader.audit()
        assert read_at_once(reader, [inode]) == {(inode, holder.pid, fd), (inode, receiver.pid, received)}


def test_fp_13_where_no_socket_is_new_only_their_holders_are_looked_at(reader, holder, monkeypatch):
    inode = inode_of(holder, holder.open())
    read(reader, [inode])
    looked_at = []
    has_changed = reader._tables._has_changed
    monkeypatch.setattr(reader._tables, "_has_changed", lambda pid: looked_at.append(pid) or has_changed(pid))
    read_at_once(reader, [inode])
    assert looked_at == [holder.pid]


def test_what_others_do_with_sockets_that_are_not_in_the_dump_makes_no_new_table(reader, holder):
    with socket_holder() as other:
        wanted = np.array([inode_of(holder, holder.open())], np.uint32)
        table = reader.read(wanted)
        other.open()
        reader.audit()
        assert reader.read(wanted) is table


def test_a_socket_that_its_owner_gave_up_between_two_reads_is_looked_for(reader, clock, holder):
    fd = holder.open()
    inode = inode_of(holder, fd)
    with socket_holder() as receiver:
        assert read_at_once(reader, [inode]) == {(inode, holder.pid, fd)}
        received = holder.pass_to(receiver, fd)
        holder.close(fd)
        holder.open()
        reader.audit()
        clock.now += AUDIT_AGE_S + 0.1
        reader.audit()
        assert read_at_once(reader, [inode]) == {(inode, receiver.pid, received)}


def test_a_closed_socket_leaves_the_table(reader, holder):
    fd = holder.open()
    before = holder.held()
    assert read(reader, inodes(before)) == before
    holder.close(fd)
    assert read(reader, inodes(before)) == holder.held()


def test_a_socket_that_left_the_dump_leaves_the_table(reader, holder):
    fd = holder.open()
    rest = {row for row in holder.held() if row[2] != fd}
    assert read(reader, inodes(holder.held())) == holder.held()
    assert read(reader, inodes(rest)) == rest


def test_a_descriptor_taken_by_the_next_socket_has_the_new_inode(reader, holder):
    fd = holder.open()
    old = inode_of(holder, fd)
    read(reader, inodes(holder.held()))
    holder.close(fd)
    assert holder.open() == fd
    assert inode_of(holder, fd) != old
    assert read(reader, inodes(holder.held())) == holder.held()


def test_a_socket_that_no_dump_ever_held_gives_its_place_to_the_next(reader, holder):
    first = holder.held()
    read(reader, inodes(first))
    # Opened after the dump, seen when owners were read, and closed before the next dump.
    fd = holder.open()
    assert read(reader, inodes(first)) == first
    holder.close(fd)
    assert holder.open() == fd
    truth = holder.held()
    assert read(reader, inodes(truth)) == truth


def test_a_share_that_was_given_up_for_another_socket_is_seen_at_once(reader, holder):
    fd = holder.open()
    child = holder.fork()
    try:
        read(reader, inodes(holder.held(), child.held()))
        child.close(fd)
        assert child.open() == fd
        truth = holder.held() | child.held()
        assert read(reader, inodes(truth)) == truth
    finally:
        child.end()


def test_a_handover_that_leaves_no_trace_is_found_by_the_audit(audited, clock, holder):
    reader, audit_age = audited
    fd = holder.open()
    with socket_holder() as receiver:
        spare = receiver.open_file()
        before = holder.held() | receiver.held()
        read(reader, inodes(before))
        # Both keep their number of descriptors.
        holder.pass_to(receiver, fd)
        receiver.close(spare)
        holder.close(fd)
        assert holder.open_file() == fd
        clock.now += audit_age - 0.1
        truth = holder.held() | receiver.held()
        assert read(reader, inodes(truth)) == before
        clock.now += 0.2
        assert read(reader, inodes(truth)) == truth


def test_a_socket_in_the_place_of_a_file_is_searched_for_at_the_second_read(audited, clock, holder):
    reader, _ = audited
    file = holder.open_file()
    read(reader, inodes(holder.held()))
    holder.close(file)
    assert holder.open() == file
    truth = holder.held()
    clock.now += 0.1
    assert read(reader, inodes(truth)) < truth
    clock.now += 0.1
    assert read(reader, inodes(truth)) == truth


def test_searching_in_vain_becomes_rarer(reader, clock, holder, monkeypatch):
    searches = []
    everything = reader._tables.read_again

    def counted(age_s, budget_s=float("inf")):
        if age_s == 0.0:
            searches.append(clock.now)
        return everything(age_s, budget_s)

    monkeypatch.setattr(reader._tables, "read_again", counted)
    nobodys = 4_294_967_295
    start = clock.now
    for _ in range(40):
        read(reader, [nobodys])
        clock.now += 1.0
    assert [round(at - start) for at in searches] == [1, 3, 7, 15, 31]


def test_a_machine_with_many_descriptors_is_read_by_one_walk(clock, holder, monkeypatch):
    monkeypatch.setattr(owners, "MANY_DESCRIPTORS", 0)
    reader = OwnerReader(clock)
    one_by_one = set()
    read_whole = reader._tables._read
    monkeypatch.setattr(reader._tables, "_read", lambda pid: one_by_one.add(pid) or read_whole(pid))
    for _ in range(3):
        holder.open()
    truth = holder.held()
    try:
        assert read(reader, inodes(truth)) == truth
        if reader._files is None:
            pytest.skip("kernel lacks a walk through all descriptors that we may load")
        assert holder.pid not in one_by_one
    finally:
        reader.close()


def test_a_pid_that_was_given_away_after_the_walk_is_no_owner_by_it(clock, holder, monkeypatch):
    monkeypatch.setattr(owners, "MANY_DESCRIPTORS", 0)
    truth = holder.held()
    files = {(0, holder.pid, int(path.name)) for path in Path(f"/proc/{holder.pid}/fd").iterdir()}
    sockets = {fd for _, _, fd in truth}
    reader = OwnerReader(clock, lambda: StrangeWalk(truth | {row for row in files if row[2] not in sockets}))
    assert read(reader, inodes(truth)) == set()
    assert read(reader, inodes(truth)) == truth
    reader.close()


def test_after_a_walk_that_failed_processes_are_read_one_by_one(clock, holder):
    walk = FailingWalk()
    reader = OwnerReader(clock, lambda: walk)
    truth = holder.held()
    reader.prepare()
    assert read(reader, inodes(truth)) == truth
    holder.open()
    clock.now += AUDIT_AGE_S + 0.1
    assert read(reader, inodes(holder.held())) == holder.held()
    assert walk.is_closed
    holder.open()
    assert read(reader, inodes(holder.held())) == holder.held()


def test_what_a_walk_has_filled_is_not_walked_through_again_at_once(clock, holder, monkeypatch):
    monkeypatch.setattr(owners, "MANY_DESCRIPTORS", 0)
    walk = CountedWalk(holder.held())
    reader = OwnerReader(clock, lambda: walk)
    for _ in range(2):
        read(reader, inodes(holder.held()))
    assert walk.times == 1
    clock.now += WALK_AGE_S
    read(reader, inodes(holder.held()))
    assert walk.times == 2
    reader.close()


class StrangeWalk:
    """Finds what is true, but for a process that started at another time."""

    def __init__(self, rows: set[Row]) -> None:
        self.rows = sorted(rows, key=lambda row: row[1:])

    def read(self) -> OpenFiles:
        inode, pid, fd = np.array(self.rows, np.uint32).T
        return OpenFiles(inode, pid, fd, np.ones(len(self.rows), np.uint64))

    def close(self) -> None:
        pass


class CountedWalk(StrangeWalk):
    """Counts how often it was made."""

    times = 0

    def read(self) -> OpenFiles:
        self.times += 1
        return super().read()


class FailingWalk:
    """Fails as a kernel may that took the right away."""

    is_closed = False

    def read(self) -> OpenFiles:
        raise KernelError("list open files", errno.EPERM)

    def close(self) -> None:
        self.is_closed = True


def test_a_walk_has_only_the_descriptors_read_that_it_shows_to_be_others(clock, holder, monkeypatch):
    with closing(OwnerReader(clock)) as reader:
        reader.prepare()
        if reader._files is None:
            pytest.skip("kernel lacks a walk through all descriptors that we may load")
        for _ in range(SMALL_TABLE):
            holder.open_file()
        fd = holder.open()
        read(reader, [inode_of(holder, fd)])
        holder.close(fd)
        assert holder.open() == fd
        whole = set()
        read_process = reader._tables._read
        monkeypatch.setattr(reader._tables, "_read", lambda pid: whole.add(pid) or read_process(pid))
        clock.now += WALK_AGE_S + 0.1
        reader.audit()
        new = inode_of(holder, fd)
        assert read_at_once(reader, [new]) == {(new, holder.pid, fd)}
        assert holder.pid not in whole
