"""The bulk road asks as the single one does: every answer is held against Rtnetlink.route_to()."""

from __future__ import annotations

import errno
import itertools
import socket
from ipaddress import ip_address

import numpy as np
import pytest

from monitor.kernel.route_types import ROUTE_TYPES
from monitor.kernel.way_look_up import WayLookUp
from monitor.model.endpoint import address_from_words, address_words, unmapped
from monitor.model.route import Flow
from monitor.model.ways import WAY_QUESTION
from tests.kernel.test_route_look_up import WORLDS

pytestmark = pytest.mark.kernel

REMOTES = ("203.0.113.5", "203.0.113.70", "203.0.113.130", "203.0.113.200", "192.0.2.1", "192.0.2.99", "127.0.0.1")
REMOTES_V6 = ("2001:db8:ee::5", "2001:db8:ef::5", "2001:db8:f0::5", "2001:db8:a::1", "2001:db8:b::9", "::1")
SOURCES = (None, "192.0.2.1", "198.51.100.1")
SOURCES_V6 = (None, "2001:db8:a::1", "2001:db8:b::1")
SELECTORS = ({}, {"mark": 7}, {"device": "e1"}, {"uid": 1500}, {"protocol": 17}, {"source_port": 5000})
BY_SELECTORS = (
    "rule add pref 101 uidrange 1000-1999 lookup 100",
    "rule add pref 102 ipproto udp lookup 100",
    "-6 rule add pref 103 sport 5000 lookup 100",
    "-6 rule add pref 104 dport 443 uidrange 1000-1999 lookup 100",
)


@pytest.fixture
def bulk(ip):
    look_up = WayLookUp()
    yield look_up
    look_up.close()


def question(remote: str, source: str | None = None, owner: int = 0, **selectors) -> tuple[int, ...]:
    device = selectors.get("device")
    return (
        *address_words(ip_address(remote)),
        *(address_words(ip_address(source)) if source else (0, 0)),
        socket.if_nametoindex(device) if device else 0,
        owner,
        selectors.get("mark", 0),
        selectors.get("uid", 0),
        selectors.get("source_port", 0),
        selectors.get("remote_port", 443),
        selectors.get("protocol", 6),
    )


def ways(bulk, *questions):
    return bulk.ways(np.array(list(questions), WAY_QUESTION))


def everything():
    for remotes, sources in ((REMOTES, SOURCES), (REMOTES_V6, SOURCES_V6)):
        yield from itertools.product(remotes, sources, SELECTORS)


def flow(remote: str, source: str | None, **selectors) -> Flow:
    device = selectors.pop("device", None)
    bound = {"device": socket.if_nametoindex(device)} if device else {}
    given = {"protocol": 6, "uid": 0, "remote_port": 443, **selectors, **bound}
    return Flow(ip_address(remote), source=source and ip_address(source), **given)


def single(decision) -> tuple[object, ...]:
    return (decision.errno,) if decision.errno else (decision.type, decision.device_index, decision.source)


def one_of_many(way) -> tuple[object, ...]:
    if way["errno"]:
        return (errno.errorcode[int(way["errno"])],)
    source = address_from_words(int(way["source_high"]), int(way["source_low"]), socket.AF_INET6)
    return ROUTE_TYPES[int(way["type"])], int(way["device"]), unmapped(source)


@pytest.mark.parametrize("world", WORLDS)
def test_both_roads_agree(kernel, ip, bulk, world):
    ip(*WORLDS[world], *(BY_SELECTORS if world == "policy" else ()))
    asked = list(everything())
    answers = ways(bulk, *(question(remote, source, **selectors) for remote, source, selectors in asked))
    for (remote, source, selectors), way in zip(asked, answers, strict=True):
        decision = kernel.route_to(flow(remote, source, **selectors))
        if decision.errno == "EADDRNOTAVAIL":
            # Which addresses there are is not a question of routes.
            continue
        if source is None and decision.source is not None and ":" in remote and way["errno"]:
            # connect() asks IPv6 once more, with a source; the bulk road leaves that to it.
            continue
        assert one_of_many(way) == single(decision), (remote, source, selectors)


def test_owner_hop_is_found_among_the_next_hops_of_the_matching_route(ip, bulk):
    ip(
        "route replace default nexthop via 192.0.2.254 dev e0 nexthop via 198.51.100.254 dev e1",
        "-6 route replace default nexthop via fe80::fe dev e0 nexthop via fe80::fe dev e1",
    )
    e0, e1, p1 = map(socket.if_nametoindex, ("e0", "e1", "p1"))
    for remote in ("203.0.113.5", "2001:db8:ffff::5"):
        answers = ways(bulk, *(question(remote, owner=owner) for owner in (e0, e1, p1, 0)))
        others = [
            bool(way["has_owner_hop"]) or way["device"] == owner
            for way, owner in zip(answers, (e0, e1, p1, 0), strict=True)
        ]
        assert others == [True, True, False, False]
    ip("link set e1 down")
    assert not ways(bulk, question("203.0.113.5", owner=e1))["has_owner_hop"].any()


def test_many_more_questions_than_fit_a_buffer_are_answered_in_order(ip, bulk):
    ip("route add 203.0.113.64/26 via 198.51.100.254")
    hosts = np.arange(5000) % 128
    answers = ways(bulk, *(question(f"203.0.113.{host}") for host in hosts.tolist()))
    e0, e1 = socket.if_nametoindex("e0"), socket.if_nametoindex("e1")
    assert np.array_equal(answers["device"], np.where(hosts >= 64, e1, e0))


def test_no_question_has_no_answer(ip, bulk):
    assert len(ways(bulk)) == 0
