"""Texts of single rows: safe, unambiguous, and a reason where something is missing."""

from __future__ import annotations

import pytest

from monitor.model.process import OwnerReason, Process
from monitor.model.sample import Network
from monitor.presentation.row_text import RowTexts
from monitor.sampling.intervals import advance
from tests.scenes import ANY, address, link, of_state, row, sample_of, traffic

LINKS = (link(1, "lo"), link(2, "eth0"))
NETWORK = Network(1, LINKS, (address(2, "192.0.2.10/24"), address(2, "fe80::1/64", 253)))
PROCESSES = (Process(812, 1, b"nginx", 33), Process(813, 1, b"nginx", 33), Process(990, 1, b"a\x1b[31m\xff\n", 1001))
USERS = {0: "root", 33: "www-data", 1001: "ev\til"}


def texts_of(*rows, **more):
    given = {"network": NETWORK, "processes": PROCESSES, "users": USERS, **more}
    return RowTexts(advance(None, sample_of(rows, **given)))


def estab(local="192.0.2.10:443", **more):
    remote = "[fe80::7]:51834" if local.startswith("[") else "198.51.100.7:51834"
    return row("tcp", local, remote, "ESTAB", **more)


@pytest.mark.parametrize(
    ("owners", "with_pid", "text"),
    [
        ([(812, 17)], True, "nginx[812]"),
        ([(812, 17)], False, "nginx"),
        ([(812, 17), (812, 18)], True, "nginx[812]"),
        ([(812, 17), (813, 17)], True, "nginx ×2"),
        ([(990, 3)], True, r"a\x1b[31m\xff\n[990]"),
    ],
)
def test_owners_are_named_with_their_pid_or_their_number(owners, with_pid, text):
    assert texts_of(estab(owner=owners)).process(0, with_pid=with_pid) == text


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"uid": 33}, "(www-data)"),
        ({"uid": 4242}, "(4242)"),
        ({"uid": 0}, "(root)"),
        ({"uid": 1001}, r"(ev\til)"),
        ({"inode": 0}, "–"),
    ],
)
def test_without_an_owner_its_user_is_named(more, text):
    assert texts_of(estab(**more)).process(0) == text


def test_the_user_is_a_name_a_number_or_a_dash():
    rows = [estab(uid=33), estab("192.0.2.10:444", uid=4242), estab("192.0.2.10:445", inode=0)]
    texts = texts_of(*rows)
    assert [texts.user(place) for place in range(3)] == ["www-data", "4242", "–"]


def test_a_waiting_socket_is_named_by_its_listeners_owner_and_says_so():
    listener = row("tcp", "0.0.0.0:443", ANY, "LISTEN", owner=(812, 6), queue=(1, 5))
    texts = texts_of(listener, estab(inode=0))
    assert (texts.process(1), texts.owner_reason(1)) == ("nginx[812]", OwnerReason.ACCEPT_QUEUE)
    assert texts.owner_reason(0) is None


def test_directions_are_arrows_and_a_dot():
    rows = [
        estab(**traffic()),
        estab("192.0.2.10:444", **traffic(is_dialled=True)),
        estab("192.0.2.10:445", **traffic(sent=9, in_flight=5)),
    ]
    texts = texts_of(*rows)
    assert [texts.direction(place) for place in range(3)] == ["←", "→", "·"]


def test_interfaces_are_named_numbered_or_a_dash():
    texts = texts_of(estab(), estab("203.0.113.1:1"), estab("192.0.2.10:2", device=7))
    assert [texts.interface(place) for place in range(3)] == ["eth0", "–", "if7"]
    assert texts_of(estab(), network=Network()).interface(0) == "–"


def test_a_link_local_endpoint_names_its_interface():
    texts = texts_of(estab("[fe80::1]:22", device=2), estab("[fe80::1]:23", device=9))
    assert str(texts.local(0)) == "[fe80::1%eth0]:22"
    assert str(texts.remote(0)) == "[fe80::7%eth0]:51834"
    assert str(texts.local(1)) == "[fe80::1%9]:23", "ip takes the number as well"


def test_a_hostile_interface_cannot_speak():
    hostile = Network(1, (type(LINKS[0])(2, b"\x1b]0;x\x07", True, True, 1500, False),), ())  # noqa: FBT003 - a Link
    texts = texts_of(estab("[fe80::1]:22", device=2), network=hostile)
    assert texts.interface(0) == r"\x1b]0;x\x07"
    assert str(texts.local(0)).isprintable()


def test_fk_09_protocols_and_states_of_another_kernel_are_numbers():
    texts = texts_of(of_state(1, estab(), protocol=132), of_state(14, estab("192.0.2.10:444")))
    assert texts.protocol(0) == "132"
    assert texts.state(1) == "state-14"
