"""What is on a screen as the lines of a text file: whole, where the screen shows a part of it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator

from monitor.model.sample import Sample
from monitor.presentation.evidence_words import evidence_line
from monitor.presentation.fitting import cell_width, fit
from monitor.presentation.formats import count_text
from monitor.presentation.safe_text import safe_text
from monitor.presentation.text_line import TextLine
from monitor.presentation.view import Align, Role, TableView

MOST_ROWS = 10_000
"""Of a longer list the first ones are saved: with more, whoever saves would wait."""
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9.-]+")
_MOST_HOST = 40


def file_name(sample: Sample, what: str) -> str:
    """Suggest a name: "fourtuple-db1-20261123T031241Z-connections.txt"; nothing in it means anything to a shell."""
    host = _NOT_IN_NAMES.sub("_", safe_text(sample.host))[:_MOST_HOST].strip(".-")
    when = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(sample.taken_at))
    return f"fourtuple-{host}-{when}-{_NOT_IN_NAMES.sub('_', what)}.txt"


def file_data(sample: Sample, title: str, lines: Iterable[str]) -> bytes:
    """Put a title above lines of safe text, and below them where, when and with what rights they were read."""
    return "".join(f"{line}\n" for line in (title, "", *lines, "", evidence_line(sample))).encode()


def table_lines(view: TableView) -> Iterator[str]:
    """Write a table with columns as wide as their widest value."""
    lines = view.lines(0, min(view.count, MOST_ROWS))
    rows = [[cell.text for cell in line.cells] for line in lines if line.role is not Role.HEADING]
    header = [column.title for column in view.columns]
    widths = [max(map(cell_width, column)) for column in zip(header, *rows, strict=True)]
    is_right = [column.align is Align.RIGHT for column in view.columns]
    for mark, cells in [(" ", header), *((line.marks, [cell.text for cell in line.cells]) for line in lines)]:
        padded = zip(cells, widths, is_right, strict=True)
        yield f"{mark} {' '.join(fit(text, width, right=right) for text, width, right in padded)}".rstrip()
    if view.count > MOST_ROWS:
        yield f"… and {count_text(view.count - MOST_ROWS)} more, which were not saved"


def text_lines(lines: Iterable[TextLine]) -> Iterator[str]:
    """Write lines of words."""
    for line in lines:
        yield "".join(cell.text for cell in (*line.left, *line.right)).rstrip()
