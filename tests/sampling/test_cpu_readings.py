"""Shares of a processor from what a process had used in all whenever it was asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.sampling.cpu_readings import CpuReadings
from tests.machine_db1 import FACTS

PROXY = FACTS[990]
KEY = (990, PROXY.process.start_time)


def readings(*pairs: tuple[float, float | None]) -> CpuReadings:
    made = CpuReadings()
    for read_at, used in pairs:
        made.add(replace(PROXY, read_at=read_at, cpu_seconds=used))
    return made


def test_one_reading_tells_no_share():
    assert len(readings((10.0, 5.0)).shares(*KEY)) == 0
    assert len(CpuReadings().shares(*KEY)) == 0


def test_a_share_is_a_mean_over_five_seconds_where_it_can_be():
    shares = readings(*((float(at), at * 0.25 + (1.0 if at >= 8 else 0.0)) for at in range(10))).shares(*KEY)
    assert shares.boot_times.tolist() == [float(at) for at in range(1, 10)]
    assert shares.values[:7].tolist() == pytest.approx([0.25] * 7)
    assert shares.last == pytest.approx(0.25 + 1.0 / 5)


def test_several_processors_are_more_than_one():
    assert readings((0.0, 0.0), (1.0, 3.5)).shares(*KEY).last == pytest.approx(3.5)


def test_what_was_not_read_is_no_reading():
    assert len(readings((0.0, 1.0), (1.0, None)).shares(*KEY)) == 0


def test_a_reading_of_the_same_moment_is_taken_once():
    assert len(readings((1.0, 1.0), (1.0, 2.0), (2.0, 3.0)).shares(*KEY)) == 1


def test_another_process_of_the_same_pid_has_readings_of_its_own():
    made = readings((0.0, 0.0), (1.0, 0.5))
    assert len(made.shares(990, 7)) == 0


def test_old_readings_and_processes_are_forgotten():
    made = readings(*((float(at), 0.0) for at in range(1000)))
    assert len(made.shares(*KEY)) == 120
    for pid in range(1, 40):
        made.add(replace(PROXY, process=replace(PROXY.process, pid=pid), read_at=1.0))
    assert len(made._used._of) == 16
