"""Arrivals and drops per service endpoint, from what is listed and kept; the unknown is no zero."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from monitor.presentation.endpoint_reasons import endpoint_whys
from monitor.presentation.listener_columns import LISTENER_COLUMNS, columns_for
from monitor.presentation.row_text import RowTexts
from monitor.presentation.service_endpoints import ServiceEndpoints
from monitor.sampling.event_log import EventLog
from monitor.sampling.history import History
from monitor.sampling.intervals import advance
from tests.happenings import carried, closed, happened
from tests.scenes import ANY, ANY6, row, sample_of

WEB = row("tcp", "[::]:443", ANY6, "LISTEN", queue=(0, 511), drops=40)
ADMIN = row("tcp", "192.0.2.10:443", ANY, "LISTEN", queue=(0, 511))
RESOLVER = row("udp", "192.0.2.10:53", ANY, "UNCONN", drops=2)
LISTENERS = [WEB, ADMIN, RESOLVER]


def client(port, local="[::ffff:203.0.113.10]:443", remote="[::ffff:198.51.100.7]", **columns):
    return row("tcp", local, f"{remote}:{port}", "ESTAB", cookie=port, **columns)


class Machine:
    """A history and a log of events over samples a second apart."""

    def __init__(self):
        self.history, self.log, self.interval, self.events = History(), EventLog(), None, None

    def see(self, second, *rows, closes=(), **told):
        self.interval = advance(self.interval, sample_of([*LISTENERS, *rows], float(second)))
        self.history.add(self.interval)
        self.events = self.log.take(replace(happened(float(second), list(closes)), **told), self.interval)

    @property
    def endpoints(self):
        made = ServiceEndpoints.of(self.interval)
        return replace(made, history=self.history, events=self.events)

    def shown(self, column_id):
        """Give a column's cells by local port and protocol."""
        endpoints = self.endpoints
        (column,) = (shown for shown in LISTENER_COLUMNS if shown.column.id == column_id)
        cells = column.cells(endpoints, RowTexts(self.interval), np.arange(len(endpoints)))
        order = endpoints.first.tolist()
        return [cell.text for _, cell in sorted(zip(order, cells, strict=True), key=lambda pair: pair[0])]

    def why(self, column_id, entry=0):
        endpoints = self.endpoints
        place = endpoints.first.tolist().index(entry)
        return endpoint_whys(endpoints, RowTexts(self.interval), place)(column_id).reason


@pytest.fixture
def machine():
    return Machine()


def test_each_connection_counts_for_the_listener_that_took_it(machine):
    machine.see(0)
    machine.see(1, client(1), client(2), client(3, "192.0.2.10:443", "198.51.100.9"))
    machine.see(5, client(1))
    assert machine.shown("arrivals") == ["0.4", "0.2", "–"]
    assert machine.why("arrivals") == "2 in 5 s"


def test_what_came_and_went_between_two_samples_counts_too(machine):
    machine.see(0)
    short = client(9, local="[2001:db8::10]:443", remote="[2001:db8::7]")
    machine.see(2, closes=[closed(short, 1.0, **carried(5, 7, dialled=False))])
    assert machine.shown("arrivals") == ["0.5", "0", "–"]


def test_one_that_is_seen_to_open_and_to_close_counts_once(machine):
    machine.see(0)
    machine.see(1, client(1))
    machine.see(2, closes=[closed(client(1), 1.5, **carried(5, 7, dialled=False))])
    assert machine.shown("arrivals") == ["0.5", "0", "–"]


def test_what_is_longer_ago_than_five_seconds_does_not_count(machine):
    machine.see(0)
    machine.see(1, client(1))
    machine.see(9, client(1))
    assert machine.shown("arrivals") == ["0", "0", "–"]


def test_a_list_that_was_read_with_the_sample_before_is_as_new_as_it_can_be(machine):
    machine.see(0)
    for second in range(1, 6):
        machine.see(second, *(client(second * 10 + number) for number in range(3)))
    machine.interval = advance(machine.interval, sample_of(LISTENERS, 6.0))
    assert machine.shown("arrivals")[0] == "3"
    machine.interval = advance(machine.interval, sample_of(LISTENERS, 7.0))
    assert machine.shown("arrivals")[0] == "2"


def test_before_anything_is_known_there_is_a_dash_and_a_reason(machine):
    machine.see(0)
    assert machine.shown("arrivals") == ["–", "–", "–"]
    assert machine.shown("drops") == ["–", "–", "–"]
    assert machine.why("arrivals") == "what happens to connections is not known yet"
    assert machine.why("drops").startswith("it needs two samples")
    assert machine.why("arrivals", 2).startswith("UDP has no connections")


def test_drops_are_those_of_the_time_that_was_watched(machine):
    machine.see(0)
    machine.see(3)
    assert machine.shown("drops") == ["0", "0", "0"]
    machine.interval = advance(
        machine.interval, sample_of([replace(WEB, columns={**WEB.columns, "drops": 52}), ADMIN, RESOLVER], 4.0)
    )
    machine.history.add(machine.interval)
    assert machine.shown("drops") == ["12", "0", "0"]
    assert machine.why("drops") == "12 in the 4 s that are known"


def test_where_closes_are_not_seen_it_says_that_some_are_missing(machine):
    machine.see(0)
    machine.see(2, client(1), no_closes="a sandbox", no_transitions="not-root")
    assert machine.shown("arrivals")[0] == "0.5"
    assert machine.why("arrivals").endswith("is not among it")


@pytest.mark.parametrize(("width", "is_there"), [(71, False), (80, False), (99, False), (110, True)])
def test_only_a_wide_pane_shows_them(width, is_there):
    shown = {column.column.id for column in columns_for(width)}
    assert ({"arrivals", "drops"} <= shown) is is_there
    assert 3 + sum(column.column.width + 1 for column in columns_for(width)) <= width
