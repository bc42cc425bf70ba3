"""Which rows belong to whom a filter names: processes, users, interfaces, control groups, network namespaces."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable

import numpy as np

from monitor.presentation.filter_tree import (
    DeviceIs,
    GroupIs,
    InterfaceIs,
    Name,
    NameMatches,
    NamespaceIs,
    PidIs,
    ProcessContains,
    UserIs,
)
from monitor.presentation.filter_truth import Truth, known, known_where
from monitor.presentation.namespace_words import words_of_one
from monitor.presentation.row_search import RowSearch, text_of
from monitor.presentation.unit_names import names_in
from monitor.reasoning.interfaces import NO_INTERFACE


def _pid_is(tree: PidIs, rows: RowSearch) -> Truth:
    return known_where(rows.is_ownership_known, rows.rows_of_processes(lambda process: process.pid == tree.pid))


def _process_contains(tree: ProcessContains, rows: RowSearch) -> Truth:
    needle = tree.needle.casefold()
    found = rows.rows_of_processes(lambda process: needle in text_of(process.name).casefold())
    return known_where(rows.is_ownership_known, found)


def _user_is(tree: UserIs, rows: RowSearch) -> Truth:
    return known_where(rows.has_user, rows.rows_of_users(lambda uid, name: tree.name in (name, str(uid))))


def _interface_is(tree: InterfaceIs, rows: RowSearch) -> Truth:
    return _belonging(rows, lambda name: name == tree.name)


def _device_is(tree: DeviceIs, rows: RowSearch) -> Truth:
    device = rows.table.device
    if tree.name.isdecimal():
        return known_where(rows.table.knows_device, device == int(tree.name))
    return _bound(rows, lambda name: name == tree.name)


def _name_matches(tree: NameMatches, rows: RowSearch) -> Truth:
    matches = _pattern(tree.pattern)
    match tree.name:
        case Name.PROCESS:
            found = rows.rows_of_processes(lambda process: matches(text_of(process.name)))
            return known_where(rows.is_ownership_known, found)
        case Name.USER:
            found = rows.rows_of_users(lambda uid, name: matches(str(uid)) or (name is not None and matches(name)))
            return known_where(rows.has_user, found)
        case Name.INTERFACE:
            return _belonging(rows, matches)
        case Name.DEVICE:
            return _bound(rows, matches)
        case Name.NETNS:
            return _placed(rows, matches)
        case _:
            return _grouped(rows, tree.name, matches)


def _group_is(tree: GroupIs, rows: RowSearch) -> Truth:
    return _grouped(rows, tree.name, lambda name: name == tree.value)


def _namespace_is(tree: NamespaceIs, rows: RowSearch) -> Truth:
    alone = rows.interval.namespaces is None
    if alone and rows.table.namespace and tree.name.isdecimal():
        # A namespace may have names that were not read, but only one number.
        return known(np.full(len(rows.table), tree.name in words_of_one(rows.interval.sample)))
    return _placed(rows, lambda name: name == tree.name)


def _belonging(rows: RowSearch, test: Callable[[str], bool]) -> Truth:
    """Choose rows of interfaces whose names pass a test; of an interface without a name nothing is known."""
    interface = rows.interval.interface
    is_named = np.isin(interface, [NO_INTERFACE, *rows.interfaces(lambda _: True)])
    return known_where(is_named, np.isin(interface, rows.interfaces(test)))


def _bound(rows: RowSearch, test: Callable[[str], bool]) -> Truth:
    """Choose rows that are bound to an interface whose name passes a test; likewise."""
    device = rows.table.device
    is_named = (device == 0) | np.isin(device, rows.interfaces(lambda _: True))
    return known_where(is_named & rows.table.knows_device, np.isin(device, rows.interfaces(test)))


def _grouped(rows: RowSearch, name: Name, test: Callable[[str], bool]) -> Truth:
    """Choose rows of control groups of which some name passes a test; of a group out of sight nothing is known."""
    return known_where(
        rows.rows_of_groups(lambda _: True),
        rows.rows_of_groups(lambda group: any(test(text_of(label)) for label in names_in(group, name))),
    )


def _placed(rows: RowSearch, test: Callable[[str], bool]) -> Truth:
    """Choose rows of namespaces of which some name passes a test; of one alone no others are known."""
    namespaces = rows.interval.namespaces
    if namespaces is not None:
        return known(namespaces.where(lambda one: any(test(text_of(word)) for word in (one.title, *one.words))))
    is_it = np.full(len(rows.table), any(map(test, words_of_one(rows.interval.sample))))
    return known_where(is_it, is_it)


def _pattern(pattern: str) -> Callable[[str], bool]:
    # A bracket is one: only * and ? are wildcards here.
    matches = re.compile(fnmatch.translate(pattern.casefold().replace("[", "[[]"))).match
    return lambda text: matches(text.casefold()) is not None


ANSWERS = (_pid_is, _process_contains, _user_is, _interface_is, _device_is, _name_matches, _group_is, _namespace_is)
"""Functions from a condition and rows to a Truth, each for the type of its first argument."""
