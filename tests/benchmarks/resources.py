"""What the running program takes: memory of the interface's process, and processor time of both when little happens."""

from __future__ import annotations

import time
from pathlib import Path

from tests.benchmarks.bare_app import WITH_ARRAYS
from tests.benchmarks.figures import Figure
from tests.benchmarks.load import Load, RunningLoad, running
from tests.benchmarks.running_monitor import settled_cursor, start_bare_app, start_monitor
from tests.benchmarks.watched_terminal import WatchedTerminal

PERIOD_S = 1.0
MEMORY_AFTER_S = 8.0
IDLE_S = 20.0
IDLE_ROWS = 1_000
_MOST_MEMORY = {10_000: 1.5, 100_000: 2.0}
_MOST_IDLE_PERCENT = 8.0
_KIBIBYTE_IN_MB = 1024 / 1_000_000


def measure_memory(held: RunningLoad, rounds: int) -> list[Figure]:
    """Look at the process that shows the load, some samples and keys after its start, and at a bare app."""
    del rounds
    rows = held.load.rows
    with start_bare_app(WITH_ARRAYS) as terminal:
        bare = _resident_mb(terminal.pid)
    terminal, _ = start_monitor("--period", str(PERIOD_S))
    with terminal:
        settled_cursor(terminal)
        terminal.press("pagedown", "end", "home")
        terminal.drain(MEMORY_AFTER_S)
        ours = _resident_mb(terminal.pid)
    detail = f"{ours:.0f} : {bare:.0f} MB"
    what = "memory of the monitor : bare app with numpy and msgspec"
    return [Figure(what, rows, ours / bare, _MOST_MEMORY.get(rows), detail=detail)]


def measure_idle(rounds: int) -> list[Figure]:
    """Leave the program alone with a thousand sockets."""
    del rounds
    with running(Load(IDLE_ROWS)) as held, held.entered():
        terminal, _ = start_monitor("--period", str(PERIOD_S))
        with terminal:
            settled_cursor(terminal)
            screen, collector = _percent_of_a_core(terminal)
    detail = f"{screen:.1f} and {collector:.1f}"
    what = "idle, a sample a second: monitor and collector"
    return [Figure(what, IDLE_ROWS, screen + collector, _MOST_IDLE_PERCENT, "% of a core", detail)]


def _percent_of_a_core(terminal: WatchedTerminal) -> tuple[float, float]:
    """Give what the monitor and its collector take while somebody reads the terminal."""
    pids = (terminal.pid, *_children(terminal.pid))
    started, before = time.perf_counter(), [_cpu_s(pid) for pid in pids]
    terminal.drain(IDLE_S)
    elapsed = time.perf_counter() - started
    # Two of them, or this fails: a collector that is not found would count as one that takes nothing.
    screen, collector = (100 * (_cpu_s(pid) - was) / elapsed for pid, was in zip(pids, before, strict=True))
    return screen, collector


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


def _cpu_s(pid: int) -> float:
    """Add up the time that all living threads of a process have run; finer than the ticks of /proc/PID/stat."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text("ascii").split()[0]) for task in tasks) / 1e9


def _resident_mb(pid: int) -> float:
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines())
    return int(status["VmRSS"].split()[0]) * _KIBIBYTE_IN_MB
