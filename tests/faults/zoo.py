"""Hostile names by the fault that they are, and what must be shown of each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Specimen:
    """A name that a stranger may choose: any bytes but NUL and slash."""

    fault: str
    """Id in the catalogue."""
    name: bytes
    shown: str
    """The same as text that can be printed, and read in one way only."""


ZOO = (
    Specimen("FP-02", b"\x1b[31mRED\x1b[2J", r"\x1b[31mRED\x1b[2J"),
    Specimen("FP-02", b"\x1b]52;c;QQ==\x07", r"\x1b]52;c;QQ==\x07"),
    Specimen("FP-02", "\x9b31m".encode(), r"\u009b31m"),
    Specimen("FP-02", b"\x9b31m", r"\x9b31m"),
    Specimen("FP-03", b"a\nb\rc\td", r"a\nb\rc\td"),
    Specimen("FP-03", b"a\x08\x7f\x0b\x0c", r"a\x08\x7f\x0b\x0c"),
    Specimen("FP-03", "a\u2028b\u2029c\x85".encode(), r"a\u2028b\u2029c\u0085"),
    Specimen("FP-03", rb"a\nb", r"a\\nb"),
    Specimen("FP-04", b"[-nope]", "[-nope]"),
    Specimen("FP-04", b"[@click=app.quit]x[bold]", "[@click=app.quit]x[bold]"),
    Specimen("FP-04", b"[link=x]y", "[link=x]y"),
    Specimen("FP-05", b"\xff\xfe", r"\xff\xfe"),
    Specimen("FP-05", b"a\xc3", r"a\xc3"),
    Specimen("FP-05", b"\xed\xa0\x80", r"\xed\xa0\x80"),
    Specimen("FP-05", b"\xf4\x90\x80\x80", r"\xf4\x90\x80\x80"),
    Specimen("FP-06", "a\u202eb\u2066c".encode(), r"a\u202eb\u2066c"),
    Specimen("FP-06", "\u200b\u2060\ufeff".encode(), r"\u200b\u2060\ufeff"),
    Specimen("FP-06", "\U000e0041\U000e0100".encode(), r"\U000e0041\U000e0100"),
    Specimen("FP-06", "\u3164\u2800".encode(), r"\u3164\u2800"),
    Specimen("FP-07", ("e" + "\u0301" * 4).encode(), "e\u0301\u0301" + r"\u0301\u0301"),
    Specimen("FP-07", "\u0301a".encode(), r"\u0301a"),
    Specimen("FP-07", "\U0001f469\u200d\U0001f467".encode(), "\U0001f469" + r"\u200d" + "\U0001f467"),
    Specimen("FP-07", "\U0001f1e9\U0001f1ea".encode(), r"\U0001f1e9\U0001f1ea"),
    Specimen("FP-08", b"nc (", "nc ("),
    Specimen("FP-08", b") R 1 1 (", ") R 1 1 ("),
)


def of(fault: str) -> list[Specimen]:
    """Give the specimens of one fault."""
    return [specimen for specimen in ZOO if specimen.fault == fault]
