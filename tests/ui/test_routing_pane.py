from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import pytest

from monitor.errors import InputError
from monitor.model.route import Flow, RouteDecision
from monitor.model.tcp import PROTOCOL_TCP
from monitor.presentation.routing_text import RouteAnswer
from tests import machine_db1
from tests.machine_db1 import NETWORK
from tests.scenes import FixedSource, row, sample_of
from tests.ui.stage import Stage, monitor_of


def flows(stage: Stage) -> list[Flow]:
    return [question for question in stage.source.questions if isinstance(question, Flow)]


def pane(stage: Stage) -> str:
    """What the Routing pane shows, title included, the edge left out."""
    region = stage.main.routing.region
    lines = [line[region.x :].lstrip("│┬─ ").rstrip("─ ") for line in stage.lines[region.y : region.bottom]]
    return "\n".join(lines).strip()


async def select(stage: Stage, text: str) -> None:
    await stage.type(f"/{text}")
    await stage.press("enter")
    await stage.settle()


async def test_an_accepted_connection_is_asked_with_its_local_address_as_source():
    async with monitor_of(machine_db1.source()) as stage:
        await select(stage, "51834")
        await stage.until(lambda: "→ 198.51.100.7:51834" in pane(stage))
        assert flows(stage)[-1] == Flow(
            ip_address("198.51.100.7"),
            protocol=PROTOCOL_TCP,
            source=ip_address("192.0.2.10"),
            source_port=8080,
            remote_port=51834,
            mark=0,
            uid=33,
        )
        assert "tcp as www-data (uid 33), mark 0" in pane(stage)
        assert "✓ the connection leaves so today" in pane(stage)


async def test_a_dialled_connection_is_asked_as_if_it_were_dialled_now():
    def by_eth0_alone(flow: Flow) -> RouteDecision:
        return replace(machine_db1.route_to(flow), alternatives=())

    async with monitor_of(FixedSource(machine_db1.samples(), by_eth0_alone)) as stage:
        await select(stage, "filebeat")
        await stage.until(lambda: "→ 198.51.100.40:5044" in pane(stage))
        assert flows(stage)[-1].source is None
        assert flows(stage)[-1].uid == 0
        assert "~ would now leave by eth0 from 192.0.2.10; was eth1" in " ".join(pane(stage).split())


async def test_the_message_line_says_of_a_marked_row_where_it_would_leave():
    def by_eth0_alone(flow: Flow) -> RouteDecision:
        return replace(machine_db1.route_to(flow), alternatives=())

    async with monitor_of(FixedSource(machine_db1.samples(), by_eth0_alone), (80, 24)) as stage:
        await stage.until(stage.app.interval.egress.is_elsewhere.any)
        await stage.press("n")
        while "203.0.113.10:44120" not in stage.cursor_line:
            await stage.press("n")
        await stage.until(lambda: stage.lines[-2] == " ~ would now leave by eth0 from 192.0.2.10; was eth1 (derived)")
        await stage.press("home")
        await stage.until(lambda: "would now leave" not in stage.lines[-2])


async def test_the_pane_follows_the_cursor():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("down")
        await stage.until(lambda: "→ [2001:db8:1::9]:52710" in pane(stage))
        assert "leaves   eth0 from 2001:db8::10 via fe80::1" in pane(stage)


async def test_a_listener_shows_where_it_is_reached():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("1")
        await select(stage, "0.0.0.0:22")
        await stage.until(lambda: "Routing of 0.0.0.0:22" in pane(stage))
        assert "lo       127.0.0.1:22\neth0     192.0.2.10:22\neth1     203.0.113.10:22" in pane(stage)
        assert "for IPv4 only" in pane(stage)


async def test_a_listener_whose_address_has_gone_is_said_to_be_unreachable():
    rows = [row("tcp", "192.0.2.99:80", "0.0.0.0:0", "LISTEN", queue=(0, 8))]
    async with monitor_of(FixedSource([sample_of(rows, second, network=NETWORK) for second in (0.0, 5.0)])) as stage:
        await stage.press("1")
        assert "no interface that is up has its address" in " ".join(pane(stage).split())


async def test_r_asks_for_a_typed_endpoint_and_esc_goes_back_to_the_row():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("r")
        assert "Route to" in stage.lines[-2]
        assert "198.51.100.7:51834" in stage.lines[-2]
        await stage.press("ctrl+u")
        await stage.type("198.51.100.200:443")
        await stage.press("enter")
        await stage.until(lambda: "→ 198.51.100.200:443 (typed)" in pane(stage) and "leaves" in pane(stage))
        assert flows(stage)[-1] == Flow(ip_address("198.51.100.200"), protocol=PROTOCOL_TCP, remote_port=443)
        assert stage.app.focused is stage.main.routing
        await stage.press("escape")
        await stage.until(lambda: "→ 198.51.100.7:51834" in pane(stage) and "leaves" in pane(stage))


async def test_what_is_typed_takes_the_place_of_the_rows_remote_endpoint():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("r")
        await stage.type("198.51.100.200:443")
        await stage.until(lambda: "→ 198.51.100.200:443 (typed)" in pane(stage))
        assert "198.51.100.7" not in stage.lines[-2]


