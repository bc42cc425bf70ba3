"""The other end of a connection is sought in the namespaces that own its address, where the own one does not."""

from __future__ import annotations

import numpy as np

from monitor.model.endpoint import Endpoint, address_words
from monitor.model.namespace import Namespace
from monitor.model.row_namespaces import RowNamespaces
from monitor.reasoning.ends_elsewhere import EndElsewhere, ends_elsewhere
from tests.scenes import ANY, row, table_of

HERE, THERE = "192.0.2.1:40000", "192.0.2.11:80"


def ends(owned, *placed):
    """Find ends among rows that stand behind the number of their namespace."""
    stands = np.array([place for place, _ in placed], np.uint16)
    every = [Namespace(number) for number in range(len(owned))]
    places = RowNamespaces.of(every, [np.flatnonzero(stands == one.number) for one in every])
    words = [
        {address_words(Endpoint.parse(text, default_port=0).address): link for text, link in of_one.items()}
        for of_one in owned
    ]
    return ends_elsewhere(table_of([made for _, made in placed]), places, words)


def pair(local, remote, protocol="tcp"):
    return row(protocol, local, remote, "ESTAB")


def test_each_end_finds_the_other_one_with_the_interfaces_of_both():
    owned = ({"192.0.2.1": 5}, {"192.0.2.11": 7})
    assert ends(owned, (0, pair(HERE, THERE)), (1, row("tcp", THERE, ANY, "LISTEN")), (1, pair(THERE, HERE))) == {
        0: [EndElsewhere(2, link=7, near_link=5)],
        2: [EndElsewhere(0, link=5, near_link=7)],
    }


def test_what_has_the_same_pair_beside_it_in_its_own_namespace_never_left():
    owned = ({"192.0.2.1": 5}, {"192.0.2.1": 5})
    client, server = pair("192.0.2.1:5", "192.0.2.1:80"), pair("192.0.2.1:80", "192.0.2.1:5")
    assert ends(owned, (0, client), (0, server), (1, client), (1, server)) == {}


def test_nothing_leaves_to_a_loopback_address_though_the_own_namespace_does_not_list_it():
    assert (
        ends(({}, {"127.0.0.5": 1}), (0, pair("127.0.0.1:5", "127.0.0.5:80")), (1, pair("127.0.0.5:80", "127.0.0.1:5")))
        == {}
    )


def test_a_namespace_without_the_address_is_not_the_place_of_the_other_end():
    owned = ({"192.0.2.1": 5}, {"192.0.2.99": 7})
    assert 0 not in ends(owned, (0, pair(HERE, THERE)), (1, pair(THERE, HERE)))


def test_all_that_may_be_the_other_end_are_given():
    owned = ({"192.0.2.1": 5}, {"192.0.2.11": 7}, {"192.0.2.11": 2})
    found = ends(owned, (0, pair(HERE, THERE)), (1, pair(THERE, HERE)), (2, pair(THERE, HERE)))
    assert [(end.row, end.link) for end in found[0]] == [(1, 7), (2, 2)]


def test_another_protocol_and_another_port_are_not_the_other_end_and_a_mapped_address_is():
    owned = ({"192.0.2.1": 5}, {"192.0.2.11": 7})
    mapped = pair("[::ffff:192.0.2.11]:80", "[::ffff:192.0.2.1]:40000")
    assert ends(owned, (0, pair(HERE, THERE)), (1, pair(THERE, HERE, "udp")), (1, pair(THERE, "192.0.2.1:4"))) == {}
    assert [end.row for end in ends(owned, (0, pair(HERE, THERE)), (1, mapped))[0]] == [1]


def test_without_rows_there_are_no_ends():
    assert ends(({},)) == {}


def test_of_very_many_that_share_a_pair_some_are_given():
    owned = ({"192.0.2.1": 5}, *[{"192.0.2.11": 7}] * 6)
    far = [(place, pair(THERE, HERE, "udp")) for place in range(1, 7) for _ in range(500)]
    found = ends(owned, (0, pair(HERE, THERE, "udp")), *[(0, pair(HERE, THERE, "udp"))] * 499, *far)
    assert {len(some) for some in found.values()} == {2, 8}
    assert [end.row for end in found[0]] == [500, 501, 1000, 1001, 1500, 1501, 2000, 2001]
    assert [end.row for end in found[500]] == [0, 1]
