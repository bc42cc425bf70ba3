"""Findings about local ports and limits, in words."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.model.finding import FindingKind, PeerSubject, ProcessSubject
from monitor.model.finding_numbers import (
    DialledNumbers,
    PortNumbers,
    RefusedNumbers,
    RepeatedConnectionNumbers,
    ShortConnectionNumbers,
    UseNumbers,
)
from monitor.presentation.finding_names import FindingNames
from monitor.presentation.finding_text import KindText, Line
from monitor.presentation.formats import count_text
from monitor.presentation.safe_text import safe_text


def port_text(names: FindingNames, numbers: PortNumbers) -> KindText:
    """Say that connect() is about to find no local port."""
    subject = names.finding.subject
    source = subject.source.address_text if isinstance(subject, PeerSubject) and subject.source else ""
    waiting = f", {count_text(numbers.time_wait)} of them in TIME-WAIT" if numbers.has_time_wait else ""
    return KindText(
        title=f"source ports to {names.peer()} run out",
        measured=f"{count_text(numbers.used)} of {count_text(numbers.usable)} in use from {source}{waiting}",
        program=names.busiest(),
        lines=tuple(_port_lines(names, numbers)),
    )


def _port_lines(names: FindingNames, numbers: PortNumbers) -> Iterator[Line]:
    if names.busiest():
        yield "seen", f"most of them are {names.busiest()}'s"
    yield "means", "without one, connect() fails with EADDRNOTAVAIL; other remote endpoints have ports of their own"
    yield "limit", f"{numbers.first} to {numbers.last} (net.ipv4.ip_local_port_range), less what is reserved or bound"
    yield "to do", "keep connections open and use them again; more ports, addresses or remote endpoints put it off"
    if not numbers.has_time_wait:
        yield "unknown", "how many ports TIME-WAIT holds beside those"


def short_text(names: FindingNames, numbers: ShortConnectionNumbers) -> KindText:
    """Say that connections to one endpoint are opened over and over."""
    return KindText(
        title=f"many short connections to {names.peer()}",
        measured=f"{numbers.per_second:.0f}/s in the last minute, {count_text(numbers.time_wait)} in TIME-WAIT",
        program=names.busiest(),
        lines=(("means", "each costs a handshake and a port for a minute; a pool or keep-alive would spare both"),),
    )


def repeated_text(names: FindingNames, numbers: RepeatedConnectionNumbers) -> KindText:
    """Say that connections to one endpoint are opened over and over, and by whom."""
    program = _who(numbers)
    lines: list[Line] = [("means", "each costs a handshake and a port for a minute; a pool or keep-alive spares both")]
    if not program:
        lines.append(("unknown", "who dials: they are shorter than a sample, and their openings are not seen"))
    return KindText(
        title=f"many short connections to {names.peer()}",
        measured=f"{numbers.count / numbers.over_s:.0f}/s, {count_text(numbers.count)} ended in {numbers.over_s:.0f} s",
        program=program,
        lines=tuple(lines),
    )


def refused_text(names: FindingNames, numbers: RefusedNumbers) -> KindText:
    """Say that an endpoint refuses connections, and whose."""
    return KindText(
        title=f"{names.peer()} refuses connections",
        measured=f"{count_text(numbers.count)} in {numbers.over_s:.0f} s",
        program=_who(numbers),
        peer=names.peer(),
        lines=(
            ("seen", f"dialled by {_who(numbers) or 'a program that is not known'}; each was reset at once"),
            ("means", "nothing listens there, or a packet filter rejects it. Not filtered: an answer came"),
        ),
    )


def _who(numbers: DialledNumbers) -> str:
    """Name who dials: "curl[4711]", "curl and others, 118 processes"; empty where nobody is known.

    Not who has open connections to the same endpoint: it may be another program.
    """
    if numbers.program is None:
        return ""
    program = safe_text(numbers.program)
    if numbers.pid is not None:
        return f"{program}[{numbers.pid}]"
    return f"{program} and others, {count_text(numbers.processes)} processes"


def use_text(names: FindingNames, numbers: UseNumbers) -> KindText:
    """Say that a limit is near."""
    subject = names.finding.subject
    measured = f"{count_text(numbers.used)} of {count_text(numbers.limit)}"
    if names.finding.kind is FindingKind.CONNTRACK:
        return KindText(
            title="the packet filter's table of connections is nearly full",
            measured=f"{measured} entries",
            lines=(
                ("means", "beyond the limit packets of new connections are dropped, which looks like loss"),
                ("limit", "net.netfilter.nf_conntrack_max"),
            ),
        )
    pid = subject.pid if isinstance(subject, ProcessSubject) else 0
    return KindText(
        title=f"{names.holder(subject)} runs out of descriptors",
        measured=f"{measured} open",
        program=names.program(subject),
        lines=(
            ("means", "beyond the limit accept(), socket() and open() fail with EMFILE"),
            ("limit", "its soft limit (RLIMIT_NOFILE, ulimit -n)"),
            ("look at", names.command(f"process {pid}")),
        ),
    )
