"""Lists of events made up of readable events, and one of db1."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from monitor.model.endpoint import Endpoint, address_words
from monitor.model.event_list import EVENT, Ending, EventKind, EventList, OwnerHint
from monitor.model.process import Process
from monitor.model.sample import DIRECTION_ACCEPTED, DIRECTION_DIALLED
from tests import machine_db1
from tests.happenings import NAMESPACE
from tests.scenes import BOOT_TIME, FULL_TCP_INFO

NGINX, PROXY, JAVA, CURL = 1, 2, 3, 4
PROCESSES = {
    NGINX: Process(812, 1, b"nginx", 33),
    PROXY: Process(990, 1, b"proxy", 1001),
    JAVA: Process(1313, 1, b"java", 1002),
    CURL: Process(4411, 1, b"curl", 1002),
}
"""By the number by which events name them."""


def event(  # noqa: PLR0913 - all that an event tells
    kind: EventKind,
    after_s: float,
    local: str,
    remote: str,
    process: int = 0,
    *,
    ending: Ending = Ending.UNKNOWN,
    lived_s: float = math.nan,
    **columns: object,
) -> np.void:
    """One event, that many seconds after the scenes begin; closed sockets have counters."""
    record = np.zeros(1, EVENT)
    for side, text in (("local", local), ("remote", remote)):
        endpoint = Endpoint.parse(text)
        record[f"{side}_high"], record[f"{side}_low"] = address_words(endpoint.address)
        record[f"{side}_port"] = endpoint.port
        record["family"] = 2 if endpoint.address.version == 4 else 10
    record["protocol"], record["kind"], record["ending"], record["process"] = 6, kind, ending, process
    record["holders"], record["owner_hint"] = process > 0, OwnerHint.SAMPLE if process else OwnerHint.NONE
    record["at"], record["opened_at"] = BOOT_TIME + after_s, BOOT_TIME + after_s - lived_s
    record["cookie"], record["segs_out"] = (
        (50_000 + round(after_s * 1_000), 200) if kind == EventKind.CLOSED else (0, 0)
    )
    record["info_length"] = FULL_TCP_INFO if kind == EventKind.CLOSED else 0
    record["direction"] = DIRECTION_ACCEPTED if Endpoint.parse(local).port < 10_000 else DIRECTION_DIALLED
    for name, value in columns.items():
        record[name] = value
    return record[0]


def listed(events: Iterable[np.void], after_s: float = 5.0, since_s: float = -60.0, **known: object) -> EventList:
    """List events in their order, oldest first."""
    records = np.array(list(events), EVENT) if (events := list(events)) else np.zeros(0, EVENT)
    records["number"] = 1 + np.arange(len(records))
    counts = {kind.name.lower(): int(np.count_nonzero(records["kind"] == kind)) for kind in EventKind}
    return EventList(
        boot_time=BOOT_TIME + after_s,
        since=BOOT_TIME + since_s,
        namespace=NAMESPACE,
        records=records,
        processes=PROCESSES,
        **{**counts, **known},  # type: ignore[arg-type]
    )


def of_db1() -> EventList:
    """What happened on db1 until its second sample: curl polls, a payment gateway is silent, a client resets."""
    happened = sorted((*_polling(), *_clients(), *_failing()), key=lambda record: float(record["at"]))
    made = listed(happened, 0.0, since_s=-65.0, opened_per_second=2.4, closed_per_second=2.6)
    # They are told from the first sample on; the second one is the newest.
    for moment in ("at", "opened_at"):
        made.records[moment] -= machine_db1.APART_S
    return made


def _polling() -> Sequence[np.void]:
    events = []
    for number in range(8):
        at, local = -11.0 + 2 * number, f"192.0.2.10:{52200 + number}"
        pair = local, "198.51.100.40:8086", CURL
        events.append(event(EventKind.OPENED, at, *pair))
        events.append(
            event(
                EventKind.CLOSED,
                at + 0.043,
                *pair,
                ending=Ending.CLOSED_HERE,
                lived_s=0.043,
                received=612,
                acknowledged=1_204,
                is_short=True,
                owner_hint=OwnerHint.ACTION,
            )
        )
    return events


def _clients() -> Sequence[np.void]:
    pair = "192.0.2.10:443", "198.51.100.7:51800"
    reset = {"ending": Ending.RESET_THERE, "received": 18_204, "acknowledged": 1_412_000, "total_retrans": 31}
    return [
        event(EventKind.CLOSED, 1.2, *pair, NGINX, **reset, last_state=1, uid=33, has_uid=True, cookie=9001),
        event(EventKind.OPENED, 2.3, "192.0.2.10:443", "198.51.100.9:40100", NGINX),
        event(
            EventKind.CLOSED,
            3.4,
            "192.0.2.10:443",
            "198.51.100.9:40100",
            NGINX,
            ending=Ending.CLOSED_THERE,
            lived_s=1.1,
            received=420,
            acknowledged=86_000,
            owner_hint=OwnerHint.LISTENER,
            is_short=True,
        ),
        event(
            EventKind.CLOSED,
            3.9,
            "192.0.2.10:41500",
            "198.51.100.20:5432",
            ending=Ending.IN_ORDER,
            received=96,
            acknowledged=120,
            is_short=True,
        ),
    ]


def _failing() -> Sequence[np.void]:
    gateway = "203.0.113.77:443"
    return [
        event(EventKind.FAILED, 0.4, "192.0.2.10:52100", gateway, JAVA, ending=Ending.UNANSWERED),
        event(EventKind.FAILED, 4.1, "192.0.2.10:52111", "198.51.100.60:9200", PROXY, ending=Ending.REFUSED),
    ]
