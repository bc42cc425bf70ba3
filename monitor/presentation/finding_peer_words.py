"""Findings about peers and the way to them, in words."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.model.finding import FindingKind, Grade, LinkSubject, PeerSubject, ProcessSubject, Side
from monitor.model.finding_numbers import (
    ConnectingNumbers,
    IdleNumbers,
    RetransmitNumbers,
    SilenceNumbers,
    StalledNumbers,
)
from monitor.presentation.finding_names import FindingNames
from monitor.presentation.finding_text import KindText, Line, counted
from monitor.presentation.formats import bytes_text, count_text, duration_text, long_duration_text, share_text
from monitor.reasoning.finding_conditions import IDLE_S


def connecting_text(names: FindingNames, numbers: ConnectingNumbers) -> KindText:
    """Say that nothing comes back to connect()."""
    where = names.peer() or counted(numbers.remotes, "remote endpoint")
    others = numbers.attempts - numbers.waiting
    earlier = f", {count_text(others)} given up in {long_duration_text(numbers.over_s)}" if others > 0 else ""
    lines: list[Line] = [
        ("seen", f"no answer of any kind {names.since()}"),
        ("means", "filtered, or nobody is there. Not refused: a refusal is a reset, and connect() fails at once"),
    ]
    if names.peer():
        lines.append(("look at", f"the packet filters on the way; {names.command(f'route {where}')}"))
    return KindText(
        title=f"{names.holder(names.whose())} gets no answer from {where}",
        measured=f"{count_text(numbers.waiting)} in SYN-SENT{earlier}, {counted(numbers.most_tries, 'SYN')} sent again",
        program=names.program(names.whose()),
        peer=names.peer(),
        lines=tuple(lines),
    )


def silence_text(names: FindingNames, numbers: SilenceNumbers) -> KindText:
    """Say that open connections get no answers any more."""
    where = names.peer() or counted(numbers.remotes, "peer")
    data = f", {bytes_text(numbers.unacknowledged_bytes)} unacknowledged" if numbers.with_data else ""
    tried = "sent again" if numbers.with_data else "keepalive probes sent"
    return KindText(
        title=f"{names.holder(names.whose())} gets no answers any more from {where}",
        measured=f"{counted(numbers.connections, 'connection')}{data}, {tried} {counted(numbers.most_tries, 'time')}",
        program=names.program(names.whose()),
        peer=names.peer(),
        lines=(
            ("seen", f"{names.since()}; no data came for up to {duration_text(numbers.idle_s)}"),
            ("means", "the peer or the way to it is gone; the program waits until TCP gives up, for data 15 minutes"),
        ),
    )


def idle_text(names: FindingNames, numbers: IdleNumbers) -> KindText:
    """Say that idle connections would not notice their peer's end."""
    least = duration_text(IDLE_S)
    return KindText(
        title=f"{names.holder(names.whose())} keeps idle connections without keepalive",
        measured=f"{count_text(numbers.connections)} idle for more than {least}, "
        f"oldest {duration_text(numbers.oldest_idle_s)}, to {counted(numbers.remotes, 'address')}",
        program=names.program(names.whose()),
        lines=(
            ("means", "where the peer has died without a word, the connection stays until something is sent"),
            ("to do", "SO_KEEPALIVE, or a time-out in the program"),
        ),
    )


def stalled_text(names: FindingNames, numbers: StalledNumbers) -> KindText:
    """Say that data waits for its reader."""
    amount = f"{bytes_text(numbers.waiting_bytes)} on {counted(numbers.connections, 'connection')}"
    measured = f"{amount}, for up to {duration_text(numbers.longest_s)}"
    whose = names.whose()
    if names.finding.kind is FindingKind.UNREAD:
        pause = "; a paused download looks the same" if names.finding.grade is Grade.NOTE else ""
        means = f"it is stopped, busy or waits for something else; its peers can send no more{pause}"
        lines: list[Line] = [("means", means)]
        if isinstance(whose, ProcessSubject):
            lines.append(("look at", names.command(f"process {whose.pid}")))
        return KindText(
            title=f"{names.holder(whose)} does not read",
            measured=f"unread {measured}",
            program=names.program(whose),
            lines=tuple(lines),
        )
    where = names.peer() or counted(numbers.remotes, "peer")
    return KindText(
        title=f"{where} does not read what {names.holder(whose)} sends",
        measured=f"unsent {measured}",
        program=names.program(whose),
        peer=names.peer(),
        lines=(
            ("seen", "its window is shut, and it answers each probe: its host lives, and so does the path"),
            ("means", "the program at the other end is stopped, busy or waits for something else"),
        ),
    )


def retransmit_text(names: FindingNames, numbers: RetransmitNumbers) -> KindText:
    """Say that much is sent again, and who else loses."""
    return KindText(
        title=_retransmit_title(names),
        measured=f"{share_text(numbers.share)} % of {count_text(numbers.sent)} segments in "
        f"{numbers.over_s:.0f} s, on {counted(numbers.connections, 'connection')}",
        program=names.program(names.finding.subject) if names.finding.side is Side.PROGRAM else "",
        peer=names.peer() or names.link(),
        lines=tuple(_retransmit_lines(names, numbers)),
    )


def _retransmit_title(names: FindingNames) -> str:
    subject = names.finding.subject
    if isinstance(subject, LinkSubject):
        return f"what leaves by {names.link()} is lost on the way"
    if isinstance(subject, PeerSubject):
        return f"what is sent to {names.peer()} is lost on the way"
    return f"what {names.holder(subject)} sends is lost on the way"


def _retransmit_lines(names: FindingNames, numbers: RetransmitNumbers) -> Iterator[Line]:
    if numbers.usual_share is not None:
        yield (
            "seen",
            f"{names.since()}; before, the same connections had sent {share_text(numbers.usual_share)} % again",
        )
    if numbers.others_sent:
        share = numbers.others_resent / numbers.others_sent
        yield "others", f"{share_text(share)} % of {count_text(numbers.others_sent)} segments on the same interface"
    else:
        yield "others", "nobody else has sent by the same interface"
    yield (
        "means",
        {
            Side.PROGRAM: "the way is good for others: this program sends more than its own ways carry",
            Side.PATH: f"{count_text(numbers.remotes)} addresses lose: it is what they share, interface or first hops",
        }.get(names.finding.side, "it is that peer, or the path to it alone"),
    )
