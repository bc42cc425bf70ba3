"""OwnerReader where the control group of an unknown socket says which processes to read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from monitor.kernel import owners
from monitor.kernel.descriptors import has_counts
from monitor.kernel.owners import OwnerReader
from tests.kernel.control_groups import move, number_of
from tests.kernel.owner_tables import Clock, Row, inodes
from tests.kernel.socket_holder import SocketHolder, socket_holder

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif(not has_counts(), reason="kernel lacks the number of descriptors in /proc"),
]


class GroupedReader:
    """An OwnerReader without a walk, which remembers what it read; all sockets are of one group."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.clock = Clock()
        self.has_read: list[int] = []
        self._reader = OwnerReader(self.clock, lambda: None)
        self._read_whole = self._reader._tables._read
        self._reader._tables._read = self._remember

    def read(self, wanted: set[int]) -> set[Row]:
        """Read a tenth of a second after the last time."""
        self.has_read.clear()
        self.clock.now += 0.1
        sockets = np.array(sorted(wanted), np.uint32)
        table = self._reader.read(sockets, np.full(len(sockets), self.number, np.uint64))
        return set(zip(table.inode.tolist(), table.pid.tolist(), table.fd.tolist(), strict=True))

    def _remember(self, pid: int) -> bool:
        self.has_read.append(pid)
        return self._read_whole(pid)


@pytest.fixture
def reader(group: Path, holder: SocketHolder) -> GroupedReader:
    """A reader for which the holder has a socket in the place of a file, of which it knows nothing yet."""
    file = holder.open_file()
    made = GroupedReader(number_of(group))
    before = holder.held()
    assert made.read(inodes(before)) == before
    holder.close(file)
    assert holder.open() == file
    return made


def test_a_socket_in_a_small_group_is_found_at_once(reader, holder):
    truth = holder.held()
    assert reader.read(inodes(truth)) == truth


def test_a_socket_in_a_large_group_is_searched_for_there_at_the_second_read(reader, holder, monkeypatch):
    monkeypatch.setattr(owners, "FEW_DESCRIPTORS", 1)
    with socket_holder() as outsider:
        truth = holder.held()
        assert reader.read(inodes(truth)) < truth
        assert reader.read(inodes(truth)) == truth
        assert outsider.pid not in reader.has_read


def test_a_socket_whose_holder_went_to_another_group_is_searched_for_everywhere(reader, group, holder):
    move(holder.pid, group.parent)
    truth = holder.held()
    assert reader.read(inodes(truth)) < truth
    assert holder.pid not in reader.has_read
    assert reader.read(inodes(truth)) == truth
    assert reader.has_read.count(holder.pid) == 1


def test_a_socket_that_was_passed_to_another_group_has_the_owner_there(reader, holder):
    with socket_holder() as receiver:
        truth = holder.held() | receiver.held()
        reader.read(inodes(truth))
        file = receiver.open_file()
        reader.read(inodes(truth))
        fd = holder.open()
        receiver.close(file)
        assert holder.pass_to(receiver, fd) == file
        holder.close(fd)
        truth = holder.held() | receiver.held()
        for _ in range(2):
            found = reader.read(inodes(truth))
            assert found <= truth
        assert found == truth


def test_a_process_that_was_read_since_the_dump_is_not_read_again(group, holder):
    reader = GroupedReader(number_of(group))
    reader.read(inodes(holder.held()))
    holder.open()
    nobodys = 4_294_967_295
    reader.read({nobodys, *inodes(holder.held())})
    assert reader.has_read.count(holder.pid) == 1


def test_without_any_group_everything_is_read(reader, holder):
    reader.number = 0
    truth = holder.held()
    assert reader.read(inodes(truth)) < truth
    assert reader.read(inodes(truth)) == truth
