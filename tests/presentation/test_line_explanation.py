"""Why each value of a line is as it is: of this row, with its numbers, and of a missing value the reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from monitor.presentation.connections_view import ConnectionsView, rows_of_process
from monitor.presentation.explained_value import explanation_lines
from monitor.presentation.fitting import cell_width
from monitor.presentation.group_keys import Grouping
from monitor.presentation.groups import Groups
from monitor.presentation.groups_view import GroupsView
from monitor.presentation.line_explanation import explain_position
from monitor.presentation.linked_line import ToProcess, ToRouting, ToRows
from monitor.presentation.listeners_view import ListenersView
from monitor.presentation.process_sections import ProcessSections
from monitor.presentation.service_endpoints import ServiceEndpoints
from monitor.presentation.sorting import Sort
from monitor.sampling.intervals import advance
from tests import machine_db1 as db1
from tests.agreeing import agreed
from tests.found import found_among
from tests.presentation.connection_scene import db1_interval, interval_of, row_of
from tests.presentation.random_intervals import intervals
from tests.scenes import ANY, ANY6, row, sample_of, traffic

PAIR = ("192.0.2.10:8080", "198.51.100.7:51834")


def of_row(interval, number: int, width: int = 200, sort: Sort | None = None):
    chosen = np.zeros(len(interval.table), np.bool_)
    chosen[number] = True
    return explain_position(ConnectionsView.make(interval, chosen, sort or Sort(), width), 0)


def of_listener(*rows, **changed):
    endpoints = ServiceEndpoints.of(interval_of(rows, **changed))
    return explain_position(ListenersView.make(endpoints, np.arange(len(endpoints)), Sort(), 120), 0)


def reasons(explanation) -> dict[str, str]:
    return {value.label: value.why.reason for value in explanation.values}


def targets(explanation) -> dict[str, object]:
    return {value.label: value.why.target for value in explanation.values}


@pytest.fixture(scope="module")
def interval():
    return db1_interval()


def test_a_row_says_what_its_own_screen_says_of_it(interval):
    made = of_row(interval, row_of(interval, *PAIR))
    said = reasons(made)
    assert made.title == "192.0.2.10:8080 ← 198.51.100.7:51834"
    assert said["state"].startswith("accepted · idle 0s · open ≥")
    assert said["local"] == "eth0 · shared with the listener 0.0.0.0:8080 and 5 connections · port of http-alt"
    assert said["remote"] == "1 more from 198.51.100.7, told apart by port only"
    assert said["ret%"] == "3,454 of 3,503,891 segments"
    assert said["direction"] == "accepted: 0.0.0.0:8080 listens on its local endpoint"
    assert said["via"] == "it owns 192.0.2.10"


def test_values_lead_where_they_belong(interval):
    found = targets(of_row(interval, row_of(interval, *PAIR)))
    assert found["process"] == ToProcess(812)
    assert isinstance(found["local"], ToRows)
    assert isinstance(found["remote"], ToRows)
    assert isinstance(found["via"], ToRouting)


@pytest.mark.parametrize(
    ("state", "columns", "label", "reason"),
    [
        ("ESTAB", {}, "↓/s", "a rate needs two samples, and this is the first"),
        ("ESTAB", {}, "rtt", "not measured yet: nothing was acknowledged"),
        ("ESTAB", {"info_length": 0}, "rtt", "the kernel gave no TCP_INFO of this socket"),
        ("ESTAB", {"info_length": 100}, "ret%", "this kernel does not tell"),
        ("SYN-SENT", {"timer_tries": 3, "timer_ms": 1_000}, "ret%", "3 retries, timer ends in 1.0s"),
        ("SYN-SENT", {}, "idle", "none before the handshake is complete"),
        ("TIME-WAIT", {"timer": 3, "timer_ms": 41_000}, "state", "41s left · kernel's own, no process"),
        ("TIME-WAIT", {}, "process", "the kernel's own, no process"),
        ("TIME-WAIT", {}, "user", "no process has the socket, and the kernel keeps no user of such an entry"),
        ("TIME-WAIT", {}, "idle", "the kernel keeps none for an entry without a process"),
        ("CLOSE-WAIT", {"queue": (1, 0)}, "rcvq", "one of them is the peer's FIN"),
        ("ESTAB", {"in_flight": True}, "direction", "counters tell only while nothing is in flight"),
    ],
)
def test_a_missing_or_special_value_says_why(state, columns, label, reason):
    columns = traffic(sent=9_000, in_flight=4_000) if columns.get("in_flight") else columns
    assert reason in reasons(of_row(interval_of([row("tcp", *PAIR, state, **columns)]), 0))[label]


def test_after_a_sleep_a_rate_needs_two_samples_again():
    samples = [sample_of([row("tcp", *PAIR, "ESTAB", **traffic(sent=9))], at, asleep_s=at) for at in (0.0, 7_200.0)]
    woken = advance(advance(None, samples[0]), samples[1])
    assert reasons(of_row(woken, 0))["↓/s"] == "the machine slept 2h: a rate needs two samples since"


def test_a_mark_says_why_the_row_carries_it(interval):
    judged = agreed(interval, lambda flow: replace(db1.route_to(flow), alternatives=()))
    made = of_row(judged, row_of(judged, "203.0.113.10:44120", "198.51.100.40:5044"))
    assert made.values[0].value.text == "~"
    assert made.values[0].why.reason.startswith("~ would now leave")


def test_a_hidden_owner_says_how_to_see_it():
    said = reasons(of_row(interval_of([row("tcp", *PAIR, "ESTAB", uid=33)], hidden=7), 0))
    hidden, how = said["process"].split("; ")
    assert hidden == "owner hidden: its process may not be read by this user · www-data"
    assert how == "the machine's own root with CAP_SYS_PTRACE sees all owners"


def test_udp_says_what_it_has_not():
    said = reasons(of_row(interval_of([row("udp", *PAIR, "ESTAB")]), 0))
    assert said["↓/s"] == "the kernel counts no bytes for UDP"
    assert said["direction"] == "UDP has no handshake: nobody dialled"
    assert said["idle"] == said["rtt"] == "the kernel keeps none for UDP"


@pytest.mark.parametrize(
    ("address", "changed", "reason"),
    [
        ("192.0.2.99:80", {}, "no interface has its local address"),
        ("192.0.2.10:80", {"device": db1.ETH0}, "the socket is bound to it"),
        ("192.0.2.10:80", {}, "it owns 192.0.2.10"),
    ],
)
def test_the_interface_has_its_reason(address, changed, reason):
    made = interval_of([row("tcp", address, PAIR[1], "ESTAB", **changed)])
    assert reasons(of_row(made, 0))["via"] == reason


def test_before_the_addresses_are_read_no_interface_is_said_to_be_none():
    made = advance(None, sample_of([row("tcp", *PAIR, "ESTAB")]))
    assert reasons(of_row(made, 0))["via"] == "the addresses of this machine are not read yet"


@pytest.mark.parametrize(
    ("queue", "reason"),
    [
        ((0, 128), "0 finished handshakes wait; the limit is 128, from listen() or somaxconn; full above 128"),
        ((1, 128), "1 finished handshake waits;"),
        ((128, 128), "one more has room, then the kernel drops new clients"),
        ((129, 128), "full: the kernel drops new clients now"),
    ],
)
def test_a_queue_says_its_limit_and_when_it_is_full(queue, reason):
    assert reason in reasons(of_listener(row("tcp", PAIR[0], ANY, "LISTEN", queue=queue)))["queue"]


def test_a_listener_says_its_sharing_its_reach_and_its_packets():
    owners = ((812, 6), (813, 6))
    said = reasons(of_listener(row("tcp", "[::]:443", ANY6, "LISTEN", owner=owners, uid=33)))
    assert said["proto"] == "a socket for IPv4 and IPv6"
    assert "192.0.2.10" in said["reach"]
    assert said["process"] == "shared by nginx[812] [813] www-data; p lets you choose one"
    group = [row("tcp", PAIR[0], ANY, "LISTEN", owner=(812, fd), cookie=fd) for fd in (1, 2, 3)]
    assert reasons(of_listener(*group))["process"].startswith("3 sockets; of the first: nginx[812]")


def test_the_connections_of_a_listener_are_where_its_line_leads():
    made = of_listener(row("tcp", PAIR[0], ANY, "LISTEN"), row("tcp", *PAIR, "ESTAB"))
    target = targets(made)["conns"]
    assert target.title == f"on {PAIR[0]}"
    later = interval_of([row("tcp", *PAIR, "ESTAB"), row("tcp", "192.0.2.10:81", PAIR[1], "ESTAB")])
    assert np.flatnonzero(target.choose(later)).tolist() == [0]
    assert targets(of_listener(row("udp", PAIR[0], ANY, "UNCONN")))["conns"] is None


def test_a_group_says_that_its_numbers_are_sums_or_extremes(interval):
    groups = Groups.of(interval, interval.table.is_pair, Grouping.REMOTE_ADDRESS)
    made = explain_position(GroupsView.make(groups, frozenset(), Sort(), 120), 0)
    said = reasons(made)
    assert made.title == "remote address 198.51.100.7"
    assert said["↓/s"] == "the sum over those that have a rate"
    assert said["rtt"] == "the longest among them"
    assert said["remote"] == "grouped by remote address"
    assert said["process"] == "nginx[812] www-data fd 17"


def test_a_row_in_a_group_has_the_titles_of_rows(interval):
    groups = Groups.of(interval, interval.table.is_pair, Grouping.REMOTE_ADDRESS)
    plain = GroupsView.make(groups, frozenset(), Sort(), 120)
    opened = GroupsView.make(groups, {plain.key_at(0)}, Sort(), 120)
    assert {"state", "local", "remote"} <= set(reasons(explain_position(opened, 1)))


def test_headings_and_listeners_of_a_process_are_explained(interval):
    view = ProcessSections.make(interval, rows_of_process(interval, 812), frozenset(), Sort(), 120)
    (heading,) = explain_position(view, 0).values
    assert heading.value.text == "Listens on 2"
    assert heading.why.reason == "2 sockets: it listens there"
    listener = explain_position(view, 1)
    assert {"reach", "queue", "conns"} <= set(reasons(listener))
    assert listener.values[-1] == heading


def test_the_peer_is_no_owner(interval):
    view = ProcessSections.make(interval, rows_of_process(interval, 4411), frozenset(), Sort(), 120)
    peers = [
        value for place in range(view.count) for value in explain_position(view, place).values if value.label == "peer"
    ]
    assert {value.why.meaning for value in peers} == {"peer"}
    assert {value.why.reason for value in peers if not value.value.text} == {"not a socket of this host"}


@pytest.mark.parametrize(
    ("described", "meaning"),
    [
        (row("tcp", *PAIR, "TIME-WAIT"), "direction"),
        (row("tcp", *PAIR, "ESTAB", owner=(812, 3), **traffic(sent=1, is_dialled=True, rtt_ms=9)), "in"),
        (row("tcp", *PAIR, "ESTAB", uid=33, **traffic(sent=1, is_dialled=True, rtt_ms=9)), "owner"),
    ],
)
def test_it_starts_on_the_first_value_that_is_missing(described, meaning):
    assert of_row(interval_of([described]), 0, sort=Sort("idle")).most_surprising == meaning


def test_it_starts_on_a_mark_then_on_trouble_then_on_the_sorted_column(interval):
    full = row("tcp", PAIR[0], ANY, "LISTEN", queue=(6, 5), owner=(990, 1))
    assert of_listener(full).most_surprising == "accept_queue"
    endpoints = ServiceEndpoints.of(found_among([full]))
    marked = explain_position(ListenersView.make(endpoints, np.arange(1), Sort(), 120), 0)
    assert marked.most_surprising == "mark_trouble"
    assert reasons(marked)["mark"] == f"{PAIR[0]} drops new clients, since before the first sample"
    number = row_of(interval, *PAIR)
    assert of_row(interval, number, sort=Sort("rtt")).most_surprising == "rtt"
    resent = row_of(interval, "203.0.113.10:44120", "198.51.100.40:5044")
    assert of_row(interval, resent).most_surprising == "retransmits"
    opened = row_of(interval, "192.0.2.10:52110", "203.0.113.77:443")
    assert of_row(interval, opened).most_surprising == "mark_new"


@settings(max_examples=40, deadline=None)
@given(intervals())
def test_every_line_of_any_machine_is_explained_within_its_width(made):
    everything = np.ones(len(made.table), np.bool_)
    endpoints = ServiceEndpoints.of(made)
    for width in (80, 200):
        groups = Groups.of(made, everything, Grouping.LISTENER)
        for view in (
            ConnectionsView.make(made, everything, Sort(), width),
            ListenersView.make(endpoints, np.arange(len(endpoints)), Sort(), width),
            GroupsView.make(groups, frozenset(), Sort(), width),
        ):
            for position in range(view.count):
                explanation = explain_position(view, position)
                assert explanation.most_surprising is not None
                for line in explanation_lines(explanation, width):
                    cells = (*line.line.left, *line.line.right)
                    assert sum(cell_width(cell.text) for cell in cells) <= width
