"""Data without SYN and FIN, whatever is acknowledged of them."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.model.sample import DIRECTION_ACCEPTED, DIRECTION_DIALLED, DIRECTION_UNKNOWN
from monitor.reasoning.byte_totals import acknowledged_bytes, own_fin_acknowledged, received_bytes
from tests.scenes import row, table_of


def of(state="ESTAB", **columns):
    return table_of([row("tcp", "192.0.2.10:443", "198.51.100.7:51834", state, **columns)])


@pytest.mark.parametrize("direction", [DIRECTION_ACCEPTED, DIRECTION_DIALLED])
@pytest.mark.parametrize("fin", [0, 1])
@pytest.mark.parametrize("retransmitted", [0, 300])
def test_all_that_was_sent_and_acknowledged_is_data_but_syn_and_fin(direction, fin, retransmitted):
    syn = direction == DIRECTION_DIALLED
    table = of(bytes_sent=1000 + retransmitted, bytes_retrans=retransmitted, bytes_acked=1000 + syn + fin)
    assert acknowledged_bytes(table, np.array([direction])).tolist() == [1000]
    assert own_fin_acknowledged(table, np.array([direction])).tolist() == [bool(fin)]


def test_what_is_in_flight_does_not_count():
    table = of(bytes_sent=1000, bytes_acked=401)
    assert acknowledged_bytes(table, np.array([DIRECTION_DIALLED])).tolist() == [400]
    assert acknowledged_bytes(table, np.array([DIRECTION_ACCEPTED])).tolist() == [401]
    assert acknowledged_bytes(table, np.array([DIRECTION_UNKNOWN])).tolist() == [401]


def test_before_the_syn_is_acknowledged_nothing_is():
    assert acknowledged_bytes(of("SYN-SENT"), np.array([DIRECTION_DIALLED])).tolist() == [0]


@pytest.mark.parametrize(
    ("state", "received"), [("ESTAB", 100), ("FIN-WAIT-2", 100), ("CLOSE-WAIT", 99), ("LAST-ACK", 99), ("CLOSING", 99)]
)
def test_the_peers_fin_is_taken_off_in_the_states_that_follow_it(state, received):
    assert received_bytes(of(state, bytes_received=100)).tolist() == [received]


def test_without_a_byte_there_was_no_fin():
    assert received_bytes(of("CLOSE-WAIT", bytes_received=0)).tolist() == [0]
