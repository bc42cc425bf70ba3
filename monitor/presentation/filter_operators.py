"""What may stand between a field of the filter line and its value, as signs and as ss(8) spells them."""

from __future__ import annotations

import re
from enum import Enum

from monitor.errors import InputError
from monitor.presentation.filter_tree import Filter, Not
from monitor.presentation.safe_text import safe_text


class Operator(Enum):
    """What is asked of a field; a blank asks for equality."""

    EQUAL = "="
    NOT_EQUAL = "!="
    ABOVE = ">"
    AT_LEAST = ">="
    BELOW = "<"
    AT_MOST = "<="
    LIKE = "~"
    UNLIKE = "!~"

    @property
    def is_negative(self) -> bool:
        """Whether it asks for the opposite of another."""
        return self in _OPPOSITES

    def of(self, condition: Filter) -> Filter:
        """Give the condition that another operator asks for, or its opposite."""
        return Not(condition) if self.is_negative else condition

    @property
    def positive(self) -> Operator:
        """The operator without its negation."""
        return _OPPOSITES.get(self, self)


_OPPOSITES = {Operator.NOT_EQUAL: Operator.EQUAL, Operator.UNLIKE: Operator.LIKE}
_SPELLINGS = {
    **{operator.value: operator for operator in Operator},
    **dict.fromkeys((":", "==", "eq"), Operator.EQUAL),
    **dict.fromkeys(("ne", "neq"), Operator.NOT_EQUAL),
    "gt": Operator.ABOVE,
    **dict.fromkeys(("ge", "geq"), Operator.AT_LEAST),
    "lt": Operator.BELOW,
    **dict.fromkeys(("le", "leq"), Operator.AT_MOST),
}
SIGNS = re.compile(r"[:=!<>~]+")
"""Operators that are no words, and what looks like one."""
_LEADING = re.compile(r"(?P<sign>[=!<>~]+)(?P<value>.+)", re.DOTALL)


def is_operator(word: str) -> bool:
    """Tell whether a word that follows a field says what is asked of it."""
    return SIGNS.fullmatch(word) is not None or word.lower() in _SPELLINGS


def is_sign(word: str) -> bool:
    """Tell whether a word can be nothing but an operator, whatever stands before it."""
    return word in _SPELLINGS and word != ":" and SIGNS.fullmatch(word) is not None


def split_operator(word: str) -> tuple[str, str]:
    """Part ">50ms" into the operator and the value; the operator is empty where the word begins with none."""
    parted = _LEADING.fullmatch(word)
    return (parted["sign"], parted["value"]) if parted else ("", word)


def read_operator(word: str) -> Operator:
    """Read an operator; the empty word asks for equality.

    Raises:
        InputError: it is none.
    """
    if not word:
        return Operator.EQUAL
    operator = _SPELLINGS.get(word.lower())
    if operator is None:
        known = " ".join(operator.value for operator in Operator)
        raise InputError(f'"{safe_text(word, 60)}" is no operator; write one of {known}')
    return operator
