"""Whether the sample of a load at rest is complete and right: as ss and as the processes themselves say."""

from __future__ import annotations

import shutil

from monitor.sampling.intervals import advance
from monitor.sampling.live import LiveSource
from tests.benchmarks.figures import Figure
from tests.benchmarks.load import RunningLoad
from tests.ss_rows import our_rows, ss_rows


def measure(held: RunningLoad, rounds: int) -> list[Figure]:
    """Count mistakes in one sample, inside the load's namespace; more rounds of a load at rest would tell no more."""
    del rounds
    held.truth.update()
    source = LiveSource()
    try:
        interval = advance(None, source.sample())
    finally:
        source.close()
    mistakes = held.truth.mistakes(interval, held.truth.update())
    counts = {
        "rows unlike the word of the processes": mistakes.absent + mistakes.strange,
        "rows with a wrong owner or none": mistakes.wrong + mistakes.ownerless,
    }
    if ss := shutil.which("ss"):
        rows = ss_rows(ss, "-tae") | ss_rows(ss, "-uae")
        theirs = {(cookie, row) for cookie, row in rows.items() if row[0] != "TIME-WAIT"}
        counts["rows unlike those of `ss`"] = len(our_rows(interval.sample.table).items() ^ theirs)
    detail = f"of {len(interval.table):,}"
    return [Figure(what, held.load.rows, number, 0, "", detail, is_count=True) for what, number in counts.items()]
