"""fourtuple process: one process and its sockets, as text or JSON."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

import numpy as np

from monitor.cli.list import socket_lines
from monitor.cli.output import write_json, write_lines
from monitor.cli.reading import read_once
from monitor.errors import MonitorError
from monitor.kernel.processes import read_facts
from monitor.model.process import Process, ProcessFacts, parse_pid
from monitor.model.sample import Interval
from monitor.model.socket_table import Rows
from monitor.presentation.connections_view import rows_of_process
from monitor.presentation.evidence_words import last_lines
from monitor.presentation.formats import count_text, when_text
from monitor.presentation.list_columns import in_order
from monitor.presentation.netns_words import netns_document
from monitor.presentation.process_words import argument_texts, process_lines, process_title
from monitor.presentation.row_text import RowTexts
from monitor.presentation.safe_text import json_name, safe_text
from monitor.presentation.socket_document import control_group_fields, socket_document

SCHEMA = "fourtuple.process/1"

_LABEL_WIDTH = 8


def describe(parser: argparse.ArgumentParser) -> None:
    """Say what the command does, and add its options."""
    parser.description = "Show who a process is, what it has open, and every socket that it holds."
    parser.add_argument("pid", metavar="PID", help="process id")
    parser.add_argument("--full-args", action="store_true", help="show the command line with the secrets in it")


def run(arguments: argparse.Namespace) -> int:
    """Show the process.

    Raises:
        InputError: not a process id.
        MonitorError: there is no such process.
    """
    pid = parse_pid(arguments.pid)
    facts = read_facts(pid)
    if facts is None:
        raise MonitorError(f"there is no process {pid}")
    interval = read_once()
    rows = np.flatnonzero(rows_of_process(interval, pid))
    if arguments.json:
        write_json(document(facts, interval, rows, is_masked=not arguments.full_args))
    else:
        write_lines(text_lines(facts, interval, rows, is_masked=not arguments.full_args))
    return 0


def text_lines(facts: ProcessFacts, interval: Interval, rows: Rows, *, is_masked: bool = True) -> Iterator[str]:
    """Say who it is in the first line, then what it has, then its sockets."""
    user = safe_text(facts.user) if facts.user else f"uid {facts.process.uid}"
    yield f"{process_title(facts.process)} of {user}{_sockets(facts, len(rows), interval.sample.table.namespace)}."
    for label, text in process_lines(facts, time.time(), is_masked=is_masked):
        yield f"  {label:<{_LABEL_WIDTH}} {text}"
    if len(rows):
        yield from socket_lines(interval, in_order(interval, rows, None))
    yield from last_lines(interval.sample, width=_LABEL_WIDTH)


def _sockets(facts: ProcessFacts, number: int, namespace: int) -> str:
    if not number and "fd_kinds" in facts.unread:
        return "; sockets not known: its descriptors may not be read"
    held = f" holds {count_text(number)} sockets"
    if facts.is_elsewhere(namespace):
        return f"{held} of this network namespace, and is in another one: --netns {facts.process.pid} shows that"
    return held


def document(facts: ProcessFacts, interval: Interval, rows: Rows, *, is_masked: bool = True) -> dict[str, object]:
    """Make the JSON document."""
    texts = RowTexts(interval)
    process = facts.process
    return {
        "schema": SCHEMA,
        "host": safe_text(interval.sample.host),
        **netns_document(interval.sample.named),
        "taken_at": when_text(interval.sample.taken_at),
        **_identity(process),
        **(json_name("exe", process.exe) if process.exe is not None else {"exe": None}),
        "arguments": argument_texts(process.command_line, is_masked=is_masked),
        "uid": process.uid,
        "user": None if facts.user is None else safe_text(facts.user),
        "started_at": None if facts.started_at is None else when_text(facts.started_at),
        "parents": [_identity(parent) for parent in facts.parents],
        **control_group_fields(facts.control_group),
        "namespace": facts.namespace,
        "unit": None if facts.unit is None else safe_text(facts.unit),
        "cpu_seconds": facts.cpu_seconds,
        "memory_bytes": facts.memory_bytes,
        "threads": facts.threads,
        "fd_kinds": facts.fd_kinds,
        "fd_limit": facts.fd_limit,
        "status": facts.status,
        "unread": list(facts.unread),
        "blocked": list(facts.blocked),
        "others_blocked": facts.others_blocked,
        "notices": list(interval.sample.notices),
        "sockets": [socket_document(texts, row) for row in rows.tolist()],
    }


def _identity(process: Process) -> dict[str, object]:
    return {"pid": process.pid, **json_name("name", process.name)}
