"""Drops of service endpoints: what the counters rose by, as long as they were watched."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.model.socket_table import DROPS_UNKNOWN
from monitor.sampling.history import History
from monitor.sampling.intervals import advance
from monitor.sampling.readings import listener_key
from tests.scenes import ANY, row, sample_of


def listener(port=443, drops=0, **columns):
    return row("tcp", f"192.0.2.10:{port}", ANY, "LISTEN", queue=(0, 511), drops=drops, **columns)


class Machine:
    """Reads lists of rows, a second apart."""

    def __init__(self):
        self.history, self.interval, self.seconds = History(), None, 0.0

    def see(self, *rows, after_s=1.0, **told):
        self.seconds += after_s
        self.interval = advance(self.interval, sample_of(rows, self.seconds, **told))
        self.history.add(self.interval)

    def told(self, port=443, seconds=60.0):
        """Give what one endpoint dropped, and for how long that was watched."""
        drops = self.history.listener_drops(seconds)
        table = self.interval.sample.table
        (number,) = np.flatnonzero(table.local_port == port).tolist()
        place = drops.keys.tolist().index(list(listener_key(table, number)))
        return drops.dropped[place], drops.watched_s[place]


@pytest.fixture
def machine():
    return Machine()


def test_what_was_dropped_before_anybody_looked_does_not_count(machine):
    for drops in (900, 903, 903, 910):
        machine.see(listener(drops=drops))
    assert machine.told() == (10.0, 3.0)


def test_what_is_longer_ago_does_not_count(machine):
    for drops in (0, 50, 51, 53):
        machine.see(listener(drops=drops))
    assert machine.told(seconds=2.0) == (3.0, 2.0)


def test_one_reading_tells_nothing(machine):
    assert machine.history.listener_drops(60.0) is None
    machine.see(listener(drops=5))
    assert np.isnan(machine.told()[0])


def test_a_kernel_that_does_not_tell_is_not_taken_for_zero(machine):
    for _ in range(2):
        machine.see(listener(drops=DROPS_UNKNOWN))
    assert np.isnan(machine.told()[0])


def test_a_server_that_was_started_anew_counts_from_there(machine):
    for drops, cookie in ((7, 1), (9, 1), (0, 2), (4, 2), (7, 2)):
        machine.see(listener(drops=drops, cookie=cookie))
    # The former socket is carried for one sample, and then its counter is gone.
    assert machine.told() == (5.0, 3.0)


def test_other_listeners_that_come_and_go_change_nothing(machine):
    machine.see(listener(), listener(80, drops=3))
    machine.see(listener(drops=1), listener(22), listener(80, drops=5))
    machine.see(listener(80, drops=9), listener(drops=2))
    assert (machine.told(), machine.told(80)) == ((2.0, 2.0), (6.0, 2.0))


def test_all_sockets_of_an_endpoint_count_together(machine):
    for drops in (0, 3):
        machine.see(*(listener(drops=drops + member, cookie=member + 1) for member in range(2)))
    assert machine.history.listener_drops(60.0).dropped.tolist() == [6.0]


def test_over_a_sleep_nothing_is_known(machine):
    machine.see(listener())
    machine.see(listener(drops=90), after_s=30.0, asleep_s=29.0)
    machine.see(listener(drops=92), asleep_s=29.0)
    assert machine.told() == (2.0, 1.0)
