"""Finding all network namespaces, and visiting them one after another."""

from __future__ import annotations

import os
import subprocess
from contextlib import closing

import pytest

from monitor.errors import KernelError
from monitor.kernel import all_namespaces, namespaces
from monitor.kernel.all_namespaces import find_namespaces
from monitor.kernel.group_places import Place
from monitor.kernel.this_namespace import namespace_number
from monitor.kernel.visits import visit
from monitor.model.namespace import FoundNamespaces, Namespace, WhyLeftOut
from monitor.sampling.all_namespaces import AllNamespaces
from tests.namespaces import give_name, network_namespace

NOBODY = 4_194_305
"""No pid: beyond PID_MAX_LIMIT."""


@pytest.fixture
def names(tmp_path, monkeypatch):
    """The directory of names, empty; and no processes but this one."""
    monkeypatch.setattr(namespaces, "NAMES", tmp_path)
    monkeypatch.setattr(all_namespaces, "list_pids", lambda: [os.getpid()])
    return tmp_path


def own() -> Namespace:
    return Namespace(namespace_number(), is_own=True)


def test_the_own_one_is_found_by_its_process_and_its_names(names):
    for name in ("b", "a"):
        (names / name).symlink_to("/proc/self/ns/net")
    (found,) = find_namespaces().namespaces
    assert (found.number, found.is_own, found.title) == (namespace_number(), True, b"own")
    assert found.words == (b"own", b"a", b"b", b"pid %d" % os.getpid(), b"%d" % found.number)


def test_fk_18_what_is_no_namespace_is_told_by_name_and_too_many_are_said_to_be(names, monkeypatch):
    (names / "file").touch()
    (names / "gone").symlink_to("/proc/self/ns/nothing")
    found = find_namespaces()
    assert (found.stale, found.has_more_names) == ((b"file", b"gone"), False)
    monkeypatch.setattr(all_namespaces, "MOST_NAMES", 1)
    found = find_namespaces()
    assert (len(found.stale), found.has_more_names) == (1, True)


def test_without_a_directory_of_names_nothing_is_named(names):
    names.rmdir()
    assert len(find_namespaces().namespaces) == 1


def test_a_process_that_hides_its_namespace_is_counted_and_one_that_has_ended_is_not(names, monkeypatch):
    def stat(path, **more):
        if path == "/proc/7/ns/net":
            raise PermissionError(13, "hidden")
        return really(path, **more)

    really = os.stat
    monkeypatch.setattr(all_namespaces, "list_pids", lambda: [os.getpid(), 7, NOBODY])
    monkeypatch.setattr(all_namespaces.os, "stat", stat)
    assert find_namespaces().hidden_processes == 1


def test_one_to_which_nothing_leads_any_more_has_ended():
    with pytest.raises(KernelError, match="ESRCH"), visit(Namespace(1, names=(b"gone",), pids=(NOBODY,))):
        pytest.fail("it was entered")


@pytest.mark.kernel
def test_a_visit_ends_where_it_began_also_by_an_error(as_root, names):
    outside = namespace_number()
    with network_namespace() as made:
        give_name(names, "blue", made)
        with pytest.raises(ZeroDivisionError), visit(Namespace(made.inode, names=(b"red", b"blue"))):
            assert namespace_number() == made.inode
            raise ZeroDivisionError
    assert namespace_number() == outside


@pytest.mark.kernel
def test_a_pid_that_leads_into_another_namespace_by_now_is_not_followed(as_root):
    with network_namespace() as made:
        elsewhere = Namespace(made.inode, pids=(os.getpid(),))
        with pytest.raises(KernelError, match="ESRCH"), visit(elsewhere):
            pytest.fail("it was entered")


@pytest.mark.kernel
def test_fk_19_beyond_the_budget_only_the_own_one_is_read_and_the_others_are_told(as_root, names):
    with network_namespace() as made:
        give_name(names, "blue", made)
        ended = Namespace(1, pids=(NOBODY,))
        found = FoundNamespaces((own(), ended, *find_namespaces().namespaces[1:]))
        with closing(AllNamespaces(found=found, budget_s=0.0)) as late, closing(AllNamespaces(found=found)) as all_read:
            read = [namespace.number for namespace, _ in late.samples()]
            read_all = [namespace.number for namespace, _ in all_read.samples()]
            left_out = [(one.namespace.number, one.why) for one in late.left_out]
            assert [(one.namespace, one.why) for one in all_read.left_out] == [(ended, WhyLeftOut.ENDED)]
    assert read == [namespace_number()]
    assert left_out == [(1, WhyLeftOut.LATE), (made.inode, WhyLeftOut.LATE)]
    assert read_all == [namespace_number(), made.inode]


@pytest.mark.kernel
def test_one_without_a_name_is_called_by_the_unit_or_the_pid_of_who_is_in_it(as_root, names, monkeypatch, tmp_path):
    with network_namespace() as made, made.entered():
        inside = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    with inside:
        monkeypatch.setattr(all_namespaces, "list_pids", lambda: [inside.pid, os.getpid()])
        monkeypatch.setattr(all_namespaces, "place_in", lambda _: None)
        by_pid = find_namespaces().namespaces[1]
        monkeypatch.setattr(all_namespaces, "place_in", lambda _: Place(b"/system.slice/web.service", None))
        by_unit = find_namespaces().namespaces[1]
        monkeypatch.setattr(all_namespaces, "place_in", lambda _: Place(b"/docker/" + b"0d" * 32, None))
        by_container = find_namespaces().namespaces[1]
        inside.stdin.close()
    assert (by_pid.number, by_pid.title) == (made.inode, b"pid %d" % inside.pid)
    assert (by_unit.title, by_container.title) == (b"web.service", b"0d" * 6)
