"""Which ground a terminal has, dark or light: the question (xterm's OSC 11) and its answer."""

from __future__ import annotations

import re
from dataclasses import dataclass

from textual.message import Message

QUESTION = "\x1b]11;?\x07"
ANSWER_START = "\x1b]11;"
_ANSWER = re.compile(
    r"\x1b\]11;rgba?: ([0-9a-f]{1,4})/([0-9a-f]{1,4})/([0-9a-f]{1,4}) (?:/[0-9a-f]{1,4})? (?:\x07|\x1b\\)",
    re.VERBOSE | re.IGNORECASE,
)
_WEIGHTS = (0.299, 0.587, 0.114)
"""How bright red, green and blue look (ITU-R BT.601)."""


@dataclass(eq=False)
class GroundTold(Message):
    """The terminal has said which ground it has."""

    is_dark: bool


def read_answer(sequence: str) -> GroundTold | None:
    """Read a control string; None where it answers something else."""
    answer = _ANSWER.fullmatch(sequence)
    if answer is None:
        return None
    # Each number is a share of what its own count of digits can say (XParseColor).
    shares = [int(digits, 16) / (16 ** len(digits) - 1) for digits in answer.groups()]
    return GroundTold(sum(share * weight for share, weight in zip(shares, _WEIGHTS, strict=True)) < 0.5)  # noqa: PLR2004
