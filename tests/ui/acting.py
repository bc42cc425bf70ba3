"""What tests of actions share: a collector that answers as told, and a hand that types."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from types import SimpleNamespace
from unittest.mock import patch

from monitor.model.action import Asked, Caution, CloseAsked, Outcome, Prepared, SignalAsked, Supervisor, Target
from monitor.model.process import Process
from monitor.presentation.log import LogKind
from tests import machine_db1
from tests.scenes import TAKEN_AT, FixedSource
from tests.ui.stage import Stage

PROCESSES = {process.pid: process for process in machine_db1.PROCESSES}
SYSTEMD = Process(1, 1, b"systemd", 0)


@contextmanager
def hand_that_types() -> Iterator[None]:
    """Let every key come a second after the one before, and fields open at once."""
    ticks = count()
    with (
        patch("textual.message._time", SimpleNamespace(get_time=lambda: float(next(ticks)))),
        patch("monitor.ui.screens.confirm.ConfirmScreen.QUIET_S", 0.001),
        patch("monitor.ui.actions.LOOKS_S", (0.001, 0.002)),
    ):
        yield


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


def tell_a_story(stage: Stage) -> None:
    """Fill the log with what a night may bring."""
    journal = stage.app.journal
    journal.add_failure("the collector has ended; starting another collector")
    journal.take_sample(stage.app.interval.sample)
    journal.add(LogKind.NOTICE, "openings are not told: tracefs is not mounted")
    stage.age_s[0] += 61
    stage.app.tell_action("TERM was sent to proxy[990]")
    stage.age_s[0] += 1
    stage.app.tell_action("proxy[990] has ended")
    pair = "tcp 192.0.2.10:8080 ← 198.51.100.7:51834"
    stage.app.tell_action(f"{pair} was closed")
    stage.age_s[0] = 0
