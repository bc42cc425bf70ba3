"""Notes about listeners in words."""

from __future__ import annotations

from monitor.model.finding import FindingKind, ServiceSubject
from monitor.model.finding_numbers import ReachNumbers, SharedPortNumbers, WorkerNumbers
from monitor.presentation.finding_names import FindingNames
from monitor.presentation.finding_text import KindText, counted
from monitor.presentation.formats import count_text


def worker_text(names: FindingNames, numbers: WorkerNumbers) -> KindText:
    """Say that one of several processes has most of an endpoint's connections."""
    way = "one socket that all of them share" if numbers.sockets == 1 else f"{numbers.sockets} sockets (SO_REUSEPORT)"
    why = (
        "whoever wakes first accepts; the others may merely not be needed"
        if numbers.sockets == 1
        else "the kernel spreads by a hash of the addresses: few clients, or long connections, spread badly"
    )
    return KindText(
        title=f"one of {numbers.workers} workers of {names.service()} has most connections",
        measured=f"{names.process(numbers.pid)} {count_text(numbers.most)} of {count_text(numbers.connections)}",
        program=names.owner(),
        lines=(("seen", way), ("means", why), ("look at", names.command(f"process {numbers.pid}"))),
    )


def shared_port_text(names: FindingNames, numbers: SharedPortNumbers) -> KindText:
    """Say that two programs meet at one port, or in one listening socket."""
    first, *rest = [names.process(pid) for pid in numbers.pids]
    subject = names.finding.subject
    port = subject.local_port if isinstance(subject, ServiceSubject) else 0
    if names.finding.kind is FindingKind.INHERITED_LISTENER:
        return KindText(
            title=f"{', '.join(rest)} holds the listener of {first}",
            measured=names.service(),
            program=names.owner(),
            lines=(("means", f"an inherited descriptor: as long as it runs, the port stays taken when {first} ends"),),
        )
    return KindText(
        title=f"{counted(len(numbers.pids), 'program')} listen on port {port}",
        measured=f"{', '.join(rest)} and {first}",
        program=names.owner(),
        lines=(
            ("means", "which of them answers depends on the address and the family that a client uses"),
            ("look at", names.command(f"demux {port}")),
        ),
    )


def reach_text(names: FindingNames, numbers: ReachNumbers) -> KindText:
    """Say that services are reached at every address."""
    if numbers.service is not None:
        return KindText(
            title=f"port {numbers.ports[0]}, by default {numbers.service}, is reached at every address",
            measured=names.service(),
            program=names.owner(),
            lines=(
                ("means", "whoever reaches this host reaches it, unless a packet filter (not visible) prevents it"),
            ),
        )
    more = ", …" if len(numbers.ports) < numbers.services else ""
    return KindText(
        title=f"{counted(numbers.services, 'service')} can be reached at every address",
        measured=f"ports {', '.join(map(str, numbers.ports))}{more}",
        lines=(("means", "packet filters, which may prevent it, are not visible here"),),
    )
