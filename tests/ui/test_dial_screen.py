"""`D` in Routing: nothing is sent before a word was typed by hand."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from unittest.mock import patch

import pytest
from textual import events

from monitor.dial import Dialled, TcpConnection
from monitor.errors import KernelError, MonitorError
from monitor.model.endpoint import Endpoint
from monitor.model.namespace import NamedNamespace
from monitor.model.sample import Sample
from monitor.ui.screens.dial import DialScreen
from monitor.ui.typed_word import LEAST_S, TypedWord
from tests import machine_db1
from tests.scenes import FixedSource
from tests.ui.acting import hand_that_types
from tests.ui.stage import Stage, monitor_of

REMOTE = "198.51.100.7:51834"


def connection(local: str) -> TcpConnection:
    return TcpConnection(Endpoint.parse(local), Endpoint.parse(REMOTE))


class Dialling:
    """Stands in for the network: what was dialled, and what comes of it."""

    def __init__(self) -> None:
        self.dialled: list[Endpoint] = []
        self.threads: list[threading.Thread] = []
        self.outcome: Dialled | MonitorError = Dialled(
            connection("192.0.2.10:0"), connection("192.0.2.10:40001"), None, 0.012
        )

    def __call__(self, remote: Endpoint, timeout_s: float) -> Dialled:
        self.dialled.append(remote)
        self.threads.append(threading.current_thread())
        if isinstance(self.outcome, MonitorError):
            raise self.outcome
        return self.outcome


@pytest.fixture
def dialling() -> Iterator[Dialling]:
    """Dial nowhere, by the word of a hand."""
    stands_in = Dialling()
    with patch("monitor.ui.screens.dial._dial", stands_in), hand_that_types():
        yield stands_in


async def open_dial(stage: Stage) -> None:
    await stage.press("3", "D")
    assert isinstance(stage.app.screen, DialScreen)
    await stage.until(lambda: stage.app.screen.prompt.is_asking)


async def type_by_hand(stage: Stage) -> None:
    for key in (*"dial", "enter"):
        await stage.press(key)


async def test_it_dials_from_the_network_namespace_that_is_shown_or_not_at_all(dialling: Dialling):
    blue = NamedNamespace(b"blue", is_process=False, is_gone=False)
    samples = [replace(sample, named=blue) for sample in machine_db1.samples()]
    asked: list[NamedNamespace | None] = []

    def refuse(sample: Sample) -> None:
        asked.append(sample.named)
        raise MonitorError("it may not be entered")

    with patch("monitor.ui.screens.dial._dial_from", refuse):
        async with monitor_of(FixedSource(samples, machine_db1.route_to)) as stage:
            await open_dial(stage)
            assert "(you), from this process in netns blue; the peer sees a connection" in stage.text
            await type_by_hand(stage)
            await stage.sees("it may not be entered")
    assert asked == [blue]
    assert dialling.dialled == []


async def test_the_word_typed_by_hand_dials_and_shows_prediction_and_what_came(dialling: Dialling):
    async with monitor_of(machine_db1.source()) as stage:
        await open_dial(stage)
        assert "a TCP handshake to 198.51.100.7:51834 over the network, no data; closed at once" in stage.text
        assert dialling.dialled == []
        await type_by_hand(stage)
        await stage.sees("✓ as predicted")
        assert dialling.dialled == [Endpoint.parse(REMOTE)]
        assert "connected  in 12ms" in stage.text
        assert "predicted  192.0.2.10" in stage.text
        assert "actual     192.0.2.10:40001  ✓ as predicted" in stage.text


async def test_it_is_never_waited_for_on_the_thread_that_draws(dialling: Dialling):
    async with monitor_of(machine_db1.source()) as stage:
        await open_dial(stage)
        await type_by_hand(stage)
        await stage.sees("✓ as predicted")
        assert dialling.threads != [threading.main_thread()]


async def test_another_source_than_predicted_is_said(dialling: Dialling):
    dialling.outcome = Dialled(connection("192.0.2.10:0"), connection("203.0.113.10:40001"), None, 0.012)
    async with monitor_of(machine_db1.source()) as stage:
        await open_dial(stage)
        await type_by_hand(stage)
        await stage.sees("actual     203.0.113.10:40001  ~ not as predicted")


async def test_what_connect_says_stands_in_words(dialling: Dialling):
    dialling.outcome = Dialled(connection("192.0.2.10:0"), None, KernelError(f"connect to {REMOTE}", 111), 0.0004)
    async with monitor_of(machine_db1.source()) as stage:
        await open_dial(stage)
        await type_by_hand(stage)
        await stage.sees("Connection refused (ECONNREFUSED), after 0.4ms")
        assert "192.0.2.10, not put to the proof" in stage.text


async def test_where_there_is_no_way_it_is_said_that_nothing_was_sent(dialling: Dialling):
    dialling.outcome = KernelError(f"find a way to {REMOTE}", 101)
    async with monitor_of(machine_db1.source()) as stage:
        await open_dial(stage)
        await type_by_hand(stage)
        await stage.sees("not sent   could not find a way to 198.51.100.7:51834: Network is unreachable")


@pytest.mark.parametrize("keys", ["", "DDDDD", "dia", "dialdial"])
async def test_nothing_else_dials(dialling: Dialling, keys: str):
    async with monitor_of(machine_db1.source()) as stage:
        await open_dial(stage)
        for key in (*keys, "enter"):
            await stage.press(key)
        await stage.sees("nothing was done: the word is dial")
        assert dialling.dialled == []


async def test_a_paste_does_not_dial(dialling: Dialling):
    async with monitor_of(machine_db1.source()) as stage:
        await open_dial(stage)
        stage.app.post_message(events.Paste("dial"))
        await stage.settle()
        await stage.press("enter")
        await stage.sees("nothing was done")
        assert dialling.dialled == []


async def test_keys_that_come_at_once_do_not_dial(dialling: Dialling):
    async with monitor_of(machine_db1.source()) as stage:
        await open_dial(stage)
        await stage.burst("dial\r")
        await stage.sees("nothing was done: dial came at once, as a paste does")
        assert dialling.dialled == []


async def test_a_burst_that_begins_with_the_key_itself_does_not_dial(dialling: Dialling):
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("3")
        await stage.burst("Ddial\r")
        await stage.until(lambda: isinstance(stage.app.screen, DialScreen))
        assert dialling.dialled == []


async def test_esc_sends_nothing_and_goes_back(dialling: Dialling):
    async with monitor_of(machine_db1.source()) as stage:
        await open_dial(stage)
        await stage.press("d", "escape")
        assert stage.app.screen is stage.main
        assert dialling.dialled == []


async def test_it_can_be_asked_again(dialling: Dialling):
    async with monitor_of(machine_db1.source()) as stage:
        await open_dial(stage)
        await stage.press("enter")
        await stage.press("D")
        await stage.until(lambda: stage.app.screen.prompt.is_asking)
        await type_by_hand(stage)
        await stage.sees("✓ as predicted")


async def test_what_of_the_question_a_connection_of_the_monitor_has_not_is_said(dialling: Dialling):
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("r", "ctrl+u")
        await stage.type("198.51.100.7:443 uid=4242 mark=7 dev=eth1 src=203.0.113.10 sport=53 tos=16")
        await stage.press("enter", "D")
        await stage.sees("uid 4242, mark 7, the interface it is bound to, its local address 203.0.113.10, its local")


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("198.51.100.7:53 udp", "only TCP can be dialled, and this is udp"),
        ("198.51.100.7", "no port is named; r takes address:port"),
    ],
)
async def test_what_cannot_be_dialled_is_said(dialling: Dialling, typed: str, reason: str):
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("r", "ctrl+u")
        await stage.type(typed)
        await stage.press("enter", "D")
        assert reason in stage.lines[-2]
        assert stage.app.screen is stage.main


async def test_a_listener_cannot_be_dialled_and_other_panes_have_no_such_key(dialling: Dialling):
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("1", "D")
        assert stage.app.screen is stage.main
        await stage.press("3", "D")
        assert "there is no remote endpoint to dial" in stage.lines[-2]


def mistake_of(*came_at: float) -> str | None:
    """What is said of a word whose four letters and Enter come at these moments."""
    word = TypedWord("dial")
    for place, moment in enumerate(came_at, 1):
        word.take("dial"[:place], moment)
    return word.mistake()


def test_the_time_from_the_first_letter_to_enter_counts():
    apart = LEAST_S / 4
    assert mistake_of(*(place * (apart + 0.001) for place in range(5))) is None
    assert "came at once" in (mistake_of(*(place * (apart - 0.001) for place in range(5))) or "")


def test_fa_14_a_paste_that_a_standing_screen_parts_in_two_is_still_a_paste():
    assert "came at once" in (mistake_of(1.0, 1.0, 2.0, 2.0, 2.0) or "")
    assert mistake_of(1.0, 1.0, 1.1, 1.2, 1.3) is None


def test_a_word_that_was_pasted_and_stood_for_long_is_still_pasted():
    word = TypedWord("dial")
    word.take("dial", 0.0)
    word.take("dial", 60.0)
    assert "came at once" in (word.mistake() or "")
    word.take("", 61.0)
    for place in range(1, 5):
        word.take("dial"[:place], 61.0 + place)
    word.take("dial", 66.0)
    assert word.mistake() is None
