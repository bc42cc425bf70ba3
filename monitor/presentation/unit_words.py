"""What is said of the control group of a socket or a process: its unit or container, and why there is none."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

import numpy as np

from monitor.model.control_group import ControlGroup
from monitor.model.sample import Interval
from monitor.model.socket_table import U64, Rows
from monitor.model.tcp import KERNEL_HELD, PROTOCOL_TCP
from monitor.presentation.formats import UNKNOWN
from monitor.presentation.safe_text import safe_text

_ROOT = b"/"


def unit_text(group: ControlGroup) -> str:
    """Name the container, else the unit, else give the path; a dash for the root group, which is nobody's."""
    container = group.container
    if container is not None:
        return safe_text(group.container_name or container.short_id)
    if group.unit is not None:
        return safe_text(group.unit)
    return UNKNOWN if group.path == _ROOT else safe_text(group.path)


def group_parts(group: ControlGroup) -> list[str]:
    """Say all that a group's path and its runtime tell, the innermost first; the path itself at the end."""
    parts = []
    container = group.container
    if container is not None:
        number = safe_text(container.short_id)
        named = f"{safe_text(group.container_name)} ({number})" if group.container_name else number
        parts.append(f"{container.runtime.value} container {named if group.container_name != container.id else number}")
    if group.image is not None:
        parts.append(f"image {safe_text(group.image)}")
    if group.unit is not None:
        parts.append(f"unit {safe_text(group.unit)}")
    if group.delegated is not None:
        parts.append(f"names below {safe_text(group.delegated)} are of a user's choice")
    if group.slices:
        parts.append(f"slice {safe_text(group.slices[-1])}")
    return [*parts, safe_text(group.path)]


def group_of(interval: Interval, row: int) -> ControlGroup | None:
    """Give the control group of a row's socket; None where it is not known."""
    return interval.sample.control_groups.get(int(interval.table.cgroup[row]))


def why_no_unit(interval: Interval, row: int) -> str:
    """Say why a row has neither unit nor container."""
    table, number = interval.table, int(interval.table.cgroup[row])
    group = interval.sample.control_groups.get(number)
    if group is not None:
        return "it was made in the root control group, outside of all units"
    if number:
        return f"control group {number} is not looked up yet, ended before that, or is of another cgroup namespace"
    if int(table.protocol[row]) == PROTOCOL_TCP and int(table.state[row]) in KERNEL_HELD:
        return "the kernel keeps no control group of an entry without a process"
    if not bool(table.has_cookie[row]):
        return "/proc/net does not tell the control group"
    return "the kernel tells no control group of this socket (it does from Linux 5.9 on)"


def unit_ranks(interval: Interval, rows: Rows) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Rank rows by what their column says; NaN for those that have nothing."""
    texts, place = _texts(interval, rows)
    ordered = sorted({text for text in texts if text != UNKNOWN})
    ranks = {text: float(rank) for rank, text in enumerate(ordered)}
    found: np.ndarray[tuple[int], np.dtype[np.float64]] = np.array([ranks.get(text, np.nan) for text in texts])[place]
    return found


def unit_marks(interval: Interval, rows: Rows) -> U64:
    """Give each row a number for what its column says, the same in every interval; 0 for nothing."""
    texts, place = _texts(interval, rows)
    marks: U64 = np.array([_mark(text) for text in texts], np.uint64)[place]
    return marks


def groups_where(interval: Interval, test: Callable[[ControlGroup], bool]) -> U64:
    """Give the numbers of the known groups that pass a test."""
    known = interval.sample.control_groups
    return np.array([number for number, group in known.items() if test(group)], np.uint64)


def _texts(interval: Interval, rows: Rows) -> tuple[list[str], Rows]:
    """Say what the column says of the different groups of some rows, and which of them each row has."""
    numbers, place = np.unique(interval.table.cgroup[rows], return_inverse=True)
    known = interval.sample.control_groups
    groups = [known.get(number) for number in numbers.tolist()]
    return [UNKNOWN if group is None else unit_text(group) for group in groups], place


def _mark(text: str) -> int:
    return 0 if text == UNKNOWN else int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) or 1
