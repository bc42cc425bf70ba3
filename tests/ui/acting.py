"""What tests of actions share: a collector that answers as told, and a hand that types."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from unittest.mock import patch

from monitor.model.action import Asked, Caution, CloseAsked, Outcome, Prepared, SignalAsked, Supervisor, Target
from monitor.model.process import Process
from tests import machine_db1
from tests.scenes import TAKEN_AT, FixedSource
from tests.ui.stage import HandClock, Stage

PROCESSES = {process.pid: process for process in machine_db1.PROCESSES}
SYSTEMD = Process(1, 1, b"systemd", 0)


@contextmanager
def hand_that_types() -> Iterator[HandClock]:
    """Let a second pass whenever a typed word looks at the time, and fields open at once."""
    clock, ticks = HandClock(), count()
    clock.monotonic = lambda: float(next(ticks))
    with (
        patch("monitor.ui.typed_word.time", clock),
        patch("monitor.ui.screens.confirm.ConfirmScreen.QUIET_S", 0.001),
        patch("monitor.ui.actions.LOOKS_S", (0.001, 0.002)),
    ):
        yield clock


def prepares(source: FixedSource, *cautions: Caution, supervisor: Supervisor | None = None) -> None:
    """Let everything that is asked for be prepared, each under a token of its own."""
    tokens = count(1)

    def prepared(asked: Asked) -> Prepared | Outcome:
        target = target_of(asked.process.pid, supervisor) if isinstance(asked, SignalAsked) else None
        return Prepared(next(tokens), asked, cautions, 60.0, target)

    source.prepared = prepared


def target_of(pid: int, supervisor: Supervisor | None = None) -> Target:
    process = PROCESSES.get(pid) or Process(pid, pid, b"process-%d" % pid, 0)
    return Target(process, "app", TAKEN_AT - 3_600, "sleeping", None, (SYSTEMD,), supervisor=supervisor)


def done(source: FixedSource) -> list[int]:
    """The tokens that were confirmed, in order."""
    return [asked[1] for asked in source.questions if isinstance(asked, tuple) and asked[0] == "confirm"]


def asked_for(source: FixedSource) -> list[Asked]:
    """What was to be prepared, in order."""
    return [asked for asked in source.questions if isinstance(asked, SignalAsked | CloseAsked)]


async def type_by_hand(stage: Stage, word: str) -> None:
    """Type a word letter by letter once the field is open, and Enter."""
    await stage.until(lambda: stage.app.screen.prompt.is_asking)
    for key in (*word, "enter"):
        await stage.press({" ": "space"}.get(key, key))
