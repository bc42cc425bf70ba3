"""The facts above a process' sockets: in every width what is known, and what is not, with the reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from monitor.model.process import Process, ProcessFacts
from monitor.model.series import Series
from monitor.presentation.fitting import cell_width
from monitor.presentation.process_reading import ProcessReading
from monitor.presentation.process_summary import summary_lines, title_line
from monitor.presentation.text_line import TextLine
from monitor.sampling.history import ProcessHistory
from monitor.sampling.intervals import advance
from tests import machine_db1
from tests.scenes import ANY, row, sample_of

PROXY = machine_db1.FACTS[990]
LONG = b"proxy\0--token\0hunter2\0--upstreams\0" + b" ".join(b"192.0.2.%d:80" % host for host in range(80))


@pytest.fixture
def db1():
    interval = None
    for sample in machine_db1.samples():
        interval = advance(interval, sample)
    return interval


def said(line: TextLine) -> str:
    return "".join(cell.text for cell in (*line.left, *line.right))


def lines(interval, facts: ProcessFacts, width=120, *, is_whole=False, most=20) -> list[str]:
    reading = ProcessReading.of(facts, interval, None)
    return [said(line) for line in summary_lines(reading, width, is_whole=is_whole, most=most)]


def title(interval, facts: ProcessFacts, width=120, *, is_gone=False) -> str:
    return said(title_line(ProcessReading.of(facts, interval, None), width, is_gone=is_gone))


def test_the_title_says_who_it_is_and_ends_with_the_executable(db1):
    shown = title(db1, PROXY)
    assert shown.startswith("─ proxy[990] · app (uid 1001) · up 14d 6h · proxy.service ──")
    assert shown.endswith("── /usr/bin/proxy ─")
    assert title(db1, PROXY, is_gone=True).startswith("─ proxy[990] · gone · app (uid 1001) · ran 14d 6h")
    assert title(db1, replace(PROXY, status="zombie", unit=None), 80).startswith(
        "─ proxy[990] · app · up 14d 6h · zombie ─"
    )


def test_the_title_says_that_it_is_in_another_network_namespace(db1):
    assert " · in another network namespace " in title(db1, replace(PROXY, namespace=7), 140)
    for namespace in (None, db1.table.namespace):
        assert "another" not in title(db1, replace(PROXY, namespace=namespace), 140)


@pytest.mark.parametrize("width", [60, 80, 99, 100, 120, 200])
def test_the_title_fills_its_line_at_any_width(db1, width):
    assert cell_width(title(db1, PROXY, width)) == width
    long = replace(PROXY, process=replace(PROXY.process, exe=b"/opt/" + b"x" * 300))
    assert cell_width(title(db1, long, width)) == width


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_no_line_of_facts_is_wider_than_the_screen(db1, width):
    wide = replace(
        PROXY, parents=(*machine_db1.PROCESSES[:9], PROXY.parents[0]), memory_bytes=3 * 10**12, fd_limit=10**9
    )
    texts = lines(db1, wide, width)
    assert all(cell_width(text.rstrip()) <= width for text in texts[1:])
    assert all(
        cell_width(text) <= width
        for text in lines(db1, replace(wide, process=replace(PROXY.process, command_line=LONG)), width, is_whole=True)
    )


def test_every_fact_has_its_line(db1):
    command, parents, fds, cpu = lines(db1, PROXY)
    assert command == " command  /opt/proxy/bin/proxy --config /etc/proxy.toml"
    assert parents.startswith(" parents  systemd[1] › proxy[990]")
    assert parents.endswith("a service: systemd may restart it ")
    assert fds == " fds      144/1,024 █·········   socket 118 (tcp 6, udp 0)   file 14   anon 8   pipe 4"
    assert cpu == " cpu      –   memory 211M   threads 14   ↓ 0   ↑ 0   retransmits 0"


def test_a_unit_that_nobody_restarts_gets_no_remark(db1):
    assert "restart" not in lines(db1, replace(PROXY, unit="session-3.scope"))[1]


def test_what_may_not_be_read_says_so_and_is_no_zero(db1):
    unread = ("exe", "command_line", "fd_kinds", "parents")
    nobody = Process(4, 5, b"secret", 0)
    facts = replace(PROXY, process=nobody, parents=(), fd_kinds=None, memory_bytes=None, threads=None, unread=unread)
    command, parents, fds, cpu = lines(db1, facts)
    for text in (command, parents, fds):
        assert "– (this user may not read it)" in text
    assert cpu == " cpu      –   memory –   threads –   ↓ –   ↑ –   retransmits –"
    assert "may not read it" in title(db1, facts)


def test_a_limit_that_is_not_there_is_no_limit(db1):
    assert " 144, no limit" in lines(db1, replace(PROXY, fd_limit=None))[2]


def test_a_secret_is_masked_until_it_is_asked_for(db1):
    facts = replace(PROXY, process=replace(PROXY.process, command_line=LONG))
    (command, *_) = lines(db1, facts)
    assert "--token •••" in command
    assert command.endswith("(masked; A shows all) ")
    whole = lines(db1, facts, is_whole=True)
    assert "--token hunter2" in whole[0]
    assert " ".join(text[10:].rstrip() for text in whole[:-3]) == LONG.replace(b"\0", b" ").decode()


def test_a_command_line_that_is_only_long_says_how_to_see_it_all(db1):
    facts = replace(PROXY, process=replace(PROXY.process, command_line=b"proxy\0" + b"word " * 80))
    assert lines(db1, facts)[0].endswith("(A shows all) ")
    cut = lines(db1, facts, is_whole=True, most=2)
    assert cut[1] == "          … 3 more lines; a larger window shows them"


def test_narrow_facts_stand_in_two_lines(db1):
    command, numbers = lines(db1, PROXY, 80)
    assert command.startswith(" /opt/proxy/bin/proxy --config /etc/proxy.toml")
    assert command.endswith(" · from systemd[1] ")
    assert numbers == " fds 144/1,024 ▌··  cpu –  mem 211M  threads 14  ↓ 0 ↑ 0  retr 0"


def test_curves_stand_beside_their_numbers(db1):
    times = np.arange(10.0)
    rising = Series(times, times / 1000)
    history = ProcessHistory(rising, rising, rising, rising, rising)
    cpu = said(summary_lines(ProcessReading.of(PROXY, db1, history), 120, is_whole=False, most=20)[3])
    assert cpu.startswith(" cpu      0.9 % ")
    assert cpu.count("█") == 3


def test_the_rows_of_another_process_with_the_pid_are_not_its_own(db1):
    assert len(ProcessReading.of(PROXY, db1, None).rows) == 12
    other = replace(PROXY, process=replace(PROXY.process, start_time=1))
    assert len(ProcessReading.of(other, db1, None).rows) == 0


def test_udp_alone_has_no_rates():
    interval = advance(None, sample_of([row("udp", "192.0.2.10:53", ANY, "UNCONN", owner=(540, 3))]))
    facts = replace(PROXY, process=interval.owners.processes[540])
    assert "↓ –" in lines(interval, facts)[3]
    assert "(tcp 0, udp 1)" in lines(interval, facts)[2]
