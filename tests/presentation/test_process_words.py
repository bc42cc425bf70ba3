"""The facts of a process in words: what is not there, and what may not be read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.model.process import Process, ProcessFacts
from monitor.presentation.process_words import process_lines

FACTS = ProcessFacts(
    process=Process(812, 4711, b"nginx", 33, b"/usr/sbin/nginx", b"nginx\0-g\0daemon off;\0"),
    user="www-data",
    started_at=1000.0,
    parents=(),
    unit=None,
    cpu_seconds=1.5,
    memory_bytes=4096,
    threads=1,
    fd_kinds={"socket": 2, "file": 1},
    fd_limit=1024,
    status="sleeping",
)
BARE = replace(FACTS, process=Process(2, 1, b"[kthreadd]", 0))


def words(facts: ProcessFacts) -> dict[str, str]:
    return dict(process_lines(facts, 1060.0))


def test_what_is_known_is_said():
    told = words(FACTS)
    assert told["exe"] == "/usr/sbin/nginx"
    assert told["command"] == "nginx -g daemon off;"
    assert told["fds"] == "3 open, limit 1,024   file 1  socket 2"


@pytest.mark.parametrize(
    ("label", "fact"),
    [("exe", "exe"), ("command", "command_line"), ("unit", "unit"), ("parents", "parents")],
)
def test_what_may_not_be_read_is_not_said_to_be_none(label, fact):
    assert words(BARE)[label].startswith("no")
    assert words(replace(BARE, unread=(fact,)))[label] == "– (this user may not read it)"
