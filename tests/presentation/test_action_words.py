"""What actions do and what became of them, in words: every one of them has some, and none says more than is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.model.action import (
    NEEDS_TYPING,
    Caution,
    CloseAsked,
    Outcome,
    Prepared,
    Result,
    Right,
    Signal,
    SignalAsked,
    Supervisor,
    SupervisorKind,
)
from monitor.model.process import ProcessIdentity
from monitor.model.sockets import SocketId
from monitor.model.tcp import TcpState
from monitor.presentation.action_words import Deed, caution_text, confirming_word, outcome_text, sending_text
from tests.scenes import row, table_of
from tests.ui.acting import target_of

SIGNAL = Deed(SignalAsked(ProcessIdentity(990, 1, None), Signal.TERM), "proxy[990]")
PAIR = SocketId.of(table_of([row("tcp", "192.0.2.10:443", "198.51.100.7:5", "ESTAB")]), 0)
CLOSE = Deed(CloseAsked(PAIR, TcpState.ESTABLISHED), "tcp 192.0.2.10:443 ← 198.51.100.7:5")
DONE = {Result.SENT, Result.EXITED, Result.STILL_RUNNING, Result.CLOSED}


@pytest.mark.parametrize("deed", [SIGNAL, CLOSE], ids=["signal", "close"])
@pytest.mark.parametrize("result", list(Result))
def test_every_result_has_a_sentence_that_names_its_subject_or_the_reason(deed: Deed, result: Result):
    text = outcome_text(deed, Outcome(result, errno=95, needs=Right.KILL, state=int(TcpState.TIME_WAIT)))
    assert deed.subject in text or result is Result.READ_ONLY
    assert "{" not in text
    assert ("nothing was" in text) is (result not in DONE)


@pytest.mark.parametrize("right", list(Right))
def test_a_missing_right_is_named(right: Right):
    assert right.value in outcome_text(SIGNAL, Outcome(Result.NOT_PERMITTED, 1, right))


@pytest.mark.parametrize("caution", list(Caution))
def test_every_caution_has_words(caution: Caution):
    assert caution_text(caution, target_of(990, Supervisor(SupervisorKind.RUNIT, "runsv", None)))
    assert caution_text(caution, None)


@pytest.mark.parametrize("signal", list(Signal))
def test_every_signal_says_what_it_does(signal: Signal):
    assert f"SIG{signal.name}" in sending_text(signal)


def prepared(*cautions: Caution) -> Prepared:
    return Prepared(1, SIGNAL.asked, cautions, 60.0, None)


def test_fa_05_each_thing_that_one_would_regret_adds_a_word():
    words = {caution: confirming_word(prepared(caution), "990") for caution in NEEDS_TYPING}
    assert len(set(words.values())) == len(NEEDS_TYPING)
    assert all(len(word.split()) == 2 for word in words.values())
    assert confirming_word(prepared(*NEEDS_TYPING), "990").startswith("990 ")
    others = set(Caution) - NEEDS_TYPING
    assert {confirming_word(prepared(caution), "990") for caution in others} == {"990"}


@pytest.mark.parametrize("plain", ["7", "22", "8888"])
def test_fa_14_no_word_is_one_letter_that_a_held_key_repeats(plain: str):
    assert confirming_word(prepared(), plain) == f"yes {plain}"
    assert confirming_word(prepared(Caution.INIT), plain) == f"{plain} init"


@pytest.mark.parametrize(
    ("supervisor", "said"),
    [
        (Supervisor(SupervisorKind.SYSTEMD, "proxy.service", restarts=True), "systemd starts it again: proxy.service"),
        (Supervisor(SupervisorKind.SYSTEMD, "proxy.service", None), "systemd may start it again: proxy.service"),
        (Supervisor(SupervisorKind.CONTAINER, "conmon", None), "whose engine may start it again"),
        (Supervisor(SupervisorKind.RUNIT, "\x1b[2J", restarts=True), r"runit starts it again: \x1b[2J"),
    ],
)
def test_who_starts_it_again_is_named_as_surely_as_it_is_known(supervisor: Supervisor, said: str):
    assert said in caution_text(Caution.SUPERVISED, replace(target_of(990), supervisor=supervisor))


def test_the_pid_inside_a_container_is_told():
    assert caution_text(Caution.OTHER_PID_NAMESPACE, replace(target_of(990), inner_pids=(40, 7))).endswith(": 7")
