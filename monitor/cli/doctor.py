"""fourtuple doctor: what is wrong on this machine, since when and whose fault; as text or JSON.

0  nothing is wrong
1  trouble was found, also where it is over
3  could not look
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Iterator
from contextlib import closing

from monitor.cli.output import write_json, write_lines
from monitor.model.finding import Finding, Grade
from monitor.model.sample import Interval, Sample
from monitor.presentation.doctor_lines import doctor_lines
from monitor.presentation.finding_document import doctor_document
from monitor.presentation.past_troubles import PastTrouble, PastTroubles
from monitor.reasoning.findings import Findings
from monitor.sampling.agreement import RouteAgreement
from monitor.sampling.event_log import EventLog
from monitor.sampling.intervals import advance
from monitor.sampling.live import LiveSource
from monitor.sampling.route_judging import judged

EXIT_NOTHING, EXIT_TROUBLE, EXIT_COULD_NOT_LOOK = 0, 1, 3

_DEFAULT_S = 5.0
_LONGEST_S = 24 * 3600.0
_PERIOD_S = 1.0
_TIME = re.compile(r"(\d+(?:\.\d+)?)(s|m|h)?")
_SECONDS = {None: 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


def describe(parser: argparse.ArgumentParser) -> None:
    """Say what the command does, and add its options."""
    parser.description = (
        "Watch this machine's sockets for a while and say what is wrong, since when, whose side it is on, what to do, "
        "and how sure that is. Notes, which are often on purpose, follow in one line each."
    )
    parser.set_defaults(failed=EXIT_COULD_NOT_LOOK)
    parser.epilog = "Exit codes: 0 nothing wrong, 1 trouble found, 2 wrong arguments, 3 could not look."
    parser.add_argument(
        "--for",
        dest="watched_s",
        type=_time,
        default=_DEFAULT_S,
        metavar="TIME",
        help="how long to watch: 5s, 2m, 1h (5s). What grows slowly needs a minute",
    )


def run(arguments: argparse.Namespace) -> int:
    """Watch, and say what was found."""
    interval, findings, first, past = watch(arguments.watched_s)
    if arguments.json:
        over = [one.document for one in past]
        write_json({**doctor_document(findings, interval, first), "over": over})
    else:
        write_lines(doctor_lines(findings, interval, first, past))
    is_trouble = bool(past) or any(finding.grade is Grade.TROUBLE for finding in findings)
    return EXIT_TROUBLE if is_trouble else EXIT_NOTHING


def watch(seconds: float) -> tuple[Interval, tuple[Finding, ...], Sample, tuple[PastTrouble, ...]]:
    """Read samples for so long; give the last interval, what is found in it, the first sample, and what is over."""
    reader, agreement, log, past = Findings(), RouteAgreement(), EventLog(), PastTroubles()
    with closing(LiveSource()) as source:
        interval = judged(advance(None, source.sample(time_wait=True)), agreement, source)
        start = time.monotonic()
        source.warm_up()
        first, found = interval.sample, reader.advance(interval, log.take(source.events(), interval))
        for _ in _ticks(start, seconds):
            source.audit()
            before = interval, found
            interval = judged(advance(interval, source.sample(time_wait=True)), agreement, source)
            found = reader.advance(interval, log.take(source.events(), interval))
            past.see(before, found)
    return interval, found, first, past.all


def _ticks(start: float, seconds: float) -> Iterator[None]:
    """Pass at every period from a moment on, and at the end; once at least."""
    end, now = start + seconds, time.monotonic()
    while True:
        time.sleep(max(0.0, min(_PERIOD_S - (now - start) % _PERIOD_S, end - now)))
        yield
        if (now := time.monotonic()) >= end:
            return


def _time(text: str) -> float:
    written = _TIME.fullmatch(text)
    seconds = float(written[1]) * _SECONDS[written[2]] if written else 0.0
    if not 1 <= seconds <= _LONGEST_S:
        raise argparse.ArgumentTypeError(f"{text!r} is no time from 1s to 24h, such as 30s or 5m")
    return seconds
