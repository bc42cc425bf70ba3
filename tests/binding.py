"""Bind attempts that are really made, in a namespace of the test's own, beside what the program says of them."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from monitor.model.bind import BindAttempt, BindDecision
from monitor.model.endpoint import Endpoint
from monitor.model.sample import Sample
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP
from monitor.sampling.decide_bind import decide
from monitor.sampling.live import LiveSource

REUSEADDR = (socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
REUSEPORT = (socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
DUAL = (socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
V6ONLY = (socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
FREEBIND = (socket.IPPROTO_IP, 15, 1)
TRANSPARENT = (socket.IPPROTO_IP, 19, 1)
NO_PORT = (socket.IPPROTO_IP, 24, 1)

Setting = tuple[int, int, int | bytes]


def on_device(name: str) -> Setting:
    return socket.SOL_SOCKET, socket.SO_BINDTODEVICE, name.encode() + b"\0"


def kind_of(protocol: str) -> socket.SocketKind:
    return socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM


@contextmanager
def user(uid: int) -> Iterator[None]:
    """Have this process be another effective user: what sockets and capabilities go by."""
    before = os.geteuid()
    os.seteuid(uid)
    try:
        yield
    finally:
        os.seteuid(before)


def socket_at(where: str, *settings: Setting, protocol: str = "tcp", uid: int = 0) -> socket.socket:
    """Make a socket as a user and bind it; raises what the kernel says."""
    endpoint = Endpoint.parse(where)
    family = socket.AF_INET6 if endpoint.address.version == 6 else socket.AF_INET
    with user(uid):
        made = socket.socket(family, kind_of(protocol))
        try:
            for setting in settings:
                made.setsockopt(*setting)
            made.bind(address_of(endpoint))
        except OSError:
            made.close()
            raise
    return made


def address_of(endpoint: Endpoint) -> tuple[str, int] | tuple[str, int, int, int]:
    """Write an endpoint as Python's sockets take it."""
    if endpoint.address.version == 4:
        return str(endpoint.address), endpoint.port
    zone = socket.if_nametoindex(endpoint.zone) if endpoint.zone else 0
    return str(endpoint.address), endpoint.port, 0, zone


def really(where: str, *settings: Setting, protocol: str = "tcp", uid: int = 0) -> str | None:
    """Bind, and for TCP listen, as a user; gives the errno's name, None where it succeeds."""
    try:
        with socket_at(where, *settings, protocol=protocol, uid=uid) as made:
            if protocol == "tcp" and NO_PORT not in settings:
                made.listen()
    except OSError as error:
        return errno.errorcode[error.errno]
    return None


def attempt_of(where: str, *settings: Setting, protocol: str = "tcp", uid: int = 0) -> BindAttempt:
    """Describe the same attempt to the program."""
    endpoint = Endpoint.parse(where)
    values = {setting[:2]: setting[2] for setting in settings}
    device = values.get((socket.SOL_SOCKET, socket.SO_BINDTODEVICE))
    v6only = values.get(DUAL[:2])
    return BindAttempt(
        endpoint=endpoint,
        protocol=PROTOCOL_TCP if protocol == "tcp" else PROTOCOL_UDP,
        uid=uid,
        device=socket.if_nametoindex(device.rstrip(b"\0").decode()) if isinstance(device, bytes) else 0,
        zone=socket.if_nametoindex(endpoint.zone) if endpoint.zone else 0,
        reuseaddr=REUSEADDR in settings,
        reuseport=REUSEPORT in settings,
        v6only=None if v6only is None else bool(v6only),
        freebind=FREEBIND in settings,
        transparent=TRANSPARENT in settings,
        no_port=NO_PORT in settings,
    )


def sample_now() -> Sample:
    """Read the sockets of this thread's namespace."""
    with closing(LiveSource()) as source:
        return source.sample(time_wait=True)


def decided(
    where: str, *settings: Setting, protocol: str = "tcp", uid: int = 0, sample: Sample | None = None
) -> tuple[BindDecision, Sample]:
    """Have the program decide by what it reads now, or by a sample that was read."""
    with closing(LiveSource()) as source:
        sample = sample or source.sample(time_wait=True)
        return decide(source, sample, attempt_of(where, *settings, protocol=protocol, uid=uid))[0], sample


def assert_agrees(
    where: str, *settings: Setting, protocol: str = "tcp", uid: int = 0, sample: Sample | None = None
) -> tuple[BindDecision, Sample]:
    """Hold that the program says, and is certain of it, what the kernel says when it is really asked."""
    decision, sample = decided(where, *settings, protocol=protocol, uid=uid, sample=sample)
    truth = really(where, *settings, protocol=protocol, uid=uid)
    assert (decision.errno, str(decision.certainty)) == (truth, "certain")
    return decision, sample


def conflict_inodes(decision: BindDecision, sample: Sample) -> set[int]:
    return {int(sample.table.inode[conflict.row]) for conflict in decision.conflicts}


def inode(made: socket.socket) -> int:
    return os.fstat(made.fileno()).st_ino


@contextmanager
def time_wait(where: str, *settings: Setting) -> Iterator[None]:
    """Leave a TIME-WAIT of a server that had these options."""
    host, port = address_of(Endpoint.parse(where))[:2]
    family = socket.AF_INET6 if ":" in str(host) else socket.AF_INET
    with socket_at(where, *settings) as listener:
        listener.listen()
        with socket.socket(family, socket.SOCK_STREAM) as client:
            client.connect((host, port))
            accepted, _ = listener.accept()
            accepted.close()
            with suppress(OSError):
                client.recv(1)
    yield
