"""Lines quoted as RFC 4180 says: a header, and a record per row; no field spans lines, as safe_text leaves none.

A spreadsheet takes a text that begins with = + - or @ for a formula, and runs it. Names come from strangers, so such a
text gets an apostrophe before it, and so does one that begins with an apostrophe: to take one away gives what was
there. Numbers stay numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

_STEERS = ("=", "+", "-", "@", "'")
_NEEDS_QUOTES = frozenset(',"\r\n')


def csv_lines(titles: Sequence[str], records: Iterable[Iterable[str | float | None]]) -> Iterator[str]:
    """Write records of safe text and numbers; None is an empty field."""
    yield ",".join(titles)
    for record in records:
        yield ",".join(map(_field, record))


def _field(value: str | float | None) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    text = f"'{value}" if value.startswith(_STEERS) else value
    if _NEEDS_QUOTES.isdisjoint(text) and text == text.strip():
        return text
    return '"' + text.replace('"', '""') + '"'
