"""Cells of which zero and what is not known step back."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy.typing as npt

from monitor.presentation.formats import UNKNOWN
from monitor.presentation.view import Cell, Role

_DIM = {text: Cell(text, Role.DIM) for text in ("0", UNKNOWN)}


@lru_cache(maxsize=1024)
def known_cell(text: str, role: Role = Role.PLAIN) -> Cell:
    """Make a cell; the role is for what is known and not zero."""
    return _DIM.get(text) or Cell(text, role)


def number_cells(values: npt.NDArray[Any], text: Callable[[float], str], role: Role = Role.PLAIN) -> list[Cell]:
    """Make the cells of a column of numbers, NaN for unknown; `text` writes one of them."""
    return [known_cell(text(value), role) for value in values.tolist()]
