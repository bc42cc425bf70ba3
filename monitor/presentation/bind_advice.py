"""What would get the port, what would be no use, and what is free now: the last lines of a bind decision in words."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.model.bind import BindConflict, BindDecision, Certainty, Option, Remedy, Sharing
from monitor.model.tcp import PROTOCOL_TCP, TcpState
from monitor.presentation.row_text import RowTexts
from monitor.presentation.safe_text import safe_text
from monitor.presentation.timer_words import left_text

_MOST = 6
_PROBE = "binding for an instant (--probe) tells"
_NO_USE = {
    Sharing.LISTENS: "it listens",
    Sharing.NOT_SET: "not set there",
    Sharing.OTHER_USER: "another user's",
    Sharing.AUTOMATIC_PORT: "port 0 shares with nobody",
}


def advice(decision: BindDecision, texts: RowTexts) -> list[tuple[str, str]]:
    """Give the lines, each with its label; none where the attempt certainly succeeds."""
    if decision.is_ok:
        return [("to know", _PROBE)] if decision.certainty is Certainty.NOT_VISIBLE else []
    ways = list(_ways(decision, texts))
    found = [("" if place else "to get it", f"or {way}" if place else way) for place, way in enumerate(ways)]
    if decision.certainty is Certainty.NOT_VISIBLE:
        root = ["root can read what is set"] if decision.conflicts else []
        probe = [_PROBE] if decision.attempt.protocol == PROTOCOL_TCP else []
        found += [("to know", "; ".join([*root, *probe]))] if root or probe else []
    useless = list(_useless(decision))
    found += [("no use", "; ".join(useless))] if useless else []
    free = [safe_text(str(endpoint)) for endpoint in decision.free_now]
    more = f" and {len(free) - _MOST} more" if len(free) > _MOST else ""
    found += [("free now", ", ".join(free[:_MOST]) + more)] if free else []
    return found


def _ways(decision: BindDecision, texts: RowTexts) -> Iterator[str]:
    helping = [remedy for remedy in decision.remedies if remedy.helps]
    for remedy in helping:
        yield _option_text(remedy, decision)
    stopped = _processes_to_stop(decision, texts)
    waited = [conflict for conflict in decision.conflicts if conflict.is_kernel_held]
    if stopped:
        yield f"stop {' and '.join(stopped)}{_then(waited, texts)}"
    elif waited:
        yield f"wait{_longest(waited, texts)}"


def _option_text(remedy: Remedy, decision: BindDecision) -> str:
    if remedy.option is Option.PRIVILEGE:
        port = decision.attempt.endpoint.port
        return f"{remedy.option} (root has it), or net.ipv4.ip_unprivileged_port_start at most {port}"
    if remedy.is_certain:
        return f"{remedy.option}{' (IPv6 alone then)' if remedy.option is Option.V6ONLY else ''}"
    numbers = ", ".join(
        str(number) for number, conflict in enumerate(decision.conflicts[:_MOST], 1) if not _lifts(remedy, conflict)
    )
    return f"{remedy.option}, if {numbers or 'the other side'} has set it too (not visible)"


def _lifts(remedy: Remedy, conflict: BindConflict) -> bool:
    sharing = conflict.reuseport if remedy.option is Option.REUSEPORT else conflict.reuseaddr
    return sharing is Sharing.LIFTS


def _processes_to_stop(decision: BindDecision, texts: RowTexts) -> list[str]:
    names: dict[str, None] = {}
    hidden: list[str] = []
    for number, conflict in enumerate(decision.conflicts, 1):
        if conflict.is_kernel_held:
            continue
        owners = texts.owners(conflict.row)
        names.update({f"{texts.name(owner.process)}[{owner.process.pid}]": None for owner in owners})
        hidden += [] if owners else [str(number)]
    given = list(names)
    given = given if len(given) <= _MOST else [*given[:_MOST], f"{len(given) - _MOST} more"]
    listed = [*hidden[:_MOST], *(["others"] if len(hidden) > _MOST else [])]
    by_root = " (root can name it)" if texts.interval.sample.uid else ""
    return [*given, f"whatever has {', '.join(listed)}{by_root}"] if listed else given


def _then(waited: list[BindConflict], texts: RowTexts) -> str:
    if not waited:
        return ""
    sharing = {conflict.reuseaddr for conflict in waited}
    if sharing == {Sharing.LIFTS}:
        return "; SO_REUSEADDR passes the rest"
    if Sharing.NOT_SET not in sharing:
        return f"; then SO_REUSEADDR, if the old server had set it too (not visible), or wait{_longest(waited, texts)}"
    return f"; then wait{_longest(waited, texts)}: the old server had not set SO_REUSEADDR"


def _longest(waited: list[BindConflict], texts: RowTexts) -> str:
    table = texts.interval.table
    left = max(int(table.timer_ms[conflict.row]) for conflict in waited)
    is_bounded = all(int(table.state[conflict.row]) == TcpState.TIME_WAIT for conflict in waited)
    return f" {left_text(left)}" if is_bounded and left else " until the connections end"


def _useless(decision: BindDecision) -> Iterator[str]:
    for remedy in decision.remedies:
        if remedy.helps:
            continue
        if remedy.option in (Option.REUSEADDR, Option.REUSEPORT) and decision.conflicts:
            reasons = _against(remedy.option, decision)
            yield f"{remedy.option} ({reasons})" if reasons else str(remedy.option)
        else:
            yield str(remedy.option)
    if decision.conflicts:
        yield from _own_useless(decision)
        yield "being root"


def _own_useless(decision: BindDecision) -> Iterator[str]:
    """Name the options that the attempt has and that do not get it through."""
    own = {Option.REUSEADDR: decision.attempt.reuseaddr, Option.REUSEPORT: decision.attempt.reuseport}
    for option, is_set in own.items():
        if is_set and (reasons := _against(option, decision)):
            yield f"{option} as asked ({reasons})"


def _against(option: Option, decision: BindDecision) -> str:
    reasons: dict[str, list[str]] = {}
    for number, conflict in enumerate(decision.conflicts[:_MOST], 1):
        sharing = conflict.reuseport if option is Option.REUSEPORT else conflict.reuseaddr
        if sharing in _NO_USE:
            reasons.setdefault(_NO_USE[sharing], []).append(str(number))
    return "; ".join(f"{', '.join(numbers)}: {reason}" for reason, numbers in reasons.items())
