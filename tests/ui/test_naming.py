"""Names of addresses on the screen: only where they were asked for, and said while they are."""

from __future__ import annotations

import socket

import pytest

from monitor.ui.app import Settings
from monitor.ui.naming import Naming
from tests import machine_db1
from tests.ui.stage import PATIENCE_S, Stage, monitor_of

NAMED = {"198.51.100.7": "client.example.org", "198.51.100.31": "\x1b[31mred.example.org"}


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """Answer for the resolver, and give what it was asked for."""
    addresses = []

    def getnameinfo(where: tuple[str, int], _flags: int) -> tuple[str, str]:
        addresses.append(where[0])
        if where[0] not in NAMED:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return NAMED[where[0]], "0"

    monkeypatch.setattr("monitor.reverse_names.socket.getnameinfo", getnameinfo)
    return addresses


async def answered(stage: Stage) -> None:
    """Let the answers come, and the clock tick."""
    assert stage.app._naming._names.wait(PATIENCE_S)
    stage.app._tick()
    await stage.settle()


async def test_names_are_asked_for_between_one_r_and_the_next(asked):
    async with monitor_of(machine_db1.source()) as stage:
        assert not asked
        await stage.press("R")
        assert "asks DNS" in stage.lines[0]
        assert "may reach the network" in stage.text
        await answered(stage)
        # Cut as an address is; the port stays.
        assert "client.….org:51834" in stage.line_with("1.4M")
        assert r"\x1b" in stage.line_with("118K")
        assert "[2001:db8:1::9]:52710" in stage.text
        assert len(asked) == len(set(asked))
        assert not any(address.startswith("127.") for address in asked)
        await stage.press("enter")
        await stage.sees("named client.example.org")
        await stage.press("escape", "t", "r")
        await answered(stage)
        assert "198.51.100.7 client.…" in stage.text
        await stage.press("R")
        assert "asks DNS" not in stage.lines[0]
        await stage.until(lambda: "client" not in stage.text)


async def test_with_resolve_names_are_asked_for_from_the_start(asked):
    async with monitor_of(machine_db1.source(), settings=Settings(resolves=True, is_read_only=True)) as stage:
        await answered(stage)
        assert "client.….org:51834" in stage.text
        assert asked


def test_who_is_in_another_network_namespace_than_the_one_shown_says_whose_answers_come():
    assert "from the monitor's own network namespace, not the one shown" in Naming(is_outside=True).toggle()
    assert "own network namespace" not in Naming().toggle()
