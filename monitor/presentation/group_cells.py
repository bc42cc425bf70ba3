"""The line of a group under the columns of the connections, which stand beneath it once it is opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from monitor.model.sample import F64
from monitor.model.tcp import PROTOCOL_TCP, TROUBLE_ORDER, TcpState, state_name
from monitor.presentation.connection_cells import process_cells, process_name_cells
from monitor.presentation.formats import bytes_text, duration_text, rate_text, rtt_text, share_text
from monitor.presentation.group_keys import Grouping, directions, first_pids, group_title, interfaces, user_marks
from monitor.presentation.groups import Groups
from monitor.presentation.known_cells import known_cell
from monitor.presentation.row_text import UNKNOWN, RowTexts
from monitor.presentation.unit_words import unit_marks
from monitor.presentation.view import Cell, Role

GroupCell = Callable[[Groups, RowTexts, int], Cell]
"""Makes one cell of a group's line, by the group's number."""

_TITLE_ROLES = {
    Grouping.PROCESS: Role.NAME,
    Grouping.USER: Role.NAME,
    Grouping.UNIT: Role.NAME,
    Grouping.PEER: Role.NAME,
    Grouping.INTERFACE: Role.NAME,
    Grouping.STATE: Role.STRONG,
    Grouping.LISTENER: Role.LOCAL,
}
_WITH_NAMES = (Grouping.REMOTE_ADDRESS, Grouping.REMOTE_ENDPOINT)
_ORDER = (TcpState.ESTABLISHED, *TROUBLE_ORDER)


def count_cell(groups: Groups, _: RowTexts, entry: int) -> Cell:
    """Say how many rows a group has."""
    return Cell(f"{int(groups.counts[entry]):,}", Role.STRONG)


def title_cell(groups: Groups, texts: RowTexts, entry: int) -> Cell:
    """Say what a group's rows share."""
    row = groups.first_row(entry)
    text = group_title(texts, row, groups.by)
    role = Role.DIM if text == UNKNOWN else _TITLE_ROLES.get(groups.by, Role.REMOTE)
    # A name behind an address is what may be cut.
    return Cell(text, role, keeps_end=groups.by not in _WITH_NAMES or texts.remote_name(row) is None)


def states_cell(groups: Groups, _: RowTexts, entry: int) -> Cell:
    """Count the states, established ones first, then what waits or ends: "41 ESTAB 38 CLOSE-WAIT"; "×" is closed."""
    counts = groups.state_counts(entry)
    words = [f"{counts[state]} {_state_word(*state)}" for state in sorted(counts, key=_place)]
    closed = groups.closed_count(entry)
    if closed:
        words.append(f"{closed} ×")
    has_trouble = any(protocol == PROTOCOL_TCP and state in TROUBLE_ORDER for protocol, state in counts)
    return Cell(" ".join(words), Role.NOTE if has_trouble else Role.PLAIN)


def _place(state: tuple[int, int]) -> tuple[int, int, int]:
    protocol, number = state
    place = _ORDER.index(TcpState(number)) if protocol == PROTOCOL_TCP and number in _ORDER else len(_ORDER)
    return place, protocol, number


def _state_word(protocol: int, state: int) -> str:
    name = state_name(protocol, state)
    return name if protocol == PROTOCOL_TCP else f"udp {name}"


def _process(groups: Groups, texts: RowTexts, entry: int) -> Cell:
    processes = groups.different(first_pids, entry)
    if processes > 1:
        return Cell(f"{processes} processes", Role.DIM)
    return process_cells(texts, np.array([groups.first_row(entry)]))[0]


def _name(groups: Groups, texts: RowTexts, entry: int) -> Cell:
    processes = groups.different(first_pids, entry)
    if processes > 1:
        return Cell(str(processes), Role.DIM)
    return process_name_cells(texts, np.array([groups.first_row(entry)]))[0]


def _interface(groups: Groups, texts: RowTexts, entry: int) -> Cell:
    return _one_or_many(groups.different(interfaces, entry), texts.interface(groups.first_row(entry)))


def _user(groups: Groups, texts: RowTexts, entry: int) -> Cell:
    return _one_or_many(groups.different(user_marks, entry), texts.user(groups.first_row(entry)))


def _unit(groups: Groups, texts: RowTexts, entry: int) -> Cell:
    return _one_or_many(groups.different(unit_marks, entry), texts.unit(groups.first_row(entry)))


def _one_or_many(different: int, text: str) -> Cell:
    if different > 1:
        return Cell(str(different), Role.DIM)
    return Cell(text, Role.DIM if text == UNKNOWN else Role.PLAIN)


def _direction(groups: Groups, texts: RowTexts, entry: int) -> Cell:
    is_one = groups.different(directions, entry) == 1
    return Cell(texts.direction(groups.first_row(entry)) if is_one else "")


def _number(values: Callable[[Groups], F64], text: Callable[[float], str], role: Role = Role.PLAIN) -> GroupCell:
    def cell(groups: Groups, _: RowTexts, entry: int) -> Cell:
        return known_cell(text(float(values(groups)[entry])), role)

    return cell


def _both_rates(groups: Groups) -> F64:
    return groups.receive_rate + groups.send_rate


NUMBERS: Mapping[str, Callable[[Groups], F64]] = {
    "rate": _both_rates,
    "receive": lambda groups: groups.receive_rate,
    "send": lambda groups: groups.send_rate,
    "received": lambda groups: groups.received_total,
    "acknowledged": lambda groups: groups.acknowledged_total,
    "rtt": lambda groups: groups.worst_rtt_us,
    "retransmits": lambda groups: groups.retransmit_share,
    "recv_q": lambda groups: groups.recv_q,
    "send_q": lambda groups: groups.send_q,
    "idle": lambda groups: groups.idle_s,
}
"""By column: the number that a group shows there, and is sorted by. NaN for unknown."""

GROUP_CELLS: Mapping[str, GroupCell] = {
    "state": count_cell,
    "local": title_cell,
    "direction": _direction,
    "remote": states_cell,
    "process": _process,
    "name": _name,
    "user": _user,
    "unit": _unit,
    "via": _interface,
    "rate": _number(NUMBERS["rate"], rate_text, Role.RATE),
    "receive": _number(NUMBERS["receive"], rate_text, Role.RATE),
    "send": _number(NUMBERS["send"], rate_text, Role.RATE),
    "received": _number(NUMBERS["received"], bytes_text),
    "acknowledged": _number(NUMBERS["acknowledged"], bytes_text),
    "rtt": _number(NUMBERS["rtt"], rtt_text),
    "retransmits": _number(NUMBERS["retransmits"], share_text, Role.NOTE),
    "recv_q": _number(NUMBERS["recv_q"], bytes_text),
    "send_q": _number(NUMBERS["send_q"], bytes_text),
    "idle": _number(NUMBERS["idle"], duration_text),
    "curve": lambda *_: Cell(""),
}
"""By column of the connections: what a group says there."""
