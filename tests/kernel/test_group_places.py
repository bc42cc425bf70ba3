"""The systemd unit of a /proc/PID/cgroup file, as far as nothing tells that a user has named it."""

from __future__ import annotations

import os

import pytest

from monitor.kernel import group_places
from monitor.kernel.cgroups import ControlGroups
from monitor.kernel.group_places import Mount, Place, place_in, unit_in
from tests.kernel.control_groups import number_of

USER, OTHERS = 4242, 0o775


@pytest.fixture
def hierarchy(tmp_path, monkeypatch):
    """A directory in the place of the unified hierarchy."""
    monkeypatch.setattr(group_places, "mount_of", lambda *_: Mount(str(tmp_path), b"/above"))
    return tmp_path


@pytest.mark.parametrize(
    ("cgroup", "unit"),
    [
        (b"0::/system.slice/nginx.service\n", "nginx.service"),
        (b"0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-x.scope\n", "app-x.scope"),
        (b"0::/system.slice/docker-0123.scope/payload\n", "docker-0123.scope"),
        (b"0::/../../system.slice/nginx.service (deleted)\n", "nginx.service"),
        (b"4:memory:/other.service\n1:name=systemd:/system.slice/cron.service\n0::/\n", "cron.service"),
        (b"1:name=systemd:/a.service\n0::/b.service\n", "b.service"),
        (b"0::/system.slice/odd:name.service\n", "odd:name.service"),
        (b"0::/system.slice/\xff.service\n", "\udcff.service"),
        (b"0::/init.scope\n", "init.scope"),
    ],
)
def test_the_innermost_unit_names_the_process(cgroup, unit):
    assert unit_in(cgroup) == unit


@pytest.mark.parametrize("cgroup", [b"", b"0::/\n", b"0::/user.slice\n", b"4:memory:/x.service\n", b"0::/service\n"])
def test_a_process_outside_of_all_units_has_none(cgroup):
    assert unit_in(cgroup) is None


@pytest.mark.usefixtures("as_root")
@pytest.mark.parametrize(
    ("give_away", "asked_by", "delegated"),
    [
        (lambda path: None, None, None),
        (lambda path: os.chown(path, USER, USER), None, b"/above/a.slice/b.service"),
        (lambda path: path.chmod(OTHERS), None, b"/above/a.slice/b.service"),
        (lambda path: os.chown(path, USER, USER), str(USER), None),
    ],
    ids=["root's", "a user's", "a group's", "a user's who has asked by sudo"],
)
def test_below_a_directory_that_is_not_roots_others_give_the_names(
    hierarchy, monkeypatch, give_away, asked_by, delegated
):
    monkeypatch.delenv("SUDO_UID", raising=False)
    if asked_by is not None:
        monkeypatch.setenv("SUDO_UID", asked_by)
    below = hierarchy / "a.slice/b.service/c.service"
    below.mkdir(parents=True)
    give_away(below.parent)
    os.chown(below, USER, USER)
    path = b"/above/a.slice/b.service/c.service"
    assert place_in(b"0::%s\n" % path) == Place(path, delegated)
    assert unit_in(b"0::%s\n" % path) == ("c.service" if delegated is None else "b.service/c.service")


def test_what_is_out_of_sight_is_looked_for_nowhere_else(hierarchy):
    assert Mount(str(hierarchy), b"").directories_to(b"/../../etc/x.service") == []
    assert Mount(str(hierarchy), b"/above").directories_to(b"/beside/x.service") == []


@pytest.mark.kernel
def test_a_group_by_its_number_has_the_same_names(as_root, group, monkeypatch):
    monkeypatch.delenv("SUDO_UID", raising=False)
    below = group / "theirs" / f"docker-{'0d' * 32}.scope"
    below.mkdir(parents=True)
    os.chown(below.parent, USER, USER)
    found = ControlGroups().find([number_of(below), number_of(below.parent), 1 << 60])
    (inner, outer) = (found[number_of(path)] for path in (below, below.parent))
    assert found[1 << 60] is None
    assert outer.delegated is None
    assert inner == Place(outer.path + b"/" + os.fsencode(below.name), outer.path)
    assert place_in(b"0::%s\n" % inner.path) == inner
