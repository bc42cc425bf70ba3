"""The filter line to its tree.

line    = 1*states filter / filter               states hold for the whole line, as in ss(8)
states  = ( "state" / "exclude" ) value          each adds states, or takes some away
filter  = [ either ]                             nothing is everything
either  = all *( "or" all )
all     = single *( [ "and" ] single )
single  = ( "not" / "!" ) single / "(" filter ")" / field [ operator ] value / word
word    = characters without blanks, brackets and quotes / a quoted text, always searched for; see filter_quotes

"and" binds closer than "or", as the manual of ss says; ss itself reads both from left to right.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from monitor.errors import InputError
from monitor.presentation.filter_fields import FIELDS
from monitor.presentation.filter_operators import is_operator, is_sign, read_operator, split_operator
from monitor.presentation.filter_quotes import unquoted
from monitor.presentation.filter_states import ALL_STATES, read_states, states_filter
from monitor.presentation.filter_tree import And, Everything, Filter, Not, Or, Text
from monitor.presentation.filter_words import JOINING_WORDS, STATE_WORDS, no_field, read_word, split_field

MAX_LENGTH = 4096
"""Characters of a line."""
MAX_DEPTH = 100
"""Brackets and negations within each other."""
MAX_CONDITIONS = 100
"""Conditions of a line; each costs a pass over the rows at every sample."""

_TOKEN = re.compile(
    r"""(?P<blank>\s+)|(?P<open>\()|(?P<close>\))|(?P<not>!(?![=~]))|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<word>[^\s()"][^\s()"]*)""",
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
        """The joining word that this is or stands for, or empty."""
        return JOINING_WORDS.get(self.text.lower(), "") if self.kind == "word" else ""


def parse(text: str) -> Filter:
    """Read a filter line; the empty one is Everything.

    Raises:
        InputError: the line cannot be understood; one sentence that begins with the column.
    """
    if len(text) > MAX_LENGTH:
        raise InputError(f"column {MAX_LENGTH + 1}: a filter has at most {MAX_LENGTH:,} characters")
    parser = _Parser(_tokens(text))
    tree = parser.line()
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
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self._conditions = 0

    @property
    def next(self) -> _Token:
        """The first token that is not read yet; the end stays the next one for ever."""
        return self._tokens[self._at]

    def line(self) -> Filter:
        """Read a line up to the end, or to a bracket that closes nothing."""
        states = self._leading_states()
        if states is None:
            return self.filter()
        if self.next.keyword in ("and", "or"):
            # Joined to the rest it is a condition like others, which ss does not know.
            return self._either(states)
        rest = self.filter()
        if states == Everything() or rest == Everything():
            return rest if states == Everything() else states
        return And((states, *(rest.parts if isinstance(rest, And) else (rest,))))

    def _leading_states(self) -> Filter | None:
        """Read what ss calls STATE-FILTER; None where the line does not begin with one."""
        chosen: frozenset[str] | None = None
        is_narrowed = False
        while self._begins_with_state():
            token = self._take()
            self._count(token)
            try:
                names = read_states(self._value("state"))
            except InputError as error:
                raise _mistake(token, error) from None
            is_added = token.text.lower() == "state"
            if chosen is None:
                chosen, is_narrowed = (frozenset(), False) if is_added else (ALL_STATES, True)
            chosen = chosen | names if is_added else chosen - names
        if chosen is None:
            return None
        # What is excluded says more than the many that are left.
        return Not(states_filter(ALL_STATES - chosen)) if is_narrowed else states_filter(chosen)

    def _begins_with_state(self) -> bool:
        if self.next.kind != "word" or self.next.text.lower() not in STATE_WORDS:
            return False
        after = self._tokens[self._at + 1]
        return after.kind != "word" or not (is_operator(after.text) or split_operator(after.text)[0])

    def filter(self) -> Filter:
        """Read up to a closing bracket or the end."""
        return Everything() if self.next.kind in ("close", "end") else self._either()

    def _either(self, first: Filter | None = None) -> Filter:
        parts = [self._all(first)]
        while self.next.keyword == "or":
            self._take()
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self, first: Filter | None = None) -> Filter:
        parts = [self._single() if first is None else first]
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
        self._count(token)
        try:
            if token.kind == "quoted":
                return Text(_unquoted(token))
            parted = split_field(token.text)
            if parted is not None:
                return self._field(*parted)
            if self.next.kind == "word" and is_sign(self.next.text):
                raise no_field(token.text)
            return read_word(token.text)
        except InputError as error:
            raise _mistake(token, error) from None

    def _field(self, name: str, operator: str, value: str) -> Filter:
        """Read what follows a field, as far as it does not stand in the same word."""
        is_quoted = False
        if not operator:
            operator, value = self._operator()
        if not value:
            is_quoted = self.next.kind == "quoted"
            value = self._value(name)
        return FIELDS[name].condition(read_operator(operator), value, is_quoted=is_quoted)

    def _operator(self) -> tuple[str, str]:
        """Read an operator where there is one, and the value that stands in one word with it."""
        if self.next.kind != "word" or self.next.keyword:
            return "", ""
        if is_operator(self.next.text):
            return self._take().text, ""
        operator, value = split_operator(self.next.text)
        if operator:
            self._take()
        return operator, value if operator else ""

    def _value(self, name: str) -> str:
        if self.next.kind == "quoted":
            return _unquoted(self._take())
        if self.next.kind != "word" or self.next.keyword:
            raise InputError(f"{name} needs a value, as in {FIELDS[name].example}")
        return self._take().text

    def _count(self, token: _Token) -> None:
        self._conditions += 1
        if self._conditions > MAX_CONDITIONS:
            raise _mistake(token, f"a filter has at most {MAX_CONDITIONS} conditions")

    def _descend(self, token: _Token) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _mistake(token, f"a filter nests at most {MAX_DEPTH} deep")

    def _take(self) -> _Token:
        token = self.next
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token


def _unquoted(token: _Token) -> str:
    if not token.text:
        raise InputError("there is nothing between the quotes")
    return unquoted(token.text)
