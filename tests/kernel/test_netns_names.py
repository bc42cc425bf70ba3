"""Entering network namespaces by name and by pid, on threads of their own: this one stays where it is."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest

from monitor.errors import InputError, KernelError, MonitorError
from monitor.kernel import namespaces
from monitor.kernel.namespaces import NamedPlace, enter, settle
from monitor.kernel.read_only import give_up_rights
from monitor.kernel.this_namespace import namespace_number
from tests.namespaces import NetworkNamespace, give_name, network_namespace

T = TypeVar("T")


def on_a_thread(call: Callable[[], T]) -> T:
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(call).result()


@pytest.fixture
def names(tmp_path, monkeypatch) -> Path:
    """The directory of names, empty."""
    monkeypatch.setattr(namespaces, "NAMES", tmp_path)
    monkeypatch.setattr(NamedPlace, "here", None)
    return tmp_path


@pytest.fixture
def blue(as_root, names) -> Iterator[NetworkNamespace]:
    with network_namespace() as made:
        give_name(names, "blue", made)
        yield made


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("", "is neither a name"),
        ("..", "is neither a name"),
        ("../netns/blue", "is neither a name"),
        ("\x1b[31m", r'there is no network namespace named "\\x1b\[31m"'),
        ("4194305", "there is neither a process 4194305 nor a network namespace of that name"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(names, word, sentence):
    with pytest.raises(InputError, match=sentence):
        enter(word)


def test_of_a_process_that_waits_to_be_reaped_it_is_said_that_it_has_ended(names):
    with subprocess.Popen([sys.executable, "-I", "-S", "-c", ""]) as ended:
        os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
        with pytest.raises(InputError, match=f"process {ended.pid} has ended"):
            enter(str(ended.pid))


def test_fk_18_a_file_that_is_no_namespace_is_refused_and_another_name_works(names):
    (names / "stale").touch()
    (names / "ours").symlink_to("/proc/self/ns/net")
    with pytest.raises(KernelError, match=r"EINVAL.*is what a deleted one has left"):
        enter("stale")
    enter("ours")


def test_a_hint_fits_what_was_refused(names, monkeypatch):
    def refused(number: int) -> Callable[..., int]:
        def open_nothing(*_: object) -> int:
            raise OSError(number, os.strerror(number))

        return open_nothing

    hints = {}
    for number in (errno.EACCES, errno.EMFILE):
        monkeypatch.setattr(namespaces.os, "open", refused(number))
        with pytest.raises(KernelError) as raised:
            enter("blue")
        hints[number] = raised.value.hint
    assert hints == {errno.EACCES: "looking at it takes root, or sudo", errno.EMFILE: ""}


def test_a_pipe_among_the_names_is_not_waited_for(names):
    os.mkfifo(names / "pipe")
    with pytest.raises(KernelError, match="EINVAL"):
        enter("pipe")


def test_who_is_in_it_already_needs_no_right_to_stay(names):
    inside = namespace_number()
    assert enter(str(os.getpid())) == Path(f"/proc/{os.getpid()}/ns/net")
    assert namespace_number() == inside


@pytest.mark.kernel
def test_a_thread_enters_by_name_and_others_stay(blue):
    outside = namespace_number()
    assert on_a_thread(lambda: (enter("blue"), namespace_number())[1]) == blue.inode
    assert namespace_number() == outside


@pytest.mark.kernel
def test_who_has_entered_needs_neither_the_right_nor_the_name_to_be_there_again(blue, names):
    def again() -> int:
        number = settle("blue")
        give_up_rights()
        (names / "blue").unlink()
        return settle("blue", number)

    assert on_a_thread(again) == blue.inode


@pytest.mark.kernel
def test_a_word_that_leads_to_another_namespace_by_now_is_not_followed(blue):
    outside = namespace_number()
    with pytest.raises(MonitorError, match='the word "blue" leads to another network namespace by now'):
        enter("blue", blue.inode + 1)
    assert namespace_number() == outside


@pytest.mark.kernel
def test_a_name_that_looks_like_a_pid_is_a_name_first(blue, names):
    give_name(names, str(os.getpid()), blue)
    assert on_a_thread(lambda: (enter(str(os.getpid())), namespace_number())[1]) == blue.inode


@pytest.mark.kernel
def test_without_the_right_the_refusal_says_what_it_takes(blue):
    def without_rights() -> None:
        give_up_rights()
        enter("blue")

    with pytest.raises(KernelError, match=r"EPERM.*CAP_SYS_ADMIN"):
        on_a_thread(without_rights)


@pytest.mark.kernel
def test_a_name_that_is_deleted_or_given_anew_is_gone(blue, names):
    def looks() -> list[bool]:
        settle("blue")
        seen = [NamedPlace.here.look().is_gone]
        (names / "blue").unlink()
        seen.append(NamedPlace.here.look().is_gone)
        with network_namespace() as other:
            give_name(names, "blue", other)
            seen.append(NamedPlace.here.look().is_gone)
        return seen

    assert on_a_thread(looks) == [False, True, True]


@pytest.mark.kernel
def test_a_process_that_has_ended_is_gone_and_one_that_has_not_is_not(as_root, names):
    with network_namespace() as made, made.entered():
        inside = subprocess.Popen(["cat"], stdin=subprocess.PIPE)

    def looks() -> list[bool]:
        settle(str(inside.pid))
        seen = [NamedPlace.here.look().is_gone]
        with inside:
            inside.stdin.close()
        return [*seen, NamedPlace.here.look().is_gone]

    assert on_a_thread(looks) == [False, True]
