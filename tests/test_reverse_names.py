"""Names of addresses: asked for in threads, a few at once, kept for a while."""

from __future__ import annotations

from ipaddress import ip_address
from threading import Barrier, Event

import pytest

from monitor import reverse_names
from monitor.reverse_names import KEPT_S, MOST_AT_ONCE, RETRY_AFTER_S, ReverseNames
from tests.kernel.owner_tables import Clock
from tests.waiting import wait_until

WEB, SILENT = ip_address("198.51.100.7"), ip_address("198.51.100.8")
PATIENCE_S = 10.0


class FakeResolver:
    """Knows a name, and what it was asked for."""

    def __init__(self, name: str | None = "web.example.org") -> None:
        self.name = name
        self.asked: list[object] = []

    def __call__(self, address: object) -> str | None:
        self.asked.append(address)
        return self.name if address == WEB else None


def test_a_name_is_asked_for_once_and_there_when_it_is_wanted_again():
    resolver = FakeResolver("web.example.org.")
    names = ReverseNames(resolver)
    assert names.name_of(WEB) is None
    assert names.wait(PATIENCE_S)
    assert names.name_of(WEB) == b"web.example.org"
    assert (resolver.asked, names.answers) == ([WEB], 1)


def test_a_name_holds_for_a_while_and_its_absence_for_less():
    resolver, clock = FakeResolver(), Clock()
    names = ReverseNames(resolver, clock)
    for wanted, kept in ((SILENT, RETRY_AFTER_S), (WEB, KEPT_S)):
        for later in (0.0, kept - 1, 2.0):
            clock.now += later
            names.name_of(wanted)
            assert names.wait(PATIENCE_S)
        assert resolver.asked == [wanted, wanted]
        resolver.asked.clear()
    # The old name stands until the new one has come.
    clock.now += KEPT_S + 1
    resolver.name = "new.example.org"
    assert names.name_of(WEB) == b"web.example.org"
    assert names.wait(PATIENCE_S)
    assert names.name_of(WEB) == b"new.example.org"


def test_no_more_is_asked_at_once_than_the_most_and_of_too_many_the_oldest_go(monkeypatch):
    monkeypatch.setattr(reverse_names, "MOST_WAITING", 3)
    all_ask, go_on, asked = Barrier(MOST_AT_ONCE + 1), Event(), []

    def look_up(address):
        asked.append(address)
        if len(asked) <= MOST_AT_ONCE:
            all_ask.wait(PATIENCE_S)
            assert go_on.wait(PATIENCE_S)

    names = ReverseNames(look_up)
    first = [ip_address(f"203.0.113.{number}") for number in range(1, MOST_AT_ONCE + 1)]
    for number, address in enumerate(first, 1):
        names.name_of(address)
        wait_until(lambda number=number: len(asked) == number)
    all_ask.wait(PATIENCE_S)
    later = [ip_address(f"198.51.100.{number}") for number in range(1, 6)]
    for address in later:
        names.name_of(address)
    assert sorted(asked) == first
    go_on.set()
    assert names.wait(PATIENCE_S)
    assert sorted(asked[MOST_AT_ONCE:]) == later[2:]


def test_answers_that_come_after_the_end_are_dropped():
    begun, go_on = Event(), Event()

    def look_up(_address):
        begun.set()
        assert go_on.wait(PATIENCE_S)
        return "late.example.org"

    names = ReverseNames(look_up)
    names.name_of(WEB)
    assert begun.wait(PATIENCE_S)
    names.close()
    names.name_of(SILENT)
    go_on.set()
    assert names.wait(PATIENCE_S)
    assert (names.name_of(WEB), names.answers) == (None, 0)


@pytest.mark.parametrize("name", ["", ".", "192.0.2.1", "2001:db8::1", "fe80::1%eth0", "a" * 254])
def test_what_is_no_name_is_none(name):
    names = ReverseNames(FakeResolver(name))
    names.name_of(WEB)
    assert names.wait(PATIENCE_S)
    assert names.name_of(WEB) is None


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "0.0.0.0", "::", "224.0.0.251", "fe80::1"])
def test_addresses_of_nobody_in_particular_are_never_asked_for(address):
    resolver = FakeResolver()
    ReverseNames(resolver).name_of(ip_address(address))
    assert not resolver.asked


def test_bytes_that_are_no_utf_8_are_kept():
    names = ReverseNames(FakeResolver("w\udcff\x1b"))
    names.name_of(WEB)
    assert names.wait(PATIENCE_S)
    assert names.name_of(WEB) == b"w\xff\x1b"


def test_of_many_names_those_are_kept_that_were_wanted_last(monkeypatch):
    monkeypatch.setattr(reverse_names, "MOST_KNOWN", 1)
    resolver = FakeResolver()
    names = ReverseNames(resolver)
    for address in (WEB, SILENT, WEB):
        names.name_of(address)
        assert names.wait(PATIENCE_S)
    assert resolver.asked == [WEB, SILENT, WEB]
