"""What has to be read before a filter can be answered, beside one list of the sockets."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.presentation.filter_tree import And, Filter, HasTrouble, LeavesElsewhere, Not, Number, NumberIs, Or

_RATES = frozenset({Number.RATE, Number.RECEIVED, Number.SENT})


def needs_rates(tree: Filter) -> bool:
    """Tell whether it asks for a rate, which takes a second reading."""
    return any(isinstance(part, NumberIs) and part.number in _RATES for part in conditions(tree))


def needs_routes(tree: Filter) -> bool:
    """Tell whether it asks by which way connections would leave today."""
    return any(isinstance(part, LeavesElsewhere) for part in conditions(tree))


def needs_findings(tree: Filter) -> bool:
    """Tell whether it asks for what is wrong."""
    return any(isinstance(part, HasTrouble) for part in conditions(tree))


def conditions(tree: Filter) -> Iterator[Filter]:
    """Give the conditions that a filter joins."""
    match tree:
        case And(parts) | Or(parts):
            for part in parts:
                yield from conditions(part)
        case Not(part):
            yield from conditions(part)
        case _:
            yield tree
