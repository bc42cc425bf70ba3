"""Why the line of a group says what it says: its numbers are sums or extremes over the sockets of the group."""

from __future__ import annotations

from collections.abc import Callable

from monitor.presentation.explained_value import Why
from monitor.presentation.group_keys import RowCodes, directions, first_pids, interfaces, user_marks
from monitor.presentation.groups import Groups
from monitor.presentation.row_reasons import owner_why
from monitor.presentation.row_text import RowTexts
from monitor.presentation.unit_words import unit_marks

_MEANINGS = {
    "state": "group_count",
    "local": "group",
    "direction": "direction",
    "remote": "group_states",
    "process": "owner",
    "name": "owner",
    "user": "user",
    "unit": "unit",
    "via": "via",
    "rate": "rate",
    "receive": "in",
    "send": "out",
    "received": "received_total",
    "acknowledged": "acknowledged_total",
    "rtt": "rtt",
    "retransmits": "retransmits",
    "recv_q": "unread",
    "send_q": "unsent",
    "limited": "limited",
    "idle": "idle",
    "age": "lifetime",
    "curve": "curve",
}
_TOGETHER = {
    "rate": "the sum over those that have a rate",
    "receive": "the sum over those that have a rate",
    "send": "the sum over those that have a rate",
    "received": "the sum over those that are listed",
    "acknowledged": "the sum over those that are listed",
    "rtt": "the longest among them",
    "retransmits": "of the segments of all of them together",
    "recv_q": "the sum over all of them",
    "send_q": "the sum over all of them",
    "idle": "since data last passed on any of them",
}


def group_whys(groups: Groups, texts: RowTexts, entry: int) -> Callable[[str], Why]:
    """Give a function that says for each column of the connections what it is about in a group's line, and why."""
    return lambda column: _why(groups, texts, entry, column)


def _why(groups: Groups, texts: RowTexts, entry: int, column: str) -> Why:
    meaning = _MEANINGS[column]
    if column in _TOGETHER:
        return Why(meaning, _TOGETHER[column])
    if column in ("process", "name"):
        return _owner(groups, texts, entry)
    reasons: dict[str, Callable[[], str]] = {
        "curve": lambda: "only single rows have one",
        "limited": lambda: "only single rows have one",
        "age": lambda: "only single rows have one",
        "state": lambda: _closed_text(groups.closed_count(entry)),
        "local": lambda: f"grouped by {groups.by.value}",
        "direction": lambda: _same(groups, directions, entry, "some were accepted and some dialled"),
        "via": lambda: _same(groups, interfaces, entry, "so many different interfaces"),
        "user": lambda: _same(groups, user_marks, entry, "so many different users"),
        "unit": lambda: _same(groups, unit_marks, entry, "so many different units and containers"),
    }
    return Why(meaning, reasons[column]() if column in reasons else "")


def _closed_text(closed: int) -> str:
    return f"{closed} of them closed a moment ago" if closed else "all of them open"


def _owner(groups: Groups, texts: RowTexts, entry: int) -> Why:
    if groups.different(first_pids, entry) > 1:
        return Why("owner", "so many different processes hold them; p lets you choose one")
    return owner_why(texts, groups.first_row(entry))


def _same(groups: Groups, codes: RowCodes, entry: int, different: str) -> str:
    return "the same for all of them" if groups.different(codes, entry) == 1 else different
