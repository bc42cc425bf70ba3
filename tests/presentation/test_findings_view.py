"""The rows of the Findings pane, what is acknowledged, and the rows that findings lead to and mark."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from monitor.model.finding import FindingKind, Grade
from monitor.model.tcp import TcpState
from monitor.presentation.acknowledged import Acknowledged
from monitor.presentation.connections_view import ConnectionsView, pairs
from monitor.presentation.finding_rows import FindingRows, has_time_wait, is_about_listeners
from monitor.presentation.findings_view import FindingsView
from monitor.presentation.listeners_view import ListenersView, chosen_entries
from monitor.presentation.row_marks import CLOSED, TROUBLE, is_in_trouble, row_marks
from monitor.presentation.service_endpoints import ServiceEndpoints
from monitor.presentation.sorting import Sort
from monitor.presentation.view import Role
from tests import machine_db1
from tests.found import found_among, found_in
from tests.scenes import ANY, row

DB1 = found_in(machine_db1.samples())
FULL = row("tcp", "192.0.2.10:80", ANY, "LISTEN", queue=(6, 5))
BESIDE = row("tcp", "192.0.2.10:80", ANY, "LISTEN", queue=(0, 5), cookie=7)
QUIET = row("tcp", "192.0.2.10:22", ANY, "LISTEN", queue=(0, 5))


def of_kind(interval, kind):
    return next(found for found in interval.findings if found.kind is kind)


def acknowledged(interval, *kinds):
    known = Acknowledged()
    for kind in kinds:
        known.toggle(of_kind(interval, kind))
    return known.mark(interval)


def test_trouble_stands_first_then_notes_then_what_is_acknowledged():
    view = FindingsView.make(acknowledged(DB1, FindingKind.ACCEPT_QUEUE), 80)
    lines = view.lines(0, view.count)
    assert [line.marks for line in lines] == ["!", " ", " ", " ", " ", " "]
    assert (lines[0].role, lines[1].role, lines[-1].role) == (Role.TROUBLE, Role.PLAIN, Role.DIM)
    assert lines[-1].cells[0].text.startswith("✓ 192.0.2.10:6432 drops new clients")
    assert view.marked().tolist() == [0]


def test_a_row_says_what_since_when_whose_side_and_how_sure():
    told = replace(of_kind(DB1, FindingKind.SYN_UNANSWERED), since=DB1.sample.boot_time - 3)
    view = FindingsView.make(replace(DB1, findings=(told,)), 80)
    what, since, side, sure = (cell.text for cell in view.lines(0, 1)[0].cells)
    assert what.startswith("java[1313] gets no answer from 203.0.113.77:443: 2 in SYN-SENT")
    assert (since, side, sure) == ("03:12:38Z", "peer/path", "certain")
    before = FindingsView.make(DB1, 80).lines(0, 1)[0].cells[1]
    assert before.text == "before"


def test_a_finding_is_found_again_by_what_it_is_about():
    view = FindingsView.make(DB1, 120)
    assert [view.position_of(view.key_at(place)) for place in range(view.count)] == list(range(view.count))
    assert view.position_of(("accept-queue", None)) is None


def test_acknowledged_twice_is_not_acknowledged():
    known = Acknowledged()
    queue = of_kind(DB1, FindingKind.ACCEPT_QUEUE)
    known.toggle(queue)
    marked = known.mark(DB1)
    assert of_kind(marked, FindingKind.ACCEPT_QUEUE).is_acknowledged
    known.toggle(of_kind(marked, FindingKind.ACCEPT_QUEUE))
    assert not of_kind(known.mark(DB1), FindingKind.ACCEPT_QUEUE).is_acknowledged
    assert Acknowledged().mark(DB1) is DB1


def test_it_comes_back_when_it_was_over_or_is_another_grade_or_twice_as_much():
    queue = of_kind(DB1, FindingKind.ACCEPT_QUEUE)

    def is_still_known(*later):
        known = Acknowledged()
        known.toggle(queue)
        for findings in later:
            marked = known.mark(replace(DB1, findings=findings))
        return marked.findings[0].is_acknowledged

    assert is_still_known((queue,), (replace(queue, numbers=replace(queue.numbers, queued=9)),))
    assert not is_still_known((), (queue,))
    assert not is_still_known((replace(queue, grade=Grade.NOTE),))
    assert not is_still_known((replace(queue, since=1.0),))
    assert not is_still_known((replace(queue, cookies=np.arange(2, dtype=np.uint64)),))


def test_the_rows_of_trouble_are_marked_until_it_is_acknowledged_and_those_of_notes_never():
    syn, leak = (of_kind(DB1, kind) for kind in (FindingKind.SYN_UNANSWERED, FindingKind.CLOSE_WAIT))
    assert set(DB1.table.cookie[is_in_trouble(DB1)].tolist()) >= set(syn.cookies.tolist())
    assert not set(DB1.table.cookie[is_in_trouble(DB1)].tolist()) & set(leak.cookies.tolist())
    number = DB1.table.row_of_cookie(int(syn.cookies[0]))
    assert number is not None
    rows = np.array([number])
    assert row_marks(DB1, rows) == [TROUBLE]
    assert row_marks(acknowledged(DB1, FindingKind.SYN_UNANSWERED), rows) != [TROUBLE]
    closed = DB1.closed_at.copy()
    closed[number] = DB1.sample.boot_time
    assert row_marks(replace(DB1, closed_at=closed), rows) == [CLOSED]


def test_n_finds_the_rows_that_are_marked_and_no_others():
    view = ConnectionsView.make(DB1, pairs(DB1, with_time_wait=False), Sort(), 120)
    signs = [line.marks for line in view.lines(0, view.count)]
    assert "!" in signs
    assert view.marked().tolist() == [place for place, sign in enumerate(signs) if sign in ("!", "~")]


def test_an_endpoint_is_in_trouble_when_any_of_its_sockets_is_and_then_stands_first():
    interval = found_among([QUIET, BESIDE, FULL])
    endpoints = ServiceEndpoints.of(interval)
    view = ListenersView.make(endpoints, chosen_entries(endpoints, None), Sort(), 80)
    assert [line.marks for line in view.lines(0, view.count)] == ["!", " "]
    assert view.lines(0, 1)[0].cells[1].text == "192.0.2.10:80"


def test_a_queue_that_is_full_for_a_moment_is_not_marked():
    endpoints = ServiceEndpoints.of(found_among([FULL], seconds=1.0))
    view = ListenersView.make(endpoints, chosen_entries(endpoints, None), Sort(), 80)
    assert view.lines(0, 1)[0].marks == " "


def test_a_finding_leads_to_its_rows_and_goes_on_doing_so_as_they_change():
    queue, syn = (of_kind(DB1, kind) for kind in (FindingKind.ACCEPT_QUEUE, FindingKind.SYN_UNANSWERED))
    assert is_about_listeners(queue, DB1)
    assert not is_about_listeners(syn, DB1)
    those = FindingRows.of(syn)
    assert set(DB1.table.cookie[those.connections(DB1)].tolist()) == set(syn.cookies.tolist())
    fewer = replace(DB1, findings=(replace(syn, cookies=syn.cookies[:1]),))
    assert those.connections(fewer).sum() == 1
    over = replace(DB1, findings=())
    assert those.connections(over).sum() == len(syn.cookies)
    assert those == FindingRows.of(fewer.findings[0])


def test_rows_in_time_wait_are_told_since_connections_must_show_them_first():
    syn = of_kind(DB1, FindingKind.SYN_UNANSWERED)
    ended = DB1.table.cookie[DB1.table.state == TcpState.TIME_WAIT]
    assert len(ended)
    assert has_time_wait(replace(syn, cookies=ended), DB1)
    assert not has_time_wait(syn, DB1)


def test_listeners_are_narrowed_to_entries_with_a_chosen_socket():
    endpoints = ServiceEndpoints.of(found_among([QUIET, BESIDE, FULL]))
    narrowed = endpoints.interval.table.cookie == 7
    view = ListenersView.make(endpoints, chosen_entries(endpoints, None, narrowed), Sort(), 80)
    assert [line.cells[1].text for line in view.lines(0, view.count)] == ["192.0.2.10:80"]
