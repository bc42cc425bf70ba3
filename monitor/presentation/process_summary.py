"""The facts above a process' sockets, in the room that there is.

─ proxy[990] · app (uid 1001) · up 3d 4h · proxy.service ───────────────────── /opt/proxy/bin/proxy ─
 command  /opt/proxy/bin/proxy --config /etc/proxy.toml --token •••           (masked; A shows all)
 parents  systemd[1] › runner[980] › proxy[990]                   a service: systemd may restart it
 fds      144/1,024 █▌········   socket 118 (tcp 104, udp 2)   file 14   pipe 4   anon 8
 cpu      3.1 % ▁▁▂▁▁▂▁▁▁▁   memory 212M   threads 14   ↓ 41K/s ▁▁▂▁   ↑ 38K/s ▁▁▂▁   retransmits 0.2 %
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model.process import ProcessFacts
from monitor.model.series import Series
from monitor.presentation.fitting import cell_width, fit, pieces
from monitor.presentation.formats import (
    UNKNOWN,
    bytes_text,
    count_text,
    gauge,
    long_duration_text,
    rate_text,
    share_text,
)
from monitor.presentation.path_words import path_cells
from monitor.presentation.process_reading import ProcessReading
from monitor.presentation.process_words import (
    NO_ARGUMENTS,
    command_text,
    exe_text,
    missing_text,
    process_title,
    unit_word,
    user_text,
)
from monitor.presentation.safe_text import safe_text
from monitor.presentation.sparkline import sparkline
from monitor.presentation.text_line import TextLine
from monitor.presentation.view import Cell, Role

WIDE = 100
"""From this width on every fact has a line with a label."""
_LABEL_WIDTH = 10
_GAUGE_WIDTH = 10
_SPAN_S = 120.0
_LEAST_EXE = 16
_ELSEWHERE = "in another network namespace"
_NOTABLE = frozenset({"zombie", "stopped", "tracing-stop", "dead", "disk-sleep"})

Part = tuple[Cell, ...]
"""Words that stand or go together."""


def title_line(reading: ProcessReading, width: int, *, is_gone: bool) -> TextLine:
    """Say who it is in a rule; at its end the executable, where there is room."""
    facts = reading.facts
    is_wide = width >= WIDE
    since = f"{'ran' if is_gone else 'up'} {long_duration_text(reading.age_s)}"
    words = [user_text(facts, with_number=is_wide), since]
    words += [safe_text(facts.status)] if facts.status in _NOTABLE else []
    words += [word] if (word := unit_word(facts)) else []
    words += [_ELSEWHERE] if facts.is_elsewhere(reading.interval.sample.table.namespace) else []
    name = f"{process_title(facts.process)} "
    gone = "· gone " if is_gone else ""
    rest = "".join(f"· {word} " for word in words)
    room = width - cell_width(f"─ {name}{gone}{rest}") - 4
    exe = exe_text(facts) if is_wide else ""
    tail = f" {fit(exe, min(room, cell_width(exe)), keeps_end=True)} " if exe and room >= _LEAST_EXE else ""
    rule = "─" * max(0, room + 3 - cell_width(tail))
    left = [Cell("─ ", Role.RULE), Cell(name, Role.STRONG), Cell(gone, Role.TROUBLE), Cell(rest, Role.HEADING)]
    return TextLine((*left, Cell(rule, Role.RULE), Cell(tail, Role.HEADING), Cell("─", Role.RULE)))


def summary_lines(reading: ProcessReading, width: int, *, is_whole: bool, most: int) -> list[TextLine]:
    """Say the facts.

    Args:
        reading: What is known.
        width: Cells.
        is_whole: Whether the command line stands in full, unmasked.
        most: Lines that it may have then.
    """
    if width < WIDE:
        return [*_narrow_command(reading.facts, width, is_whole=is_whole, most=most), _narrow_numbers(reading, width)]
    return [
        *_command(reading.facts, width, is_whole=is_whole, most=most),
        _parents(reading.facts, width),
        _labelled("fds", _fitting([_open_fds(reading.facts, _GAUGE_WIDTH), *_fd_kinds(reading)], width - _LABEL_WIDTH)),
        _labelled("cpu", _fitting(_numbers(reading, width), width - _LABEL_WIDTH)),
    ]


def _labelled(label: str, cells: Sequence[Cell], right: str = "") -> TextLine:
    tail = (Cell(f"  {right} ", Role.DIM),) if right else ()
    return TextLine((Cell(f" {label:<{_LABEL_WIDTH - 1}}", Role.HEADING), *cells), tail)


def _fitting(parts: Sequence[Part], room: int, gap: str = "   ") -> list[Cell]:
    """Give the first parts that fit, with gaps between them."""
    cells: list[Cell] = []
    for part in parts:
        added = [Cell(gap), *part] if cells else list(part)
        room -= sum(cell_width(cell.text) for cell in added)
        if room < 0 and cells:
            break
        cells += added
    return cells


def _command(facts: ProcessFacts, width: int, *, is_whole: bool, most: int) -> list[TextLine]:
    text, hint = _command_words(facts, width - _LABEL_WIDTH, is_whole=is_whole)
    if not is_whole:
        return [_labelled("command", [Cell(text)], hint)]
    first, *rest = _broken(text, width - _LABEL_WIDTH, most)
    return [_labelled("command", [Cell(first)]), *(_labelled("", [Cell(piece)]) for piece in rest)]


def _narrow_command(facts: ProcessFacts, width: int, *, is_whole: bool, most: int) -> list[TextLine]:
    text, _ = _command_words(facts, width, is_whole=is_whole)
    if is_whole:
        return [TextLine((Cell(" "), Cell(piece))) for piece in _broken(text, width - 2, most)]
    parent = f"  · from {process_title(facts.parents[0])} " if facts.parents else ""
    return [TextLine((Cell(" "), Cell(text)), (Cell(parent, Role.DIM),))]


def _command_words(facts: ProcessFacts, room: int, *, is_whole: bool) -> tuple[str, str]:
    """Give the command line, and what A does about it where it does anything."""
    whole = command_text(facts.process.command_line, is_masked=False)
    if not whole:
        return missing_text(facts, "command_line", NO_ARGUMENTS), ""
    if is_whole:
        return whole, ""
    text = command_text(facts.process.command_line)
    if text != whole:
        return text, "(masked; A shows all)"
    return text, "" if cell_width(text) <= room else "(A shows all)"


def _broken(text: str, width: int, most: int) -> list[str]:
    lines = pieces(text, max(1, width))
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], f"… {len(lines) - most + 1} more lines; a larger window shows them"]


def _parents(facts: ProcessFacts, width: int) -> TextLine:
    if not facts.parents:
        return _labelled("parents", [Cell(missing_text(facts, "parents", "none"))])
    is_service = facts.unit is not None and facts.unit.endswith(".service")
    remark = "a service: systemd may restart it" if is_service else ""
    names = [process_title(process) for process in (*reversed(facts.parents), facts.process)]
    return _labelled("parents", path_cells(names, width - _LABEL_WIDTH - cell_width(remark) - 3), remark)


def _open_fds(facts: ProcessFacts, gauge_width: int) -> Part:
    if facts.fd_kinds is None:
        return (Cell(missing_text(facts, "fd_kinds", UNKNOWN), Role.DIM),)
    used = sum(facts.fd_kinds.values())
    if facts.fd_limit is None:
        return (Cell(f"{count_text(used)}, {missing_text(facts, 'fd_limit', 'no limit')}"),)
    filled, left = gauge(used, facts.fd_limit, gauge_width)
    return Cell(f"{count_text(used)}/{count_text(facts.fd_limit)} "), Cell(filled, Role.RATE), Cell(left, Role.DIM)


def _fd_kinds(reading: ProcessReading) -> list[Part]:
    kinds = reading.facts.fd_kinds or {}
    listed = reading.descriptors()
    words: list[Part] = []
    for kind in sorted(kinds, key=lambda kind: (-kinds[kind], kind)):
        text = f"{safe_text(kind)} {count_text(kinds[kind])}"
        if kind == "socket" and listed is not None:
            text += f" ({', '.join(f'{name} {count_text(count)}' for name, count in listed.items())})"
        words.append((Cell(text),))
    return words


def _numbers(reading: ProcessReading, width: int) -> list[Part]:
    facts, history = reading.facts, reading.history
    cells = _GAUGE_WIDTH + max(0, width - 120) // 4
    receive, send = (history.receive_rate, history.send_rate) if history is not None else (None, None)
    return [
        (Cell(_cpu(reading)), _curve(history.cpu if history is not None else None, cells)),
        (Cell(f"memory {bytes_text(facts.memory_bytes)}"),),
        (Cell(f"threads {count_text(facts.threads)}"),),
        (Cell(f"↓ {_rate(reading.receive_rate)}", Role.RATE), _curve(receive, cells)),
        (Cell(f"↑ {_rate(reading.send_rate)}", Role.RATE), _curve(send, cells)),
        (Cell(f"retransmits {_share(reading.retransmit_share)}"),),
    ]


def _narrow_numbers(reading: ProcessReading, width: int) -> TextLine:
    facts = reading.facts
    parts = [
        (Cell("fds "), *_open_fds(facts, 3)),
        (Cell(f"cpu {_cpu(reading)}"),),
        (Cell(f"mem {bytes_text(facts.memory_bytes)}"),),
        (Cell(f"threads {count_text(facts.threads)}"),),
        (Cell(f"↓ {_rate(reading.receive_rate)} ↑ {_rate(reading.send_rate)}", Role.RATE),),
        (Cell(f"retr {_share(reading.retransmit_share)}"),),
    ]
    return TextLine((Cell(" "), *_fitting(parts, width - 1, "  ")))


def _curve(series: Series | None, cells: int) -> Cell:
    return Cell("" if series is None else f" {sparkline(series.resample(cells, _SPAN_S), cells)}", Role.RATE)


def _cpu(reading: ProcessReading) -> str:
    if reading.cpu_share is None and "cpu_seconds" in reading.facts.unread:
        return missing_text(reading.facts, "cpu_seconds", UNKNOWN)
    return _share(reading.cpu_share)


def _share(share: float | None) -> str:
    text = share_text(share)
    return text if text in ("0", UNKNOWN) else f"{text} %"


def _rate(per_second: float) -> str:
    text = rate_text(per_second)
    return text if text in ("0", UNKNOWN) else f"{text}/s"
