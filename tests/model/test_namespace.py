from __future__ import annotations

from monitor.model.namespace import Namespace, with_titles


def test_a_namespace_is_called_by_what_tells_most():
    known = Namespace(7, names=(b"blue", b"green"), pids=(812, 990), container=b"web", unit=b"web.service")
    assert known.words == (b"blue", b"green", b"web", b"web.service", b"pid 812", b"pid 990", b"7")
    titles = [one.title for one in with_titles([Namespace(1, is_own=True, names=(b"x",)), known, Namespace(9)])]
    assert titles == [b"own", b"blue", b"9"]


def test_of_those_that_would_be_called_the_same_each_has_its_number_behind_it():
    same = [Namespace(number, container=b"web") for number in (7, 8)]
    assert [one.title for one in with_titles([*same, Namespace(9, unit=b"web.service")])] == [
        b"web (7)",
        b"web (8)",
        b"web.service",
    ]
