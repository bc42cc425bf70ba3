"""Instances in tracefs: made, removed, and left where somebody else's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from monitor.kernel import trace_instance
from monitor.kernel.proc_files import process_directory, read_file
from monitor.kernel.process_identity import ProcessStat
from monitor.kernel.trace_instance import TraceInstance, find_tracefs
from monitor.kernel.transition_feed import TransitionFeed
from monitor.model.transitions import NoTransitions
from tests.kernel.feed_process import feed_process, instances_of
from tests.kernel.scripts import AS_NOBODY, PROJECT, run_script


def start_time(pid: int) -> int:
    with process_directory(pid) as inside:
        return ProcessStat.parse(read_file("stat", inside)).start_time


@pytest.fixture
def living() -> Iterator[int]:
    """Pid of a process that lives until the test ends."""
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        yield process.pid


@pytest.fixture
def dead() -> int:
    """Pid of a process that has been reaped."""
    with subprocess.Popen(["true"]) as process:
        process.wait()
    return process.pid


@pytest.fixture
def left_behind(tracefs: Path) -> Iterator[Callable[[str], Path]]:
    """Give a function that makes an instance as if somebody had left it; none is left after the test."""
    with ExitStack() as stack:

        def make(name: str) -> Path:
            path = tracefs / "instances" / name
            path.mkdir()
            stack.callback(remove, path)
            return path

        yield make


def remove(path: Path) -> None:
    with suppress(FileNotFoundError):
        path.rmdir()


def make_and_remove(tracefs: Path) -> None:
    TraceInstance.make(tracefs).remove()


@pytest.mark.kernel
def test_an_instance_of_a_dead_process_is_removed(tracefs, dead, left_behind):
    stale = left_behind(f"fourtuple-{dead}-1")
    make_and_remove(tracefs)
    assert not stale.exists()


@pytest.mark.kernel
def test_an_instance_of_a_living_process_is_left(tracefs, living, left_behind):
    owned = left_behind(f"fourtuple-{living}-{start_time(living)}")
    make_and_remove(tracefs)
    assert owned.exists()


@pytest.mark.kernel
def test_an_instance_is_removed_where_another_process_has_the_pid_of_its_maker(tracefs, living, left_behind):
    stale = left_behind(f"fourtuple-{living}-{start_time(living) - 1}")
    make_and_remove(tracefs)
    assert not stale.exists()


@pytest.mark.kernel
def test_an_instance_that_somebody_reads_is_left(tracefs, dead, left_behind):
    held = left_behind(f"fourtuple-{dead}-1")
    descriptor = os.open(held / "trace_pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        make_and_remove(tracefs)
        assert held.exists()
    finally:
        os.close(descriptor)


@pytest.mark.kernel
@pytest.mark.parametrize("name", ["fourtuple-5", "fourtuple-x-1", "fourtuple-{dead}-1-more", "my-fourtuple-{dead}-1"])
def test_an_instance_of_another_name_is_left(tracefs, dead, left_behind, name):
    foreign = left_behind(name.format(dead=dead))
    make_and_remove(tracefs)
    assert foreign.exists()


@pytest.mark.kernel
def test_nothing_is_left_of_an_instance_that_could_not_be_prepared(tracefs, monkeypatch):
    monkeypatch.setattr(trace_instance, "_LEAST_KB", -1)
    monkeypatch.setattr(trace_instance, "_MOST_KB", -1)
    with pytest.raises(OSError, match="Invalid argument"):
        TraceInstance.make(tracefs)
    assert not instances_of(tracefs, os.getpid())


@pytest.mark.kernel
def test_an_instance_is_gone_when_its_feed_is_closed(tracefs):
    feed = TransitionFeed.open(tracefs)
    assert isinstance(feed, TransitionFeed)
    assert instances_of(tracefs, os.getpid())
    feed.close()
    feed.close()
    assert not instances_of(tracefs, os.getpid())


@pytest.mark.kernel
def test_an_instance_is_gone_when_its_process_has_ended_without_closing(tracefs):
    with feed_process(tracefs) as process:
        assert instances_of(tracefs, process.pid)
    assert not instances_of(tracefs, process.pid)


@pytest.mark.kernel
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_an_instance_is_gone_when_a_signal_has_ended_its_process_in_order(tracefs, number):
    with feed_process(tracefs) as process:
        process.send_signal(number)
        assert process.wait(timeout=10) == 128 + number
    assert not instances_of(tracefs, process.pid)


@pytest.mark.kernel
def test_a_killed_process_records_no_more_and_the_next_feed_removes_its_instance(tracefs):
    with feed_process(tracefs) as process:
        (left,) = instances_of(tracefs, process.pid)
        assert (left / "tracing_on").read_text() == "1\n"
        process.kill()
    assert (left / "tracing_on").read_text() == "0\n"
    make_and_remove(tracefs)
    assert not left.exists()


def test_tracefs_is_found_where_it_is_mounted(tmp_path, monkeypatch):
    mounts = tmp_path / "mounts"
    monkeypatch.setattr(trace_instance, "_MOUNTS", mounts)
    mounts.write_text("debugfs /sys/kernel/debug debugfs rw 0 0\ntracefs /proc fuse.tracefs rw 0 0\n")
    assert find_tracefs() is None
    assert TransitionFeed.open() is NoTransitions.NOT_MOUNTED
    mounts.write_text("trace /a\\040b\\134 tracefs rw 0 0\n")
    assert find_tracefs() == Path("/a b\\")
    mounts.write_text("trace /other tracefs rw 0 0\ntracefs /sys/kernel/tracing tracefs rw 0 0\n")
    assert find_tracefs() == Path("/sys/kernel/tracing")


@pytest.mark.kernel
def test_a_kernel_without_the_event_says_so(as_root, tmp_path):
    assert TransitionFeed.open(tmp_path) is NoTransitions.NO_EVENT


@pytest.mark.kernel
def test_a_plain_user_is_told_that_it_takes_root(tracefs):
    source = f"""{AS_NOBODY}
import sys
from pathlib import Path
from monitor.kernel.transition_feed import TransitionFeed
become_nobody()
print(Path(sys.argv[1]).exists(), TransitionFeed.open(Path(sys.argv[1])))
"""
    argv = [sys.executable, "-c", source, str(tracefs)]
    answer = subprocess.run(argv, cwd=PROJECT, capture_output=True, check=True, text=True, pass_fds=[int(tracefs.name)])
    assert answer.stdout == f"True {NoTransitions.NOT_ROOT}\n"


@pytest.mark.kernel
def test_a_pid_namespace_of_its_own_is_told(tracefs, program):
    source = """
import sys
from pathlib import Path
from monitor.kernel.transition_feed import TransitionFeed
print(f'"{TransitionFeed.open(Path(sys.argv[1]))}"')
"""
    under = [program("unshare"), "--pid", "--fork", "--mount-proc"]
    assert run_script(source, "/", under=under) == NoTransitions.ELSEWHERE
