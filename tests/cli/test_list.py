"""fourtuple list beside ss, and the shape of its document."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess

import numpy as np
import pytest

from monitor.cli.list import text_lines
from monitor.sampling.intervals import advance
from tests.cli.running import fourtuple
from tests.kernel import socket_world
from tests.scenes import sample_of
from tests.servers import HeldSocket

pytestmark = pytest.mark.kernel


def listed(*arguments: str) -> list[dict[str, object]]:
    done = fourtuple("list", "--json", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert document["schema"] == "fourtuple.list/1"
    return document["sockets"]


def endpoint(text: str) -> str:
    """Bring an endpoint of ss to the form of the document: no device, "*" written out."""
    host, port = text.rsplit(":", 1)
    host = re.sub(r"%[^]]*", "", host) if not host.startswith("[fe80") else host
    return f"{host}:{'0' if port == '*' else port}".replace("*:", "[::]:")


def at(held: HeldSocket) -> str:
    """Write where a socket of the scene is."""
    return f"{held.local[0]}:{held.local[1]}"


def of_ss(ss: str, option: str) -> dict[str, tuple[object, ...]]:
    output = subprocess.run([ss, "-Hn", option], capture_output=True, check=True, text=True).stdout
    rows = {}
    for line in output.splitlines():
        state, recv_q, send_q, local, remote, *rest = line.split()
        more = dict(re.findall(r"(uid|ino|sk):(\w+)", " ".join(rest)))
        cookie = str(int(more["sk"], 16))
        rows[cookie] = (
            state,
            endpoint(local),
            endpoint(remote),
            int(more.get("ino", 0)),
            int(more.get("uid", 0)),
            int(recv_q),
            int(send_q),
        )
    return rows


@pytest.mark.parametrize(("protocol", "option"), [("tcp", "-tane"), ("udp", "-uane")])
def test_list_is_the_same_set_as_ss_but_for_bound_only_sockets(namespace, program, protocol, option):
    ss = program("ss")
    with socket_world.sockets():
        rows = {
            row["cookie"]: (
                row["state"],
                re.sub(r"%[^]]*", "", row["local"]) if not row["local"].startswith("[fe80") else row["local"],
                row["remote"],
                row["inode"],
                row["uid"],
                row["recv_q"],
                row["send_q"],
            )
            for row in listed()
            if row["protocol"] == protocol
        }
        expected = of_ss(ss, option)
    bound_only = {cookie for cookie, row in rows.items() if row[0] == "BOUND"}
    assert expected
    assert {cookie: row for cookie, row in rows.items() if cookie not in bound_only} == expected
    assert bool(bound_only) == (protocol == "tcp")


def test_one_listener_and_two_connections_share_an_endpoint_and_differ_in_the_remote_one(namespace, service):
    shared = [row for row in listed() if row["local"] == at(service.listener)]
    assert sorted(row["state"] for row in shared) == ["ESTAB", "ESTAB", "LISTEN"]
    assert len({row["remote"] for row in shared}) == 3
    for row in shared:
        assert row["direction"] == (None if row["state"] == "LISTEN" else "accepted")
        assert service.listener.pid in {owner["pid"] for owner in row["owners"]}
        assert row["owners_reason"] is None
        assert row["interface"] == "lo"


def test_two_syn_sent_and_one_established_to_one_remote_endpoint(namespace, answers_example):
    remote = at(answers_example.listener)
    mine = [row for row in listed() if row["remote"] == remote]
    assert sorted(row["state"] for row in mine) == ["ESTAB", "SYN-SENT", "SYN-SENT"]
    assert len({row["local"] for row in mine}) == 3
    for row in mine:
        assert row["direction"] == "dialled"
        assert [owner["pid"] for owner in row["owners"]] == [os.getpid()]
        assert row["idle_ms"] is None or row["state"] == "ESTAB"


def test_a_connection_that_was_not_accepted_belongs_to_its_listeners_owner(namespace, full_accept_queue):
    local = at(full_accept_queue.listener)
    waiting = [row for row in listed() if row["local"] == local and row["state"] == "ESTAB"]
    assert waiting
    for row in waiting:
        assert row["inode"] == 0
        assert row["owners_reason"] == "accept-queue"
        assert {owner["pid"] for owner in row["owners"]} == {full_accept_queue.listener.pid}


def test_fp_12_every_process_that_shares_a_listener_is_named_with_its_descriptor(namespace, forked_listener):
    rows = [row for row in listed() if row["local"] == at(forked_listener[0])]
    assert len(rows) == 1
    assert {(owner["pid"], owner["fd"]) for owner in rows[0]["owners"]} == {
        (held.pid, held.fd) for held in forked_listener
    }


def test_a_filter_narrows_the_list(namespace, service, udp_pair):
    assert {row["protocol"] for row in listed("udp")} == {"udp"}
    assert {row["state"] for row in listed("listen")} == {"LISTEN"}
    assert listed("no-such-name-anywhere") == []


def test_csv_columns_order_and_count_say_the_same_rows(namespace, service, udp_pair):
    everything = listed()
    done = fourtuple("list", "--csv", "--columns", "local,cookie,recv_q,process", "--sort", "cookie", "--reverse")
    assert (done.returncode, done.stderr) == (0, "")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    cookies = [int(row["cookie"]) for row in rows]
    assert cookies == sorted((int(row["cookie"]) for row in everything), reverse=True)
    assert [row["local"] for row in rows] == [
        {row["cookie"]: row["local"] for row in everything}[row["cookie"]] for row in rows
    ]
    assert fourtuple("list", "--count").stdout == f"{len(everything)}\n"
    counted = json.loads(fourtuple("list", "--count", "--json", "listen").stdout)
    assert (counted["count"], counted["sockets"]) == (len(listed("listen")), [])


@pytest.mark.parametrize("words", [("--csv", "--json"), ("--columns", "local", "--json"), ("--csv", "--count")])
def test_options_that_exclude_each_other_are_named(words):
    done = fourtuple("list", *words)
    assert done.returncode == 2
    assert words[0] in done.stderr


def test_a_rate_a_route_and_a_finding_are_read_where_the_filter_asks_for_them(namespace, service):
    assert {row["state"] for row in listed("down", "=", "0")} == {"ESTAB"}
    assert listed("elsewhere or not elsewhere")
    assert listed("not", "finding")


def test_a_field_keeps_its_type_whatever_its_value(namespace):
    kinds: dict[str, set[type]] = {}
    with socket_world.sockets():
        for row in listed():
            for name, value in [*row.items(), *row["counters"].items()]:
                if value is not None:
                    kinds.setdefault(name, set()).add(type(value))
    assert {name: found for name, found in kinds.items() if len(found) > 1} == {}
    assert kinds["cookie"] == {str}
    assert kinds["owners"] == {list}


def test_the_text_has_a_line_for_every_socket_between_header_and_evidence(namespace, service):
    done = fourtuple("list")
    header, *rows, evidence = done.stdout.splitlines()
    assert header.split()[:2] == ["proto", "state"]
    assert len(rows) == len(listed())
    assert f"{len(rows)} sockets" in evidence


def test_what_could_not_be_read_stands_before_the_evidence():
    interval = advance(None, sample_of([], notices=("half of it",)))
    *_, notice, evidence = text_lines(interval, np.zeros(0, np.intp))
    assert notice == "half of it"
    assert evidence.endswith("0 sockets")
