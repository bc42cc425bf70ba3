"""The lines of the screen of rules and routes: each rule with what became of it, and the routes of one table."""

from __future__ import annotations

import socket
from collections.abc import Iterator

from monitor.model.endpoint import address_text
from monitor.model.route import Flow, RouteDecision
from monitor.model.routing import Routing, RuleFate, RuleStep, TableRoute
from monitor.presentation.answer_lines import START, broken
from monitor.presentation.fitting import cell_width, fit
from monitor.presentation.formats import count_text
from monitor.presentation.linked_line import LinkedLine, ToTable, hint
from monitor.presentation.route_names import origin_name, table_name
from monitor.presentation.route_words import answer, asked_as, remote_text
from monitor.presentation.safe_text import safe_text
from monitor.presentation.text_line import TextLine, plain, rule
from monitor.presentation.view import Cell, Role

_FATES = {
    RuleFate.DECIDED: "decided",
    RuleFate.NO_MATCH: "does not fit",
    RuleFate.NO_ROUTE: "fits, no route",
    RuleFate.SKIPPED: "passed over",
    RuleFate.NOT_REACHED: "not reached",
    RuleFate.UNCERTAIN: "not certain",
}
_MOST_PREFIX = 28
_MOST_WAY = 40


def rules_title(flow: Flow, width: int) -> TextLine:
    """Name the question, and for whom it is asked."""
    return rule(f"Rules and routes → {remote_text(flow)}", asked_as(flow), width)


def rules_lines(routing: Routing | None, error: str | None, width: int) -> list[LinkedLine]:
    """Lay out what is known.

    Args:
        routing: The last answer; None before there is one.
        error: Why there is no newer one.
        width: Cells.
    """
    lines = [] if error is None else [LinkedLine(plain(f" {error}", Role.TROUBLE))]
    if routing is None:
        return lines or [LinkedLine(plain(" asking the kernel …", Role.DIM))]
    return [*lines, *_decision(routing.decision, width), *_rules(routing, width), *_routes(routing, width)]


def _decision(decision: RouteDecision, width: int) -> Iterator[LinkedLine]:
    role = Role.STRONG if decision.has_way else Role.TROUBLE
    value = "leaves" if decision.has_way else "no_way"
    yield from broken(TextLine((*START, Cell(answer(decision), role))), width, value=value)


def _rules(routing: Routing, width: int) -> Iterator[LinkedLine]:
    if not routing.steps:
        return
    version = 4 if routing.steps[0].rule.family == socket.AF_INET else 6
    yield LinkedLine(rule(f"Rules of IPv{version} in their order", "which one decided is derived", width))
    priority_width = max(len(str(step.rule.priority)) for step in routing.steps)
    for step in routing.steps:
        yield _rule(step, priority_width, width)


def _rule(step: RuleStep, priority_width: int, width: int) -> LinkedLine:
    is_decisive = step.fate is RuleFate.DECIDED
    role = Role.STRONG if is_decisive else Role.DIM if step.fate is RuleFate.NOT_REACHED else Role.PLAIN
    target = ToTable(step.rule.table) if step.rule.action == "to_tbl" else None
    mark = Cell("✓ " if is_decisive else "  ", Role.GOOD)
    priority = Cell(f"{step.rule.priority:>{priority_width}}  ", Role.HEADING)
    fate = Cell(f"  {_FATES[step.fate]}", Role.GOOD if is_decisive else Role.DIM)
    line = TextLine((*START, mark, priority, Cell(safe_text(step.rule.text), role)), (fate, *hint(target, width)))
    return LinkedLine(line, target, f"rule_{step.fate.value.replace(' ', '_')}")


def _routes(routing: Routing, width: int) -> Iterator[LinkedLine]:
    if routing.table is None:
        yield LinkedLine(plain(" no table decided", Role.DIM))
        return
    yield LinkedLine(rule(_table_title(routing), _table_note(routing), width))
    prefixes = min(_MOST_PREFIX, max((len(route.prefix) for route in routing.routes), default=0))
    ways = [_way(route) for route in routing.routes]
    way_width = min(_MOST_WAY, max(map(cell_width, ways), default=0))
    for route, way in zip(routing.routes, ways, strict=True):
        role = Role.STRONG if route.is_matched else Role.PLAIN
        mark = Cell("✓ " if route.is_matched else "  ", Role.GOOD)
        cells = (Cell(f"{_padded(route.prefix, prefixes)}  ", role), Cell(f"{_padded(way, way_width)}  ", role))
        rest = Cell(_rest(route), Role.DIM)
        yield LinkedLine(TextLine((*START, mark, *cells, rest)), None, "route_matched" if route.is_matched else "route")


def _table_title(routing: Routing) -> str:
    name, count = table_name(routing.table), len(routing.routes)
    if routing.is_cut:
        return f"Table {name}, its first {count_text(count)} routes"
    return f"Table {name}, {count_text(count)} {'route' if count == 1 else 'routes'}"


def _table_note(routing: Routing) -> str:
    notes = ["it holds more"] if routing.is_cut else []
    if routing.table != routing.decision.table:
        notes.append("not the table that decided")
    elif routing.is_cut and not any(route.is_matched for route in routing.routes):
        notes.append(f"the one that matched, {routing.decision.prefix}, is not among them")
    return ", ".join(notes)


def _way(route: TableRoute) -> str:
    """Say where a route leads, in the words of `ip route`."""
    kind = [] if route.type == "unicast" else [route.type]
    via = [] if route.gateway is None else [f"via {address_text(route.gateway)}"]
    device = [] if route.device is None else [f"dev {safe_text(route.device)}"]
    more = [f"and {route.next_hops - 1} more"] if route.next_hops > 1 else []
    return " ".join([*kind, *via, *device, *more])


def _rest(route: TableRoute) -> str:
    source = [] if route.source is None else [f"src {address_text(route.source)}"]
    metric = [] if route.metric is None else [f"metric {route.metric}"]
    return " ".join([*source, *metric, f"by {origin_name(route.protocol)}"])


def _padded(text: str, width: int) -> str:
    """Fill a short text; a long one stands whole, since half a prefix would be another."""
    return fit(text, width) if cell_width(text) < width else text
