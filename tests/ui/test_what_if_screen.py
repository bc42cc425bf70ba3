"""`w` in Routing and Listeners: who is affected if an address, an interface or a route goes."""

from __future__ import annotations

from dataclasses import replace

from monitor.model.route import Flow, RouteDecision
from monitor.ui.screens.what_if import WhatIfScreen
from tests import machine_db1
from tests.machine_db1 import NETWORK
from tests.scenes import ANY, FixedSource, row, sample_of
from tests.ui.stage import Stage, monitor_of


def under(stage: Stage, title: str) -> dict[str, str]:
    """The counts of one loss, by the label of the line."""
    start = stage.y_of(title)
    found = {}
    for line in stage.lines[start + 1 :]:
        words = line.lstrip(" ▸").split()
        if line.startswith("─") or not words:
            break
        if len(words) > 1 and words[1].replace(",", "").isdigit():
            found[words[0]] = words[1]
    return found


async def test_of_a_connection_its_address_interface_and_route_are_asked_about():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("3", "w")
        await stage.sees("What if it goes?")
        titles = [line.split(" ─")[0].lstrip("─ ") for line in stage.lines if line.startswith("─")][1:]
        assert titles == ["192.0.2.10 goes", "eth0 goes down", "eth0 is removed", "route default by eth0 goes"]
        assert "→ 198.51.100.7:51834" in stage.lines[1]
        assert "ip address del 192.0.2.10" in stage.text


async def test_who_dies_and_who_stays_adds_up():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("3", "w")
        await stage.sees("192.0.2.10 goes")
        pairs = int(stage.app.interval.table.is_pair.sum())
        counts = under(stage, "192.0.2.10 goes")
        assert int(counts["die"]) > 0
        assert int(counts["die"]) + int(counts["stay"]) <= pairs
        assert "unreached" in counts


async def test_where_those_go_that_lose_their_way_is_asked_of_the_kernel():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("3", "w")
        await stage.until(lambda: "they keep their address; " in stage.text and "not asked" not in stage.text)
        words = " ".join(stage.text.split())
        assert "they keep their address; by eth1: " in words
        assert "no way left, they hang until they time out: " in words


async def test_what_the_kernel_did_not_answer_is_not_claimed():
    def refuse(flow: Flow) -> RouteDecision:
        return replace(machine_db1.route_to(flow), alternatives=())

    async with monitor_of(FixedSource(machine_db1.samples(), refuse)) as stage:
        await stage.press("3", "w")
        await stage.until(lambda: "no way left" in stage.text)
        assert "by eth1" not in stage.text


async def test_enter_narrows_connections_to_those_that_are_counted_and_esc_brings_all_back():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("3", "w")
        count = under(stage, "192.0.2.10 goes")["die"]
        assert "die" in stage.cursor_line
        await stage.press("enter")
        assert stage.app.screen is stage.main
        assert f"2 Connections {count} of " in stage.text
        assert "that die if 192.0.2.10 goes" in stage.text
        await stage.press("escape")
        assert "that die" not in stage.line_with("2 Connections")


async def test_of_a_listener_every_address_and_interface_where_it_is_reached():
    async with monitor_of(machine_db1.source(), (120, 60)) as stage:
        await stage.press("1")
        await stage.type("/0.0.0.0:22")
        await stage.press("enter", "w")
        for title in ("127.0.0.1 goes", "192.0.2.10 goes", "203.0.113.10 goes", "lo goes down", "eth1 is removed"):
            assert title in stage.text
        assert "0.0.0.0:22" in stage.lines[1]


async def test_who_waits_at_an_address_that_goes_is_named():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("1", "w")
        assert "nobody comes there any more: 192.0.2.10:" in stage.text


async def test_what_was_typed_in_routing_is_asked_about_as_well():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("r", "ctrl+u")
        await stage.type("198.51.100.200:443")
        await stage.press("enter", "w")
        assert "→ 198.51.100.200:443 (typed)" in stage.lines[1]
        assert "route default by eth0 goes" in stage.text


async def test_in_connections_the_key_does_nothing():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("w")
        assert stage.app.screen is stage.main


async def test_it_counts_anew_with_every_sample():
    rows = [row("tcp", "192.0.2.10:80", f"198.51.100.7:{port}", "ESTAB") for port in (5000, 5001)]
    samples = [sample_of(rows[:1], second, network=NETWORK) for second in (0.0, 1.0)]
    async with monitor_of(FixedSource([*samples, sample_of(rows, 2.0, network=NETWORK)])) as stage:
        await stage.press("3", "w")
        assert under(stage, "192.0.2.10 goes")["die"] == "1"
        await stage.next_sample()
        assert under(stage, "192.0.2.10 goes")["die"] == "2"


async def test_a_row_whose_address_nobody_has_says_so():
    rows = [row("tcp", "192.0.2.99:80", ANY, "LISTEN")]
    async with monitor_of(FixedSource([sample_of(rows, second, network=NETWORK) for second in (0.0, 1.0)])) as stage:
        await stage.press("1", "w")
        assert isinstance(stage.app.screen, WhatIfScreen)
        assert "it needs no address and no interface that this host has" in stage.text


async def test_each_line_can_be_explained_and_esc_leads_back():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("3", "w", "i")
        assert "No peer is told" in stage.text
        await stage.press("escape", "escape")
        assert stage.app.screen is stage.main


async def test_what_is_asked_right_behind_a_move_is_asked_of_the_row_that_was_moved_to():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("1")
        await stage.burst("jw")
        await stage.sees("What if it goes?")
        assert "of [::]:22 ─" in stage.lines[1]
        assert "::1 goes" in stage.text
