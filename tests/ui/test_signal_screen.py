"""`K`: what is shown before a process is signalled, what it takes to confirm, and what is said of the result."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual import events

from monitor.errors import SourceError
from monitor.model.action import (
    Caution,
    Outcome,
    Result,
    Right,
    Signal,
    SignalAsked,
    Supervisor,
    SupervisorKind,
)
from monitor.model.process import Process
from monitor.ui.row_actions import ask_signal
from monitor.ui.screens.choose import ChooseProcess
from monitor.ui.screens.signal import SignalScreen
from tests import machine_db1
from tests.scenes import ANY, FixedSource, row, sample_of
from tests.ui.acting import PROCESSES, asked_for, done, hand_that_types, prepares, target_of, type_by_hand
from tests.ui.stage import Stage, keys_in_one_piece, monitor_of

SENT, EXITED, RUNNING = (Outcome(result) for result in (Result.SENT, Result.EXITED, Result.STILL_RUNNING))


@pytest.fixture
def source() -> Iterator[FixedSource]:
    """db1, whose processes end when they are asked to."""
    made = machine_db1.source()
    prepares(made)
    made.outcomes = [SENT, EXITED]
    with hand_that_types():
        yield made


def log_of(stage: Stage) -> list[str]:
    return [entry.text for entry in stage.app.journal.entries if entry.kind == "action"]


async def open_signal(stage: Stage) -> None:
    """Open it for proxy[990], a listener's only owner."""
    await stage.press("1", "K")
    assert isinstance(stage.app.screen, SignalScreen)


async def test_the_typed_pid_sends_term_and_what_became_of_it_is_said_and_kept(source: FixedSource):
    async with monitor_of(source) as stage:
        await open_signal(stage)
        await stage.sees("SIGTERM, which asks it to end")
        assert done(source) == []
        await type_by_hand(stage, "990")
        await stage.sees("result     proxy[990] has ended")
        assert done(source) == [1]
        assert "proxy[990] has ended" in stage.lines[-2]
        assert log_of(stage) == ["TERM was sent to proxy[990]", "proxy[990] has ended"]
        (asked,) = asked_for(source)
        assert isinstance(asked, SignalAsked)
        assert asked.signal is Signal.TERM


async def test_it_shows_what_the_process_is_and_holds_and_who_else_holds_its_listeners(source: FixedSource):
    async with monitor_of(source, (160, 40)) as stage:
        stage.app.drill_down.show_process(812)
        await stage.sees("up 14d")
        await stage.press("K")
        await stage.sees("Signal nginx[812]")
        await stage.sees("/usr/sbin/nginx · app (uid 33) · up 1h · sleeping")
        assert "systemd[1] › nginx[812]" in stage.line_with("parents")
        assert "shared with nginx[813], nginx[814], nginx[815]: ending one does not free the port" in stage.text
        assert "holds" in stage.text


async def test_a_process_of_which_no_socket_could_be_read_is_not_said_to_hold_none():
    lone = row("tcp", "192.0.2.10:443", "198.51.100.7:5", "ESTAB", owner=(812, 3))
    hiding = FixedSource([sample_of([lone], hidden=3)])
    prepares(hiding)
    async with monitor_of(hiding, samples=1) as stage:
        ask_signal(stage.app, PROCESSES[990])
        await stage.sees("holds      no socket, as far as is known: 3 processes may not be read")


async def test_secrets_in_the_command_line_stay_masked(source: FixedSource):
    process = Process(990, 14_100, b"proxy", 1001, None, b"proxy\0--token\0hunter2")
    prepares(source)
    prepared = source.prepared

    def with_secret(asked: SignalAsked) -> object:
        answer = prepared(asked)
        return type(answer)(answer.token, asked, (), 60.0, type(answer.target)(process, None, 0.0, "", None, ()))

    source.prepared = with_secret
    async with monitor_of(source) as stage:
        await open_signal(stage)
        await stage.sees("--token •••")
        assert "hunter2" not in stage.text