async def test_the_answer_stands_while_it_is_typed_with_the_selectors_that_may_follow():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("r", "ctrl+u")
        await stage.type("198.51.100.40 uid=33 mark=0x7")
        await stage.until(lambda: flows(stage)[-1].mark == 7 and "leaves" in pane(stage))
        assert flows(stage)[-1] == Flow(ip_address("198.51.100.40"), protocol=PROTOCOL_TCP, uid=33, mark=7)
        assert "→ 198.51.100.40 (typed)" in pane(stage)
        assert "tcp (assumed) as uid 33, mark 7 add udp dev=NAME src=ADDRESS" in " ".join(pane(stage).split())
        assert stage.main.prompt.is_asking


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("number", ["1", "2"])
async def test_esc_while_typing_goes_back_to_where_it_was(size: tuple[int, int], number: str):
    async with monitor_of(machine_db1.source(), size) as stage:
        await stage.press(number)
        before = stage.lines
        await stage.press("r", "ctrl+u")
        await stage.type("198.51.100.200")
        await stage.sees("→ 198.51.100.200 (typed)" if size[0] == 120 else "leaves   eth0 from 192.0.2.10")
        await stage.press("escape")
        await stage.until(lambda: stage.lines == before)


async def test_where_one_pane_is_shown_the_answer_is_seen_while_it_is_typed():
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        await stage.press("r")
        await stage.sees("leaves   eth0 from 192.0.2.10 via 192.0.2.1")
        assert "Route to" in stage.lines[-2]


async def test_routing_speaks_of_the_list_that_had_the_keys_last():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("1", "3")
        assert "Routing of " in pane(stage)
        await stage.press("2", "3")
        assert "Routing → " in pane(stage)


async def test_an_interface_that_was_typed_and_goes_is_said_to_have_gone():
    first, second = machine_db1.samples()
    without = replace(second, boot_time=second.boot_time + 1, network=replace(NETWORK, links=NETWORK.links[:2]))
    async with monitor_of(FixedSource([first, second, without], machine_db1.route_to)) as stage:
        await stage.press("r", "end")
        await stage.type(" dev=eth1")
        await stage.press("enter")
        assert flows(stage)[-1].device == machine_db1.ETH1
        await stage.next_sample()
        assert 'no interface is named "eth1"' in pane(stage)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("192.0.2.1 uid=root", "uid takes a number"),
        ("192.0.2.1 dev=eth9", "no interface is named"),
        ("999.1.1.1", "is no IP address"),
        ("192.0.2.1:65536", "port 65536 is out of range"),
        ("fe80::1%", "zone"),
        ("[::1", "is no endpoint"),
    ],
)
async def test_a_mistake_in_a_typed_endpoint_is_said_beside_it(typed: str, sentence: str):
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("r", "ctrl+u")
        await stage.type(typed)
        await stage.until(lambda: sentence in stage.lines[-2])
        await stage.press("enter")
        assert stage.main.prompt.is_asking
        await stage.press("escape")
        assert not stage.main.prompt.is_asking


@pytest.mark.parametrize(
    ("errno", "kind", "words"),
    [
        ("EHOSTUNREACH", "unreachable", "unreachable"),
        ("EINVAL", "blackhole", "blackhole"),
        ("EACCES", "prohibit", "prohibit"),
        ("ENETUNREACH", None, "no route"),
    ],
)
async def test_what_refuses_is_said_in_words(errno: str, kind: str | None, words: str):
    def refuse(flow: Flow) -> RouteDecision:
        return RouteDecision(flow, errno, kind, None, None, None, None, None, None)

    async with monitor_of(FixedSource(machine_db1.samples(), refuse), (120, 40)) as stage:
        await stage.until(lambda: errno in pane(stage))
        assert words in pane(stage)
        assert f"no way   {errno}" in pane(stage)


async def test_why_the_kernel_was_not_asked_is_said():
    def refuse(flow: Flow) -> RouteDecision:
        raise InputError("there is no interface eth9")

    async with monitor_of(FixedSource(machine_db1.samples(), refuse)) as stage:
        await stage.until(lambda: "there is no interface eth9" in pane(stage))


async def test_an_answer_for_a_row_that_is_no_longer_selected_is_dropped():
    async with monitor_of(machine_db1.source()) as stage:
        late = machine_db1.route_to(flows(stage)[-1])
        await stage.press("down")
        await stage.until(lambda: "[2001:db8:1::9]:52710" in pane(stage) and "leaves" in pane(stage))
        before = pane(stage)
        stage.main.show_route(RouteAnswer(late.flow, late))
        await stage.settle()
        assert pane(stage) == before


async def test_the_kernel_is_asked_again_when_the_network_has_changed():
    first, second = machine_db1.samples()
    third = replace(second, boot_time=second.boot_time + 1, network=replace(NETWORK, generation=2))
    async with monitor_of(FixedSource([first, second, second, third], machine_db1.route_to)) as stage:
        asked = len(flows(stage))
        await stage.next_sample()
        assert len(flows(stage)) == asked
        await stage.next_sample()
        await stage.until(lambda: len(flows(stage)) == asked + 1)
        assert flows(stage)[-1] == flows(stage)[-2]


async def test_lines_that_do_not_fit_are_counted():
    async with monitor_of(machine_db1.source(), (110, 30)) as stage:
        shown = pane(stage).split("\n")
        assert shown[-2].endswith("more: 3, then z")
        assert shown[-1] == "✓ the connection leaves so today"
        assert "next hop" not in pane(stage)
        await stage.press("3", "z")
        assert "next hop" in stage.text


async def test_a_connection_without_a_known_user_is_asked_without_one():
    async with monitor_of(machine_db1.source()) as stage:
        await select(stage, "192.0.2.31")
        await stage.until(lambda: "→ 192.0.2.31:50000" in pane(stage))
        assert flows(stage)[-1].uid is None
        assert "tcp, user not known, mark 0" in pane(stage)
