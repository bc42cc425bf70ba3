"""Closes and transitions written as readable rows, for tests of what is made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from monitor.model.closes import CLOSE
from monitor.model.endpoint import Endpoint, address_words
from monitor.model.process import Process
from monitor.model.socket_events import SocketEvents
from monitor.model.tcp import PROTOCOL_TCP, TcpState
from monitor.model.transitions import TRANSITION, Actor
from monitor.model.ways import Records
from tests.scenes import BOOT_TIME, FULL_TCP_INFO, Row

NAMESPACE = 4026531840
"""Of sample_of()."""


def closed(row: Row, after_s: float, **counters: int) -> np.void:
    """The socket of a row is destroyed; what the kernel no longer tells is left out."""
    record = np.zeros(1, CLOSE)
    for name in CLOSE.names or ():
        if name in row.columns:
            record[name] = row.columns[name]
    record["boot_time"], record["info_length"] = BOOT_TIME + after_s, FULL_TCP_INFO
    for name, value in counters.items():
        record[name] = value
    return record[0]


def went(  # noqa: PLR0913, PLR0917 - all that a transition tells
    after_s: float,
    socket: int,
    old: TcpState,
    new: TcpState,
    local: str,
    remote: str,
    thread: int = 0,
) -> np.void:
    """A socket changes its state."""
    record = np.zeros(1, TRANSITION)
    record["boot_time"], record["socket"], record["thread"] = BOOT_TIME + after_s, socket, thread
    record["old_state"], record["new_state"], record["family"] = old, new, 2
    for side, text in (("local", local), ("remote", remote)):
        endpoint = Endpoint.parse(text)
        record[f"{side}_high"], record[f"{side}_low"] = address_words(endpoint.address)
        record[f"{side}_port"] = endpoint.port
    return record[0]


def happened(
    after_s: float,
    closes: Sequence[np.void] = (),
    transitions: Sequence[np.void] = (),
    actors: Mapping[int, Actor] | None = None,
    **known: object,
) -> SocketEvents:
    """What is read at a moment; the rest as SocketEvents has it."""
    return SocketEvents(
        BOOT_TIME + after_s,
        NAMESPACE,
        _records(closes, CLOSE),
        _records(transitions, TRANSITION),
        actors or {},
        **known,  # type: ignore[arg-type]
    )


def actor(pid: int, name: bytes, namespace: int | None = NAMESPACE) -> Actor:
    """A process that was read in time."""
    return Actor(Process(pid, 1000 + pid, name, 33), name, namespace)


def carried(sent: int, received: int, *, dialled: bool, own_fin: bool = True, peer_fin: bool = True) -> dict[str, int]:
    """Counters of a connection with nothing in flight that carried so many bytes, as the kernel counts them."""
    return {
        "bytes_sent": sent,
        "bytes_acked": sent + dialled + own_fin,
        "bytes_received": received + peer_fin,
        "protocol": PROTOCOL_TCP,
    }


def _records(records: Sequence[np.void], dtype: np.dtype[np.void]) -> Records:
    return np.array(list(records), dtype) if records else np.zeros(0, dtype)
