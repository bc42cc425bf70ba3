"""What the control groups of sockets are called, looked up once and kept."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from monitor.kernel import group_names
from monitor.kernel.cgroups import SHORTEST_PAUSE_S
from monitor.kernel.container_files import ContainerFiles
from monitor.kernel.group_names import GroupNames
from monitor.kernel.group_places import Place
from monitor.kernel.sock_diag import SockDiag
from monitor.model.control_group import ControlGroup
from tests.kernel.control_groups import number_of
from tests.kernel.owner_tables import Clock
from tests.kernel.test_container_files import ID, lay
from tests.kernel.test_control_groups import SERVER

pytestmark = pytest.mark.kernel


def numbers(*groups: int) -> np.ndarray:
    return np.array(groups, np.uint64)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def names(tmp_path, clock) -> GroupNames:
    return GroupNames(ContainerFiles(tmp_path), clock)


def test_a_socket_is_of_its_unit_also_after_its_process_and_the_unit_have_gone(names, group):
    unit = group / "fourtuple-web.service"
    unit.mkdir()
    argv = [sys.executable, "-c", SERVER, str(unit / "cgroup.procs")]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server, SockDiag() as diag:
        port = int(server.stdout.readline())
        table = diag.dump_tcp()
        (number,) = table.cgroup[table.local_port == port].tolist()
        names.learn(table.cgroup)
        server.stdin.close()
    unit.rmdir()
    names.learn(numbers(number))
    assert names.known[number].unit == b"fourtuple-web.service"


def test_a_container_is_called_as_its_runtime_has_it(names, group, tmp_path):
    scope = group / f"docker-{ID}.scope"
    scope.mkdir()
    lay(tmp_path, f"var/lib/docker/containers/{ID}/config.v2.json", {"Name": "/web", "Config": {"Image": "nginx"}})
    names.learn(numbers(number_of(scope)))
    (known,) = names.known.values()
    assert (known.container_name, known.image) == (b"web", b"nginx")


def test_a_group_that_is_nowhere_is_sought_once_and_one_that_is_new_after_a_pause(names, group, clock, monkeypatch):
    names.learn(numbers(1 << 60))
    assert not names.known
    monkeypatch.setattr(names._groups, "find", pytest.fail)
    names.learn(numbers(1 << 60, 0))
    monkeypatch.undo()
    inner = group / "inner"
    inner.mkdir()
    names.learn(numbers(number_of(inner)))
    assert not names.known
    clock.now += SHORTEST_PAUSE_S
    names.learn(numbers(number_of(inner)))
    assert [*names.known] == [number_of(inner)]


def test_of_which_nothing_is_known_yet_is_asked_again_and_what_is_known_holds(names, monkeypatch):
    monkeypatch.setattr(names._groups, "find", lambda _: {1: Place(b"/1", None)})
    names.learn(numbers(1, 2))
    assert names.known == {1: ControlGroup(b"/1")}
    monkeypatch.setattr(names._groups, "find", lambda new: dict.fromkeys(new, Place(b"/again", b"/")))
    names.learn(numbers(1, 2))
    assert names.known == {1: ControlGroup(b"/1"), 2: ControlGroup(b"/again", delegated=b"/")}


def test_of_too_many_groups_those_are_kept_that_sockets_have(names, monkeypatch):
    monkeypatch.setattr(group_names, "MOST_KNOWN", 2)
    monkeypatch.setattr(names._groups, "find", lambda new: {number: Place(b"/%d" % number, None) for number in new})
    names.learn(numbers(1, 2))
    names.learn(numbers(2, 3))
    assert names.known == {2: ControlGroup(b"/2"), 3: ControlGroup(b"/3")}
