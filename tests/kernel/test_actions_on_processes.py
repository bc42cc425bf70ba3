"""Signals reach the process that was chosen, or nobody; and what is said of it beforehand and afterwards is true."""

from __future__ import annotations

import os
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.errors import KernelError
from monitor.kernel import targets
from monitor.kernel.actions import MOST_HELD, REMEMBERED_S, Actions
from monitor.kernel.process_identity import process_in
from monitor.kernel.processes import read_process
from monitor.model.action import Caution, Operator, Outcome, Prepared, Result, Right, Signal
from monitor.model.process import Process
from tests.identity_lab import NOBODY_ELSE, Child, in_pid_namespace, shell_and_monitor, signal_asked
from tests.kernel.scripts import AS_NOBODY, run_script
from tests.kernel.test_ended_first_thread import threads
from tests.waiting import wait_until

pytestmark = pytest.mark.kernel

IGNORES_TERM = "import signal, sys; signal.signal(15, signal.SIG_IGN); print(flush=True); signal.pause()"
BECOMES = "import os, sys; sys.stdin.readline(); os.execv(sys.argv[1], sys.argv[1:])"
RENAMES = "import ctypes, sys; input(); ctypes.CDLL(None).prctl(15, b'x', 0, 0, 0); print(flush=True); input()"

REUSED = """
import json
from monitor.kernel.actions import Actions
from monitor.model.action import Prepared
from tests.identity_lab import NOBODY_ELSE, Child, signal_asked
actions = Actions()
victim = Child.start_as(300)
seen = victim.read()
answer = actions.prepare(signal_asked(seen), NOBODY_ELSE) if {is_prepared} else None
victim.end()
bystander = Child.start_as(300, is_deaf=True)
if answer is None:
    outcome = actions.prepare(signal_asked(seen), NOBODY_ELSE)
else:
    assert isinstance(answer, Prepared)
    outcome = actions.confirm(answer.token)
is_same = seen.identity == bystander.read().identity
print(json.dumps([outcome.result, seen.pid == bystander.pid, is_same, bystander.was_sent_term()]))
bystander.end()
actions.close()
"""

AS_STRANGER = f"""
{AS_NOBODY}
import json, sys
from monitor.kernel.actions import Actions
from monitor.kernel.processes import read_process
from tests.identity_lab import NOBODY_ELSE, signal_asked
actions = Actions()
become_nobody()
outcome = actions.prepare(signal_asked(read_process(int(sys.argv[1]))), NOBODY_ELSE)
print(json.dumps([outcome.result, outcome.errno, outcome.needs]))
"""


UNDER_ANOTHER_PROC = """
import json, sys
from monitor.kernel.actions import Actions
from monitor.kernel.processes import read_process
from tests.identity_lab import NOBODY_ELSE, signal_asked
seen = read_process(int(sys.argv[1]))
print(json.dumps([seen.pidfd_inode, Actions().prepare(signal_asked(seen), NOBODY_ELSE).result]))
"""


class HandClock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def actions() -> Iterator[Actions]:
    made = Actions()
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def child() -> Iterator[Child]:
    made = Child.start()
    try:
        yield made
    finally:
        made.end()