async def test_of_a_shared_listener_the_owners_are_offered_and_never_a_client(source: FixedSource):
    async with monitor_of(source) as stage:
        await stage.press("1")
        await stage.type("/nginx")
        await stage.press("enter", "K")
        assert isinstance(stage.app.screen, ChooseProcess)
        offered = {process.pid for process in stage.app.screen._choices}
        interval = stage.app.interval
        waiting = interval.table.is_listener & (interval.owner_end > interval.owner_first)
        owners = {
            pid
            for listening in waiting.nonzero()[0]
            for pid in interval.owners.pid[interval.owner_first[listening] : interval.owner_end[listening]].tolist()
        }
        assert offered <= owners
        await stage.press("down", "enter")
        await stage.until(lambda: isinstance(stage.app.screen, SignalScreen))


@pytest.mark.parametrize("keys", ["", "99", "9900", "991", "yes", "KKKK"])
async def test_nothing_but_the_pid_confirms(source: FixedSource, keys: str):
    async with monitor_of(source) as stage:
        await open_signal(stage)
        await type_by_hand(stage, keys)
        await stage.sees("nothing was done")
        assert done(source) == []


async def test_fa_14_a_paste_does_not_confirm(source: FixedSource):
    async with monitor_of(source) as stage:
        await open_signal(stage)
        await stage.until(lambda: stage.app.screen.prompt.is_asking)
        stage.app.post_message(events.Paste("990"))
        await stage.settle()
        await stage.press("enter")
        await stage.sees("came at once")
        assert done(source) == []


async def test_fa_14_an_unbracketed_paste_with_the_opening_key_does_not_confirm(source: FixedSource):
    async with monitor_of(source) as stage:
        await stage.press("1")
        await stage.burst("K990\r\r")
        await stage.until(lambda: stage.app.screen.prompt.is_asking)
        assert done(source) == []


async def test_fa_14_what_came_in_one_piece_is_a_paste_however_long_the_screen_takes_for_each_key(source: FixedSource):
    async with monitor_of(source) as stage:
        await open_signal(stage)
        await stage.until(lambda: stage.app.screen.prompt.is_asking)
        for key in keys_in_one_piece("990\r"):
            # Whatever is slow here, the keys stand in a queue of the monitor's own meanwhile.
            stage.app.post_message(key)
            await stage.next_sample()
        await stage.sees("came at once")
        assert done(source) == []


async def test_fa_14_double_enter_and_a_held_key_act_once(source: FixedSource):
    async with monitor_of(source) as stage:
        await open_signal(stage)
        await stage.until(lambda: stage.app.screen.prompt.is_asking)
        await stage.press(*["K"] * 5, "enter", "enter")
        await stage.sees("nothing was done")
        assert done(source) == []
        await stage.press("K")
        await type_by_hand(stage, "990")
        await stage.press("enter", "enter")
        await stage.sees("has ended")
        assert len(done(source)) == 1


