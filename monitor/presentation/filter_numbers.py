"""Numbers of the filter line with their units: "rtt > 50ms", "rate 1M-10M", "retrans = 0"."""

from __future__ import annotations

import re
from decimal import Decimal

from monitor.errors import InputError
from monitor.presentation.filter_operators import Operator
from monitor.presentation.filter_tree import And, Filter, Number, NumberIs, Relation
from monitor.presentation.safe_text import safe_text

_TIMES = {
    "us": 1,
    "µs": 1,
    "ms": 1_000,
    "s": 1_000_000,
    "m": 60_000_000,
    "min": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
}
_AMOUNTS = {
    "": 1,
    **{prefix: 1_000**power for power, prefix in enumerate("kmgt", 1)},
    **{f"{prefix}i": 1_024**power for power, prefix in enumerate("kmgt", 1)},
}
_COUNTS = {"": 1, "k": 1_000, "m": 1_000_000}
_IN_TIME = frozenset({Number.RTT, Number.AGE, Number.IDLE})
_IN_COUNTS = frozenset({Number.RETRANSMITS})
_IN_RATES = frozenset({Number.RATE, Number.RECEIVED, Number.SENT})
_WRITTEN_TIMES = ("d", "h", "m", "s", "ms", "us")
_WRITTEN_AMOUNTS = ("t", "g", "m", "k", "")

_VALUE = r"(?:[0-9]{1,15}(?:\.[0-9]{0,6})?|\.[0-9]{1,6})[^-.0-9]*"
_ONE = re.compile(r"(?P<amount>[0-9.]+)(?P<unit>[^0-9.]*)")
_RANGE = re.compile(rf"(?P<first>{_VALUE})-(?P<last>{_VALUE})")
_LARGEST = 1 << 63


def read_number(number: Number, operator: Operator, text: str) -> Filter:
    """Compare a number; a range can only be equal, and holds both of its ends.

    Raises:
        InputError: the value is no such number, or the operator cannot be asked of it.
    """
    positive = operator.positive
    parted = _RANGE.fullmatch(text)
    if parted and positive is Operator.EQUAL:
        first, last = (_value(number, end) for end in (parted["first"], parted["last"]))
        if first > last:
            raise InputError(f"{safe_text(text, 60)} is no range; the lower value stands first")
        ends = NumberIs(number, Relation.AT_LEAST, first), NumberIs(number, Relation.AT_MOST, last)
        return operator.of(And(ends))
    if positive is Operator.LIKE:
        raise InputError(f'"{operator.value}" cannot be asked of a number')
    return operator.of(NumberIs(number, Relation(positive.value), _value(number, text)))


def number_text(condition: NumberIs) -> str:
    """Write a comparison so that read_number() reads the same."""
    return f"{condition.number.value} {condition.relation.value} {_written(condition.number, condition.value)}"


def _value(number: Number, text: str) -> int:
    units = _units(number)
    word = text.lower()
    if number in _IN_RATES:
        word = word.removesuffix("/s")
    if number not in _IN_TIME | _IN_COUNTS:
        word = word.removesuffix("b")
    written = _ONE.fullmatch(word)
    if written is None or not re.fullmatch(_VALUE, word):
        raise InputError(f'"{safe_text(text, 60)}" is no number; write {_example(number)}')
    if written["unit"] not in units and not (written["unit"] == "" and Decimal(written["amount"]) == 0):
        raise InputError(f'"{safe_text(text, 60)}" has no unit that fits; write {_example(number)}')
    value = Decimal(written["amount"]) * units.get(written["unit"], 1)
    if value != int(value):
        raise InputError(f'"{safe_text(text, 60)}" is finer than what is counted')
    if value >= _LARGEST:
        raise InputError(f'"{safe_text(text, 60)}" is larger than what is counted')
    return int(value)


def _written(number: Number, value: int) -> str:
    """Write a value in the largest unit that leaves it whole."""
    units, names = _units(number), _WRITTEN_TIMES if number in _IN_TIME else _WRITTEN_AMOUNTS
    name = next(name for name in names if name in units and value % units[name] == 0) if value else ""
    return f"{value // units.get(name, 1)}{name if number in _IN_TIME else name.upper()}"


def _units(number: Number) -> dict[str, int]:
    if number in _IN_TIME:
        return _TIMES
    return _COUNTS if number in _IN_COUNTS else _AMOUNTS


def _example(number: Number) -> str:
    if number in _IN_TIME:
        return "50ms, 10s, 5m or 1h"
    return "0 or 12" if number in _IN_COUNTS else "900, 64K, 1.5M or 1Mi"
