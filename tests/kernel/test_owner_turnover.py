"""OwnerReader while processes open, close, share, pass and inherit sockets at random."""

from __future__ import annotations

import random
from contextlib import ExitStack

import pytest

from monitor.kernel import descriptor_tables
from monitor.kernel.descriptors import has_counts
from monitor.kernel.owners import OwnerReader
from tests.kernel.owner_tables import Clock, Row, inodes, read, read_at_once
from tests.kernel.socket_holder import SocketHolder, socket_holder

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif(not has_counts(), reason="kernel lacks the number of descriptors in /proc"),
]


class Turnover:
    """Random changes of several processes, all of which leave a trace of those that a read follows at once."""

    def __init__(self, first: SocketHolder, stack: ExitStack, seed: int) -> None:
        self.random = random.Random(seed)
        self.stack = stack
        self.holders = [first]
        self.mine: dict[int, list[int]] = {first.pid: []}

    def truth(self) -> set[Row]:
        return set().union(*(holder.held() for holder in self.holders))

    def step(self) -> None:
        holder = self.random.choice(self.holders)
        held = self.mine[holder.pid]
        action = self.random.choice(
            ["open", "open", "open", "close", "close", "replace", "duplicate", "pass", "fork", "end"]
        )
        if action == "open" or not held:
            held.append(holder.open())
        elif action == "fork":
            self.fork(holder)
        elif action == "end":
            self.end(holder)
        elif action == "pass":
            receiver = self.random.choice(self.holders)
            self.mine[receiver.pid].append(holder.pass_to(receiver, self.random.choice(held)))
        elif action == "duplicate":
            held.append(holder.duplicate(self.random.choice(held)))
        else:
            held.remove(fd := self.random.choice(held))
            holder.close(fd)
            if action == "replace":
                held.append(holder.open())

    def fork(self, holder: SocketHolder) -> None:
        if len(self.holders) < 6:
            child = holder.fork()
            self.mine[child.pid] = list(self.mine[holder.pid])
            self.holders.append(child)
            self.stack.callback(self.end, child)

    def end(self, holder: SocketHolder) -> None:
        if holder in self.holders[1:]:
            self.holders.remove(holder)
            holder.end()


@pytest.mark.parametrize("small_table", [128, 0], ids=["read as a whole", "caught up with"])
@pytest.mark.parametrize("seed", range(4))
def test_fp_01_turnover_leaves_no_wrong_and_no_missing_owner(monkeypatch, small_table, seed):
    monkeypatch.setattr(descriptor_tables, "SMALL_TABLE", small_table)
    # No time passes, so that neither the audit nor a search helps.
    reader = OwnerReader(Clock())
    with socket_holder() as holder, ExitStack() as stack:
        turnover = Turnover(holder, stack, seed)
        for _ in range(25):
            for _ in range(turnover.random.randrange(6)):
                turnover.step()
            truth = turnover.truth()
            at_once = read_at_once(reader, inodes(truth))
            assert at_once <= truth
            assert inodes(at_once) == inodes(truth)
            assert read(reader, inodes(truth)) == truth
