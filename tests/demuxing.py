"""Sockets whose receiver is asked for, in a namespace of the test's own, and who really gets what is sent to them."""

from __future__ import annotations

import select
import socket
from contextlib import closing

from monitor.model.endpoint import Endpoint
from monitor.model.segment import Segment
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP
from monitor.sampling.decide_demux import decide_at_once
from monitor.sampling.live import LiveSource
from tests.server_process import SO_COOKIE
from tests.wire import Datagram, send_in

REUSEADDR = (socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
REUSEPORT = (socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
V6ONLY = (socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
SILENCE_S = 0.1
"""How long nothing has to come until nobody got it; what was sent by veth is there before send() returns."""


def on(device):
    return (socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode() + b"\0")


def open_at(scene, protocol, place, *options, connect=None, backlog=8):
    """Bind a socket with options; a TCP one listens, a UDP one may have a peer."""
    end = Endpoint.parse(place)
    family = socket.AF_INET if end.address.version == 4 else socket.AF_INET6
    made = scene.enter_context(socket.socket(family, socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM))
    for level, name, value in options:
        made.setsockopt(level, name, value)
    made.bind(address_of(end))
    if protocol == "tcp":
        made.listen(backlog)
    elif connect is not None:
        made.connect(address_of(Endpoint.parse(connect)))
    return made


def address_of(end):
    scope = 0 if end.zone is None else socket.if_nametoindex(end.zone)
    host = str(end.address)
    return (host, end.port) if end.address.version == 4 else (host, end.port, 0, scope)


def segment(protocol, source, destination, device=None):
    return Segment(
        PROTOCOL_TCP if protocol == "tcp" else PROTOCOL_UDP,
        Endpoint.parse(destination),
        None if source is None else Endpoint.parse(source),
        None if device is None else socket.if_nametoindex(device),
    )


def decided(asked):
    """Decide by this machine's kernel: the decision, and the cookies of its members."""
    with closing(LiveSource()) as source:
        interval, decision = decide_at_once(source, asked)
    return decision, {int(interval.table.cookie[row]) for row in decision.members}


def cookie(made):
    return int.from_bytes(made.getsockopt(socket.SOL_SOCKET, SO_COOKIE, 8), "little")


def cookies(*made):
    return {cookie(one) for one in made}


def who_gets(sockets, device, source, destination):
    """Really send a datagram in, and tell the cookies of those that got it."""
    there, here = Endpoint.parse(source), Endpoint.parse(destination)
    send_in(device, Datagram(str(there.address), there.port, str(here.address), here.port))
    ready = select.select(sockets, [], [], SILENCE_S)[0]
    for one in ready:
        one.recv(100)
    return cookies(*ready)
