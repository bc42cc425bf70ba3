"""Two minutes are remembered, of what is watched and of the largest; what was not read is unknown."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from monitor.model.process import Process
from monitor.model.sockets import SocketId
from monitor.model.tcp import TcpState
from monitor.model.tcp_info import SocketDetails, TcpInfo
from monitor.presentation.listeners_view import KEY_COLUMNS
from monitor.sampling import readings
from monitor.sampling.history import KEPT_S, MAX_WATCHED, PAST_S, PAST_SPACING_S, SPACING_S, WATCHED_S, History
from monitor.sampling.intervals import advance
from tests.scenes import ANY, ANY6, BOOT_TIME, row, sample_of, table_of, traffic

NAMESPACE = 4026531840
PROCESS = Process(812, 77, b"nginx", 33)
LISTENER = row("tcp", "[::]:443", ANY6, "LISTEN", owner=(812, 6), queue=(2, 511))
RESOLVER = row("udp", "127.0.0.53:53", ANY, "UNCONN", owner=(812, 9), queue=(768, 0))
PEER = "[::ffff:198.51.100.7]:51834"


def served(*, sent=0, resent=0, rtt_ms=23.0, state="ESTAB", number=1):
    told = traffic(sent=sent, resent=resent, rtt_ms=rtt_ms)
    return row("tcp", "[::ffff:192.0.2.10]:443", PEER, state, owner=(812, 17), cookie=number, **told)


def told(*, read_at, busy_us):
    info = TcpInfo(length_bytes=280, busy_us=busy_us)
    at = {"state": 1, "timer": 0, "timer_tries": 0, "timer_ms": 0, "recv_q": 0, "send_q": 0, "inode": 5, "uid": 33}
    return SocketDetails(**at, info=info, read_at=read_at)


def listener_key(described):
    columns = {"network": table_of([]).namespace, **described.columns}
    return tuple(columns.get(name, 0) for name in readings.LISTENER_KEY)


class Machine:
    """Tells a history one sample after another."""

    def __init__(self):
        self.history = History()
        self.interval = None

    def reads(self, rows, seconds, **changed):
        self.interval = advance(self.interval, sample_of(rows, seconds, processes=[PROCESS], **changed))
        self.history.add(self.interval)


@pytest.fixture
def machine():
    return Machine()


def values(series):
    return [None if math.isnan(value) else value for value in series.values.tolist()]


def seconds(series):
    return (series.boot_times - BOOT_TIME).tolist()


def test_a_new_history_knows_nothing():
    history = History()
    assert len(history.host().receive_rate) == len(history.process(812, 77).sockets) == 0
    assert history.row((NAMESPACE, 1)).rtt_us.last is None
    assert history.listener(listener_key(LISTENER)).queue.last is None


def test_listeners_are_named_as_the_listeners_pane_names_them():
    assert readings.LISTENER_KEY == KEY_COLUMNS


def test_the_host_has_counts_by_state_and_total_rates(machine):
    machine.reads([LISTENER, served(), served(number=2)], 0.0, time_wait=7)
    machine.reads([LISTENER, served(sent=500), served(sent=1_000, number=2, state="CLOSE-WAIT"), RESOLVER], 5.0)
    host = machine.history.host()
    assert values(host.send_rate) == [None, 300.0]
    assert values(host.states[TcpState.ESTABLISHED]) == [2.0, 1.0]
    assert values(host.states[TcpState.CLOSE_WAIT]) == [0.0, 1.0]
    assert values(host.states[TcpState.LISTEN]) == [1.0, 1.0]
    assert values(host.states[TcpState.TIME_WAIT]) == [7.0, None]
    assert values(host.udp_sockets) == [0.0, 1.0]
    assert seconds(host.receive_rate) == [0.0, 5.0]


def test_what_was_not_dumped_is_unknown_and_not_zero(machine):
    bound = row("tcp", "192.0.2.10:8444", ANY, "BOUND")
    machine.reads([bound], 0.0, has_time_wait=True)
    machine.reads([], 1.0, has_udp=False)
    host = machine.history.host()
    assert values(host.states[TcpState.CLOSED]) == [1.0, None]
    assert values(host.udp_sockets) == [0.0, None]


def test_half_open_connections_of_either_kind_are_syn_received(machine):
    machine.reads([served(state="SYN-RECV"), served(state="NEW-SYN-RECEIVED", number=2)], 0.0)
    host = machine.history.host()
    assert values(host.states[TcpState.SYN_RECEIVED]) == [2.0]
    assert TcpState.NEW_SYN_RECEIVED not in host.states


def test_a_listener_has_its_connections_and_its_queue(machine):
    machine.reads([LISTENER, served()], 0.0)
    machine.reads([replace(LISTENER, columns={**LISTENER.columns, "recv_q": 9}), served(), served(number=2)], 1.0)
    told = machine.history.listener(listener_key(LISTENER))
    assert values(told.connections) == [1.0, 2.0]
    assert values(told.queue) == [2.0, 9.0]


def test_the_sockets_of_a_reuseport_group_are_one_listener_with_the_fullest_queue(machine):
    group = [row("tcp", "192.0.2.10:8443", ANY, "LISTEN", cookie=n, queue=(n, 9)) for n in (1, 3, 2)]
    machine.reads(group, 0.0)
    assert values(machine.history.listener(listener_key(group[0])).queue) == [3.0]


def test_udp_has_a_queue_and_no_connections(machine):
    machine.reads([RESOLVER], 0.0)
    told = machine.history.listener(listener_key(RESOLVER))
    assert (told.connections.last, told.queue.last) == (None, 768.0)


def test_a_process_has_its_rates_sockets_and_close_waits(machine):
    machine.reads([LISTENER, served()], 0.0)
    machine.reads([LISTENER, served(sent=500), served(number=2, state="CLOSE-WAIT")], 5.0)
    told = machine.history.process(812, 77)
    assert values(told.send_rate) == [None, 100.0]
    assert values(told.sockets) == [2.0, 3.0]
    assert values(told.states[TcpState.CLOSE_WAIT]) == [0.0, 1.0]


def test_a_socket_of_several_processes_and_descriptors_counts_once_for_each_process(machine):
    machine.reads([row("udp", "127.0.0.53:53", ANY, "UNCONN", owner=[(812, 5), (812, 6), (813, 5)])], 0.0)
    assert machine.history.process(812, 77).sockets.last == 1.0
    assert machine.history.process(813, 813).sockets.last == 1.0


def test_fp_14_another_process_of_the_same_pid_has_no_past(machine):
    machine.reads([LISTENER], 0.0)
    assert values(machine.history.process(812, 78).sockets) == [None]


def test_a_row_is_read_from_the_next_sample_on_once_it_is_watched(machine):
    machine.reads([served()], 0.0)
    machine.history.watch([(NAMESPACE, 1)])
    machine.reads([served(sent=500)], 5.0)
    told = machine.history.row((NAMESPACE, 1))
    assert values(told.send_rate) == [None, 100.0]
    assert values(told.rtt_us) == [None, 23_000.0]


def test_a_row_of_another_namespace_is_another_row(machine):
    machine.history.watch([(NAMESPACE + 1, 1)])
    machine.reads([served()], 0.0)
    assert machine.history.row((NAMESPACE, 1)).rtt_us.last is None
    assert machine.history.row((NAMESPACE + 1, 1)).rtt_us.last is None


def test_retransmissions_are_what_came_since_the_reading_before(machine):
    machine.history.watch([(NAMESPACE, 1)])
    for number, resent in enumerate((1_448, 1_448, 5_792, 0)):
        machine.reads([served(sent=9_000, resent=resent)], float(number))
    assert values(machine.history.row((NAMESPACE, 1)).retransmitted) == [None, 0.0, 3.0, None]


def test_the_queues_of_a_connection_are_kept(machine):
    machine.history.watch([(NAMESPACE, 1)])
    for number, waiting in enumerate((5, 900)):
        described = served()
        machine.reads(
            [replace(described, columns={**described.columns, "recv_q": waiting, "send_q": 7})], float(number)
        )
    told = machine.history.row((NAMESPACE, 1))
    assert (values(told.recv_q), values(told.send_q)) == ([5.0, 900.0], [7.0, 7.0])


def test_the_rates_of_a_page_of_rows_are_those_of_each_row_by_itself(machine):
    machine.history.watch([(NAMESPACE, 1), (NAMESPACE, 2)])
    machine.reads([served(), served(number=2)], 0.0)
    machine.reads([served(sent=500), served(sent=9_000, number=2)], 5.0)
    machine.history.watch([(NAMESPACE, 3)])
    machine.reads([served(number=3), served(sent=1_500)], 10.0)
    asked = np.array([2, 9, 1], np.uint64)
    assert [values(series) for series in machine.history.rates(NAMESPACE, asked)] == [
        [None, 1_800.0, None],
        [None, None, None],
        [None, 100.0, 200.0],
    ]
    assert [len(series) for series in machine.history.rates(NAMESPACE + 1, asked)] == [0, 0, 0]


def test_what_was_told_of_a_socket_alone_is_kept_for_two_minutes(machine):
    socket = SocketId.of(table_of([served()]), 0)
    for at in range(0, 200, 10):
        machine.history.add_details(socket, told(read_at=float(at), busy_us=at))
    machine.history.add_details(socket, told(read_at=200.0, busy_us=None))
    busy = machine.history.row((NAMESPACE, 1)).busy
    assert [reading.at for reading in busy] == [float(at) for at in range(70, 200, 10)]
    assert machine.history.row((NAMESPACE, 2)).busy == ()


def test_an_unseen_row_is_unknown_though_it_is_carried(machine):
    machine.history.watch([(NAMESPACE, 1)])
    machine.reads([served()], 0.0)
    machine.reads([], 1.0)
    assert len(machine.interval.table) == 1
    assert values(machine.history.row((NAMESPACE, 1)).rtt_us) == [23_000.0, None]
    assert values(machine.history.host().states[TcpState.ESTABLISHED]) == [1.0, 1.0]


def test_a_closed_row_is_not_counted_though_it_is_shown(machine):
    machine.reads([LISTENER, served()], 0.0)
    machine.reads([LISTENER], 1.0, closed=[1])
    assert len(machine.interval.table) == 2
    assert values(machine.history.host().states[TcpState.ESTABLISHED]) == [1.0, 0.0]
    assert values(machine.history.listener(listener_key(LISTENER)).connections) == [1.0, 0.0]
    assert values(machine.history.process(812, 77).sockets) == [2.0, 1.0]


def test_a_row_is_forgotten_a_minute_after_it_was_last_watched(machine):
    machine.history.watch([(NAMESPACE, 1)])
    for number in range(0, 120, 10):
        if number == 30:
            machine.history.watch([(NAMESPACE, 1)])
        machine.reads([served()], float(number))
    known = values(machine.history.row((NAMESPACE, 1)).rtt_us)
    assert known == [23_000.0 if number <= 30 + WATCHED_S else None for number in range(0, 120, 10)]


def test_those_watched_last_win_where_there_are_too_many(machine):
    machine.history.watch([(NAMESPACE, 1)])
    machine.history.watch([(NAMESPACE, 1_000 + number) for number in range(MAX_WATCHED)])
    machine.history.watch([(NAMESPACE, 2)])
    machine.reads([served(), served(number=2)], 0.0)
    assert machine.history.row((NAMESPACE, 1)).rtt_us.last is None
    assert machine.history.row((NAMESPACE, 2)).rtt_us.last == 23_000.0


def test_a_row_that_is_watched_again_counts_as_watched_last(machine):
    machine.history.watch([(NAMESPACE, 1)])
    machine.history.watch([(NAMESPACE, 1_000 + number) for number in range(MAX_WATCHED - 1)])
    machine.history.watch([(NAMESPACE, 1)])
    machine.history.watch([(NAMESPACE, 2)])
    machine.reads([served(), served(number=2)], 0.0)
    assert machine.history.row((NAMESPACE, 1)).rtt_us.last == 23_000.0


def test_two_minutes_are_kept(machine):
    for number in range(0, 200, 10):
        machine.reads([LISTENER], float(number))
    assert seconds(machine.history.host().udp_sockets) == [float(time) for time in range(190 - int(KEPT_S), 200, 10)]


def test_fk_23_of_a_sleep_nothing_is_known_and_it_is_drawn_as_a_gap(machine):
    machine.history.watch([(NAMESPACE, 1)])
    machine.reads([LISTENER, served()], 0.0)
    machine.reads([LISTENER, served()], 10.0)
    machine.reads([LISTENER, served()], 50.0, asleep_s=39.0)
    machine.reads([LISTENER, served()], 51.0, asleep_s=39.0)
    drawn = machine.history.row((NAMESPACE, 1)).rtt_us.resample(6, 60.0)
    assert [math.isnan(value) for value in drawn] == [False, False, True, True, True, False]
    assert values(machine.history.listener(listener_key(LISTENER)).connections) == [1.0, 1.0, None, 1.0, 1.0]
    assert math.isnan(machine.history.process(812, 77).sockets.values[2])
    assert math.isnan(machine.history.host().udp_sockets.values[2])


def test_the_connections_of_a_listener_are_kept_for_an_hour_in_coarse_steps(machine):
    for second in range(0, 2 * int(PAST_S), 5):
        machine.reads([LISTENER, *([served()] * (second < PAST_S + 60))], float(second), closed=[1])
    counts = machine.history.connections(listener_key(LISTENER))
    assert len(counts) <= PAST_S / PAST_SPACING_S + 2
    assert counts.boot_times[-1] - counts.boot_times[0] == pytest.approx(PAST_S, abs=PAST_SPACING_S)
    assert (counts.values[0], counts.last) == (1.0, 0.0)
    machine.reads([LISTENER], 0.0)
    assert len(machine.history.connections(listener_key(LISTENER))) == 2


def test_a_moment_too_close_to_the_one_before_gives_way_to_the_next(machine):
    for number in range(101):
        machine.reads([LISTENER] + [RESOLVER] * (number == 100), number * SPACING_S / 4)
    udp = machine.history.host().udp_sockets
    assert udp.last == 1.0
    assert np.diff(udp.boot_times)[:-1].min() >= SPACING_S
    assert len(udp) == 26


def test_a_clock_that_went_back_is_another_machine(machine):
    machine.reads([LISTENER], 50.0)
    machine.reads([LISTENER], 0.0)
    assert seconds(machine.history.host().udp_sockets) == [0.0]


def test_another_namespace_is_another_machine(machine):
    machine.reads([LISTENER], 0.0)
    machine.reads([LISTENER], 1.0, table=table_of([LISTENER], namespace=7))
    assert seconds(machine.history.host().udp_sockets) == [1.0]


def test_a_series_does_not_change_when_more_is_added(machine):
    machine.reads([LISTENER], 0.0)
    before = machine.history.process(812, 77)
    machine.reads([LISTENER, served()], 1.0)
    assert values(before.sockets) == [1.0]


def test_of_too_many_processes_those_with_most_sockets_are_kept(machine, monkeypatch):
    monkeypatch.setattr(readings, "MAX_PROCESSES", 1)
    machine.reads([LISTENER, RESOLVER, row("udp", "127.0.0.1:9", ANY, "UNCONN", owner=(5, 3))], 0.0)
    assert machine.history.process(812, 77).sockets.last == 2.0
    assert machine.history.process(5, 5).sockets.last is None


def test_identities_are_kept_once_while_they_stay_the_same(machine):
    machine.reads([LISTENER, served()], 0.0)
    machine.reads([LISTENER, served(sent=7)], 1.0)
    one, two = machine.history._moments
    assert one.processes.keys is two.processes.keys
    assert one.listeners.keys is two.listeners.keys
