"""FrameBody: the raw part of a frame, taken from front to back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from monitor.errors import WireError
from monitor.sampling.messages import ColumnBytes

_NUMBER_TYPE = re.compile(r"<[uif][248]|\|[uib]1", re.ASCII)


@dataclass(slots=True)
class FrameBody:
    """Arrays are views into it."""

    data: memoryview
    offset: int = 0

    def take(self, dtype: np.dtype[np.generic], rows: int) -> npt.NDArray[Any]:
        """Read the next array; raises WireError where the body is shorter."""
        size = dtype.itemsize * rows
        if rows < 0 or self.offset + size > len(self.data):
            raise WireError("a frame's body is shorter than its head says")
        array = np.frombuffer(self.data, dtype, rows, self.offset)
        self.offset += size
        return array

    def end(self) -> None:
        """See that nothing is left; raises WireError."""
        if self.offset != len(self.data):
            raise WireError("a frame's body is longer than its head says")


def number_type(column: ColumnBytes) -> np.dtype[np.generic]:
    """Read the type of a column's numbers; raises WireError for any other."""
    # numpy's own parser takes a small language, sub-arrays and Python literals among it: not for a stranger's words.
    if not _NUMBER_TYPE.fullmatch(column.dtype):
        raise WireError(f"column {column.name[:40]!r} of a frame has no known type")
    return np.dtype(column.dtype)
