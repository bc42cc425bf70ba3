"""The rows of the Listeners pane: what they say, how they are ordered, how they are found again."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.model.sample import Network
from monitor.model.socket_table import BACKLOG_UNKNOWN
from monitor.presentation.filter_parser import parse
from monitor.presentation.listener_columns import LISTENER_COLUMNS, first_press
from monitor.presentation.listeners_view import ListenersView, chosen_entries
from monitor.presentation.service_endpoints import ServiceEndpoints
from monitor.presentation.sorting import Sort
from monitor.presentation.view import Role
from monitor.sampling.intervals import advance
from tests import machine_db1
from tests.found import found_in
from tests.scenes import ANY, link, row, sample_of


def db1():
    return found_in(machine_db1.samples())


def view_of(interval, sort=None, width=71, tree=None):
    endpoints = ServiceEndpoints.of(interval)
    return ListenersView.make(endpoints, chosen_entries(endpoints, tree), sort or Sort(), width)


def texts(view, *columns):
    places = [next(at for at, shown in enumerate(view.columns) if shown.id == column) for column in columns]
    return [tuple(line.cells[place].text.strip() for place in places) for line in view.lines(0, view.count)]


def test_trouble_stands_first_then_ports_then_the_order_of_look_up():
    assert texts(view_of(db1()), "local", "queue")[0] == ("192.0.2.10:6432", "6/5█")
    ports = [int(local.rpartition(":")[2]) for (local,) in texts(view_of(db1()), "local")[1:]]
    assert ports == sorted(ports)
    rows = [row("tcp", f"{host}:443", ANY, "LISTEN") for host in ("0.0.0.0", "203.0.113.10", "192.0.2.10")]
    assert texts(view_of(advance(None, sample_of(rows))), "local") == [
        ("192.0.2.10:443",),
        ("203.0.113.10:443",),
        ("0.0.0.0:443",),
    ]


def test_a_queue_whose_limit_is_not_known_has_no_bar():
    listener = row("tcp", "192.0.2.10:443", ANY, "LISTEN", queue=(3, BACKLOG_UNKNOWN))
    (line,) = view_of(advance(None, sample_of([listener]))).lines(0, 1)
    assert [cell.text for cell in line.cells if "/" in cell.text] == ["3/– "]


def test_rows_say_protocol_reach_and_who():
    described = texts(view_of(db1()), "local", "protocol", "reach", "process")
    shown = {local: rest for local, *rest in described}
    assert shown["[::]:443"] == ["tcp46", "all", "nginx ×4"]
    assert shown["[::]:22"] == ["tcp6", "all", "sshd"]
    assert shown["192.0.2.10:8443"] == ["tcp4", "net", "envoy 8 sockets"]
    assert shown["127.0.0.53:53"] == ["udp4", "lo", "systemd-resolved"]


def test_an_overflowing_queue_is_marked_with_more_than_colour():
    line = view_of(db1()).lines(0, 1)[0]
    assert (line.marks, line.role) == ("!", Role.TROUBLE)


def test_a_bound_device_is_named_with_the_endpoint():
    network = Network(1, (link(1, "lo"), link(2, "eth0")))
    rows = [
        row("tcp", "0.0.0.0:443", ANY, "LISTEN", device=2),
        row("tcp", "[fe80::1]:444", "[::]:0", "LISTEN", device=2),
    ]
    shown = texts(view_of(advance(None, sample_of(rows, network=network))), "local")
    assert shown == [("0.0.0.0:443 eth0",), ("[fe80::1%eth0]:444",)]


def test_udp_has_a_dash_for_connections_and_no_trouble():
    view = view_of(db1(), tree=parse("udp"))
    assert {connections for (connections,) in texts(view, "connections")} == {"–"}
    assert {line.marks for line in view.lines(0, view.count)} == {" "}


def test_the_unknown_stand_last_both_ways():
    for is_descending in (False, True):
        counts = [count for (count,) in texts(view_of(db1(), Sort("connections", is_descending)), "connections")]
        numbers = [int(count) for count in counts if count != "–"]
        assert counts[len(numbers) :] == ["–", "–"]
        assert numbers == sorted(numbers, reverse=is_descending)


@pytest.mark.parametrize("column", [shown.column.id for shown in LISTENER_COLUMNS])
@pytest.mark.parametrize("is_descending", [False, True])
def test_every_order_holds_every_row_once_and_finds_it_again(column, is_descending):
    view = view_of(db1(), Sort(column, is_descending), width=110)
    keys = [view.key_at(position) for position in range(view.count)]
    assert len(set(keys)) == view.count == len(view.endpoints)
    assert [view.position_of(key) for key in keys] == list(range(view.count))
    assert (view.sort_column, view.is_descending) == (column, is_descending)


def test_a_key_names_the_same_endpoint_in_a_later_interval():
    first = view_of(db1())
    key = first.key_at(3)
    later = view_of(
        advance(db1(), sample_of([row("tcp", "0.0.0.0:1", ANY, "LISTEN")], 1.0, network=machine_db1.NETWORK))
    )
    again = later.position_of(key)
    assert texts(later, "local")[again] == texts(first, "local")[3], "carried, and found by its name"


@pytest.mark.parametrize("stranger", [None, 7, "x", (), (1,) * 6, (6, 2, 255, 0, 0, 0, 0)])
def test_a_key_of_nobody_is_found_nowhere(stranger):
    assert view_of(db1()).position_of(stranger) is None


def test_an_entry_is_chosen_when_one_of_its_sockets_is():
    view = view_of(db1(), tree=parse("pid:813"))
    assert sorted(texts(view, "local")) == [("0.0.0.0:8080",), ("[::]:443",)]


def test_lines_beyond_the_end_are_left_out():
    view = view_of(db1())
    assert len(view.lines(view.count - 1, view.count + 5)) == 1
    assert view.lines(view.count, view.count + 5) == []


@pytest.mark.parametrize("width", [40, 71, 79, 99, 100, 110, 200])
def test_a_line_has_a_cell_for_every_column(width):
    view = view_of(db1(), width=width)
    assert {len(line.cells) for line in view.lines(0, view.count)} == {len(view.columns)}


def test_a_first_press_shows_what_matters_most():
    assert first_press("connections") == Sort("connections", is_descending=True)
    assert first_press("local") == Sort("local")
    assert first_press("nothing") == Sort()


def test_a_machine_without_listeners_has_an_empty_view():
    view = view_of(advance(None, sample_of([])))
    assert (view.count, view.lines(0, 10)) == (0, [])


def test_sockets_in_an_entry_are_counted_once_it_has_several():
    group = [row("tcp", "0.0.0.0:443", ANY, "LISTEN", cookie=number) for number in (1, 2)]
    assert texts(view_of(advance(None, sample_of(group))), "process") == [("(0) 2 sockets",)]
    assert np.array_equal(view_of(advance(None, sample_of(group))).endpoints.sockets, [2])
