"""The table of tests/README.md, and the tests that carry an id of the catalogue in their name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parent.parent
README = TESTS / "README.md"
IDS = {"FK": 24, "FP": 19, "FU": 19, "FT": 14, "FF": 17, "FM": 9, "FA": 14, "FR": 7}
"""How many faults each chapter of the catalogue has, numbered from 1."""

_NAMED = re.compile(r"^ *(?:async )?def (test((?:_f[kputfmar]_\d\d)+)_\w+)\(", re.MULTILINE)
_ID = re.compile(r"_(f[a-z])_(\d\d)")
_CELLS = re.compile(r"^\| (F[A-Z]-\d\d) \| (.*?) \| (.*?) \| (.*?) \|$", re.MULTILINE)
_Tests = dict[str, set[tuple[str, str]]]
_TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")


@dataclass(frozen=True, slots=True)
class Entry:
    """One fault as the table has it."""

    id: str
    tests: frozenset[tuple[str, str]]
    """File below tests/, and the test's name."""
    state: str
    """"covered", or "not applicable: " and the reason."""


def read_table() -> list[Entry]:
    """Read the rows in their order."""
    cells = _CELLS.findall(README.read_text())
    return [Entry(name, frozenset(_TEST.findall(tests)), state) for name, _, tests, state in cells]


def rewritten(text: str, named: _Tests) -> str:
    """Put the tests that are named with each fault into its row."""

    def row(cells: re.Match[str]) -> str:
        name, fault, _, state = cells.groups()
        tests = sorted(named.get(name, ()))
        listed = "<br>".join(f"`{path}::{test}`" for path, test in tests) or "–"
        said = "covered" if tests else state if state != "covered" else "missing"
        return f"| {name} | {fault} | {listed} | {said} |"

    return _CELLS.sub(row, text)


def named_tests() -> _Tests:
    """Find the tests that are named with an id, by the id."""
    found: _Tests = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for name, ids in _NAMED.findall(path.read_text()):
            for chapter, number in _ID.findall(ids):
                found.setdefault(f"{chapter.upper()}-{number}", set()).add((str(path.relative_to(TESTS)), name))
    return found
