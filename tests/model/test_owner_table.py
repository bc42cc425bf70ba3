"""Owners by inode, against a dictionary."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.owner_table import OwnerTable
from monitor.model.process import Process

INODES = st.sampled_from((0, 1, 2, 3, 1 << 31, (1 << 32) - 1))
OWNED = st.lists(st.tuples(INODES, st.integers(1, 5), st.integers(0, 9)), max_size=12, unique=True)


def table(rows):
    return OwnerTable.from_rows(rows, {pid: Process(pid, 1, b"p%d" % pid, 0) for _, pid, _ in rows})


def held(owners, inode):
    return [(owner.process.pid, owner.fd) for owner in owners.owners_of(inode)]


def expected(rows, inode):
    return sorted((pid, fd) for number, pid, fd in rows if number == inode and inode)


@given(OWNED, INODES)
def test_owners_are_found_as_a_dictionary_finds_them(rows, inode):
    assert held(table(rows), inode) == expected(rows, inode)


@given(OWNED, st.lists(INODES, max_size=6))
def test_ranges_hold_the_owners_of_each_inode(rows, inodes):
    owners = table(rows)
    first, end = owners.ranges(np.array(inodes, np.uint32))
    for inode, start, stop in zip(inodes, first.tolist(), end.tolist(), strict=True):
        found = sorted(zip(owners.pid[start:stop].tolist(), owners.fd[start:stop].tolist(), strict=True))
        assert found == expected(rows, inode)


@given(OWNED, OWNED, st.lists(INODES, unique=True, max_size=6))
def test_former_owners_are_added_only_for_inodes_that_have_none_now(rows, former, inodes):
    owners = table(rows).with_former(table(former), np.array(inodes, np.uint32))
    assert np.all(owners.inode[1:] >= owners.inode[:-1])
    for inode in (1, 2, 3, 1 << 31, (1 << 32) - 1):
        now = expected(rows, inode)
        assert sorted(held(owners, inode)) == (now or (expected(former, inode) if inode in inodes else []))


def test_an_empty_table_owns_nothing_and_has_its_types():
    owners = OwnerTable.from_rows([], {})
    assert held(owners, 1) == []
    assert {owners.inode.dtype, owners.pid.dtype, owners.fd.dtype} == {np.dtype(np.uint32)}
    assert owners.is_read
    assert not OwnerTable.unread().is_read


def test_a_pid_without_a_process_is_left_out():
    owners = OwnerTable.from_rows([(7, 812, 3), (7, 813, 3)], {813: Process(813, 1, b"nginx", 33)})
    assert held(owners, 7) == [(813, 3)]
