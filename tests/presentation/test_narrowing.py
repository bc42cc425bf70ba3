"""Connections of one listener: those that demultiplexing gives to it, also after it has gone."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.presentation.listeners_view import ListenersView
from monitor.presentation.narrowing import listener_narrowing
from monitor.presentation.service_endpoints import ServiceEndpoints
from monitor.presentation.sorting import Sort
from monitor.sampling.intervals import advance
from tests.scenes import ANY, ANY6, row, sample_of, traffic


def listens(local, **more):
    return row("tcp", local, ANY6 if local.startswith("[") else ANY, "LISTEN", **more)


def estab(local, **more):
    remote = "[2001:db8:1::7]:51834" if local.startswith("[2001") else "198.51.100.7:51834"
    return row("tcp", local, remote, "ESTAB", **more)


CLIENTS = {
    "exact": estab("192.0.2.10:443"),
    "other address": estab("203.0.113.10:443"),
    "other port": estab("192.0.2.10:80"),
    "IPv6": estab("[2001:db8::10]:443"),
    "dialled": row("tcp", "192.0.2.10:443", "198.51.100.9:1", "ESTAB", **traffic(sent=1, is_dialled=True)),
    "UDP": row("udp", "192.0.2.10:443", "198.51.100.9:1", "ESTAB"),
}
NAMES = {described.columns["cookie"]: name for name, described in CLIENTS.items()}


def narrowed(listener, *others, is_gone=False):
    """Give title and chosen clients; narrowed to the listener while it stands, asked once it may have gone."""
    before = advance(None, sample_of([listener, *others, *CLIENTS.values()]))
    view = ListenersView.make(endpoints := ServiceEndpoints.of(before), np.arange(len(endpoints)), Sort(), 71)
    position = next(at for at in range(view.count) if int(endpoints.first[view.entry_at(at)]) == 0)
    title, choose = listener_narrowing(view, position)
    later = before
    if is_gone:
        closed = {listener.columns["cookie"]}
        later = advance(before, sample_of([*others, *CLIENTS.values()], 1.0, closed=closed))
        later = advance(later, sample_of([*others, *CLIENTS.values()], 9.0))
        assert later.table.row_of_cookie(listener.columns["cookie"]) is None
    chosen = choose(later)
    assert (len(chosen), chosen.dtype) == (len(later.table), np.bool_)
    return title, [NAMES[cookie] for cookie in later.table.cookie[chosen].tolist()]


@pytest.mark.parametrize(
    ("listener", "title", "clients"),
    [
        (listens("192.0.2.10:443"), "on 192.0.2.10:443", ["exact"]),
        (listens("0.0.0.0:443"), "on 0.0.0.0:443", ["exact", "other address"]),
        (listens("[::]:443"), "on [::]:443", ["exact", "other address", "IPv6"]),
        (listens("[::]:443", v6only=1), "on [::]:443", ["IPv6"]),
        (listens("0.0.0.0:8080"), "on 0.0.0.0:8080", []),
    ],
    ids=["exact", "IPv4", "dual stack", "IPv6", "none"],
)
@pytest.mark.parametrize("is_gone", [False, True], ids=["stands", "gone"])
def test_a_listeners_connections_stay_chosen_when_it_goes(listener, title, clients, is_gone):
    assert narrowed(listener, is_gone=is_gone) == (title, clients)


def test_the_wildcard_loses_what_the_exact_address_has():
    assert narrowed(listens("0.0.0.0:443"), listens("192.0.2.10:443"))[1] == ["other address"]


def test_what_another_listener_has_is_not_the_gone_ones():
    assert narrowed(listens("192.0.2.10:443"), listens("0.0.0.0:443"), is_gone=True)[1] == []


def test_all_members_of_a_reuseport_group_are_meant():
    group = [listens("192.0.2.10:443", cookie=number, queue=(number - 1, 5)) for number in (1, 2)]
    assert narrowed(*group)[1] == ["exact"], "the kernel's choice is the second member"


def test_a_table_without_rows_has_no_connections():
    before = advance(None, sample_of([listens("0.0.0.0:443")]))
    view = ListenersView.make(ServiceEndpoints.of(before), np.arange(1), Sort(), 71)
    _, choose = listener_narrowing(view, 0)
    assert choose(advance(None, sample_of([]))).tolist() == []
