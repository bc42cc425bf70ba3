"""Findings about full queues in words."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.model.finding_numbers import AcceptQueueNumbers, UdpDropNumbers
from monitor.presentation.finding_names import FindingNames
from monitor.presentation.finding_text import KindText, Line
from monitor.presentation.formats import bytes_text, count_text

_MOST_NAMED = 3


def accept_queue_text(names: FindingNames, numbers: AcceptQueueNumbers) -> KindText:
    """Say that a service drops new clients, or soon will."""
    does = "drops new clients" if numbers.is_dropping else "will soon drop new clients"
    fill = _fill_words(numbers)
    of_several = f" ({numbers.full_sockets} of {numbers.sockets} queues)" if numbers.sockets > 1 else ""
    return KindText(
        title=f"{names.service()} {does}",
        measured=f"accept queue {fill}, {count_text(numbers.queued)}/{count_text(numbers.limit)}{of_several}",
        program=names.owner(),
        lines=tuple(_accept_queue_lines(names, numbers, fill)),
    )


def udp_drop_text(names: FindingNames, numbers: UdpDropNumbers) -> KindText:
    """Say that a UDP socket throws datagrams away."""
    owners = names.owners()
    look_at = (("look at", names.command(f"process {owners[0].pid}")),) if owners else ()
    host = "" if numbers.host_drops is None else f"; {count_text(numbers.host_drops)} host-wide (RcvbufErrors)"
    return KindText(
        title=f"{names.service()} drops datagrams",
        measured=f"{count_text(numbers.recent)} in {numbers.over_s:.0f} s, {count_text(numbers.drops)} since it was "
        f"made, {bytes_text(numbers.waiting_bytes)}/{bytes_text(numbers.buffer_bytes or None)} waiting",
        program=names.owner(),
        lines=(
            ("seen", f"{names.since()}{host}"),
            ("means", "the program reads more slowly than datagrams come; the senders are not told"),
            ("limit", "the receive buffer: SO_RCVBUF of the program, at most net.core.rmem_max"),
            *look_at,
        ),
    )


def _accept_queue_lines(names: FindingNames, numbers: AcceptQueueNumbers, fill: str) -> Iterator[Line]:
    yield "seen", f"{fill} {names.since()}; {_overflow_words(numbers)}"
    if numbers.is_dropping:
        yield "means", f"the program does not accept; {_fate(numbers)}"
    else:
        yield "means", f"the program accepts more slowly than clients come; when it is full {_fate(numbers)}"
    yield "limit", _limit_words(names, numbers)
    owners = names.owners()
    if owners:
        named = ", ".join(map(names.holder, owners[:_MOST_NAMED]))
        more = f" and {len(owners) - _MOST_NAMED} more" if len(owners) > _MOST_NAMED else ""
        yield "look at", f"{named}{more}:  {names.command(f'process {owners[0].pid}')}"


def _fate(numbers: AcceptQueueNumbers) -> str:
    if numbers.has_resets:
        return "clients are reset at the end of their handshake, or hang (net.ipv4.tcp_abort_on_overflow is 1)"
    return "clients hang and time out, they are not refused"


def _fill_words(numbers: AcceptQueueNumbers) -> str:
    if numbers.full_sockets:
        return "full"
    return "full again and again" if numbers.is_dropping else "nearly full"


def _overflow_words(numbers: AcceptQueueNumbers) -> str:
    if numbers.overflows is None or numbers.over_s is None:
        return "how many handshakes were dropped is not known"
    alone = ", and no other queue is full" if numbers.is_only_full else ", and other queues are full too"
    dropped = f"+{count_text(numbers.overflows)}" if numbers.overflows else "no"
    return f"{dropped} overflows in {numbers.over_s:.0f} s host-wide{alone if numbers.full_sockets else ''}"


def _limit_words(names: FindingNames, numbers: AcceptQueueNumbers) -> str:
    limit, ceiling = count_text(numbers.limit), numbers.somaxconn
    if ceiling is None:
        return f"{limit} is what listen() was given, or net.core.somaxconn where that was less"
    if numbers.limit < ceiling:
        whose = f"{names.owner()}'s own" if names.owner() else "the program's own"
        return f"{limit} is {whose} (listen); net.core.somaxconn is {count_text(ceiling)}, raising it changes nothing"
    if numbers.limit == ceiling:
        return f"{limit} is net.core.somaxconn, which cuts what listen() is given: raise both, then listen anew"
    return f"{limit} was in force when it began to listen; net.core.somaxconn is {count_text(ceiling)} today"
