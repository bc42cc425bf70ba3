from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import numpy as np
import pytest

from monitor.model.owner_table import OwnerTable
from monitor.model.route import Flow
from monitor.model.sample import Interval
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP
from monitor.presentation.row_text import RowTexts
from monitor.presentation.selection import owner_line, remote_text, route_question
from monitor.sampling.intervals import advance
from tests import machine_db1
from tests.scenes import ANY, row, sample_of


@pytest.fixture(scope="module")
def db1() -> Interval:
    first, second = machine_db1.samples()
    return advance(advance(None, first), second)


def row_of(interval: Interval, local: str, remote: str = ANY) -> int:
    texts = RowTexts(interval)
    for number in range(len(interval.table)):
        if str(texts.local(number)) == local and (remote == ANY or str(texts.remote(number)) == remote):
            return number
    raise LookupError(local)


def said(interval: Interval, number: int, **options: int) -> str:
    return "".join(cell.text for cell in owner_line(RowTexts(interval), number, **options).left)


def test_the_question_for_an_accepted_connection_names_its_local_endpoint(db1: Interval):
    assert route_question(db1, row_of(db1, "192.0.2.10:22", "198.51.100.9:60022")) == Flow(
        ip_address("198.51.100.9"), None, PROTOCOL_TCP, ip_address("192.0.2.10"), 22, 60022, mark=0, uid=0
    )


def test_the_question_for_a_dialled_connection_leaves_the_source_to_the_kernel(db1: Interval):
    asked = route_question(db1, row_of(db1, "192.0.2.10:52002"))
    assert asked is not None
    assert (asked.source, asked.remote_port, asked.uid) == (None, 443, machine_db1.APP)


def test_a_connected_udp_socket_is_asked_as_udp(db1: Interval):
    asked = route_question(db1, row_of(db1, "192.0.2.10:39112"))
    assert asked is not None
    assert asked.protocol == PROTOCOL_UDP


def test_a_mark_that_may_not_be_read_is_left_open():
    rows = [row("tcp", "192.0.2.1:1", "192.0.2.2:2", "ESTAB", uid=7, has_mark=0, mark=0)]
    asked = route_question(advance(None, sample_of(rows)), 0)
    assert asked is not None
    assert (asked.mark, asked.uid) == (None, 7)


def test_a_bound_device_is_part_of_the_question():
    rows = [row("tcp", "192.0.2.1:1", "192.0.2.2:2", "ESTAB", device=3)]
    asked = route_question(advance(None, sample_of(rows)), 0)
    assert asked is not None
    assert asked.device == 3


def test_a_listener_has_no_question(db1: Interval):
    assert route_question(db1, row_of(db1, "0.0.0.0:22")) is None
    assert remote_text(db1, row_of(db1, "0.0.0.0:22")) == ""


def test_the_remote_endpoint_of_a_row_can_be_typed_over_and_names_udp():
    rows = [row("udp", "192.0.2.10:5000", "192.0.2.53:53", "ESTAB"), row("tcp", "[::1]:80", "[::1]:5000", "ESTAB")]
    interval = advance(None, sample_of(rows))
    assert [remote_text(interval, number) for number in range(2)] == ["192.0.2.53:53 udp", "[::1]:5000"]


def test_one_owner_is_named_with_user_and_descriptor(db1: Interval):
    number = row_of(db1, "192.0.2.10:22", "198.51.100.9:60022")
    assert said(db1, number) == " sshd[3301] root fd 4 · rtt 31ms · retr 0 % · unread 0 · unacked 0"


def test_a_syn_without_an_answer_has_retries_and_no_share(db1: Interval):
    assert said(db1, row_of(db1, "192.0.2.10:52108", "203.0.113.77:443")).endswith(" · 5 retries, timer ends in 5.0s")


def test_the_fin_of_the_peer_is_not_a_byte_to_read(db1: Interval):
    number = row_of(db1, "192.0.2.10:41022", "198.51.100.20:5432")
    assert int(db1.table.recv_q[number]) == 1
    assert " · unread 0 · " in said(db1, number)


def test_several_owners_share_it(db1: Interval):
    assert said(db1, row_of(db1, "[::]:443")) == (
        " shared by nginx[812] [813] [814] [815] www-data · accept queue 0 of 511 · port of https"
    )


def test_many_owners_are_counted():
    rows = [row("tcp", "192.0.2.1:1", ANY, "LISTEN", owner=[(pid, 3) for pid in range(1, 8)])]
    line = said(advance(None, sample_of(rows)), 0)
    assert "process-4[4] and 3 more" in line
    assert "process-5" not in line


def test_a_connection_that_waits_names_whom_it_waits_for(db1: Interval):
    number = row_of(db1, "192.0.2.10:6432", "192.0.2.31:50000")
    assert said(db1, number).startswith(" waits for proxy[990] to accept it · rtt 0.3ms")


def test_the_kernels_own_says_so(db1: Interval):
    number = row_of(db1, "192.0.2.10:8080", "198.51.100.64:42001")
    assert said(db1, number).startswith(" the kernel's own, no process ·")


def test_a_hidden_owner_still_has_a_user():
    rows = [row("tcp", "192.0.2.1:1", ANY, "LISTEN", uid=33)]
    line = said(advance(None, sample_of(rows, hidden=4, users={33: "www-data"})), 0)
    assert line.startswith(" owner hidden: its process may not be read by this user · www-data")


def test_before_owners_are_read_that_is_said():
    sample = replace(sample_of([row("tcp", "192.0.2.1:1", ANY, "LISTEN")]), owners=OwnerTable.unread())
    assert "not looked up yet" in said(advance(None, sample), 0)


def test_the_size_of_a_group_is_told(db1: Interval):
    assert "· the fullest of 8 sockets here ·" in said(db1, row_of(db1, "192.0.2.10:8443"), group_size=8)


def test_every_reason_has_words(db1: Interval):
    texts = RowTexts(db1)
    for number in np.arange(len(db1.table)).tolist():
        assert owner_line(texts, number).left[1].text