@contextmanager
def program(source: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a Python program that says a line when it is ready, or waits for one."""
    argv = [sys.executable, "-I", "-S", "-c", source, *arguments]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def descriptors() -> set[str]:
    return {entry.name for entry in Path("/proc/self/fd").iterdir()}


def prepared(actions: Actions, pid: int, number: Signal = Signal.TERM, operator: Operator = NOBODY_ELSE) -> Prepared:
    process = read_process(pid)
    assert process is not None
    answer = actions.prepare(signal_asked(process, number), operator)
    assert isinstance(answer, Prepared), answer
    return answer


def wait_for_end(pid: int) -> None:
    pidfd = os.pidfd_open(pid)
    try:
        assert select.select([pidfd], [], [], 20)[0], "it lives on"
    finally:
        os.close(pidfd)


def test_a_process_is_asked_to_end_and_its_end_is_seen(actions, child):
    answer = prepared(actions, child.pid)
    assert actions.became(answer.token).result is Result.FORGOTTEN
    assert actions.confirm(answer.token) == Outcome(Result.SENT)
    wait_for_end(child.pid)
    assert actions.became(answer.token).result is Result.EXITED
    assert os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT).si_status == signal.SIGTERM


def test_what_is_shown_is_what_the_process_is(actions, child):
    target = prepared(actions, child.pid).target
    assert target is not None
    assert target.process == child.read()
    assert (target.status, target.inner_pids, target.supervisor) == ("sleeping", (), None)
    assert target.parents[0].pid == os.getpid()
    assert abs(target.started_at - Path(f"/proc/{child.pid}").stat().st_mtime) < 60


def test_preparing_alone_changes_nothing(actions, child):
    for number in Signal:
        prepared(actions, child.pid, number)
    actions.close()
    assert not child.has_ended()


def test_a_token_is_good_for_one_confirmation(actions, child):
    answer = prepared(actions, child.pid)
    assert actions.confirm(answer.token).result is Result.SENT
    assert actions.confirm(answer.token).result is Result.FORGOTTEN


def test_the_token_of_a_collector_that_has_ended_means_nothing_to_the_next(actions, child):
    answer = prepared(actions, child.pid)
    following = Actions()
    try:
        prepared(following, child.pid)
        assert following.confirm(answer.token).result is Result.FORGOTTEN
    finally:
        following.close()
    assert not child.has_ended()


def test_what_was_prepared_a_minute_ago_is_forgotten_and_let_go(child):
    clock = HandClock()
    actions = Actions(clock=clock)
    before = descriptors()
    answer = prepared(actions, child.pid)
    clock.now += REMEMBERED_S
    actions.forget_old()
    assert descriptors() == before
    assert actions.confirm(answer.token).result is Result.FORGOTTEN
    assert not child.has_ended()


def test_no_more_processes_are_held_than_is_safe(actions, child):
    before = len(descriptors())
    first = prepared(actions, child.pid)
    for _ in range(MOST_HELD + 5):
        last = prepared(actions, child.pid)
    assert len(descriptors()) == before + MOST_HELD
    assert actions.confirm(first.token).result is Result.FORGOTTEN
    assert actions.confirm(last.token).result is Result.SENT


def test_nothing_stays_open_of_what_was_refused(actions, child):
    before = descriptors()
    asked = signal_asked(child.read())
    for wrong in (
        replace(asked.process, start_time=1),
        replace(asked.process, pid=0),
        replace(asked.process, pid=1 << 40),
    ):
        assert isinstance(actions.prepare(replace(asked, process=wrong), NOBODY_ELSE), Outcome)
    assert descriptors() == before


def test_running_out_of_descriptors_is_said_and_sends_nothing(actions, child):
    answer = prepared(actions, child.pid)
    asked = signal_asked(child.read())
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with socket.socket() as lowest:
        free = lowest.fileno()
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        for act in (lambda: actions.prepare(asked, NOBODY_ELSE), lambda: actions.confirm(answer.token)):
            with pytest.raises(KernelError, match="EMFILE"):
                act()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert actions.confirm(answer.token).result is Result.FORGOTTEN
    assert not child.has_ended()


@pytest.mark.parametrize("is_reaped", [True, False])
def test_fa_01_target_that_exits_before_confirmation_is_already_gone(actions, child, is_reaped):
    answer = prepared(actions, child.pid)
    pidfd = os.pidfd_open(child.pid)
    signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    os.waitid(os.P_PIDFD, pidfd, os.WEXITED | os.WNOWAIT)
    os.close(pidfd)
    if is_reaped:
        child.end()
    assert actions.confirm(answer.token).result is Result.ALREADY_GONE


def test_fa_01_target_that_has_exited_before_it_is_prepared_is_already_gone(actions, child):
    asked = signal_asked(child.read())
    child.end()
    assert actions.prepare(asked, NOBODY_ELSE).result is Result.ALREADY_GONE


def test_the_lab_shows_a_process_that_was_hit():
    child = Child.start(is_deaf=True)
    try:
        assert not child.was_sent_term()
        pidfd = os.pidfd_open(child.pid)
        signal.pidfd_send_signal(pidfd, signal.SIGTERM)
        os.close(pidfd)
        assert child.was_sent_term()
    finally:
        child.end()


@pytest.mark.parametrize(
    ("is_prepared", "expected"), [(False, Result.CHANGED), (True, Result.ALREADY_GONE)], ids=["before", "after"]
)
def test_fa_02_a_pid_that_was_given_to_another_process_is_not_signalled(as_root, is_prepared, expected):
    result, is_same_pid, is_same_identity, is_hit = in_pid_namespace(REUSED.format(is_prepared=is_prepared))
    assert is_same_pid
    assert not is_hit
    if is_same_identity:
        pytest.skip("kernel lacks an inode for each pidfd (Linux 6.9), and both were started within one tick")
    assert result == expected


def test_fp_14_processes_of_one_pid_and_start_have_identities_of_their_own(actions, child):
    seen = child.read()
    if seen.pidfd_inode is None:
        pytest.skip("kernel lacks an inode for each pidfd (Linux 6.9)")
    other = replace(seen, pidfd_inode=seen.pidfd_inode + 1)
    assert actions.prepare(signal_asked(other), NOBODY_ELSE).result is Result.CHANGED
    assert isinstance(actions.prepare(signal_asked(replace(seen, pidfd_inode=None)), NOBODY_ELSE), Prepared)


@pytest.mark.parametrize("arguments", [["sleep", "60"], [sys.executable, "-c", "import signal; signal.pause()"]])
def test_fa_03_a_process_that_became_another_program_is_shown_again(actions, arguments):
    path = shutil.which(arguments[0]) or arguments[0]
    with program(BECOMES, path, *arguments[1:]) as process:
        answer = prepared(actions, process.pid)
        before = Path(f"/proc/{process.pid}/cmdline").read_bytes()
        process.stdin.write(b"\n")
        process.stdin.flush()
        wait_until(lambda: Path(f"/proc/{process.pid}/cmdline").read_bytes() not in {before, b""})
        assert actions.confirm(answer.token).result is Result.CHANGED
        assert process.poll() is None
        again = prepared(actions, process.pid)
        assert again.target.process.command_line.split(b"\0")[1] == arguments[1].encode()
        assert actions.confirm(again.token).result is Result.SENT
        assert process.wait(20) == -signal.SIGTERM


def test_fa_03_a_process_that_calls_itself_otherwise_is_shown_again(actions):
    with program(RENAMES) as process:
        answer = prepared(actions, process.pid)
        process.stdin.write(b"\n")
        process.stdin.flush()
        process.stdout.readline()
        assert actions.confirm(answer.token).result is Result.CHANGED
        assert process.poll() is None


def test_fa_04_a_zombie_is_said_to_be_one(actions, child):
    seen = child.read()
    pidfd = os.pidfd_open(child.pid)
    signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    os.waitid(os.P_PIDFD, pidfd, os.WEXITED | os.WNOWAIT)
    os.close(pidfd)
    assert actions.prepare(signal_asked(seen), NOBODY_ELSE).result is Result.ZOMBIE


def test_fa_04_a_process_whose_first_thread_has_ended_is_no_zombie(actions):
    with socket.create_server(("127.0.0.1", 0)) as held, threads(held) as process:
        process.end_the_first()
        answer = prepared(actions, process.pid)
        assert actions.confirm(answer.token).result is Result.SENT
        wait_until(lambda: actions.became(answer.token).result is Result.EXITED)


def test_fa_05_pid_1_wants_to_be_typed(actions, as_root):
    answer = prepared(actions, 1)
    assert Caution.INIT in answer.cautions
    assert answer.needs_typing


def test_fa_05_the_monitor_its_collector_and_its_parents_want_to_be_typed(actions):
    with shell_and_monitor() as (shell, monitor):
        for pid, caution in ((monitor, Caution.ITSELF), (os.getpid(), Caution.ITSELF), (shell, Caution.ANCESTOR)):
            answer = prepared(actions, pid, operator=Operator(monitor))
            assert caution in answer.cautions
            assert answer.needs_typing
        assert prepared(actions, monitor).cautions == ()


def test_fa_05_kernel_threads_take_no_signals(actions, as_root):
    thread = read_process(2)
    if thread is None or not thread.name.startswith(b"["):
        pytest.skip("kernel lacks threads in this pid namespace")
    assert actions.prepare(signal_asked(thread), NOBODY_ELSE).result is Result.KERNEL_THREAD


def test_fa_06_without_the_right_that_is_said_before_anybody_confirms(as_root, child):
    assert run_script(AS_STRANGER, child.pid) == [Result.NOT_PERMITTED, 1, Right.KILL]
    assert not child.has_ended()


def test_fa_07_a_process_that_ignores_term_still_runs_until_it_is_killed(actions):
    with program(IGNORES_TERM) as process:
        process.stdout.readline()
        answer = prepared(actions, process.pid)
        assert answer.cautions == (Caution.IGNORES_SIGNAL,)
        assert not answer.needs_typing
        assert actions.confirm(answer.token).result is Result.SENT
        assert actions.became(answer.token).result is Result.STILL_RUNNING
        harder = prepared(actions, process.pid, Signal.KILL)
        assert harder.cautions == ()
        assert actions.confirm(harder.token).result is Result.SENT
        assert process.wait(20) == -signal.SIGKILL
        assert actions.became(answer.token).result is Result.EXITED


def test_a_stopped_process_is_said_to_act_on_term_later(actions, child):
    pidfd = os.pidfd_open(child.pid)
    signal.pidfd_send_signal(pidfd, signal.SIGSTOP)
    os.waitid(os.P_PIDFD, pidfd, os.WSTOPPED)
    os.close(pidfd)
    assert prepared(actions, child.pid).cautions == (Caution.STOPPED,)
    assert prepared(actions, child.pid, Signal.KILL).cautions == ()


def test_fm_04_where_pidfds_are_refused_nothing_is_sent_by_pid(actions, child, monkeypatch):
    asked = signal_asked(child.read())

    def refused(_: int) -> int:
        raise PermissionError(1, "refused")

    monkeypatch.setattr(os, "pidfd_open", refused)
    assert actions.prepare(asked, NOBODY_ELSE) == Outcome(Result.CANNOT, 1)
    monkeypatch.undo()
    assert not child.has_ended()


def test_fm_04_a_kernel_without_the_call_sends_nothing(actions, child, monkeypatch):
    answer = prepared(actions, child.pid)

    def missing(*_: int) -> None:
        raise OSError(38, "not implemented")

    monkeypatch.setattr(signal, "pidfd_send_signal", missing)
    assert actions.confirm(answer.token) == Outcome(Result.CANNOT, 38)
    monkeypatch.undo()
    assert not child.has_ended()


def test_fp_15_a_process_of_a_container_is_named_by_our_pid_and_shown_with_its_own(actions, as_root):
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("needs unshare")
    with subprocess.Popen(
        [unshare, "--pid", "--fork", "sh", "-c", "sleep 60 & echo; wait"], stdout=subprocess.PIPE
    ) as outer:
        try:
            outer.stdout.readline()
            shell = int(Path(f"/proc/{outer.pid}/task/{outer.pid}/children").read_text())
            inner = int(Path(f"/proc/{shell}/task/{shell}/children").read_text())
            init = prepared(actions, shell)
            assert {Caution.CONTAINER_INIT, Caution.OTHER_PID_NAMESPACE} <= set(init.cautions)
            assert init.needs_typing
            answer = prepared(actions, inner)
            assert (answer.target.process.pid, answer.target.inner_pids) == (inner, (2,))
            assert answer.cautions == (Caution.OTHER_PID_NAMESPACE,)
            assert actions.confirm(answer.token).result is Result.SENT
            assert outer.wait(20) == 0
        finally:
            outer.kill()


def test_fp_15_where_proc_is_of_another_namespace_its_pids_are_not_trusted(as_root, child):
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("needs unshare")
    answer = run_script(UNDER_ANOTHER_PROC, child.pid, under=[unshare, "--pid", "--fork"])
    assert answer == [None, Result.OTHER_NAMESPACE]


def test_parents_are_shown_as_far_as_they_may_be_read(actions, child, monkeypatch):
    whole = prepared(actions, child.pid).target.parents
    assert whole[0].pid == os.getpid()
    if len(whole) < 3:
        pytest.skip("needs to run below two other processes")

    def read_but_one(inside: int, pid: int) -> Process:
        if pid == whole[2].pid:
            raise PermissionError(13, "hidden")
        return process_in(inside, pid)

    monkeypatch.setattr(targets, "process_in", read_but_one)
    assert prepared(actions, child.pid).target.parents == whole[:2]
