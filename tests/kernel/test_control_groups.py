"""Control groups by their number: which sockets carry it, and which processes are in them."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys

import pytest

from monitor.kernel import cgroups
from monitor.kernel.cgroups import SHORTEST_PAUSE_S, ControlGroups
from monitor.kernel.sock_diag import SockDiag
from tests.kernel.control_groups import control_group, move, number_of
from tests.kernel.owner_tables import Clock

pytestmark = pytest.mark.kernel

SERVER = """
import pathlib, socket, sys
pathlib.Path(sys.argv[1]).write_text("0")
with socket.create_server(("127.0.0.1", 0)) as listener:
    print(listener.getsockname()[1], flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_sockets_carry_the_group_of_their_maker_or_of_their_listener():
    with control_group() as group:
        argv = [sys.executable, "-c", SERVER, str(group / "cgroup.procs")]
        with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server, SockDiag() as diag:
            port = int(server.stdout.readline())
            with socket.create_connection(("127.0.0.1", port)):
                table = diag.dump_tcp()
            server.stdin.close()
            assert table.cgroup[table.local_port == port].tolist() == [number_of(group)] * 2
            (ours,) = table.cgroup[table.remote_port == port].tolist()
            assert ours not in {0, number_of(group)}


def test_members_are_the_processes_that_are_in_the_group_now(group, holder, clock):
    groups = ControlGroups(clock)
    assert groups.members(number_of(group)) == {holder.pid}
    move(holder.pid, group.parent)
    assert groups.members(number_of(group)) == set()
    assert holder.pid in ControlGroups(clock).members(number_of(group.parent))


def test_a_group_that_was_made_since_is_found_after_a_pause(group, holder, clock):
    groups = ControlGroups(clock)
    groups.members(number_of(group))
    inner = group / "inner"
    inner.mkdir()
    move(holder.pid, inner)
    clock.now += SHORTEST_PAUSE_S - 0.1
    assert groups.members(number_of(inner)) == set()
    clock.now += 0.2
    assert groups.members(number_of(inner)) == {holder.pid}


def test_another_group_of_the_same_name_is_another_group(group, holder, clock):
    groups = ControlGroups(clock)
    inner = group / "inner"
    inner.mkdir()
    ended = number_of(inner)
    groups.members(ended)
    inner.rmdir()
    inner.mkdir()
    move(holder.pid, inner)
    assert groups.members(ended) == set()
    clock.now += SHORTEST_PAUSE_S
    assert groups.members(number_of(inner)) == {holder.pid}


def test_a_group_of_threads_has_no_processes(group, holder, clock):
    inner = group / "inner"
    inner.mkdir()
    (inner / "cgroup.type").write_text("threaded")
    (inner / "cgroup.threads").write_text(str(holder.pid))
    groups = ControlGroups(clock)
    assert groups.members(number_of(inner)) == set()
    assert groups.members(number_of(group)) == {holder.pid}


def test_a_group_of_too_many_processes_is_not_given_in_part(group, clock, monkeypatch):
    monkeypatch.setattr(cgroups, "LONGEST_LIST", 2)
    assert ControlGroups(clock).members(number_of(group)) == set()


def test_no_more_directories_are_visited_than_the_most(group, clock, monkeypatch):
    monkeypatch.setattr(cgroups, "MOST_GROUPS", 1)
    assert ControlGroups(clock).members(number_of(group)) == set()


@pytest.mark.parametrize("name", ["scandir", "mount_of"])
def test_for_want_of_descriptors_nothing_is_known_of_a_group(group, clock, monkeypatch, name):
    def refuse(*_: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    with monkeypatch.context() as short:
        short.setattr(cgroups.os if name == "scandir" else cgroups, name, refuse)
        groups = ControlGroups(clock)
        assert groups.find([number_of(group)]) == {}
    assert groups.find([number_of(group)]) == {}, "it is too early to look again"
    clock.now += SHORTEST_PAUSE_S
    assert groups.find([number_of(group), 1 << 60]).keys() == {number_of(group), 1 << 60}


def test_without_the_hierarchy_no_group_has_members(group, clock, monkeypatch):
    monkeypatch.setattr(cgroups, "mount_of", lambda: None)
    assert ControlGroups(clock).members(number_of(group)) == set()
