"""`X` and marks: which sockets are shown before they are closed, what confirms, and what is said of each."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest

from monitor.model.action import Asked, Caution, CloseAsked, Outcome, Prepared, Result, Right
from monitor.model.tcp import TcpState
from monitor.ui.screens.close import CloseScreen
from tests import machine_db1
from tests.scenes import ANY, FixedSource, Row, row, sample_of, traffic
from tests.ui.acting import asked_for, done, hand_that_types, prepares, type_by_hand
from tests.ui.stage import Stage, monitor_of

CLOSED = Outcome(Result.CLOSED)


@pytest.fixture
def source() -> Iterator[FixedSource]:
    """db1, whose sockets can be closed."""
    made = machine_db1.source()
    prepares(made)
    made.outcomes = [CLOSED]
    with hand_that_types():
        yield made


def connection(port: int, sent: int = 0, state: str = "ESTAB") -> Row:
    return row("tcp", "192.0.2.10:443", f"198.51.100.7:{port}", state, cookie=port, **traffic(sent=sent))


def log_of(stage: Stage) -> list[str]:
    return [entry.text for entry in stage.app.journal.entries if entry.kind == "action"]


def cookies_of(source: FixedSource) -> list[int]:
    return [asked.socket.cookie for asked in asked_for(source) if isinstance(asked, CloseAsked)]


async def test_the_remote_port_typed_closes_it_and_the_result_is_said_and_kept(source: FixedSource):
    async with monitor_of(source) as stage:
        await stage.press("X")
        await stage.sees("socket     tcp 192.0.2.10:8080 ← 198.51.100.7:51834 · ESTAB · nginx[812]")
        await type_by_hand(stage, "51834")
        await stage.sees("was closed")
        assert done(source) == [1]
        assert len(log_of(stage)) == 1


@pytest.mark.parametrize("word", ["", "yes", "8080", "5183"])
async def test_nothing_else_closes(source: FixedSource, word: str):
    async with monitor_of(source) as stage:
        await stage.press("X")
        await type_by_hand(stage, word)
        await stage.sees("nothing was done: the word is 51834")
        assert done(source) == []


async def test_fa_10_the_operators_own_session_takes_one_more_word(source: FixedSource):
    prepares(source, Caution.OWN_SESSION)
    async with monitor_of(source) as stage:
        await stage.press("X")
        await stage.sees("it carries the ssh connection by which you are here")
        await type_by_hand(stage, "51834")
        await stage.sees("the word is 51834 session")
        assert done(source) == []
        await stage.press("X")
        await type_by_hand(stage, "51834 session")
        await stage.sees("was closed")
        assert len(done(source)) == 1


async def test_fa_08_and_fa_09_a_socket_that_is_not_found_says_that_nothing_was_closed(source: FixedSource):
    source.outcomes = [Outcome(Result.GONE_OR_SHARED, 2)]
    async with monitor_of(source) as stage:
        await stage.press("X")
        await type_by_hand(stage, "51834")
        await stage.sees("is gone, or shares its port with others; nothing was closed")


async def test_the_missing_right_is_named(source: FixedSource):
    source.prepared = lambda _: Outcome(Result.NOT_PERMITTED, 1, Right.NET_ADMIN)
    async with monitor_of(source) as stage:
        await stage.press("X")
        await stage.sees("not permitted for it: it takes CAP_NET_ADMIN over the network namespace; nothing was closed")
        assert not stage.app.screen.prompt.is_asking


async def test_a_socket_in_another_state_is_shown_again_in_that(source: FixedSource):
    source.outcomes = [Outcome(Result.MOVED, state=int(TcpState.TIME_WAIT)), CLOSED]
    async with monitor_of(source) as stage:
        await stage.press("X")
        await type_by_hand(stage, "51834")
        await stage.sees("it is TIME-WAIT now; nothing was closed")
        await stage.press("X")
        await stage.sees("TIME-WAIT · nginx")
        await type_by_hand(stage, "51834")
        await stage.sees("was closed")
        assert [asked.state for asked in asked_for(source)] == [TcpState.ESTABLISHED, TcpState.TIME_WAIT]


async def test_all_that_would_be_closed_can_be_seen_while_the_word_is_typed(source: FixedSource):
    rows = [connection(port) for port in range(1001, 1031)]
    many = FixedSource([sample_of(rows)])
    prepares(many)
    async with monitor_of(many, (80, 24), samples=1) as stage:
        await stage.burst("m" * len(rows) + "X")
        await stage.sees("PgDn, PgUp: there is more")
        seen = set()
        for _ in range(3):
            seen |= {int(port) for port in re.findall(r"198\.51\.100\.7:(\d{4}) ·", stage.text)}
            await stage.press("pagedown")
        assert seen == set(range(1001, 1031))
        await stage.press(*["pageup"] * 2)
        assert "198.51.100.7:1001" in stage.text
        assert done(many) == []
        await type_by_hand(stage, "yes")
        await stage.until(lambda: len(done(many)) == len(rows))


async def test_marks_stand_in_the_rows_and_in_the_title():
    rows = [connection(port) for port in (1001, 1002, 1003)]
    async with monitor_of(FixedSource([sample_of(rows)]), samples=1) as stage:
        await stage.press("m", "m")
        assert "2 marked" in stage.line_with("2 Connections")
        assert [line[:1] for line in stage.lines if "198.51.100.7" in line and "ESTAB" in line] == ["*", "*", "▸"]
        await stage.press("up", "m")
        assert "1 marked" in stage.line_with("2 Connections")
        await stage.press("M")
        assert "marked" not in stage.line_with("2 Connections")


async def test_marks_are_said_where_there_is_one_pane_only():
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        await stage.press("m")
        assert "1 marked" in stage.lines[1]


async def test_fa_12_marks_and_the_dialog_follow_the_socket_and_not_the_row(source: FixedSource):
    first = [connection(1001, 10), connection(1002, 20), connection(1003, 30)]
    later = [connection(1003, 900_000), connection(1002, 20), connection(1001, 700_000), connection(1004, 5)]
    moving = FixedSource([sample_of(first), sample_of(later, 5), sample_of(later, 10)])
    prepares(moving)
    moving.outcomes = [CLOSED]
    async with monitor_of(moving, samples=1) as stage:
        pane = stage.main.connections
        wanted = pane.view.key_at(1)
        await stage.press("down", "m")
        await stage.next_sample()
        await stage.press("slash", *"1004", "enter", "X")
        await stage.next_sample()
        await type_by_hand(stage, str(wanted))
        await stage.sees("was closed")
        assert cookies_of(moving) == [wanted]


async def test_fa_13_each_of_several_has_its_own_result(source: FixedSource):
    rows = [connection(port) for port in (1001, 1002, 1003)]
    gone = FixedSource([sample_of(rows), sample_of(rows[1:], 5, closed=[1001])])
    tokens = iter(range(1, 9))

    def prepared(asked: Asked) -> Prepared | Outcome:
        is_gone = isinstance(asked, CloseAsked) and asked.socket.cookie == 1001
        return Outcome(Result.ALREADY_GONE) if is_gone else Prepared(next(tokens), asked, (), 60.0, None)

    gone.prepared = prepared
    gone.outcomes = [CLOSED, Outcome(Result.GONE_OR_SHARED, 2)]
    async with monitor_of(gone, samples=1) as stage:
        await stage.press("m", "m", "m")
        await stage.next_sample()
        await stage.press("X")
        await stage.sees("Close 3 sockets")
        await stage.sees("is already gone; nothing was closed")
        await type_by_hand(stage, "yes")
        await stage.sees("shares its port with others")
        assert stage.text.count("not closed ") == 2
        assert stage.text.count("it was closed") == 1
        assert len(log_of(stage)) == 2
        assert "1 of 3 closed; 6 lists what became of each" in stage.lines[-2]
        await stage.press("q")
        assert "marked" not in stage.line_with("2 Connections")


async def test_esc_closes_nothing_and_keeps_the_marks(source: FixedSource):
    async with monitor_of(source) as stage:
        await stage.press("m", "m", "X")
        await stage.until(lambda: stage.app.screen.prompt.is_asking)
        await stage.press("escape")
        assert stage.app.screen is stage.main
        assert "2 marked" in stage.line_with("2 Connections")
        assert done(source) == []


async def test_a_group_is_neither_marked_nor_closed_as_a_whole(source: FixedSource):
    async with monitor_of(source) as stage:
        await stage.press("t", "r", "m")
        assert "a group cannot be marked" in stage.lines[-2]
        await stage.press("X")
        assert "open it and choose one" in stage.lines[-2]
        assert stage.app.screen is stage.main


async def test_what_is_only_bound_is_neither_marked_nor_closed():
    bound = row("tcp", "192.0.2.10:9090", ANY, "BOUND", owner=(990, 4))
    other = row("tcp", "192.0.2.10:443", "198.51.100.7:5", "ESTAB")
    source = FixedSource([sample_of([bound, other]), sample_of([bound, other], 5)])
    async with monitor_of(source, samples=1) as stage:
        await stage.press("a")
        await stage.sees("BOUND")
        await stage.type("/state=bound")
        await stage.press("enter", "m")
        assert "it is only bound" in stage.lines[-2]
        assert not stage.main.connections.marked
        await stage.press("X")
        assert "it is only bound" in stage.lines[-2]
        assert stage.app.screen is stage.main


async def test_fa_14_a_burst_closes_nothing(source: FixedSource):
    async with monitor_of(source) as stage:
        await stage.burst("X51834\r\r")
        await stage.until(lambda: isinstance(stage.app.screen, CloseScreen))
        await stage.until(lambda: stage.app.screen.prompt.is_asking)
        assert done(source) == []


async def test_an_answer_that_comes_after_the_screen_was_left_asks_nothing(source: FixedSource):
    released, prepared = threading.Event(), source.prepared

    def late(asked: Asked) -> Prepared | Outcome:
        released.wait()
        return prepared(asked)

    source.prepared = late
    async with monitor_of(source) as stage:
        try:
            await stage.press("m", "m", "X")
            await stage.sees("looking at it")
            await stage.press("q")
            assert stage.app.screen is stage.main
        finally:
            released.set()
        await stage.until(lambda: len(asked_for(source)) == 2)
        await stage.next_sample()
        assert not stage.main.prompt.is_asking
        assert done(source) == []


async def test_results_that_come_after_the_screen_was_left_are_said_where_one_is(source: FixedSource):
    released = threading.Event()
    confirm = source.confirm

    def late(token: int) -> Outcome:
        released.wait()
        return confirm(token)

    source.confirm = late
    async with monitor_of(source) as stage:
        try:
            await stage.press("m", "m", "X")
            await type_by_hand(stage, "yes")
            await stage.press("q")
            assert stage.app.screen is stage.main
        finally:
            released.set()
        await stage.sees("2 of 2 closed; 6 lists what became of each")
        assert len(log_of(stage)) == 2


async def test_it_works_from_a_connections_own_screen(source: FixedSource):
    async with monitor_of(source) as stage:
        await stage.press("enter", "X")
        await type_by_hand(stage, "51834")
        await stage.sees("was closed")


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (200, 50)])
async def test_every_size_is_survived(source: FixedSource, size: tuple[int, int]):
    async with monitor_of(source, size) as stage:
        await stage.press("m", "m", "m", "X")
        await stage.until(lambda: stage.app.screen.prompt.is_asking)
        await stage.press("escape")
        assert stage.app.screen is stage.main
