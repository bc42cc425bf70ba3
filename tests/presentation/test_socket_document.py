"""A socket as JSON: types never vary, hostile names are valid text, unknown is null."""

from __future__ import annotations

import base64
import json

import pytest

from monitor.model.owner_table import OwnerTable
from monitor.model.process import Process
from monitor.model.sample import Network
from monitor.presentation.row_text import RowTexts
from monitor.presentation.socket_document import socket_document
from monitor.sampling.intervals import advance
from tests import machine_db1
from tests.scenes import ANY, ANY6, address, link, of_state, row, sample_of, traffic

HOSTILE_NAME = b'\xff"\\\n\x1b[2J\xed\xa0\x80'
HOSTILE_LINK = type(link(2, "x"))(2, b'e"\\\xff\n', is_up=True, has_carrier=True, mtu=1500, is_loopback=False)
NETWORK = Network(1, (link(1, "lo"), HOSTILE_LINK), (address(2, "192.0.2.10/24"),))
ROWS = [
    row("tcp", "0.0.0.0:443", ANY, "LISTEN", owner=(990, 3), queue=(1, 511)),
    row("tcp", "[::]:443", ANY6, "LISTEN", v6only=1),
    row("tcp", "192.0.2.10:443", "198.51.100.7:1", "ESTAB", owner=[(990, 4), (991, 4)], **traffic(sent=1 << 60)),
    row("tcp", "192.0.2.10:443", "198.51.100.7:2", "ESTAB", inode=0, cookie=(1 << 62) - 1, info_length=104),
    row("tcp", "192.0.2.10:443", "198.51.100.7:3", "SYN-SENT", device=2, uid=1001, has_mark=0),
    row("tcp", "192.0.2.10:443", "198.51.100.7:4", "TIME-WAIT", device=9),
    of_state(14, row("tcp", "[fe80::1]:22", "[fe80::7]:60022", "ESTAB", device=2)),
    row("tcp", "192.0.2.10:8444", ANY, "BOUND", uid=33),
    row("udp", "0.0.0.0:53", ANY, "UNCONN"),
    row("udp", "192.0.2.10:53", "192.0.2.53:53", "ESTAB", mark=7),
]
PROCESSES = (Process(990, 1, HOSTILE_NAME, 0), Process(991, 1, b"nginx", 0))


def documents(rows=ROWS, **more):
    given = {"network": NETWORK, "processes": PROCESSES, "users": {0: "ro\udcffot\n", 33: "www-data"}, **more}
    texts = RowTexts(advance(None, sample_of(rows, **given)))
    return [socket_document(texts, place) for place in range(len(rows))]


def types_of(value, path=()):
    """Give every path in a document with the type of what stands there; null is no type."""
    if isinstance(value, dict):
        yield path, "object"
        for name, inner in value.items():
            yield from types_of(inner, (*path, name))
    elif isinstance(value, list):
        yield path, "list"
        for inner in value:
            yield from types_of(inner, (*path, "*"))
    elif value is not None:
        yield path, type(value).__name__


def all_documents():
    db1 = None
    for sample in machine_db1.samples():
        db1 = advance(db1, sample)
    texts = RowTexts(db1)
    of_db1 = [socket_document(texts, place) for place in range(len(db1.table))]
    return [*of_db1, *documents(), *documents(hidden=5), *documents(owners=OwnerTable.unread(), network=Network())]


def test_a_field_has_one_type_whatever_its_value():
    found = {}
    for document in all_documents():
        for path, kind in types_of(document):
            assert found.setdefault(path, kind) == kind, path


def test_every_document_has_the_same_fields():
    fields = {frozenset(name for name in document if not name.endswith("_b64")) for document in all_documents()}
    assert len(fields) == 1
    assert len({frozenset(document["counters"]) for document in all_documents()}) == 1


def test_ff_13_hostile_names_are_valid_json_in_valid_utf_8():
    for document in all_documents():
        for is_ascii in (True, False):
            data = json.dumps(document, ensure_ascii=is_ascii, allow_nan=False).encode("utf-8", "strict")
            assert json.loads(data) == document
            assert b"\x1b" not in data


def test_ff_13_a_name_that_is_no_clean_text_comes_with_its_bytes():
    owner, clean = documents()[2]["owners"]
    assert base64.b64decode(owner["name_b64"]) == HOSTILE_NAME
    assert owner["name"].isprintable()
    assert clean == {"pid": 991, "name": "nginx", "fd": 4}
    syn = documents()[4]
    assert base64.b64decode(syn["device_b64"]) == HOSTILE_LINK.name
    assert base64.b64decode(documents()[0]["user_b64"]) == b"ro\xffot\n"


def test_ff_14_a_cookie_is_a_decimal_string_of_all_its_bits():
    assert documents()[3]["cookie"] == str((1 << 62) - 1)


def test_a_listener_tells_its_queues_by_their_names_as_well():
    listener, _, pair = documents()[:3]
    assert (listener["accept_queue"], listener["backlog"]) == (listener["recv_q"], listener["send_q"]) == (1, 511)
    assert (pair["accept_queue"], pair["backlog"]) == (None, None)
    assert set(listener["counters"].values()) == {None}


def test_counters_that_the_kernel_does_not_tell_are_null():
    short, udp = documents()[3]["counters"], documents()[9]["counters"]
    assert (short["total_retrans"], short["bytes_acked"]) == (0, None)
    assert set(udp.values()) == {None}
    assert documents()[2]["counters"]["bytes_sent"] == 1 << 60


@pytest.mark.parametrize(
    ("place", "name", "value"),
    [
        (0, "v6only", None),
        (1, "v6only", True),
        (4, "mark", None),
        (9, "mark", 7),
        (3, "uid", 0),
        (3, "user", None),
        (4, "uid", 1001),
        (4, "user", None),
        (7, "user", "www-data"),
        (2, "owners_reason", None),
        (5, "owners_reason", "kernel"),
        (5, "device", "if9"),
        (0, "device", None),
        (0, "interface", None),
        (4, "idle_ms", None),
        (2, "idle_ms", 0),
        (2, "direction", "accepted"),
        (4, "direction", "dialled"),
        (9, "direction", None),
        (6, "state", "state-14"),
    ],
)
def test_ff_14_what_is_not_known_is_null_and_zero_is_zero(place, name, value):
    assert documents()[place][name] == value


def test_reasons_for_a_missing_owner_are_words():
    assert documents()[1]["owners_reason"] == "not-found"
    assert documents(hidden=1)[1]["owners_reason"] == "hidden"
    assert documents(owners=OwnerTable.unread())[1]["owners_reason"] == "pending"
    assert documents()[3]["owners_reason"] == "accept-queue"
