"""Samples while processes close and open connections all the time: rows beside ss, owners beside the processes."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from monitor.kernel import owners
from monitor.kernel.owners import OwnerReader
from monitor.sampling.collector_process import CollectorProcess
from monitor.sampling.intervals import advance
from monitor.sampling.live import LiveSource
from monitor.sampling.stream import StreamSource
from tests.benchmarks.load import Load, running
from tests.benchmarks.truth import Mistakes
from tests.ss_rows import our_rows, ss_rows

pytestmark = pytest.mark.kernel

SAMPLES = 3
ROWS = 5_000
ROWS_PER_SECOND = 500
"""A tenth of them, so that even two samples in a row differ."""
QUEUES = 6
"""Where they stand in a row of tests.ss_rows."""


@pytest.fixture(scope="module")
def load():
    if os.geteuid() != 0:
        pytest.skip("needs root")
    with running(Load(ROWS, processes=10, idle_processes=5)) as held:
        yield held


def live():
    return LiveSource()


def live_without_bpf():
    source = LiveSource()
    source._owners = OwnerReader(open_files=lambda: None)
    return source


def collector():
    return StreamSource.to(CollectorProcess())


@pytest.fixture(params=[live, live_without_bpf, collector])
def source(load, request):
    """One way to samples, in the namespace of the load."""
    with load.entered(), closing(request.param()) as opened:
        opened.sample()
        load.truth.update()
        load.turn_over(ROWS_PER_SECOND)
        yield opened
        load.turn_over(0)


def still(rows, cookies):
    """All but the queues: connections pass through those of the listeners."""
    return {cookie: (*rows[cookie][:QUEUES], *rows[cookie][QUEUES + 1 :]) for cookie in cookies if cookie in rows}


def test_every_socket_that_stays_is_sampled_as_ss_lists_it(load, source, program):
    ss = program("ss")
    for _ in range(SAMPLES):
        ours = our_rows(source.sample().table)
        theirs = ss_rows(ss, "-tae")
        stable = load.truth.update()
        assert len(stable) > ROWS / 10
        assert stable <= theirs.keys()
        assert still(ours, stable) == still(theirs, stable)


def test_no_row_is_missing_or_invented_and_no_owner_wrong(load, source):
    interval, made = None, len(load.truth.made)
    for _ in range(SAMPLES):
        interval = advance(interval, source.sample())
        mistakes = load.truth.mistakes(interval, load.truth.update())
        assert mistakes == Mistakes(0, 0, 0, ownerless=mistakes.ownerless)
    assert len(load.truth.made) > made


@pytest.mark.parametrize("make", [live, live_without_bpf])
def test_owners_that_turnover_hid_are_all_found_by_the_second_sample_after(load, monkeypatch, make):
    monkeypatch.setattr(owners, "SHORTEST_PAUSE_S", 0.0)
    monkeypatch.setattr(owners, "SEARCH_SHARE", 1e9)
    with load.entered(), closing(make()) as source:
        interval = advance(None, source.sample())
        load.turn_over(ROWS_PER_SECOND)
        for _ in range(SAMPLES):
            interval = advance(interval, source.sample())
        load.turn_over(0)
        load.truth.update()
        for _ in range(2):
            interval = advance(interval, source.sample())
        assert load.truth.mistakes(interval, load.truth.update()) == Mistakes(0, 0, 0, 0)


def test_the_processes_word_shows_a_planted_mistake(load):
    with load.entered(), closing(LiveSource()) as source:
        load.truth.update()
        interval = advance(None, source.sample())
        stable = load.truth.update()
    known, one = interval.owners, int(np.flatnonzero(np.isin(interval.table.cookie, list(stable)))[0])
    wrong = replace(known, pid=known.pid + np.uint32(1))
    ownerless = interval.owner_first.copy()
    ownerless[one] = interval.owner_end[one]
    assert load.truth.mistakes(replace(interval, owners=wrong), stable).wrong >= len(stable)
    assert load.truth.mistakes(replace(interval, owner_first=ownerless), stable).ownerless == 1
    assert load.truth.mistakes(interval, stable | {0}).absent == 1
