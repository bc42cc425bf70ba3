"""fourtuple watch: what happens to the sockets of a filter, a line each, until it is told to stop.

Ends with 0 on SIGINT, SIGTERM and a pipe that nobody reads any more.
"""

from __future__ import annotations

import argparse
import os
import select
import signal
import sys
import time
from contextlib import closing
from dataclasses import replace
from types import FrameType
from typing import Self

from monitor.cli.output import write_json, write_lines
from monitor.errors import KernelError, MonitorError, WireError
from monitor.model.event_list import EventList
from monitor.model.sample import Interval
from monitor.presentation.filter_narrowing import lasting_narrowing_of
from monitor.presentation.filter_needs import needs_findings, needs_routes
from monitor.presentation.filters import Filter, parse
from monitor.presentation.watching import Watch
from monitor.sampling.event_log import EventLog
from monitor.sampling.intervals import advance
from monitor.sampling.live import LiveSource

_PERIOD_S = 1.0
_SHORTEST_S, _LONGEST_S = 0.1, 3_600.0
_STOPS = (signal.SIGINT, signal.SIGTERM)


def describe(parser: argparse.ArgumentParser) -> None:
    """Say what the command does, and add its options."""
    parser.description = (
        "Print a line for each socket that is opened, closed or changed, as it happens: of a change what was and what "
        "is, of a close how it ended and its final counters. With --json one document a line."
    )
    parser.epilog = (
        "A change is told if the socket matched the filter before or matches it after; so is that it begins or ceases "
        "to match. What could not be seen is a line too (missed). Ends with 0 on Ctrl+C, SIGTERM and a closed pipe."
    )
    parser.add_argument("filter", nargs="*", metavar="FILTER", help="only sockets that match, such as: nginx :443")
    parser.add_argument(
        "--period",
        dest="watch_period",
        type=_period,
        default=_PERIOD_S,
        metavar="SECONDS",
        help="between two samples, 0.1 to 3600 (1)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Watch until it is told to stop.

    Raises:
        InputError: the filter cannot be understood.
        KernelError: the sockets cannot be listed at all.
    """
    tree = parse(" ".join(arguments.filter))
    watch = Watch(tree)
    # What is wrong with a socket is seen by others.
    narrowing = None if needs_findings(tree) else lasting_narrowing_of(tree)
    with _Stop() as stop, closing(LiveSource()) as source:
        if narrowing is not None:
            source.follow(narrowing)
        reading = _Reading(source, tree)
        while True:
            began = time.monotonic()
            for happening in watch.advance(*reading.next()):
                if arguments.json:
                    write_json(happening.document())
                else:
                    write_lines([happening.line()])
            if stop.comes_within(max(0.0, arguments.watch_period - (time.monotonic() - began))):
                return 0


class _Reading:
    """Reads samples and events, and what the filter asks for beside them."""

    def __init__(self, source: LiveSource, tree: Filter) -> None:
        self._source = source
        self._log = EventLog()
        self._interval: Interval | None = None
        self._agreement = None
        self._findings = None
        if needs_routes(tree):
            from monitor.sampling.agreement import RouteAgreement  # noqa: PLC0415 - few filters ask for it

            self._agreement = RouteAgreement()
        if needs_findings(tree):
            from monitor.reasoning.findings import Findings  # noqa: PLC0415 - as above

            self._findings = Findings()

    def next(self) -> tuple[Interval, EventList]:
        """Give the newest interval and the events until then; a sample that fails leaves the last interval.

        Raises:
            MonitorError: there was none before.
        """
        try:
            interval = advance(self._interval, self._source.sample(time_wait=True))
        except (KernelError, WireError):
            if self._interval is None:
                raise
            interval = self._interval
        if self._interval is None:
            self._source.warm_up()
        else:
            self._source.audit()
        if self._agreement is not None:
            from monitor.sampling.route_judging import judged  # noqa: PLC0415 - as above

            interval = judged(interval, self._agreement, self._source)
        events = self._log.take(self._source.events(), interval)
        if self._findings is not None:
            interval = replace(interval, findings=self._findings.advance(interval, events))
        self._interval = interval
        return interval, events


class _Stop:
    """Hears that it is time to end: a signal, the second of which acts as if nobody heard, or a closed pipe."""

    def __init__(self) -> None:
        self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._waits_on = select.poll()
        self._waits_on.register(self._wake, select.POLLIN)
        if sys.stdout is None:
            raise MonitorError("could not write the answer: standard output is closed")
        # Without events that are asked for, poll still tells that nobody reads any more.
        self._waits_on.register(sys.stdout.fileno(), 0)

    def __enter__(self) -> Self:
        self._former = {number: signal.signal(number, self._heard) for number in _STOPS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, former in self._former.items():
            signal.signal(number, former)
        os.close(self._wake)

    def comes_within(self, seconds: float) -> bool:
        """Wait so long for it."""
        return bool(self._waits_on.poll(seconds * 1_000))

    def _heard(self, number: int, _: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        os.eventfd_write(self._wake, 1)


def _period(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds") from None
    if not _SHORTEST_S <= seconds <= _LONGEST_S:
        raise argparse.ArgumentTypeError(f"{text} is not between 0.1 and 3600 seconds")
    return seconds