async def test_fa_14_keys_before_the_field_opens_go_nowhere(source: FixedSource, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("monitor.ui.screens.confirm.ConfirmScreen.QUIET_S", 3_600.0)
    async with monitor_of(source) as stage:
        await open_signal(stage)
        await stage.sees("SIGTERM, which")
        await stage.press(*"990", "enter")
        assert not stage.app.screen.prompt.is_asking
        assert done(source) == []


async def test_fa_03_another_program_is_shown_again_and_asked_for_anew(source: FixedSource):
    source.outcomes = [Outcome(Result.CHANGED), SENT, EXITED]
    async with monitor_of(source) as stage:
        await open_signal(stage)
        await type_by_hand(stage, "990")
        await stage.sees("proxy[990] has changed: another program, or another process; nothing was sent")
        assert len(asked_for(source)) == 2
        await type_by_hand(stage, "990")
        await stage.sees("proxy[990] has ended")
        assert done(source) == [1, 2]


async def test_fa_05_what_one_would_regret_takes_more_words(source: FixedSource):
    prepares(source, Caution.ANCESTOR, Caution.OWN_SESSION)
    async with monitor_of(source) as stage:
        await open_signal(stage)
        await stage.sees("the monitor was started by it")
        assert "it carries the ssh connection by which you are here" in stage.text
        await type_by_hand(stage, "990")
        await stage.sees("the word is 990 parent session")
        assert done(source) == []
        await stage.press("K")
        await type_by_hand(stage, "990 parent session")
        await stage.sees("has ended")
        assert len(done(source)) == 1


async def test_fa_06_a_refusal_names_the_right_that_is_needed(source: FixedSource):
    source.outcomes = [Outcome(Result.NOT_PERMITTED, 1, Right.KILL)]
    async with monitor_of(source) as stage:
        await open_signal(stage)
        await type_by_hand(stage, "990")
        await stage.sees("not permitted for proxy[990]: it takes CAP_KILL over the process, or to be its user")


async def test_fa_07_who_ignores_term_still_runs_and_kill_is_offered_and_asked_for_again(source: FixedSource):
    source.outcomes = [SENT, RUNNING]
    async with monitor_of(source) as stage:
        await open_signal(stage)
        await type_by_hand(stage, "990")
        await stage.sees("proxy[990] is still running 3 s after TERM")
        assert "K asks whether to send KILL" in stage.text
        assert [asked.signal for asked in asked_for(source)] == [Signal.TERM]
        source.outcomes = [SENT, EXITED]
        await stage.press("K")
        await stage.sees("SIGKILL, which ends it at once")
        assert "proxy[990] is still running 3 s after TERM" in stage.text
        assert done(source) == [1]
        await type_by_hand(stage, "990")
        await stage.sees("proxy[990] has ended")
        assert [asked.signal for asked in asked_for(source)] == [Signal.TERM, Signal.KILL]


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (Result.ALREADY_GONE, "proxy[990] is already gone; nothing was sent"),
        (Result.ZOMBIE, "proxy[990] is already dead, waiting for its parent; nothing was sent"),
        (Result.KERNEL_THREAD, "is part of the kernel"),
        (Result.READ_ONLY, "started with --read-only"),
    ],
)
async def test_fa_01_and_fa_04_what_cannot_be_signalled_says_so_and_asks_nothing(
    source: FixedSource, result: Result, said: str
):
    source.prepared = lambda _: Outcome(result)
    async with monitor_of(source) as stage:
        await open_signal(stage)
        await stage.sees(said)
        await stage.press(*"990", "enter")
        assert done(source) == []


async def test_who_will_start_it_again_is_named(source: FixedSource):
    supervisor = Supervisor(SupervisorKind.SYSTEMD, "proxy.service", None)
    prepares(source, Caution.SUPERVISED, supervisor=supervisor)
    async with monitor_of(source) as stage:
        await open_signal(stage)
        await stage.sees("systemd may start it again: proxy.service")


async def test_the_result_is_said_on_the_screen_that_one_has_gone_on_to(source: FixedSource):
    async with monitor_of(source) as stage:
        await open_signal(stage)
        await type_by_hand(stage, "990")
        await stage.press("q")
        assert stage.app.screen is stage.main
        await stage.sees("proxy[990] has ended")


async def test_fa_12_the_process_is_that_of_the_row_when_the_key_was_pressed(source: FixedSource):
    first = row("tcp", "0.0.0.0:22", ANY, "LISTEN", owner=(812, 3))
    other = row("tcp", "0.0.0.0:21", ANY, "LISTEN", owner=(990, 3))
    samples = [sample_of([first]), sample_of([other, first], 5), sample_of([other], 10)]
    moving = FixedSource(samples)
    prepares(moving)
    moving.outcomes = [SENT, EXITED]
    async with monitor_of(moving, samples=1) as stage:
        await stage.press("1", "K")
        await stage.next_sample()
        await stage.next_sample()
        await type_by_hand(stage, "812")
        await stage.sees("has ended")
        (asked,) = asked_for(moving)
        assert asked.process.pid == 812


