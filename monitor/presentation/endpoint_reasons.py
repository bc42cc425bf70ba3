"""Why the values of a service endpoint are as they are: its queue and the limit, who shares it, its reach."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from monitor.model.tcp import PROTOCOL_TCP
from monitor.presentation.explained_value import Why
from monitor.presentation.formats import bytes_text, count_text
from monitor.presentation.linked_line import ToRows
from monitor.presentation.narrowing import ListenerConnections
from monitor.presentation.reach_lines import reach_strip, stack_words
from monitor.presentation.row_reasons import owner_why, unit_why, user_why
from monitor.presentation.row_text import RowTexts
from monitor.presentation.service_activity import service_activity
from monitor.presentation.service_endpoints import ServiceEndpoints
from monitor.presentation.service_words import local_service, port_parts

Reason = Callable[[ServiceEndpoints, RowTexts, int], Why]


def endpoint_whys(endpoints: ServiceEndpoints, texts: RowTexts, entry: int) -> Callable[[str], Why]:
    """Give a function that says for each column of the listeners what it is about at this endpoint, and why."""
    return lambda column: _REASONS[column](endpoints, texts, entry)


def _protocol(endpoints: ServiceEndpoints, _: RowTexts, entry: int) -> Why:
    return Why("protocol", f"a socket {stack_words(endpoints.interval, int(endpoints.first[entry]))}")


def _local(endpoints: ServiceEndpoints, texts: RowTexts, entry: int) -> Why:
    row = int(endpoints.first[entry])
    table = endpoints.interval.table
    device = int(table.device[row])
    which = "every address" if texts.local(row).is_wildcard else "this address alone"
    which += "" if bool(table.knows_device[row]) else ", unless it is bound to a device, which /proc/net does not tell"
    where = f"bound to {texts.interface_name(device)}: only what arrives there" if device else which
    return Why("service", " · ".join([where, *port_parts(local_service(endpoints.interval, row))]))


def _reach(endpoints: ServiceEndpoints, _: RowTexts, entry: int) -> Why:
    return Why("reach", reach_strip(endpoints.interval, int(endpoints.first[entry])).left[0].text.strip())


def _connections(endpoints: ServiceEndpoints, _: RowTexts, entry: int) -> Why:
    count = int(endpoints.connections[entry])
    if count < 0:
        return Why("conns", "UDP has no connections: every datagram goes to the socket itself")
    those = ListenerConnections.of(endpoints, entry)
    if not count:
        return Why("conns", "no client is connected")
    port = int(endpoints.interval.table.local_port[endpoints.first[entry]])
    return Why("conns", f"all of them have the local port {port}", ToRows(those.title, those))


def _queue(endpoints: ServiceEndpoints, _: RowTexts, entry: int) -> Why:
    table, row = endpoints.interval.table, int(endpoints.fullest[entry])
    used, limit = int(table.recv_q[row]), table.backlog(row)
    if int(table.protocol[row]) != PROTOCOL_TCP:
        buffer = int(table.receive_buffer[row])
        most = f"{bytes_text(buffer)} may" if buffer else "how many may is not told"
        return Why("udp_queue", f"{bytes_text(used)} wait to be read, {most}")
    waits = f"{count_text(used)} finished handshake{'' if used == 1 else 's'} wait{'s' if used == 1 else ''}"
    if limit is None:
        return Why("accept_queue", f"{waits}; the limit is not known: /proc/net does not tell it")
    asked = f"the limit is {count_text(limit)}, from listen() or somaxconn"
    if used > limit:
        fate = "full: the kernel drops new clients now"
    elif used == limit:
        fate = "one more has room, then the kernel drops new clients"
    else:
        fate = f"full above {count_text(limit)}: then the kernel drops new clients"
    return Why("accept_queue", f"{waits}; {asked}; {fate}")


def _arrivals(endpoints: ServiceEndpoints, _: RowTexts, entry: int) -> Why:
    activity, events = service_activity(endpoints), endpoints.events
    if int(endpoints.connections[entry]) < 0:
        return Why("arrivals", "UDP has no connections: every datagram goes to the socket itself")
    if events is None or math.isnan(activity.covered_s):
        return Why("arrivals", "what happens to connections is not known yet")
    reason = f"{count_text(int(activity.arrivals[entry]))} in {activity.covered_s:.0f} s"
    if events.no_closes is not None and events.no_transitions is not None:
        reason += ", by samples: what came and went between two of them is not among it"
    return Why("arrivals", reason)


def _drops(endpoints: ServiceEndpoints, _: RowTexts, entry: int) -> Why:
    activity = service_activity(endpoints)
    if math.isnan(float(activity.dropped[entry])):
        return Why("service_drops", "it needs two samples with this endpoint, and a kernel that tells")
    since = f"{count_text(int(activity.dropped[entry]))} in the {activity.watched_s[entry]:.0f} s that are known"
    return Why("service_drops", since)


def _process(endpoints: ServiceEndpoints, texts: RowTexts, entry: int) -> Why:
    row, sockets = int(endpoints.first[entry]), int(endpoints.sockets[entry])
    owner = owner_why(texts, row)
    if sockets > 1:
        return Why("reuseport", f"{count_text(sockets)} sockets; of the first: {owner.reason}", owner.target)
    is_shared = len({holder.process.pid for holder in texts.owners(row)}) > 1
    return Why("shared" if is_shared else owner.meaning, owner.reason, owner.target)


def _user(endpoints: ServiceEndpoints, texts: RowTexts, entry: int) -> Why:
    return user_why(texts, int(endpoints.first[entry]))


_REASONS: Mapping[str, Reason] = {
    "protocol": _protocol,
    "local": _local,
    "reach": _reach,
    "connections": _connections,
    "queue": _queue,
    "arrivals": _arrivals,
    "drops": _drops,
    "process": _process,
    "user": _user,
    "unit": lambda endpoints, texts, entry: unit_why(texts, int(endpoints.first[entry])),
    "curve": lambda *_: Why("conns_curve"),
}
"""By column of the listeners."""
