"""What is taken over from one interval to the next is what would be worked out anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from monitor.sampling import served_rows
from monitor.sampling.intervals import advance
from monitor.sampling.succession import Succession
from tests.presentation.random_intervals import intervals
from tests.scenes import ANY, row, sample_of, table_of

SERVER = row("tcp", "192.0.2.10:443", ANY, "LISTEN", owner=(812, 6))
CLIENTS = [row("tcp", "192.0.2.10:443", f"198.51.100.7:{51000 + n}", "ESTAB", owner=(812, 17 + n)) for n in range(4)]


def worked_out(interval):
    """Give, row by row, what follows from the sample alone; owners by name, since tables of them differ."""
    owners = [
        sorted(interval.owners.pid[first:end].tolist())
        for first, end in zip(interval.owner_first.tolist(), interval.owner_end.tolist(), strict=True)
    ]
    return owners, *(getattr(interval, name).tolist() for name in ("listener", "direction", "interface"))


@given(intervals())
def test_nothing_is_taken_over_that_no_longer_holds(interval):
    again = advance(interval, replace(interval.sample, boot_time=interval.sample.boot_time + 1.0))
    with pytest.MonkeyPatch.context() as patch:
        # Every row is new to it: all is worked out.
        patch.setattr(Succession, "changed", lambda self, names: np.arange(len(self.table)))
        patch.setattr(served_rows._Standing, "is_alike", lambda *_: False)
        anew = advance(interval, replace(interval.sample, boot_time=interval.sample.boot_time + 1.0))
    assert worked_out(again) == worked_out(anew)


def test_where_no_row_moved_columns_are_the_very_same():
    first = advance(None, sample_of([SERVER, *CLIENTS]))
    second = advance(first, sample_of([SERVER, *CLIENTS], 1.0))
    for name in ("listener", "interface", "opened_at", "retrans_rose_at", "told_direction"):
        assert getattr(second, name) is getattr(first, name), name


def test_a_socket_that_was_accepted_since_has_its_own_owner():
    waiting = replace(CLIENTS[0], columns={**CLIENTS[0].columns, "inode": 0}, owners=())
    first = advance(None, sample_of([SERVER, waiting]))
    second = advance(first, sample_of([SERVER, CLIENTS[0]], 1.0))
    fds = [second.owners.fd[place] for place in second.owner_first.tolist()]
    assert (first.owners.fd[first.owner_first[1]], fds[1]) == (6, 17)


def test_a_listener_that_comes_later_takes_the_connections_of_the_wildcard():
    wildcard = row("tcp", "0.0.0.0:443", ANY, "LISTEN", owner=(990, 3))
    first = advance(None, sample_of([wildcard, *CLIENTS]))
    second = advance(first, sample_of([SERVER, wildcard, *CLIENTS], 1.0))
    assert (first.listener.tolist(), second.listener.tolist()) == ([-1, 0, 0, 0, 0], [-1, -1, 0, 0, 0, 0])


def test_the_member_of_a_group_in_whose_queue_somebody_waits_has_the_connections():
    members = [row("tcp", "192.0.2.10:443", ANY, "LISTEN", cookie=n, inode=n, queue=(0, 9)) for n in (1, 2)]
    waited_for = replace(members[1], columns={**members[1].columns, "recv_q": 1})
    first = advance(None, sample_of([*members, *CLIENTS]))
    second = advance(first, sample_of([members[0], waited_for, *CLIENTS], 1.0))
    assert (first.listener.tolist()[2:], second.listener.tolist()[2:]) == ([0] * 4, [1] * 4)


def test_a_queue_that_fills_at_a_listener_alone_changes_nothing():
    first = advance(None, sample_of([SERVER, *CLIENTS]))
    waited_for = replace(SERVER, columns={**SERVER.columns, "recv_q": 1})
    assert advance(first, sample_of([waited_for, *CLIENTS], 1.0)).listener is first.listener


def test_rows_that_moved_keep_what_is_theirs():
    first = advance(None, sample_of([*CLIENTS, SERVER]))
    second = advance(first, sample_of([SERVER, *CLIENTS[1:], *CLIENTS[:1]], 1.0))
    assert second.listener.tolist() == [-1, 0, 0, 0, 0]
    assert np.isnan(second.opened_at).all()


def test_rows_are_changed_that_are_new_or_differ_in_a_column():
    moved = replace(CLIENTS[2], columns={**CLIENTS[2].columns, "recv_q": 9})
    before, after = table_of([CLIENTS[0], CLIENTS[1], CLIENTS[2]]), table_of([moved, CLIENTS[3], CLIENTS[0]])
    step = Succession.of(before, after, np.array([2, -1, 0]))
    assert step.changed(("recv_q",)).tolist() == [0, 1]
    assert step.changed(("send_q",)).tolist() == [1]
    assert step.take(np.array([5, 6, 7]), 9).tolist() == [7, 9, 5]
