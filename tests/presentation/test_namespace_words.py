from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from monitor.model.namespace import FoundNamespaces, LeftOut, NamedNamespace, Namespace, WhyLeftOut, with_titles
from monitor.model.row_namespaces import RowNamespaces
from monitor.presentation.filters import mask, parse
from monitor.presentation.list_columns import DEFAULT_EVERYWHERE, LIST_COLUMNS, in_order
from monitor.presentation.namespace_words import (
    namespace_notices,
    namespaces_document,
    row_namespace,
    row_place_document,
)
from monitor.presentation.row_text import RowTexts
from monitor.sampling.intervals import advance
from tests.scenes import ANY, row, sample_of

OWN, BLUE, NAMELESS = with_titles(
    [Namespace(1, is_own=True), Namespace(2, names=(b"b\x1b",), container=b"w\n"), Namespace(3, pids=(812,))]
)


def interval():
    """Sockets of BLUE, OWN and BLUE again."""
    rows = [row("tcp", f"127.0.0.1:{port}", ANY, "LISTEN", cookie=port) for port in (80, 80, 22)]
    for cookie, made in enumerate(rows, 1):
        made.columns["cookie"] = cookie
    read = advance(None, sample_of(rows))
    return replace(read, namespaces=RowNamespaces.of([OWN, BLUE], [np.array([1]), np.array([0, 2])]))


def test_what_is_missing_is_said_in_a_sentence_for_each_reason():
    many = tuple(Namespace(number, title=b"n%d" % number) for number in range(10, 17))
    found = FoundNamespaces((OWN, BLUE), stale=(b"s\x9b",), hidden_processes=93, has_more_names=True)
    left_out = [
        LeftOut(BLUE, WhyLeftOut.REFUSED),
        LeftOut(NAMELESS, WhyLeftOut.FAILED, "could not list TCP sockets"),
        *(LeftOut(one, WhyLeftOut.LATE) for one in many),
    ]
    assert list(namespace_notices(found, left_out, {1: ["no UDP"], 2: ["no TCP"]})) == [
        "no UDP",
        "netns b\\x1b: no TCP",
        "1 network namespace left out, since entering takes CAP_SYS_ADMIN (root, or sudo): b\\x1b",
        "7 network namespaces left out, since those before took all of the time: n10, n11, n12, n13, n14 and 2 more",
        "netns pid 812 left out: could not list TCP sockets",
        "1 name of /run/netns leading to no network namespace: s\\x9b",
        "not all names of /run/netns were looked at: there are too many",
        "hidden from this user: the network namespace of 93 processes",
    ]
    assert list(namespace_notices(FoundNamespaces((OWN,)), [], {})) == []


def test_documents_say_of_each_namespace_how_many_sockets_it_has_or_why_that_is_not_known():
    read = interval()
    own, blue, nameless = namespaces_document(
        FoundNamespaces((OWN, BLUE, NAMELESS)), [LeftOut(NAMELESS, WhyLeftOut.ENDED)], read
    )
    assert (own["sockets"], blue["sockets"], nameless["sockets"]) == (1, 2, None)
    assert (own["left_out"], nameless["left_out"], nameless["pids"]) == (None, "ended", [812])
    assert (blue["name"], blue["name_b64"], blue["container"], blue["unit"]) == ("b\\x1b", "Yhs=", "w\\n", None)
    assert row_place_document(read, 1) == {"netns": {"inode": 1, "name": "own"}, "cookie": "2"}


def test_a_row_of_one_namespace_alone_is_of_the_own_one_or_of_that_which_was_asked_for():
    read = advance(None, sample_of([row("tcp", "127.0.0.1:80", ANY, "LISTEN")]))
    assert row_namespace(read, 0) == "own"
    for named, text in (
        (NamedNamespace(b"bl\x1bue", is_process=False, is_gone=False), "bl\\x1bue"),
        (NamedNamespace(b"812", is_process=True, is_gone=False), "pid 812"),
    ):
        assert row_namespace(replace(read, sample=replace(read.sample, named=named)), 0) == text


@pytest.mark.parametrize(
    ("line", "ports"),
    [
        ("netns own", [80]),
        ("netns = 2", [80, 22]),
        ('netns "b\x1b"', [80, 22]),
        ("netns != own", [80, 22]),
        ("netns ~ W*", [80, 22]),
        ("netns red", []),
    ],
)
def test_a_filter_chooses_a_namespace_by_any_of_its_names_and_by_its_number(line, ports):
    read = interval()
    assert read.table.local_port[mask(parse(line), read)].tolist() == ports


def test_of_one_namespace_alone_only_the_word_and_the_number_are_known():
    read = advance(None, sample_of([row("tcp", "127.0.0.1:80", ANY, "LISTEN")]))
    blue = replace(read, sample=replace(read.sample, named=NamedNamespace(b"blue", is_process=False, is_gone=False)))
    found = {line: mask(parse(line), blue).any() for line in ("netns blue", "netns red", "not netns red", "netns own")}
    assert [line for line, is_chosen in found.items() if is_chosen] == ["netns blue"]
    own = read.table.namespace
    assert mask(parse(f"netns {own}"), blue).all()
    assert not mask(parse(f"not netns {own}"), blue).any()
    assert not mask(parse(f"netns {own + 1}"), blue).any()
    assert mask(parse(f"not netns {own + 1}"), blue).all()


def test_the_column_is_the_first_one_and_its_order_begins_with_the_own_namespace():
    read, column = interval(), DEFAULT_EVERYWHERE[0]
    assert (column.id, column) == ("netns", LIST_COLUMNS["netns"])
    rows = in_order(read, np.arange(3), column)
    assert column.texts(RowTexts(read), rows) == ["own", "b\\x1b", "b\\x1b"]
    assert in_order(read, np.arange(3), None).tolist() == [2, 1, 0]
