"""What the real collector process takes: memory, and bytes on its stream."""

from __future__ import annotations

import time
from pathlib import Path

from monitor.sampling.collector_process import CollectorProcess
from monitor.sampling.stream import StreamSource
from tests.benchmarks.figures import Figure
from tests.benchmarks.load import RunningLoad

SAMPLES = 5
PERIOD_S = 1.0
_MEGABYTE = 1_000_000
_MOST_MEGABYTES = {10_000: 65.0, 100_000: 100.0}
_MOST_BYTES = {10_000: 120.0, 100_000: 120.0}


def measure(held: RunningLoad, rounds: int) -> list[Figure]:
    """Take some samples inside the load's namespace, at rest and then while one row in a hundred changes a second."""
    del rounds
    rows = held.load.rows
    process = CollectorProcess()
    source = StreamSource.to(process)
    try:
        number = len(source.sample().table)
        first = _bytes_written(process.pid)
        at_rest = _bytes_a_row(source, process.pid)
        held.turn_over(rows / 100)
        try:
            in_turnover = _bytes_a_row(source, process.pid)
        finally:
            held.turn_over(0)
        resident, most = _resident_megabytes(process.pid, "VmRSS"), _resident_megabytes(process.pid, "VmHWM")
    finally:
        source.close()
    goal = _MOST_BYTES.get(rows)
    return [
        Figure("memory of the collector", rows, resident, _MOST_MEGABYTES.get(rows), "MB", f"{most:.0f} at most"),
        Figure("stream, first sample", rows, first / number, None, "bytes a row"),
        Figure("stream, nothing changed", rows, at_rest, goal, "bytes a row"),
        Figure("stream, 1 % of the rows replaced a second", rows, in_turnover, goal, "bytes a row"),
    ]


def _bytes_a_row(source: StreamSource, pid: int) -> float:
    before, rows = _bytes_written(pid), 0
    for _ in range(SAMPLES):
        time.sleep(PERIOD_S)
        rows += len(source.sample().table)
    return (_bytes_written(pid) - before) / rows


def _bytes_written(pid: int) -> int:
    """Count what a process has written to pipes and files; netlink does not count."""
    return _number(Path(f"/proc/{pid}/io"), "wchar")


def _resident_megabytes(pid: int, what: str) -> float:
    return _number(Path(f"/proc/{pid}/status"), what) * 1024 / _MEGABYTE


def _number(path: Path, name: str) -> int:
    fields = dict(line.split(":", 1) for line in path.read_text("ascii").splitlines())
    return int(fields[name].split()[0])
