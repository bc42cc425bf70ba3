"""The demux screen: who gets what is typed, while it is typed, and the answer leads to everybody that it names."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from monitor.errors import KernelError
from monitor.model.bind_facts import SocketHolder
from monitor.model.process import Process
from monitor.model.receiver import ReceiverFacts
from monitor.model.sample import Sample
from monitor.model.segment import Segment
from monitor.ui.app import Settings
from monitor.ui.screens.connection import ConnectionScreen
from monitor.ui.screens.demux import DemuxScreen
from monitor.ui.screens.process import ProcessScreen
from monitor.ui.themed_app import Look
from tests import machine_db1
from tests.scenes import ANY, FixedSource, Row, row, sample_of
from tests.ui.stage import Stage, monitor_of

PAIR = "198.51.100.7:51834 192.0.2.10:8080"
LISTENER = row("tcp", "192.0.2.10:8080", ANY, "LISTEN", owner=(5120, 3), cookie=1)
BOUND = row("tcp", "192.0.2.10:9090", ANY, "BOUND", owner=(5120, 4), cookie=3)


def held(seconds: float = 0.0, rows: Sequence[Row] = (LISTENER, BOUND), **changed: object) -> Sample:
    return sample_of(rows, seconds, has_time_wait=True, network=machine_db1.NETWORK, **changed)


def screen(stage: Stage) -> DemuxScreen:
    assert isinstance(stage.app.screen, DemuxScreen)
    return stage.app.screen


async def ask(stage: Stage, text: str) -> None:
    """Type a question and wait for the answer to it."""
    await stage.press("d")
    await stage.type(text)
    await stage.sees("as of 03:1")


def asked_of(source: FixedSource) -> list[str]:
    return [str(asked.destination) for asked in source.questions if isinstance(asked, Segment)]


async def test_d_on_a_connection_starts_with_what_its_peer_would_send():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("d")
        await stage.sees("nginx[812] gets it: ESTAB 192.0.2.10:8080 ← 198.51.100.7:51834")
        assert stage.lines[2] == f" who gets  {PAIR}"
        assert stage.lines[3] == " asked     198.51.100.7:51834 sends to 192.0.2.10:8080 · tcp"
        assert f"Connections › who gets {PAIR}" in stage.lines[0]
        assert "it arrives on eth0" in stage.line_with(" assumed ")


@pytest.mark.parametrize("start", [(), ("1",), ("1", "down", "down"), ("3",)])
async def test_five_keys_from_anywhere_say_who_answers_on_a_port(start: Sequence[str]):
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press(*start)
        await stage.press("d", *"8080")
        await stage.sees("tcp port 8080, 7 local addresses: nginx ×4 at 3, node[4411] at 4.")
        assert "nginx ×4" in stage.line_with(" 192.0.2.10:8080 ")
        assert "node[4411]" in stage.line_with("[2001:db8::10]:8080")


async def test_what_is_typed_in_one_go_is_answered_too():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.burst("d53 udp\r")
        await stage.sees("udp port 53")
        assert stage.app.focused is screen(stage).lines


async def test_a_listener_is_asked_about_by_its_port():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("1", "d")
        await stage.sees("tcp port 6432")


async def test_the_connection_screen_and_a_process_ask_about_their_row():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("enter", "d")
        await stage.sees("gets it: ESTAB 192.0.2.10:8080")
        await stage.press("escape", "p")
        assert isinstance(stage.app.screen, ProcessScreen)
        await stage.press("down", "d")
        await stage.sees("as of 03:1")
        assert screen(stage).stop.name != "who gets"


async def test_sockets_that_only_hold_the_port_are_seen_and_no_longer_asked_for_afterwards():
    source = FixedSource([held()])
    async with monitor_of(source) as stage:
        await ask(stage, "192.0.2.10:9090")
        assert "out: holds the port, does not listen" in stage.text
        await stage.press("escape")
        await stage.next_sample()
        assert source.questions[-1] == "sample"


async def test_an_address_leads_to_its_stages_and_a_candidate_to_its_process_and_back():
    async with monitor_of(machine_db1.source()) as stage:
        await ask(stage, "8080")
        await stage.press("enter")
        assert "127.0.0.1:8080" in stage.cursor_line
        await stage.press("down", "enter")
        await stage.sees("who gets 8080 › who gets [::1]:8080")
        await stage.press("enter")
        assert "✓ node[4411]" in stage.cursor_line
        await stage.press("enter")
        assert isinstance(stage.app.screen, ProcessScreen)
        await stage.press("escape")
        assert "✓ node[4411]" in stage.cursor_line
        await stage.press("escape")
        assert "[::1]:8080" in stage.cursor_line
        await stage.press("escape")
        assert stage.app.screen is stage.main


async def test_a_pair_leads_to_its_connection_and_p_to_its_process():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("d", "enter")
        assert "✓ nginx[812]" in stage.cursor_line
        await stage.press("enter")
        assert isinstance(stage.app.screen, ConnectionScreen)
        await stage.press("escape", "p")
        assert isinstance(stage.app.screen, ProcessScreen)


async def test_of_several_processes_of_one_socket_the_user_chooses():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("d", "enter")
        while "nginx ×4" not in stage.cursor_line:
            await stage.press("down")
        await stage.press("enter")
        await stage.sees("4 processes hold 0.0.0.0:8080")


async def test_i_explains_a_line():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("d", "enter", "i")
        await stage.sees("The socket that has this very pair of endpoints goes before everybody who waits.")
        await stage.press("escape")
        assert screen(stage)


async def test_d_opens_the_field_again_and_esc_there_brings_the_former_question_back():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("d", "enter", "d")
        assert screen(stage).prompt.is_asking
        await stage.type(" dev=eth1")
        await stage.sees("sends to 192.0.2.10:8080 · tcp · by eth1")
        await stage.press("escape")
        await stage.until(lambda: " by eth1" not in stage.text)
        assert stage.lines[2] == f" who gets  {PAIR}"
        assert not screen(stage).prompt.is_asking


@pytest.mark.parametrize(
    ("more", "sentence"), [(" 1", 'no port in "8080"'), (" dev=eth7", 'no interface is named "eth7"')]
)
async def test_a_mistake_is_said_below_the_field_and_loses_nothing(more: str, sentence: str):
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        await ask(stage, "8080")
        answer = stage.line_with("7 local addresses")
        await stage.type(more)
        await stage.press("enter")
        assert sentence in stage.lines[3]
        assert stage.line_with("7 local addresses") == answer
        assert screen(stage).prompt.is_asking


async def test_it_is_asked_again_with_each_sample_and_follows_what_happens():
    source = FixedSource([held(), held(1), held(2, [BOUND]), held(3)])
    async with monitor_of(source, samples=1) as stage:
        await ask(stage, "8080")
        assert "process-5120[5120] at" in stage.text
        await stage.next_sample()
        await stage.sees("nobody gets new clients at any of")


async def test_while_paused_the_answer_stays():
    source = FixedSource([held(), held(1), held(2, [BOUND])])
    async with monitor_of(source, samples=1) as stage:
        await ask(stage, "8080")
        await stage.press("enter", "space")
        await stage.next_sample()
        assert "process-5120[5120] at" in stage.text
        await stage.press("space")
        await stage.sees("nobody gets new clients at any of")


class Refusing(FixedSource):
    """The kernel refuses to tell how anything comes in."""

    def receiver_of(self, segment: Segment, holders: Sequence[SocketHolder] = ()) -> ReceiverFacts:
        raise KernelError("ask how a packet comes in", 1)


async def test_a_refusal_is_one_sentence():
    async with monitor_of(Refusing([held()])) as stage:
        await stage.press("d")
        await stage.type("8080")
        await stage.sees("could not ask how a packet comes in: Operation not permitted (EPERM)")


async def test_the_first_question_waits_for_the_first_sample():
    async with monitor_of(machine_db1.source(), samples=0) as stage:
        await stage.burst("d8080")
        await stage.sees("nginx ×4 at 3")


@pytest.mark.parametrize("size", [(1, 1), (40, 10), (80, 24), (200, 50)])
async def test_every_size_is_survived_and_keys_answer(size: tuple[int, int]):
    async with monitor_of(machine_db1.source(), size) as stage:
        await stage.press("d", "enter", "down", "end", "i", "home", "pagedown", "pageup", "escape", "q")
        assert stage.app.screen is stage.main


async def test_names_are_shown_and_do_nothing():
    evil = Process(5120, 1, b"[@click=app.quit]\x1b[2J\n", 0)
    async with monitor_of(FixedSource([held(processes=[evil])])) as stage:
        await ask(stage, "192.0.2.10:8080")
        assert "[@click=app.quit]\\x1b[2J\\n[5120] gets it" in stage.text
        assert all(line.isprintable() for line in stage.lines)


async def test_on_a_plain_console_all_is_ascii():
    async with monitor_of(machine_db1.source(), settings=Settings(look=Look(is_ascii=True))) as stage:
        await stage.press("d", "enter")
        await stage.until(lambda: "= nginx[812]" in stage.text)
        assert stage.text.isascii()
