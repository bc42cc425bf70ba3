"""Which columns each table has, by their ids, and what they say: known without numpy, which the tables need.

The configuration names columns so, and the column chooser lists them.
"""

from __future__ import annotations

from collections.abc import Mapping

_LISTENERS = {
    "protocol": "tcp4, tcp6, tcp46, udp4, …",
    "local": "the endpoint that it waits on",
    "reach": "from where it can be reached: lo, net, all",
    "connections": "connections that it accepted and that are open",
    "queue": "queue used and its limit",
    "arrivals": "new connections per second",
    "drops": "what it dropped in a minute",
    "process": "who holds it",
    "user": "who made it",
    "unit": "container or systemd unit that it was made in",
    "curve": "its connections over two minutes",
}
_CONNECTIONS = {
    "state": "TCP's state",
    "local": "this side's endpoint",
    "direction": "who dialled",
    "remote": "the other side's endpoint",
    "process": "name and pid of who holds it",
    "name": "the name alone",
    "user": "who made it",
    "via": "its interface",
    "rate": "bytes per second, both ways together",
    "receive": "bytes received per second",
    "send": "bytes acknowledged per second",
    "received": "bytes received since the opening",
    "acknowledged": "bytes acknowledged since the opening",
    "rtt": "round-trip time",
    "retransmits": "share of segments sent again",
    "recv_q": "bytes that the program has not read",
    "send_q": "bytes that the peer has not acknowledged",
    "limited": "what holds it back",
    "idle": "time since the last data",
    "age": "time since the opening",
    "unit": "container or systemd unit that it was made in",
    "curve": "both rates over one minute",
}
_EVENTS = {
    "time": "when, in UTC",
    "what": "what happened",
    "local": "this side's endpoint",
    "direction": "who dialled",
    "remote": "the other side's endpoint",
    "process": "name and pid of who held it",
    "name": "the name alone",
    "user": "who made it",
    "unit": "container or systemd unit that it was made in",
    "via": "its interface",
    "duration": "how long it was open",
    "total": "bytes, both ways together",
    "received": "bytes received",
    "acknowledged": "bytes acknowledged",
    "resent": "segments sent again",
}

COLUMN_NAMES: Mapping[str, Mapping[str, str]] = {
    "listeners": _LISTENERS,
    "connections": _CONNECTIONS,
    "events": _EVENTS,
}
"""By pane: each column's id and what it says, in the order of the screen."""
