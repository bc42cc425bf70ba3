"""Enter in Routing: the rules and routes behind the answer."""

from __future__ import annotations

from dataclasses import replace

from monitor.errors import KernelError
from monitor.model.route import Flow
from monitor.model.routing import Routing
from monitor.ui.screens.rules import RulesScreen
from tests import machine_db1
from tests.machine_db1 import NETWORK
from tests.rules_db1 import route, routing_of
from tests.scenes import FixedSource
from tests.ui.stage import Stage, monitor_of


def source(routing=routing_of, samples=None) -> FixedSource:
    return FixedSource(samples or machine_db1.samples(), machine_db1.route_to, routing=routing)


def asked(stage: Stage) -> list[int | None]:
    """The tables that were asked for."""
    return [question[1] for question in stage.source.questions if isinstance(question, tuple) and len(question) == 2
            and isinstance(question[0], Flow)]  # fmt: skip


async def open_rules(stage: Stage) -> None:
    await stage.press("3", "enter")
    await stage.sees("Rules of IPv4")


async def test_rules_stand_in_their_order_with_what_became_of_each():
    async with monitor_of(source()) as stage:
        await open_rules(stage)
        assert "─ Rules and routes → 198.51.100.7:51834 ─" in stage.lines[1]
        assert stage.lines[1].endswith("─ tcp, uid 33, mark 0, bound to 192.0.2.10 ─")
        assert "tcp to 198.51.100.7:51834 leaves by eth0 from 192.0.2.10, via 192.0.2.1." in stage.lines[2]
        assert "fits, no route" in stage.lines[4]
        assert "does not fit" in stage.lines[5]
        assert "✓" in stage.lines[6]
        assert "decided" in stage.lines[6]


async def test_the_cursor_starts_on_the_rule_that_decided():
    async with monitor_of(source()) as stage:
        await open_rules(stage)
        await stage.until(lambda: "32766" in stage.cursor_line)


async def test_the_matching_route_is_marked_and_only_it():
    async with monitor_of(source()) as stage:
        await open_rules(stage)
        assert "Table main, 3 routes" in stage.text
        assert stage.line_with("via 192.0.2.1 dev eth0").split()[:2] == ["✓", "default"]
        assert "metric 100 by dhcp" in stage.line_with("via 192.0.2.1 dev eth0")
        assert stage.line_with("via 203.0.113.1").split()[0] == "default"
        assert "src 192.0.2.10 by kernel" in stage.line_with("192.0.2.0/24")


async def test_enter_on_a_rule_shows_its_table_and_esc_goes_back_to_the_one_that_decided():
    async with monitor_of(source()) as stage:
        await open_rules(stage)
        await stage.press("up", "enter")
        await stage.sees("Table 51820, 1 route")
        assert "not the table that decided" in stage.line_with("Table 51820")
        assert "dev wg0" in stage.text
        await stage.press("escape")
        await stage.sees("Table main, 3 routes")
        await stage.press("escape")
        assert stage.app.screen is stage.main


async def test_an_answer_about_another_table_than_the_one_that_is_wanted_is_dropped():
    async with monitor_of(source()) as stage:
        await open_rules(stage)
        screen = stage.app.screen
        assert isinstance(screen, RulesScreen)
        screen.show_routing(screen._flow, 51820, routing_of(screen._flow, 51820), None)
        await stage.settle()
        assert "Table main" in stage.text


async def test_it_asks_again_when_routes_have_changed_and_not_otherwise():
    first, second = machine_db1.samples()
    third = replace(second, boot_time=second.boot_time + 1, network=replace(NETWORK, routing_generation=7))
    async with monitor_of(source(samples=[first, second, second, third])) as stage:
        await open_rules(stage)
        assert asked(stage) == [None]
        await stage.next_sample()
        assert asked(stage) == [None]
        await stage.next_sample()
        assert asked(stage) == [None, None]


async def test_of_a_huge_table_it_says_that_there_is_more():
    def huge(flow: Flow, table: int | None) -> Routing:
        routes = tuple(route(f"10.{number // 256}.{number % 256}.0/24") for number in range(1_000))
        return replace(routing_of(flow, None), routes=routes, is_cut=True)

    async with monitor_of(source(huge)) as stage:
        await open_rules(stage)
        assert "Table main, its first 1,000 routes" in stage.text
        assert "it holds more, the one that matched, default, is not among them" in stage.text
        await stage.press("end")
        assert "10.3.231.0/24" in stage.cursor_line


async def test_why_the_kernel_does_not_answer_is_said_and_it_is_asked_again():
    def refuse(flow: Flow, table: int | None) -> Routing:
        raise KernelError("list policy rules", 1)

    async with monitor_of(source(refuse)) as stage:
        await stage.press("3", "enter")
        await stage.sees("could not list policy rules: Operation not permitted (EPERM)")
        await stage.next_sample()
        assert len(asked(stage)) == 2


async def test_each_line_can_be_explained():
    async with monitor_of(source()) as stage:
        await open_rules(stage)
        await stage.press("i")
        assert "Derived: the kernel does not name it" in stage.text
        await stage.press("escape")
        assert isinstance(stage.app.screen, RulesScreen)


async def test_a_hostile_interface_name_does_nothing():
    def hostile(flow: Flow, table: int | None) -> Routing:
        return replace(routing_of(flow, table), routes=(route("default", b"\x1b[2J\n"),))

    async with monitor_of(source(hostile)) as stage:
        await open_rules(stage)
        assert "dev \\x1b[2J\\n" in stage.text


async def test_for_a_listener_it_says_that_there_is_no_route():
    async with monitor_of(source()) as stage:
        await stage.press("1", "tab", "tab")
        assert stage.app.screen is stage.main
