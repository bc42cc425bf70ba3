"""A route decision as a JSON document. A field's type never varies; null is "not known" or "none"."""

from __future__ import annotations

from monitor.model.endpoint import Address, address_text
from monitor.model.route import Flow, Neighbour, NextHop, RouteDecision, Rule
from monitor.presentation.formats import when_text
from monitor.presentation.route_words import answer
from monitor.presentation.safe_text import json_name, safe_text

SCHEMA = "fourtuple.route/1"


def route_document(decision: RouteDecision, *, host: str, asked_at: float, asker: int) -> dict[str, object]:
    """Make the document.

    Args:
        decision: the kernel's answer.
        host: name of the machine.
        asked_at: Unix time.
        asker: effective user that asked.
    """
    choice = decision.source_choice
    return {
        "schema": SCHEMA,
        "answer": answer(decision),
        "errno": decision.errno,
        "type": decision.type,
        **_name("dev", decision.device),
        "ifindex": decision.device_index,
        "gateway": _address(decision.gateway),
        "src": _address(decision.source),
        "prefix": decision.prefix,
        "table": decision.table,
        "rule": None if decision.rule is None else decision.rule.priority,
        "rule_detail": _rule(decision.rule),
        "metric": decision.metric,
        "mtu": decision.mtu,
        "link_mtu": decision.link_mtu,
        "mtu_origin": str(decision.mtu_origin) if decision.has_way else None,
        "mtu_expires_s": decision.mtu_expires_s,
        **_name("owner_dev", decision.owner_device),
        "route_src": _address(decision.route_source),
        "src_step": None if choice is None else str(choice.step),
        "src_beats": None if choice is None else _address(choice.loser),
        **_name("src_first_dev", None if choice is None else choice.first_device),
        "neighbour": _neighbour(decision.neighbour),
        "alternatives": [_next_hop(hop) for hop in decision.alternatives],
        "asked": _flow(decision.flow),
        "host": safe_text(host),
        "time": when_text(asked_at),
        "uid": asker,
    }


def _flow(flow: Flow) -> dict[str, object]:
    return {
        "remote": address_text(flow.remote),
        "zone": None if flow.zone is None else safe_text(flow.zone),
        "dport": flow.remote_port,
        "proto": flow.protocol,
        "src": _address(flow.source),
        "sport": flow.source_port,
        "ifindex": flow.device,
        "mark": flow.mark,
        "uid": flow.uid,
        "tos": flow.tos,
    }


def _rule(rule: Rule | None) -> dict[str, object] | None:
    if rule is None:
        return None
    return {"priority": rule.priority, "action": rule.action, "table": rule.table, "text": safe_text(rule.text)}


def _neighbour(neighbour: Neighbour | None) -> dict[str, object] | None:
    if neighbour is None:
        return None
    hardware = neighbour.hardware_address
    return {
        "address": address_text(neighbour.address),
        "hardware_address": None if hardware is None else safe_text(hardware),
        "state": neighbour.state,
    }


def _next_hop(hop: NextHop) -> dict[str, object]:
    return {
        **_name("dev", hop.device),
        "gateway": _address(hop.gateway),
        "src": _address(hop.source),
        "rule": _rule(hop.rule),
        "metric": hop.metric,
    }


def _name(key: str, name: bytes | None) -> dict[str, object]:
    return {key: None} if name is None else {**json_name(key, name)}


def _address(address: Address | None) -> str | None:
    return None if address is None else address_text(address)