async def test_a_socket_without_a_known_owner_says_why():
    lone = row("tcp", "192.0.2.10:443", "198.51.100.7:5", "ESTAB", uid=33)
    async with monitor_of(FixedSource([sample_of([lone], hidden=3)]), samples=1) as stage:
        await stage.press("K")
        assert "192.0.2.10:443: owner hidden: its process may not be read by this user" in stage.lines[-2]
        assert stage.app.screen is stage.main


async def test_of_a_group_with_several_endpoints_none_is_said_to_be_held_by_all():
    rows = [
        row("tcp", f"192.0.2.10:{port}", "198.51.100.7:443", "ESTAB", owner=(pid, 3))
        for port, pid in ((1000, 812), (1001, 990))
    ]
    async with monitor_of(FixedSource([sample_of(rows)]), samples=1) as stage:
        await stage.press("t", "r", "K")
        assert isinstance(stage.app.screen, ChooseProcess)
        assert "2 processes hold these 2 sockets: which one is to be signalled?" in stage.text


async def test_of_a_group_without_owners_every_reason_is_given():
    rows = [
        row("tcp", "0.0.0.0:443", ANY, "LISTEN", owner=(812, 3)),
        row("tcp", "0.0.0.0:443", ANY, "LISTEN", owner=(813, 3)),
        row("tcp", "192.0.2.10:443", "198.51.100.7:5", "ESTAB", uid=33),
        row("tcp", "192.0.2.10:443", "198.51.100.7:6", "ESTAB", inode=0),
        row("tcp", "192.0.2.10:1000", "198.51.100.7:7", "ESTAB", uid=33),
    ]
    async with monitor_of(FixedSource([sample_of(rows, hidden=3)]), samples=1) as stage:
        await stage.press("t", "r", "K")
        assert "these 3 sockets: owner hidden" in stage.lines[-2]
        assert "; or waits in the accept queue of one" in stage.lines[-2]


async def test_a_collector_that_dies_meanwhile_leaves_it_open_what_was_done(source: FixedSource):
    def gone(token: int) -> Outcome:
        source.questions.append(("confirm", token))
        raise SourceError("the collector has ended")

    source.confirm = gone
    async with monitor_of(source) as stage:
        await open_signal(stage)
        await type_by_hand(stage, "990")
        await stage.until(lambda: any("whether anything was done is not known" in text for text in log_of(stage)))
        assert done(source) == [1]


async def test_what_became_of_it_is_not_known_where_the_collector_ended_after_the_signal(source: FixedSource):
    source.outcomes = [SENT, Outcome(Result.FORGOTTEN)]
    async with monitor_of(source) as stage:
        await open_signal(stage)
        await type_by_hand(stage, "990")
        await stage.sees("what became of proxy[990] is not known")


async def test_hostile_names_stay_one_line_of_text(source: FixedSource):
    process = Process(990, 14_100, b"\x1b]52;c;x\x07[bold]", 1001)
    prepares(source)
    source.prepared = lambda asked: type(prepared_of(asked))(1, asked, (), 60.0, target_with(process))
    async with monitor_of(source, (200, 50)) as stage:
        await open_signal(stage)
        await stage.sees(r"\x1b]52;c;x\x07[bold][990]")


def prepared_of(asked: SignalAsked) -> object:
    source = FixedSource([])
    prepares(source)
    return source.prepared(asked)


def target_with(process: Process) -> object:
    made = target_of(process.pid)
    return type(made)(process, made.user, made.started_at, made.status, made.unit, made.parents)


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (200, 50)])
async def test_every_size_is_survived(source: FixedSource, size: tuple[int, int]):
    async with monitor_of(source, size) as stage:
        await open_signal(stage)
        await stage.until(lambda: stage.app.screen.prompt.is_asking)
        await stage.press("escape")
        assert stage.app.screen is stage.main
        assert done(source) == []
