"""The last two minutes of a service endpoint in a line for each number that is known."""

from __future__ import annotations

import numpy as np

from monitor.model.series import Series
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP
from monitor.presentation.listener_history import history_lines
from monitor.sampling.history import ListenerHistory

TIMES = np.arange(0.0, 120.0, 6.0)


def texts(connections: Series, queue: Series, protocol: int = PROTOCOL_TCP) -> list[str]:
    lines = history_lines(ListenerHistory(connections, queue), protocol)
    return ["".join(cell.text for cell in line.left) for line in lines]


def test_a_listener_has_its_connections_and_its_queue():
    filling = Series(TIMES, np.where(TIMES < 60, 0.0, 6.0))
    assert texts(Series(TIMES, np.full(20, 7.0)), filling) == [
        "conns    ████████████████████ 7",
        "queue    ▁▁▁▁▁▁▁▁▁▁██████████ 0 to 6",
    ]


def test_a_udp_socket_has_bytes_that_wait():
    assert texts(Series.empty(), Series(TIMES, TIMES * 1000), PROTOCOL_UDP)[0].endswith(" 0 to 114K")


def test_before_there_are_two_readings_nothing_is_drawn():
    once = Series(TIMES[:1], np.array([3.0]))
    assert texts(once, once) == []
    assert texts(Series.empty(), Series(TIMES, np.full(20, np.nan))) == []
