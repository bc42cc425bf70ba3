"""The facts of a process in words: what is known, what is not there, and what may not be read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.model.process import Process, ProcessFacts
from monitor.presentation.process_words import command_text, process_lines, process_title
from tests.machine_db1 import FACTS
from tests.scenes import TAKEN_AT

PROXY = FACTS[990]


def words(facts: ProcessFacts, now: float = TAKEN_AT) -> dict[str, str]:
    return dict(process_lines(facts, now))


def test_the_facts_stand_in_the_order_of_the_screen():
    assert list(words(PROXY)) == ["exe", "command", "user", "parents", "unit", "load", "fds"]


def test_what_is_known_is_said():
    shown = words(replace(PROXY, started_at=TAKEN_AT - 7200))
    assert shown["exe"] == "/usr/bin/proxy"
    assert shown["command"] == "/opt/proxy/bin/proxy --config /etc/proxy.toml"
    assert shown["user"] == "app (uid 1001)   started 2026-11-23T01:12:41Z, up 2h   sleeping"
    assert shown["parents"] == "systemd[1] › proxy[990]"
    assert shown["unit"] == "proxy.service"
    assert shown["load"] == "3,663.0 s of cpu   211M resident   14 threads"
    assert shown["fds"] == "144 open, limit 1,024   anon 8  file 14  pipe 4  socket 118"


@pytest.mark.parametrize(("threads", "said"), [(1, "1 thread"), (0, "0 threads"), (None, "– threads")])
def test_threads_are_counted(threads: int | None, said: str):
    assert words(replace(PROXY, threads=threads))["load"].endswith(f"  {said}")


def test_what_may_not_be_read_says_so():
    shown = words(
        replace(
            PROXY,
            process=replace(PROXY.process, exe=None, command_line=b""),
            fd_kinds=None,
            unit=None,
            parents=(),
            started_at=None,
            unread=("exe", "command_line", "fd_kinds", "unit", "parents", "started_at"),
        )
    )
    for label in ("exe", "command", "fds", "unit", "parents"):
        assert shown[label] == "– (this user may not read it)"
    assert "started – (this user may not read it)" in shown["user"]


def test_what_there_is_not_is_told_from_what_may_not_be_read():
    thread = replace(PROXY, process=Process(2, 0, b"[kthreadd]", 0), unit=None, parents=(), fd_limit=None, user=None)
    shown = words(thread)
    assert shown["exe"].startswith("none: a kernel thread")
    assert shown["command"].startswith("none: a kernel thread")
    assert shown["unit"] == "no systemd unit"
    assert shown["parents"] == "none"
    assert shown["user"].startswith("uid 0 ")
    assert "no limit known" in shown["fds"]


def test_a_clock_that_was_set_back_gives_no_negative_age():
    assert "up 0s" in words(replace(PROXY, started_at=TAKEN_AT + 60))["user"]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"a\0b c\0", "a b c"),
        (b"", ""),
        (b"\0\0", ""),
        (b"a\0\x1b[2J\0", r"a \x1b[2J"),
        (b"a\0\0b\0", "a b"),
    ],
)
def test_arguments_are_parted_by_blanks_and_escaped(raw: bytes, shown: str):
    assert command_text(raw) == shown


def test_the_kernels_word_for_its_status_is_not_trusted():
    assert words(replace(PROXY, status="\x1b[31m"))["user"].endswith(r"\x1b[31m")


def test_a_title_is_name_and_pid():
    assert process_title(Process(7, 0, b"a\nb", 0)) == r"a\nb[7]"


def test_secrets_in_arguments_are_masked():
    assert "hunter2" not in command_text(b"/opt/proxy\0--token\0hunter2\0--config\0/etc/proxy.toml")
    assert "/etc/proxy.toml" in command_text(b"/opt/proxy\0--token\0hunter2\0--config\0/etc/proxy.toml")
