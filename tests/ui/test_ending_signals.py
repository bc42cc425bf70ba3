from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from monitor.ui import ending_signals
from monitor.ui.ending_signals import ENDING_SIGNALS, EndingSignals


class Ended(BaseException):
    """Stands for the end of the process."""


class Program:
    """Notes what it is asked to do."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.restored = 0
        self.signals = EndingSignals(self.asked.append, self.restore)

    def restore(self) -> None:
        self.restored += 1


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    def leave(code: int) -> None:
        raise Ended(code)

    monkeypatch.setattr(ending_signals.os, "_exit", leave)
    made = Program()
    made.signals.catch()
    try:
        yield made
    finally:
        made.signals.forget()


@pytest.mark.parametrize("number", ENDING_SIGNALS)
def test_the_first_signal_asks_for_an_end_in_order_and_sets_a_time_for_it(program: Program, number: signal.Signals):
    signal.raise_signal(number)
    assert program.asked == [number]
    assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= ending_signals.END_WITHIN_S
    assert program.restored == 0


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGALRM])
def test_the_second_signal_restores_the_terminal_and_ends_at_once(program: Program, second: signal.Signals):
    signal.raise_signal(signal.SIGTERM)
    with pytest.raises(Ended, match="143"):
        signal.raise_signal(second)
    assert program.restored == 1


def test_a_hang_up_that_comes_twice_ends_in_order(program: Program):
    signal.raise_signal(signal.SIGHUP)
    signal.raise_signal(signal.SIGHUP)
    assert program.asked == [signal.SIGHUP]
    assert program.restored == 0


def test_signals_are_left_as_they_were_found():
    before = [signal.getsignal(number) for number in (*ENDING_SIGNALS, signal.SIGALRM)]
    made = Program()
    made.signals.catch()
    made.signals.catch()
    made.signals.forget()
    assert [signal.getsignal(number) for number in (*ENDING_SIGNALS, signal.SIGALRM)] == before
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
