"""Findings in words: one heading, then what was seen, what it means, and what to do."""

from __future__ import annotations

from collections.abc import Callable

from monitor.model.finding import Finding, Side
from monitor.model.finding_numbers import (
    AcceptQueueNumbers,
    CloseWaitNumbers,
    ConnectingNumbers,
    IdleNumbers,
    PortNumbers,
    ReachNumbers,
    RefusedNumbers,
    RepeatedConnectionNumbers,
    RetransmitNumbers,
    RouteNumbers,
    SharedPortNumbers,
    ShortConnectionNumbers,
    SilenceNumbers,
    StalledNumbers,
    UdpDropNumbers,
    UseNumbers,
    WorkerNumbers,
)
from monitor.model.sample import Interval
from monitor.presentation.finding_leak_words import close_wait_text
from monitor.presentation.finding_listener_words import reach_text, shared_port_text, worker_text
from monitor.presentation.finding_names import FindingNames
from monitor.presentation.finding_peer_words import (
    connecting_text,
    idle_text,
    retransmit_text,
    silence_text,
    stalled_text,
)
from monitor.presentation.finding_port_words import port_text, refused_text, repeated_text, short_text, use_text
from monitor.presentation.finding_queue_words import accept_queue_text, udp_drop_text
from monitor.presentation.finding_route_words import route_text
from monitor.presentation.finding_text import FindingText, KindText

_WORDS: dict[type, Callable[..., KindText]] = {
    AcceptQueueNumbers: accept_queue_text,
    CloseWaitNumbers: close_wait_text,
    ConnectingNumbers: connecting_text,
    SilenceNumbers: silence_text,
    IdleNumbers: idle_text,
    StalledNumbers: stalled_text,
    RetransmitNumbers: retransmit_text,
    UdpDropNumbers: udp_drop_text,
    PortNumbers: port_text,
    ShortConnectionNumbers: short_text,
    RepeatedConnectionNumbers: repeated_text,
    RefusedNumbers: refused_text,
    UseNumbers: use_text,
    WorkerNumbers: worker_text,
    SharedPortNumbers: shared_port_text,
    ReachNumbers: reach_text,
    RouteNumbers: route_text,
}
"""By the type of a finding's numbers: what makes its words of its names and those numbers."""


def finding_text(finding: Finding, interval: Interval) -> FindingText:
    """Say a finding in words, with names from the interval that it was found in."""
    names = FindingNames(finding, interval)
    said = _WORDS[type(finding.numbers)](names, finding.numbers)
    return FindingText(
        title=said.title,
        measured=said.measured,
        since=names.since(),
        whose=_whose(finding.side, said),
        certainty=str(finding.certainty),
        lines=said.lines,
    )


def _whose(side: Side, said: KindText) -> str:
    peer = f", {said.peer}" if said.peer else ""
    return {
        Side.PROGRAM: f"This host, {said.program}" if said.program else "A program of this host",
        Side.PEER: f"The peer{peer}",
        Side.PATH: f"The path{peer}",
        Side.PEER_OR_PATH: f"The peer or the path to it{peer}",
        Side.HOST: "This host",
    }[side]
