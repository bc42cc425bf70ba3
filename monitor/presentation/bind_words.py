"""A bind decision in words: one sentence that is the whole answer, and labelled lines that say why.

The bind screen and `fourtuple bind` show the same words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor.model.bind import BindConflict, BindDecision, Certainty, Meeting, Option, PortRange, Sharing
from monitor.model.bind_facts import BindFacts, Unread
from monitor.model.tcp import TcpState
from monitor.presentation.bind_advice import advice
from monitor.presentation.bind_holders import holding, owners_text, pair
from monitor.presentation.bind_refusals import refusal_reason
from monitor.presentation.formats import count_text
from monitor.presentation.route_names import protocol_name
from monitor.presentation.row_text import RowTexts
from monitor.presentation.safe_text import safe_text

Line = tuple[str, str]
"""A label and its text; an empty label goes on with the line before, a number is that of a socket in the way."""

MOST_CONFLICTS = 20
"""Sockets in the way that are listed one by one."""
_REMEMBERED = "the kernel may remember that this user shared the port by SO_REUSEPORT, and let it pass (--probe tells)"
_ONLY_BOUND = "one that is only bound would be in the way, and /proc/net lists none"
_OUTSIDE = "something beyond the tables decides here, such as a security module or a cgroup's program"
_STATE_WIDTH = 10
_ENDPOINT_WIDTH = 48


def answer(decision: BindDecision, texts: RowTexts) -> str:
    """Say the whole answer in one sentence, with its full stop."""
    if decision.is_ok and decision.certainty is Certainty.NOT_VISIBLE:
        return f"Not certain: {_yes(decision, texts)}, as far as is visible; {_ONLY_BOUND}."
    if decision.is_ok:
        return f"Yes: {_yes(decision, texts)}{_sureness(decision)}."
    reason = _in_the_way(decision, texts) if decision.conflicts else refusal_reason(decision)
    if decision.certainty is Certainty.NOT_VISIBLE:
        reason = reason if decision.conflicts else "no address of it could be read"
        return f"Not certain, {decision.errno} unless {_unless(decision)}, which is not visible: {reason}."
    return f"No, {decision.errno}: {reason}{_sureness(decision)}."


def lines(decision: BindDecision, texts: RowTexts, facts: BindFacts) -> list[Line]:
    """Say why, one socket in the way after the other, then what would help, what would not, and what is free."""
    found: list[Line] = []
    listed = decision.conflicts[:MOST_CONFLICTS]
    width = min(_ENDPOINT_WIDTH, max((len(pair(texts, conflict.row)) for conflict in listed), default=0))
    for number, conflict in enumerate(listed, 1):
        found.append((str(number), _conflict(conflict, texts, width)))
        found += [("", text) for text in _conflict_reasons(conflict, texts, facts)]
    if len(decision.conflicts) > MOST_CONFLICTS:
        found.append(("", f"and {count_text(len(decision.conflicts) - MOST_CONFLICTS)} more sockets on the port"))
    found += [("shares", holding(texts, row)) for row in decision.shares_with[:MOST_CONFLICTS]]
    if decision.certainty is Certainty.PREDICTED:
        found.append(("predicted", _REMEMBERED))
    if decision.overruled is not None:
        found.append(("differs", f"the rules say {decision.overruled}: {_OUTSIDE}"))
    if decision.ports is not None:
        found.append(("range", _range(decision.ports)))
    found += advice(decision, texts)
    return found


def _yes(decision: BindDecision, texts: RowTexts) -> str:
    attempt, protocol = decision.attempt, protocol_name(decision.attempt.protocol)
    where = safe_text(str(attempt.endpoint))
    if attempt.endpoint.port == 0:
        if attempt.no_port:
            return f"{where} takes no {protocol} port before connect() chooses one"
        free = count_text(decision.ports.free) if decision.ports else "some"
        return f"{where} gets one of {free} free {protocol} ports"
    if not decision.shares_with:
        return f"{where} is free for {protocol}"
    others = len(decision.shares_with) - 1
    more = f" and {count_text(others)} more" if others else ""
    return f"{where} can be shared for {protocol}: {holding(texts, decision.shares_with[0])}{more}"


def _sureness(decision: BindDecision) -> str:
    return " (confirmed by binding it for an instant)" if decision.certainty is Certainty.PROBED else ""


def _in_the_way(decision: BindDecision, texts: RowTexts) -> str:
    first, *others = decision.conflicts
    text = holding(texts, first.row)
    if not others:
        return text
    table = texts.interval.table
    if all(int(table.state[other.row]) == TcpState.TIME_WAIT for other in others):
        number = "one" if len(others) == 1 else count_text(len(others))
        return f"{text}; {number} TIME-WAIT {'is' if len(others) == 1 else 'are'} in the way as well"
    return f"{text}; {count_text(len(others))} more socket{'s' * (len(others) > 1)} in the way"


def _unless(decision: BindDecision) -> str:
    """Name what the sockets in the way would have to have set, or where there are none which address to be there."""
    attempt = decision.attempt
    if not decision.conflicts:
        return f"{safe_text(str(attempt.endpoint.address))} is an address of this host"
    if all(conflict.is_certain for conflict in decision.conflicts):
        return "the kernel comes upon a socket that shares by SO_REUSEPORT first"
    options = []
    if attempt.reuseaddr and _depends(conflict.reuseaddr for conflict in decision.conflicts):
        options.append(str(Option.REUSEADDR))
    if attempt.reuseport and _depends(conflict.reuseport for conflict in decision.conflicts):
        options.append(str(Option.REUSEPORT))
    them = "it has" if len(decision.conflicts) == 1 else "those in the way have"
    return f"{them} set {' or '.join(options) or Option.V6ONLY}"


def _depends(sharings: Iterable[Sharing]) -> bool:
    return Sharing.NOT_VISIBLE in sharings


def _conflict(conflict: BindConflict, texts: RowTexts, width: int) -> str:
    where = pair(texts, conflict.row)
    return f"{texts.state(conflict.row):<{_STATE_WIDTH}} {where:<{width}}   {owners_text(texts, conflict.row)}"


def _conflict_reasons(conflict: BindConflict, texts: RowTexts, facts: BindFacts) -> Iterator[str]:
    yield _MEETINGS[conflict.meeting]
    unread = facts.unread.get(int(texts.interval.table.cookie[conflict.row]))
    if unread is not None and not conflict.is_certain:
        yield f"what it has set is not visible: {_UNREAD[unread]}"


def _range(ports: PortRange) -> str:
    given = f"{ports.first} to {ports.last} (net.ipv4.ip_local_port_range)"
    return f"{given}: {count_text(ports.free)} free of {count_text(ports.usable)} that bind() tries"


_MEETINGS = {
    Meeting.SAME: "the same address and port",
    Meeting.OURS_IS_WILDCARD: "the wildcard meets every address on the port",
    Meeting.THEIRS_IS_WILDCARD: "its wildcard meets every address on the port, this one too",
    Meeting.OURS_IS_DUAL: ":: without IPV6_V6ONLY takes IPv4 as well, and meets it there",
    Meeting.THEIRS_IS_DUAL: "its :: takes IPv4 as well, and meets this there",
    Meeting.IPV6_CONNECTION: "an IPv6 connection whose socket is not IPV6_V6ONLY stops 0.0.0.0, though no IPv4 address",
}

_UNREAD = {
    Unread.NO_PROCESS: "no process has it, and the kernel's list takes root to read",
    Unread.NOT_PERMITTED: "this user may not look into the process (ptrace)",
    Unread.OWNER_UNKNOWN: "its process is not visible",
    Unread.GONE: "it changed while it was read",
    Unread.TOO_MANY: "there are too many to ask each",
    Unread.NOT_OFFERED: "the kernel has no pidfd_getfd (Linux 5.6)",
}
