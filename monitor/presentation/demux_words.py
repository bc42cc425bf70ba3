"""Who gets a segment, in words: one sentence that is the whole answer, then the stages, and what could change it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.model.demux import Agreement, Answer, Certainty, DemuxDecision, Effect, Fate, StageKind, Unseen
from monitor.model.tcp import PROTOCOL_TCP
from monitor.model.tracking import TrackingState
from monitor.presentation.demux_ground import list_text, rules_text
from monitor.presentation.demux_lines import DemuxLine, stage_lines
from monitor.presentation.demux_names import SocketNames, found_text
from monitor.presentation.demux_reach import assumption, undelivered_text
from monitor.presentation.formats import count_text
from monitor.presentation.row_text import RowTexts
from monitor.presentation.tracking_words import pair_text, tracking_text

_MOST_NAMED = 3
_EFFECTS = {
    Effect.ACCEPTED: "begins a handshake that ends in the accept queue",
    Effect.QUEUE_FULL: "is dropped without a word: the accept queue is full",
    Effect.CHALLENGED: "is answered with a challenge ACK and reaches no listener",
    Effect.CROSSED: "is answered with SYN-ACK: simultaneous open",
    Effect.RESET: "is answered with RST",
    Effect.RESENT: "has the SYN-ACK sent again",
    Effect.COMPLETED: "ends the handshake by its ACK, and the connection joins the accept queue",
    Effect.RECYCLED: "that is acceptable ends the TIME-WAIT and goes on to the listener",
    Effect.RECYCLED_RESET: "that is acceptable ends the TIME-WAIT and is answered with RST: nobody listens",
    Effect.ACKNOWLEDGED: "is only acknowledged again",
    Effect.QUEUED: "joins the receive queue",
    Effect.BUFFER_FULL: "is dropped and counted: the receive buffer is full",
    Effect.UNREACHABLE: "is answered with ICMP port unreachable",
    Effect.DROPPED: "is dropped without a word",
    Effect.LOST: "never comes to a socket",
}
_UNSEEN = {
    Unseen.FILTERS: "packet filter, NAT, XDP: they act before this",
    Unseen.GROUP_PROGRAM: "a BPF program on the group: it would pick, not the hash",
    Unseen.PROCESSOR: "SO_INCOMING_CPU: it prefers the processor's own socket",
    Unseen.SYN_COOKIES: "SYN cookies: an ACK alone may then end a handshake",
    Unseen.SIGNATURE: "a TCP-MD5 or TCP-AO key: the peer is dropped without its signature",
    Unseen.MEMBERSHIP: "what some of them have joined, and whether they take groups that they have not joined",
}


@dataclass(frozen=True, slots=True)
class DemuxWords:
    """The words of one decision; its rows are those of the texts' interval."""

    decision: DemuxDecision
    texts: RowTexts

    def sentence(self) -> str:
        """Say the whole answer: who, what, and how sure."""
        tracking = self.decision.facts.tracking
        if tracking is not None and tracking.is_translated:
            return f"Translated to {pair_text(tracking)} first: {self._verdict()}"
        return self._verdict()

    def _verdict(self) -> str:
        decision = self.decision
        if decision.answer is Answer.NOT_DELIVERED:
            why = undelivered_text(decision.facts, self.texts)
            return f"It never reaches a socket: {why}. {decision.certainty.value.capitalize()}{self._condition()}."
        said = {
            Answer.NOBODY: self._nobody,
            Answer.SOCKET: self._socket,
            Answer.ONE_OF: self._one_of,
            Answer.ALL_OF: self._all_of,
        }[decision.answer]()
        return f"{said}. {self._sure()}."

    def lines(self) -> Iterator[DemuxLine]:
        """Say why, stage by stage; then what follows, what was assumed, and what can't be seen."""
        decision = self.decision
        if decision.answer is not Answer.NOT_DELIVERED:
            yield from stage_lines(decision, self.texts)
            yield DemuxLine("then", self._then())
            yield from self._successors()
            yield from self._other_family()
        tracking = decision.facts.tracking
        if tracking is not None and tracking.state is not TrackingState.IDLE:
            yield DemuxLine("nat", tracking_text(tracking))
        assumed = assumption(decision.facts, self.texts)
        if assumed is not None:
            yield DemuxLine("assumed", assumed)
        label = "unseen"
        for unseen in decision.unseen:
            yield DemuxLine(label, _UNSEEN[unseen])
            label = ""

    def _socket(self) -> str:
        names, row = SocketNames(self.texts), self.decision.winner
        if row is None:
            look_up = self.decision.facts.look_up
            found = None if look_up is None else look_up.found
            what = found_text(found, self.decision.facts.segment.protocol) if found else "a socket"
            return f"{what} gets it, which the list of sockets lacks"
        if names.is_kernels_own(row):
            return f"{names.what(row)} gets it: the kernel's own entry, no process"
        return f"{names.subject(row)} gets it: {names.what(row)}{names.sharing(row)}"

    def _one_of(self) -> str:
        decision, names = self.decision, SocketNames(self.texts)
        group = f"{count_text(len(decision.members))} on {names.place(decision.members[0])}"
        if decision.winner is None:
            return f"One of {group} gets it: the hash of the client's address and port picks"
        if decision.agreement is Agreement.RULES_ONLY:
            return f"One of {group} gets it: by hash in a REUSEPORT group, else the one bound last"
        return f"{names.subject(decision.winner)} gets it by the kernel's hash, one of {group}"

    def _all_of(self) -> str:
        decision, names = self.decision, SocketNames(self.texts)
        if len(decision.members) == 1:
            who = names.subject(decision.members[0])
            return f"{who} gets it, alone, since a {decision.facts.arrival.reach} goes to every socket that fits"
        named = [names.who(row) for row in decision.members[:_MOST_NAMED]]
        more = len(decision.members) - len(named)
        listed = ", ".join([*named, *([f"{count_text(more)} more"] if more else [])])
        return f"Each of {count_text(len(decision.members))} gets a copy: {listed}"

    def _nobody(self) -> str:
        facts = self.decision.facts
        protocol = "tcp" if facts.segment.protocol == PROTOCOL_TCP else "udp"
        answer = {
            Effect.RESET: "the kernel answers RST",
            Effect.UNREACHABLE: "the kernel answers ICMP port unreachable",
        }.get(self.decision.effects.data, "it is dropped without a word")
        has_losers = any(stage.candidates for stage in self.decision.stages)
        why = "no socket on {} port {} takes it" if has_losers else "nothing waits on {} port {}"
        return f"Nobody gets it: {why.format(protocol, facts.segment.destination.port)}, and {answer}"

    def _sure(self) -> str:
        decision = self.decision
        if decision.certainty is Certainty.ONE_OF:
            return f"One of {count_text(len(decision.members))}: which one is not visible"
        word = decision.certainty.value.capitalize()
        if decision.facts.arrival.reach.is_to_many:
            over = list_text(decision, self.texts)
            return f"{word}: by the rules{over}, since the kernel can't be asked about many"
        return f"{word}: {self._ground()}{self._condition()}"

    def _condition(self) -> str:
        """Name the assumption that the answer hangs on; empty where another interface changes nothing."""
        arrival = self.decision.facts.arrival
        if not self.decision.hangs_on_device:
            return ""
        return f", if it arrives on {self.texts.interface_name(arrival.device)}"

    def _ground(self) -> str:
        decision, names = self.decision, SocketNames(self.texts)
        ruled = names.place(decision.ruled[0]) if decision.ruled else "nobody"
        return {
            Agreement.AGREE: "rules and kernel agree",
            Agreement.RULES_ONLY: rules_text(decision, self.texts),
            Agreement.STEERED: f"so says the kernel; by the table it is {ruled}, so BPF sk_lookup steers it",
            Agreement.REORDERED: f"so says the kernel; by the table's order it is {ruled}",
            Agreement.CHANGED: f"so says the kernel; by the table it is {ruled}, so something has changed meanwhile",
        }[decision.agreement]

    def _then(self) -> str:
        effects = self.decision.effects
        if effects.opening is None:
            return f"a datagram {_EFFECTS[effects.data]}"
        data = "data without a connection" if effects.opening is Effect.ACCEPTED else "data"
        opening = _EFFECTS[effects.opening]
        if effects.opening in (Effect.ACCEPTED, Effect.QUEUE_FULL) and self.decision.members:
            row = self.decision.members[0] if self.decision.winner is None else self.decision.winner
            opening += f" ({SocketNames(self.texts).queue(row)})"
        return f"a SYN {opening}; {data} {_EFFECTS[effects.data]}"

    def _other_family(self) -> Iterator[DemuxLine]:
        """Warn where clients of the other family meet another program on the same port."""
        decision, names = self.decision, SocketNames(self.texts)
        if any(stage.kind is StageKind.EXACT and stage.decides for stage in decision.stages):
            return
        mine = {names.who(row) for row in decision.members}
        others = [
            candidate.row
            for stage in decision.stages
            for candidate in stage.candidates
            if candidate.fate in (Fate.IPV4_ONLY, Fate.IPV6_ONLY) and names.who(candidate.row) not in mine
        ]
        if mine and others:
            family = "IPv6" if decision.facts.segment.is_ipv4 else "IPv4"
            port = decision.facts.segment.destination.port
            who = names.who(others[0])
            yield DemuxLine("beware", f"{family} clients of port {port} get {who}: one port, two programs", others[0])

    def _successors(self) -> Iterator[DemuxLine]:
        names = SocketNames(self.texts)
        for row in self.decision.successors[:_MOST_NAMED]:
            yield DemuxLine("", f"the listener is {names.who(row)}  {names.place(row)}", row)
