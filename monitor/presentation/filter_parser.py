"""The filter line to its tree.

filter  = [ either ]                             nothing is everything
either  = all *( "or" all )
all     = single *( [ "and" ] single )
single  = ( "not" / "!" ) single / "(" filter ")" / field value / field ":" value / word
word    = characters without blanks, brackets and quotes / a quoted text, always searched for; see filter_quotes
"""

from __future__ import annotations

import re
from typing import NamedTuple

from monitor.errors import InputError
from monitor.presentation.filter_quotes import unquoted
from monitor.presentation.filter_tree import And, Everything, Filter, Not, Or, Text
from monitor.presentation.filter_words import (
    FIELDS,
    JOINING_WORDS,
    OPERATOR,
    check_operator,
    read_word,
    split_field,
)

MAX_LENGTH = 4096
"""Characters of a line."""
MAX_DEPTH = 100
"""Brackets and negations within each other."""
MAX_CONDITIONS = 100
"""Conditions of a line; each costs a pass over the rows at every sample."""

_TOKEN = re.compile(
    r"""(?P<blank>\s+)|(?P<open>\()|(?P<close>\))|(?P<not>!)|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<word>[^\s()"!][^\s()"]*)""",
    re.DOTALL,
)


class _Token(NamedTuple):
    kind: str
    """Name of a group of _TOKEN, or "end"."""
    text: str
    column: int
    """Counted from 1."""

    @property
    def keyword(self) -> str:
        """The joining word that this is, or empty."""
        lowered = self.text.lower()
        return lowered if self.kind == "word" and lowered in JOINING_WORDS else ""


def parse(text: str) -> Filter:
    """Read a filter line; the empty one is Everything.

    Raises:
        InputError: the line cannot be understood; one sentence that begins with the column.
    """
    if len(text) > MAX_LENGTH:
        raise InputError(f"column {MAX_LENGTH + 1}: a filter has at most {MAX_LENGTH:,} characters")
    parser = _Parser(_tokens(text))
    tree = parser.filter()
    if parser.next.kind != "end":
        raise _mistake(parser.next, "this bracket closes nothing")
    return tree


def _mistake(token: _Token, sentence: object) -> InputError:
    return InputError(f"column {token.column}: {sentence}")


def _tokens(text: str) -> list[_Token]:
    tokens = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise InputError(f"column {position + 1}: this quote is not closed")
        if match.lastgroup is not None and match.lastgroup != "blank":
            tokens.append(_Token(match.lastgroup, match[match.lastgroup], position + 1))
        position = match.end()
    return [*tokens, _Token("end", "", len(text) + 1)]


class _Parser:
    """Recursive descent over tokens; `next` is the first that is not read yet."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._rest = iter(tokens)
        self.next = next(self._rest)
        self._depth = 0
        self._conditions = 0

    def filter(self) -> Filter:
        """Read up to a closing bracket or the end."""
        return Everything() if self.next.kind in ("close", "end") else self._either()

    def _either(self) -> Filter:
        parts = [self._all()]
        while self.next.keyword == "or":
            self._take()
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self) -> Filter:
        parts = [self._single()]
        while self.next.kind not in ("close", "end") and self.next.keyword != "or":
            if self.next.keyword == "and":
                self._take()
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _single(self) -> Filter:
        token = self._take()
        if token.kind == "not" or token.keyword == "not":
            self._descend(token)
            negated = Not(self._single())
            self._depth -= 1
            return negated
        if token.kind == "open":
            return self._bracketed(token)
        if token.kind in ("close", "end") or token.keyword:
            raise _mistake(token, "a condition is missing here")
        return self._condition(token)

    def _bracketed(self, token: _Token) -> Filter:
        self._descend(token)
        inner = self.filter()
        if self._take().kind != "close":
            raise _mistake(token, "this bracket is not closed")
        self._depth -= 1
        return inner

    def _condition(self, token: _Token) -> Filter:
        self._conditions += 1
        if self._conditions > MAX_CONDITIONS:
            raise _mistake(token, f"a filter has at most {MAX_CONDITIONS} conditions")
        try:
            if token.kind == "quoted":
                return Text(_unquoted(token))
            parted = split_field(token.text)
            if parted is None:
                return read_word(token.text)
            field, value = parted
            return FIELDS[field](value or self._value(field))
        except InputError as error:
            raise _mistake(token, error) from None

    def _value(self, field: str) -> str:
        if self.next.kind == "word" and OPERATOR.fullmatch(self.next.text):
            check_operator(self.next.text)
            self._take()
        if self.next.kind == "quoted":
            return _unquoted(self._take())
        if self.next.kind != "word" or self.next.keyword:
            raise InputError(f"{field} needs a value, as in {field}:…")
        return self._take().text

    def _descend(self, token: _Token) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _mistake(token, f"a filter nests at most {MAX_DEPTH} deep")

    def _take(self) -> _Token:
        token = self.next
        self.next = next(self._rest, token)
        return token


def _unquoted(token: _Token) -> str:
    if not token.text:
        raise InputError("there is nothing between the quotes")
    return unquoted(token.text)
