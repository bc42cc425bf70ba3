"""Every value that a screen shows has an explanation, every explanation is of something that is shown."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import numpy as np
import pytest

from monitor.dial import Dialled, TcpConnection
from monitor.errors import KernelError
from monitor.model.endpoint import Endpoint
from monitor.model.route import Flow
from monitor.model.routing import RuleFate, RuleStep
from monitor.model.tracking import Tracking, TrackingState
from monitor.presentation.bind_lines import answer_lines
from monitor.presentation.connection_cells import RETRANS_RECENT_S
from monitor.presentation.connection_columns import CONNECTION_COLUMNS
from monitor.presentation.connection_curves import with_curves
from monitor.presentation.connections_view import ConnectionsView, rows_of_process
from monitor.presentation.dial_lines import after_lines, before_lines
from monitor.presentation.event_groups import EVENT_GROUPS
from monitor.presentation.event_interval import event_interval
from monitor.presentation.events_view import EventsView
from monitor.presentation.explained_value import MARK_MEANINGS
from monitor.presentation.explanations import explain, explained, gist
from monitor.presentation.findings_view import FindingsView
from monitor.presentation.group_keys import Grouping
from monitor.presentation.groups import Groups
from monitor.presentation.groups_view import GroupsView
from monitor.presentation.line_explanation import explain_position
from monitor.presentation.listener_columns import LISTENER_COLUMNS
from monitor.presentation.listener_curves import with_listener_curves
from monitor.presentation.listeners_view import ListenersView
from monitor.presentation.losses import losses_of_row
from monitor.presentation.narrowing import ListenerConnections
from monitor.presentation.process_sections import ProcessSections
from monitor.presentation.reach_lines import listener_lines
from monitor.presentation.route_question import parse_question
from monitor.presentation.routing_explanation import explain_routing
from monitor.presentation.routing_text import RouteAnswer, connection_lines, typed_lines
from monitor.presentation.row_marks import MARKED_S
from monitor.presentation.rules_lines import rules_lines
from monitor.presentation.service_endpoints import ServiceEndpoints
from monitor.presentation.signs import SIGNS
from monitor.presentation.sorting import Sort
from monitor.presentation.what_if_lines import what_if_lines
from monitor.presentation.workers import Workers
from monitor.presentation.workers_view import WorkersView
from monitor.sampling.carried_rows import CLOSED_SHOWN_S
from monitor.sampling.history import History
from monitor.sampling.intervals import advance
from tests import machine_db1
from tests.event_scene import of_db1
from tests.presentation import demux_scene
from tests.presentation.bind_scene import answers
from tests.presentation.connection_scene import FAST, db1_interval, details, interval_of, lines_of, route_answer
from tests.presentation.finding_examples import EXAMPLES, INTERVAL
from tests.rules_db1 import routing_of
from tests.scenes import ANY, of_state, row, sample_of

WEB = ("192.0.2.10:8080", "198.51.100.7:51834")


CONTENDED = [row("tcp", "0.0.0.0:80", ANY, "LISTEN"), row("tcp", "192.0.2.10:80", ANY, "LISTEN")]


def made_up():
    """States that db1 has not."""
    return interval_of(
        [
            row("tcp", *WEB, "FIN-WAIT-1"),
            row("tcp", WEB[0], "198.51.100.8:1", "CLOSING"),
            row("udp", WEB[0], ANY, "UNCONN"),
            of_state(99, row("tcp", WEB[0], "198.51.100.9:1", "ESTAB")),
        ]
    )


def views():
    for interval in (db1_interval(), made_up()):
        everything = np.ones(len(interval.table), np.bool_)
        endpoints = ServiceEndpoints.of(interval)
        for width in (80, 120, 200):
            yield ListenersView.make(endpoints, np.arange(len(endpoints)), Sort(), width)
            for entry in range(len(endpoints)):
                those = ListenerConnections.of(endpoints, entry)
                workers = Workers.of(interval, those.sockets(interval), those.connections(interval))
                yield WorkersView.make(workers, Sort(), width)
            yield ConnectionsView.make(interval, everything, Sort(), width)
        for by in Grouping:
            groups = Groups.of(interval, interval.table.is_pair, by)
            yield GroupsView.make(groups, {groups.key(0)}, Sort("rate"), 200)
        for pid in (812, 2044, 540):
            yield ProcessSections.make(interval, rows_of_process(interval, pid), frozenset(), Sort(), 120)


@pytest.fixture(scope="module")
def lines():
    """The explanation of every line of every list."""
    return [explain_position(view, position) for view in views() for position in range(view.count)]


def from_connection_screens() -> set[str]:
    lost = details(replace(FAST, lost_segments=1), tracking=Tracking(TrackingState.PLAIN))
    return {
        line.value
        for interval in (db1_interval(), made_up())
        for number in np.flatnonzero(interval.table.is_pair).tolist()
        for told in (None, lost)
        for line in lines_of(interval, number, told)
        if line.value is not None
    }


def from_the_widest_rows() -> set[str]:
    interval = db1_interval()
    view = ConnectionsView.make(interval, interval.table.is_pair, Sort(), 200)
    waiting = ServiceEndpoints.of(interval)
    listeners = ListenersView.make(waiting, np.arange(len(waiting)), Sort(), 110)
    views = with_curves(view, History(), 220), with_listener_curves(listeners, History(), 135)
    return {value.why.meaning for view in views for value in explain_position(view, 0).values}


def from_routing() -> set[str]:
    interval = db1_interval()
    contended = advance(None, sample_of(CONTENDED, network=machine_db1.NETWORK))
    found = {value.why.meaning for value in explain_routing("", listener_lines(contended, 0)).values}
    for number in range(len(interval.table)):
        if bool(interval.table.is_pair[number]):
            answer = route_answer(interval, number)
            refused = replace(answer.decision, errno="EHOSTUNREACH", type="unreachable", device=None)
            bodies = [
                connection_lines(interval, number, each) for each in (answer, replace(answer, decision=refused), None)
            ]
        else:
            bodies = [listener_lines(interval, number)]
        found |= {value.why.meaning for body in bodies for value in explain_routing("", body).values}
    return found


def from_the_rules_screen() -> set[str]:
    known = routing_of(Flow(ip_address("198.51.100.7")), None)
    refused = replace(known, decision=replace(known.decision, errno="EHOSTUNREACH"))
    steps = tuple(RuleStep(known.steps[0].rule, fate) for fate in RuleFate)
    lines = [line for each in (known, refused) for line in rules_lines(replace(each, steps=steps), None, 120)]
    return {line.value for line in lines if line.value is not None}


def from_the_what_if_screen() -> set[str]:
    connection = row("tcp", "192.0.2.10:80", "198.51.100.7:1", "ESTAB")
    interval = advance(None, sample_of([*CONTENDED, connection], network=machine_db1.NETWORK))
    losses = [loss for number in range(len(interval.table)) for loss in losses_of_row(interval, number, None)]
    unknown = replace(interval, interface=np.full_like(interval.interface, -1))
    lines = [line for each in (interval, unknown) for line in what_if_lines(each, losses, {}, 120)]
    return {line.value for line in lines if line.value is not None}


def from_the_dial_screen() -> set[str]:
    pair = [TcpConnection(Endpoint.parse("192.0.2.10:0"), Endpoint.parse("198.51.100.7:443"))]
    error = KernelError("connect", 111)
    outcomes = [Dialled(*pair, pair[0], None, 0.1), Dialled(*pair, None, error, 0.1), error]
    lines = [*before_lines(Flow(ip_address("198.51.100.7"), mark=7), 0, 5.0, 120)]
    lines += [line for outcome in outcomes for line in after_lines(outcome, 120)]
    return {line.value for line in lines if line.value is not None}


def from_a_typed_question() -> set[str]:
    question = parse_question("198.51.100.40:5044")
    flow = question.flow(())
    answer = RouteAnswer(flow, replace(machine_db1.route_to(flow), alternatives=()))
    body = typed_lines(db1_interval(), question, answer, is_typing=True)
    return {value.why.meaning for value in explain_routing("", body).values}


def from_the_bind_screen() -> set[str]:
    return {line.value for shown in answers() for line in answer_lines(shown, 120) if line.value is not None}


def from_the_demux_screen() -> set[str]:
    return {line.value for shown in demux_scene.answers() for line in shown.lines(120) if line.value is not None}


def from_the_findings() -> set[str]:
    view = FindingsView.make(replace(INTERVAL, findings=tuple(found for found, _ in EXAMPLES)), 120)
    explained_lines = [explain_position(view, position) for position in range(view.count)]
    return {value.why.meaning for line in explained_lines for value in line.values}


def from_the_events() -> set[str]:
    interval = event_interval(of_db1(), db1_interval())
    everything = np.ones(len(interval.table), np.bool_)
    groups = Groups.of(interval, everything, Grouping.PROCESS)
    views = [EventsView.make(interval, everything, Sort(), width) for width in (80, 200)]
    views.append(GroupsView.make(groups, frozenset(), Sort(), 200, face=EVENT_GROUPS))
    explained_lines = [explain_position(view, position) for view in views for position in range(view.count)]
    return {value.why.meaning for line in explained_lines for value in line.values}


def test_whatever_is_shown_is_explained_and_whatever_is_explained_is_shown(lines):
    shown = {value.why.meaning for line in lines for value in line.values}
    shown |= (
        from_connection_screens()
        | from_the_widest_rows()
        | from_routing()
        | from_a_typed_question()
        | from_the_rules_screen()
        | from_the_what_if_screen()
        | from_the_dial_screen()
        | from_the_bind_screen()
        | from_the_demux_screen()
        | from_the_findings()
        | from_the_events()
        | set(MARK_MEANINGS.values())
    )
    assert shown | {meaning for _, meaning in SIGNS} == explained()


@pytest.mark.parametrize("column", [*CONNECTION_COLUMNS, *LISTENER_COLUMNS], ids=lambda shown: shown.column.id)
def test_every_column_is_explained_in_some_line(column, lines):
    assert any(value.label == (column.column.title or column.column.id) for line in lines for value in line.values)


def test_explanations_are_whole_sentences_and_begin_with_what_it_is():
    for value in explained():
        assert explain(value).endswith(".")
        assert explain(value).startswith(gist(value).removesuffix("."))
    with pytest.raises(KeyError):
        explain("nothing of the kind")


def test_numbers_in_explanations_are_those_that_hold():
    assert f"the last {MARKED_S:.0f} s" in explain("mark_new")
    assert f"for {CLOSED_SHOWN_S:.0f} s among those that are open" in explain("mark_closed")
    assert f"the last {RETRANS_RECENT_S:.0f} s" in explain("retransmits_rose")


def test_no_two_values_of_a_line_are_about_the_same(lines):
    for line in lines:
        meanings = [value.why.meaning for value in line.values]
        assert len(set(meanings)) == len(meanings)


def test_a_legend_has_one_line_for_each_sign():
    assert max(len(gist(value)) for _, value in SIGNS) <= 90
    assert len({sign for sign, _ in SIGNS}) == len(SIGNS)
