"""Options of sockets that other processes hold, or nobody: against what was set, leaving nothing behind."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.kernel import bpf_walk, socket_options
from monitor.kernel.socket_options import read_options
from monitor.kernel.tcp_option_bits import read_option_bits
from monitor.model.bind_facts import SocketHolder, SocketOptions, Unread
from monitor.sampling.decide_bind import holder_of
from tests.binding import DUAL, REUSEADDR, REUSEPORT, V6ONLY, assert_agrees, inode, sample_now, socket_at, time_wait
from tests.servers import reuseport_group

PLAIN_USER = 65534


def holders(*inodes: int) -> list[SocketHolder]:
    sample = sample_now()
    rows = [int(row) for wanted in inodes for row in (sample.table.inode == wanted).nonzero()[0]]
    assert len(rows) == len(inodes)
    return [holder_of(sample, row) for row in rows]


def open_descriptors() -> set[str]:
    return {path.name for path in Path("/proc/self/fd").iterdir()}


def in_a_child(work: Callable[[], object]) -> object:
    """Run something in a process of a plain user and give what it returns."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setresgid(PLAIN_USER, PLAIN_USER, PLAIN_USER)
            os.setresuid(PLAIN_USER, PLAIN_USER, PLAIN_USER)
            os.write(writer, json.dumps(work()).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as answer:
        told = answer.read()
    os.waitpid(child, 0)
    return json.loads(told)


@pytest.mark.kernel
@pytest.mark.parametrize(
    ("where", "settings", "expected"),
    [
        ("127.0.0.1:0", (), SocketOptions(reuseaddr=False, reuseport=False, v6only=False)),
        ("127.0.0.1:0", (REUSEADDR,), SocketOptions(reuseaddr=True, reuseport=False, v6only=False)),
        ("127.0.0.1:0", (REUSEPORT,), SocketOptions(reuseaddr=False, reuseport=True, v6only=False)),
        ("[::]:0", (V6ONLY,), SocketOptions(reuseaddr=False, reuseport=False, v6only=True)),
        ("[::]:0", (DUAL, REUSEADDR), SocketOptions(reuseaddr=True, reuseport=False, v6only=False)),
    ],
)
@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_what_was_set_is_read(namespace, where, settings, expected, protocol):
    with socket_at(where, *settings, protocol=protocol) as held:
        (holder,) = holders(inode(held))
        assert read_options([holder]) == ({holder.cookie: expected}, {})


@pytest.mark.kernel
def test_an_mptcp_socket_is_known_by_its_inode(namespace):
    try:
        held = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
    except OSError:
        pytest.skip("needs MPTCP")
    with held:
        held.setsockopt(*REUSEADDR)
        held.bind(("127.0.0.1", 8080))
        assert_agrees("127.0.0.1:8080", REUSEADDR)
        assert_agrees("127.0.0.1:8080")


@pytest.mark.kernel
def test_another_processs_socket_is_read_and_no_descriptor_is_left_open(namespace):
    with reuseport_group() as group:
        asked = holders(*(held.inode for held in group))
        assert {holder.pid for holder in asked} == {held.pid for held in group} - {os.getpid()}
        before = open_descriptors()
        options, unread = read_options(asked)
        assert open_descriptors() == before
        assert [options[holder.cookie].reuseport for holder in asked] == [True] * len(asked)
        assert not unread


@pytest.mark.kernel
def test_asking_changes_nothing_of_the_socket(namespace):
    with socket_at("127.0.0.1:0") as held:
        held.settimeout(0)
        read_options(holders(inode(held)))
        assert not os.get_blocking(held.fileno())
        assert held.getsockname()


@pytest.mark.kernel
@pytest.mark.parametrize("changed", [{"cookie": 1}, {"start_time": 1}, {"inode": 1}, {"fd": 0}])
def test_a_socket_that_is_no_longer_there_is_not_mistaken_for_another(namespace, monkeypatch, changed):
    monkeypatch.setattr(socket_options, "read_option_bits", lambda port: {})
    with socket_at("127.0.0.1:0") as held:
        (holder,) = holders(inode(held))
        holder = replace(holder, **changed)
        assert read_options([holder]) == ({}, {holder.cookie: Unread.GONE})


@pytest.mark.kernel
def test_of_too_many_sockets_the_first_are_asked(namespace, monkeypatch):
    monkeypatch.setattr(socket_options, "MOST_ASKED", 1)
    monkeypatch.setattr(socket_options, "read_option_bits", lambda port: {})
    with socket_at("127.0.0.1:0") as first, socket_at("127.0.0.1:0") as second:
        asked = holders(inode(first), inode(second))
        options, unread = read_options(asked)
        assert (list(options), unread) == ([asked[0].cookie], {asked[1].cookie: Unread.TOO_MANY})


@pytest.mark.kernel
def test_a_plain_user_is_told_that_it_may_not_look(namespace):
    with socket_at("127.0.0.1:0") as held, time_wait("127.0.0.1:8080"):
        sample = sample_now()
        asked = [holder_of(sample, row) for row in range(len(sample.table))]
        assert {holder.inode for holder in asked} == {inode(held), 0}
        # What the child needs is imported before it becomes a user who may not read the interpreter's files.
        read_options(asked)
        reasons = in_a_child(lambda: {str(cookie): str(why) for cookie, why in read_options(asked)[1].items()})
        expected = {
            str(holder.cookie): str(Unread.NOT_PERMITTED if holder.inode else Unread.NO_PROCESS) for holder in asked
        }
        assert reasons == expected


@pytest.mark.kernel
@pytest.mark.parametrize("settings", [(), (REUSEADDR,), (REUSEPORT,), (REUSEADDR, REUSEPORT)])
def test_time_wait_tells_what_the_old_server_had_set(namespace, settings):
    with time_wait("127.0.0.1:8080", *settings):
        found = read_option_bits(8080)
        assert not read_option_bits(8081)
        if not found:
            pytest.skip("needs BTF and BPF iterators (Linux 5.8)")
        expected = SocketOptions(reuseaddr=REUSEADDR in settings, reuseport=REUSEPORT in settings, v6only=False)
        assert list(found.values()) == [expected]


@pytest.mark.kernel
def test_the_kernels_list_agrees_with_what_processes_hold(namespace):
    with socket_at("[::]:8080", V6ONLY, REUSEADDR) as held, socket_at("0.0.0.0:8080", REUSEPORT) as other:
        held.listen()
        other.listen()
        asked = holders(inode(held), inode(other))
        found = read_option_bits(8080)
        if not found:
            pytest.skip("needs BTF and BPF iterators (Linux 5.8)")
        assert found == read_options(asked)[0]


@pytest.mark.kernel
def test_another_namespace_is_not_walked(namespace):
    from tests.namespaces import network_namespace  # noqa: PLC0415 - only here a second one is needed

    with time_wait("127.0.0.1:8080"), network_namespace() as inner, inner.entered():
        assert not read_option_bits(8080)


def test_without_btf_nothing_is_known(monkeypatch, tmp_path):
    monkeypatch.setattr(bpf_walk, "_BTF", tmp_path / "vmlinux")
    assert read_option_bits(80) == {}
    (tmp_path / "vmlinux").write_bytes(b"no BTF")
    assert read_option_bits(80) == {}


def test_who_holds_a_socket_decides_why_it_is_not_read(monkeypatch):
    monkeypatch.setattr(socket_options, "read_option_bits", lambda port: {})
    unknown = SocketHolder(cookie=1, inode=7, port=80, is_tcp=True)
    nobody = SocketHolder(cookie=2, inode=0, port=80, is_tcp=True)
    ended = SocketHolder(cookie=3, inode=8, port=80, is_tcp=True, pid=(1 << 22) + 1, start_time=1, fd=3)
    assert read_options([unknown, nobody, ended])[1] == {
        1: Unread.OWNER_UNKNOWN,
        2: Unread.NO_PROCESS,
        3: Unread.GONE,
    }


def test_udp_is_not_looked_for_in_tcps_list(monkeypatch):
    def fail(port: int) -> dict[int, SocketOptions]:
        raise AssertionError(port)

    monkeypatch.setattr(socket_options, "read_option_bits", fail)
    assert read_options([SocketHolder(cookie=1, inode=7, port=53, is_tcp=False)])[1] == {1: Unread.OWNER_UNKNOWN}


def test_a_kernel_without_the_call_says_so(monkeypatch):
    monkeypatch.setattr(socket_options, "read_option_bits", lambda port: {})
    monkeypatch.setattr(socket_options, "_SYS_PIDFD_GETFD", 1 << 20)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        (holder,) = holders(inode(held))
        assert read_options([holder])[1] == {holder.cookie: Unread.NOT_OFFERED}
