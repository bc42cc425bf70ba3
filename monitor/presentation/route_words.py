"""A route decision in words: one sentence that is the whole answer, and labelled lines that say why.

The Routing pane and `fourtuple route` show the same words.
"""

from __future__ import annotations

from monitor.model.egress import Agreement
from monitor.model.endpoint import Endpoint, address_text
from monitor.model.route import Flow, MtuOrigin, NextHop, RouteDecision
from monitor.presentation.agreement_words import MARKS, agreement_text
from monitor.presentation.formats import duration_text
from monitor.presentation.refusal_words import refusal_reason
from monitor.presentation.route_names import protocol_name, table_name
from monitor.presentation.safe_text import safe_text
from monitor.presentation.source_words import source_reason

Line = tuple[str, str]
"""A label and its text, one line of the answer."""

_MOST_ALTERNATIVES = 4


def target(flow: Flow) -> str:
    """Name what was asked for: "tcp to 198.51.100.7:443"."""
    return f"{protocol_name(flow.protocol)} to {remote_text(flow)}"


def asked_as(flow: Flow) -> str:
    """Say for whom it was asked, as far as the question says: "tcp, uid 33, mark 0, bound to 192.0.2.10"."""
    bound = [] if flow.source is None else [f"bound to {address_text(flow.source)}"]
    numbers = {"uid": flow.uid, "mark": flow.mark, "tos": flow.tos}
    selected = [f"{name} {number}" for name, number in numbers.items() if number is not None]
    return ", ".join([protocol_name(flow.protocol), *selected, *bound])


def answer(decision: RouteDecision) -> str:
    """Say the whole answer in one sentence, with its full stop."""
    if decision.errno is not None:
        reason = refusal_reason(decision)
        return f"{remote_text(decision.flow)} can't be reached: connect() fails with {decision.errno} ({reason})."
    if decision.type == "local":
        return f"{target(decision.flow)} stays on this host, from {_source(decision)}."
    kind = "" if decision.type in ("unicast", None) else f", as {decision.type}"
    return (
        f"{target(decision.flow)} leaves by {_device(decision)} from {_source(decision)}, {_gateway(decision)}{kind}."
    )


def way(decision: RouteDecision) -> str:
    """Say device, source and gateway in a few words: "eth0 from 192.0.2.10 via 192.0.2.1"."""
    if decision.errno is not None:
        return f"no way: {decision.errno}"
    via = f" via {address_text(decision.gateway)}" if decision.gateway else ""
    return f"{_device(decision)} from {_source(decision)}{via}"


def lines(decision: RouteDecision, agreement: Agreement | None = None) -> list[Line]:
    """Say the way, or what refused, and then why: a label and a text for each line, most deciding first."""
    first = ("leaves", way(decision))
    if decision.errno is not None:
        first = ("no way", f"{decision.errno}: {refusal_reason(decision)}")
    last = [] if agreement is None else [("today", agreement_text(agreement))]
    return [first, *reasons(decision), *last]


def reasons(decision: RouteDecision) -> list[Line]:
    """Say why, for where the answer itself already stands."""
    found = _route_lines(decision)
    return found if decision.errno is not None else found + _way_lines(decision)


def strip(decision: RouteDecision, agreement: Agreement | None = None) -> str:
    """Say it in one line: "leaves eth0 from 192.0.2.10 via 192.0.2.1 · main default, rule 32766 · ✓ agrees"."""
    if decision.errno is not None:
        parts = [f"no way: {decision.errno} ({refusal_reason(decision)})"]
    else:
        rule = f", rule {decision.rule.priority}" if decision.rule else ""
        parts = [f"leaves {way(decision)}"]
        parts += [f"{table_name(decision.table)} {decision.prefix}{rule}"] if decision.prefix else []
    if agreement is not None:
        parts.append(f"{MARKS[agreement.verdict]} {agreement.verdict.value}")
    return " · ".join(parts)


def _route_lines(decision: RouteDecision) -> list[Line]:
    found: list[Line] = []
    if decision.prefix is not None:
        metric = f" metric {decision.metric}" if decision.metric else ""
        kind = f"{decision.type} " if decision.type not in ("unicast", None) else ""
        found.append(("route", f"{kind}{decision.prefix}{metric}, table {table_name(decision.table)}"))
    elif decision.errno is None:
        found.append(("route", "none by this interface: taken as on-link"))
    if decision.rule is not None:
        found.append(("rule", f"{decision.rule.priority}: {safe_text(decision.rule.text)}   (derived)"))
    elif decision.errno is None and decision.prefix is not None:
        found.append(("rule", "not certain which: the kernel does not name it"))
    return found


def _way_lines(decision: RouteDecision) -> list[Line]:
    found: list[Line] = [("source", source_reason(decision))]
    if decision.owner_device is not None:
        found.append(("owner", f"{safe_text(decision.owner_device)} has the address; packets pass lo"))
    found += _mtu_lines(decision)
    if decision.neighbour is not None:
        known = decision.neighbour
        hardware = f" {safe_text(known.hardware_address)}" if known.hardware_address else ""
        found.append(("next hop", f"{address_text(known.address)} {known.state}{hardware}"))
    others = decision.alternatives
    found += [("else", _hop_text(hop)) for hop in others[:_MOST_ALTERNATIVES]]
    if len(others) > _MOST_ALTERNATIVES:
        found.append(("else", f"and {len(others) - _MOST_ALTERNATIVES} more ways"))
    return found


def _mtu_lines(decision: RouteDecision) -> list[Line]:
    link = f"; the link has {decision.link_mtu}" if decision.link_mtu else ""
    if decision.mtu is not None and decision.mtu_origin is MtuOrigin.PATH:
        expires = "" if decision.mtu_expires_s is None else f", forgotten in {duration_text(decision.mtu_expires_s)}"
        return [("mtu", f"{decision.mtu} learned on the path{expires}{link}")]
    if decision.mtu is not None and decision.mtu_origin is MtuOrigin.ROUTE:
        return [("mtu", f"{decision.mtu} set on the route{link}")]
    return [] if decision.link_mtu is None else [("mtu", f"{decision.link_mtu} from the link")]


def _hop_text(hop: NextHop) -> str:
    source = f" from {address_text(hop.source)}" if hop.source else ""
    via = f" via {address_text(hop.gateway)}" if hop.gateway else ""
    metric = f" metric {hop.metric}" if hop.metric else ""
    rule = f" (rule {hop.rule.priority}, table {table_name(hop.rule.table)})" if hop.rule else ""
    return f"{safe_text(hop.device)}{source}{via}{metric}{rule}"


def remote_text(flow: Flow) -> str:
    """Name the remote endpoint of a question, the address alone where no port was named."""
    endpoint = Endpoint(flow.remote, flow.remote_port or 0, flow.zone)
    return safe_text(str(endpoint) if flow.remote_port else endpoint.address_text)


def _device(decision: RouteDecision) -> str:
    if decision.device is not None:
        return safe_text(decision.device)
    return "no interface" if decision.device_index is None else f"interface {decision.device_index}"


def _source(decision: RouteDecision) -> str:
    return "an unknown address" if decision.source is None else address_text(decision.source)


def _gateway(decision: RouteDecision) -> str:
    return "without gateway" if decision.gateway is None else f"via {address_text(decision.gateway)}"
