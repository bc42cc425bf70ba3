"""What is said of a socket's control group."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from monitor.model.control_group import ControlGroup
from monitor.presentation.filter_parser import parse
from monitor.presentation.filters import mask
from monitor.presentation.row_reasons import unit_why
from monitor.presentation.row_text import RowTexts
from monitor.presentation.socket_document import socket_document
from monitor.presentation.unit_words import group_parts, unit_marks, unit_text
from monitor.sampling.intervals import advance
from tests.presentation.connection_scene import db1_interval, row_of
from tests.scenes import ANY, row, sample_of

PAIR = ("192.0.2.10:8080", "198.51.100.7:51834")
ID = b"5f1d" * 16
WEB = ControlGroup(b"/system.slice/docker-%s.scope" % ID, b"web\x1b", b"nginx:1.25")


@pytest.mark.parametrize(
    ("group", "text"),
    [
        (WEB, r"web\x1b"),
        (ControlGroup(WEB.path), "5f1d5f1d5f1d"),
        (ControlGroup(b"/lxc.payload.db\n", b"db\n"), r"db\n"),
        (ControlGroup(b"/system.slice/nginx.service"), "nginx.service"),
        (ControlGroup(b"/batch/\xff"), r"/batch/\xff"),
        (ControlGroup(b"/"), "–"),
    ],
)
def test_a_container_goes_before_its_unit_and_a_unit_before_the_path(group, text):
    assert unit_text(group) == text


def test_what_a_user_has_named_like_a_container_is_said_to_be_his():
    given_away = b"/user.slice/user@7.service"
    worn = ControlGroup(given_away + WEB.path, delegated=given_away)
    assert unit_text(worn) == f"user@7.service/docker-{ID.decode()}.scope"
    assert "names below /user.slice/user@7.service are of a user's choice" in group_parts(worn)


def test_all_that_is_known_is_said_the_innermost_first():
    number, scope = "5f1d5f1d5f1d", f"docker-{ID.decode()}.scope"
    assert group_parts(WEB) == [
        rf"docker container web\x1b ({number})",
        "image nginx:1.25",
        f"unit {scope}",
        "slice system.slice",
        f"/system.slice/{scope}",
    ]
    assert group_parts(ControlGroup(b"/lxc.payload.db", b"db"))[0] == "lxc container db"


@pytest.mark.parametrize(
    ("described", "reason"),
    [
        (row("tcp", *PAIR, "ESTAB", cgroup=1), "it was made in the root control group, outside of all units"),
        (row("tcp", *PAIR, "ESTAB", cgroup=9), "control group 9 is not looked up yet, ended before that, or is of"),
        (row("tcp", *PAIR, "TIME-WAIT"), "the kernel keeps no control group of an entry without a process"),
        (row("tcp", PAIR[0], ANY, "LISTEN"), "the kernel tells no control group of this socket"),
        (row("tcp", PAIR[0], ANY, "LISTEN", cookie=1 << 63 | 7), "/proc/net does not tell the control group"),
    ],
)
def test_a_dash_says_why(described, reason):
    interval = advance(None, sample_of([described], control_groups={1: ControlGroup(b"/")}))
    assert RowTexts(interval).unit(0) == "–"
    assert unit_why(RowTexts(interval), 0).reason.startswith(reason)


def test_sockets_of_one_unit_have_one_mark_in_every_sample():
    groups = {7: ControlGroup(b"/a/x.service"), 8: ControlGroup(b"/b/x.service"), 9: ControlGroup(b"/y.service")}
    rows = [row("tcp", PAIR[0], f"198.51.100.7:{port}", "ESTAB", cgroup=port) for port in (7, 8, 9, 10)]
    interval = advance(None, sample_of(rows, control_groups=groups))
    one, same, other, unknown = unit_marks(interval, np.arange(4)).tolist()
    assert one == same != other
    assert unknown == 0
    later = replace(interval, sample=replace(interval.sample, control_groups={9: groups[9]}))
    assert unit_marks(later, np.array([2])).tolist() == [other]


@pytest.mark.parametrize(
    ("line", "chosen"),
    [
        ("unit nginx.service", {"nginx"}),
        ("unit nginx", {"nginx"}),
        ("unit pro*", {"proxy"}),
        ("container orders-db", {"postgres"}),
        ("container 5f1d5f1d5f1d", {"postgres"}),
        ("image postgres*", {"postgres"}),
        ("image shop:7", {"node"}),
        ("slice user.slice", {"sshd"}),
        ("orders-db", {"postgres"}),
    ],
)
def test_sockets_are_found_by_unit_container_slice_and_image(line, chosen):
    interval = db1_interval()
    texts = RowTexts(interval)
    rows = mask(parse(line), interval).nonzero()[0].tolist()
    found = {texts.name(owner.process) for row in rows for owner in texts.owners(row)}
    assert found == chosen


def test_json_has_every_field_with_null_where_nothing_is_known():
    interval = db1_interval()
    texts = RowTexts(interval)
    document = socket_document(texts, row_of(interval, "127.0.0.1:5432", "127.0.0.1:41880"))
    assert document["container"] == {"runtime": "docker", "id": ID.decode(), "name": "orders-db"}
    assert (document["image"], document["slices"]) == ("postgres:16", ["system.slice"])
    assert document["unit"] == f"docker-{ID.decode()}.scope"
    waiting = socket_document(texts, row_of(interval, "192.0.2.10:51880", "198.51.100.20:5432"))
    fields = ("control_group", "unit", "slices", "container", "image")
    assert [waiting[field] for field in fields] == [None, None, [], None, None]
