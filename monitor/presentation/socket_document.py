"""One socket as the JSON object that `list` and `process` print. A field's type never varies with its value."""

from __future__ import annotations

import os
from typing import Any

from monitor.model.control_group import ControlGroup
from monitor.model.sample import DIRECTION_ACCEPTED, DIRECTION_DIALLED, Interval
from monitor.model.socket_table import INFO_OFFSETS, V6ONLY_UNKNOWN
from monitor.model.tcp import PROTOCOL_TCP, TcpState
from monitor.presentation.row_text import RowTexts
from monitor.presentation.safe_text import json_name, safe_text
from monitor.presentation.unit_words import group_of

Document = dict[str, Any]

_DIRECTIONS = {DIRECTION_ACCEPTED: "accepted", DIRECTION_DIALLED: "dialled"}


def socket_document(texts: RowTexts, row: int) -> Document:
    """Describe a row of the interval.

    Cookies are decimal strings, since JSON's numbers lose the last bits of 64; unknown is null, as is a cookie where
    only /proc/net could be read; endpoints are "address:port" or "[address]:port". A listener's recv_q is its accept
    queue, its send_q the backlog, as ss prints them; they stand again under their own names.
    """
    interval, table = texts.interval, texts.interval.table
    is_listener = int(table.protocol[row]) == PROTOCOL_TCP and int(table.state[row]) == TcpState.LISTEN
    reason = texts.owner_reason(row)
    return {
        "protocol": texts.protocol(row),
        "state": texts.state(row),
        "local": str(texts.local(row)),
        "remote": str(texts.remote(row)),
        "direction": _DIRECTIONS.get(int(interval.direction[row])),
        "inode": int(table.inode[row]),
        "cookie": str(int(table.cookie[row])) if bool(table.has_cookie[row]) else None,
        "uid": int(table.uid[row]),
        **_user(texts, row),
        "recv_q": int(table.recv_q[row]),
        "send_q": table.backlog(row) if is_listener else int(table.send_q[row]),
        "accept_queue": int(table.recv_q[row]) if is_listener else None,
        "backlog": table.backlog(row) if is_listener else None,
        "receive_buffer": int(table.receive_buffer[row]) or None,
        **control_group_fields(group_of(interval, row)),
        **_interface(interval, "interface", int(interval.interface[row])),
        **_interface(interval, "device", int(table.device[row])),
        "v6only": _v6only(int(table.v6only[row])),
        "mark": int(table.mark[row]) if bool(table.has_mark[row]) else None,
        "owners": [
            {"pid": owner.process.pid, **json_name("name", owner.process.name), "fd": owner.fd}
            for owner in texts.owners(row)
        ],
        "owners_reason": None if reason is None else str(reason),
        "idle_ms": _idle(texts, row),
        "counters": counters(texts, row),
    }


def control_group_fields(group: ControlGroup | None) -> Document:
    """Say what a control group tells, each null where it does not: its path, unit, slices, container and image."""
    if group is None:
        return {"control_group": None, "unit": None, "slices": [], "container": None, "image": None}
    container = group.container
    return {
        **json_name("control_group", group.path),
        **({"unit": None} if group.unit is None else json_name("unit", group.unit)),
        "slices": [safe_text(name) for name in group.slices],
        "container": container
        and {
            "runtime": container.runtime.value,
            **json_name("id", container.id),
            **({"name": None} if group.container_name is None else json_name("name", group.container_name)),
        },
        **({"image": None} if group.image is None else json_name("image", group.image)),
    }


def counters(texts: RowTexts, row: int) -> Document:
    """Give the row's counters of TCP_INFO under the kernel's names, null where the kernel does not tell."""
    table = texts.interval.table
    names = [name for name in INFO_OFFSETS if not name.startswith("last_data")]
    # A listener's TCP_INFO carries its queue in the place of other numbers.
    is_counted = bool(table.is_pair[row])
    return {
        name: int(getattr(table, name)[row]) if is_counted and bool(table.knows(name)[row]) else None for name in names
    }


def _idle(texts: RowTexts, row: int) -> int | None:
    table = texts.interval.table
    if not bool(table.has_idle_time[row]):
        return None
    return min(int(table.last_data_sent_ms[row]), int(table.last_data_recv_ms[row]))


def _user(texts: RowTexts, row: int) -> Document:
    """Name the user; null where the kernel keeps none, or the machine knows no name."""
    name = texts.interval.sample.users.get(int(texts.interval.table.uid[row]))
    if name is None or not texts.has_user(row):
        return {"user": None}
    return {**json_name("user", os.fsencode(name))}


def _interface(interval: Interval, key: str, index: int) -> Document:
    if index <= 0:
        return {key: None}
    for link in interval.sample.network.links:
        if link.index == index:
            return {**json_name(key, link.name)}
    return {key: f"if{index}"}


def _v6only(value: int) -> bool | None:
    return None if value == V6ONLY_UNKNOWN else bool(value)
