"""A bind decision as a JSON document. A field's type never varies; null is "not known" or "none"."""

from __future__ import annotations

from monitor.model.bind import BindAttempt, BindConflict, BindDecision
from monitor.model.bind_facts import BindFacts
from monitor.presentation.bind_words import answer
from monitor.presentation.formats import when_text
from monitor.presentation.netns_words import netns_document
from monitor.presentation.row_text import RowTexts
from monitor.presentation.safe_text import safe_text
from monitor.presentation.socket_document import Document, socket_document

SCHEMA = "fourtuple.bind/1"


def bind_document(decision: BindDecision, texts: RowTexts, facts: BindFacts) -> Document:
    """Make the document.

    Args:
        decision: about the sockets of the interval that the texts are of.
        texts: of its rows.
        facts: that it was decided by.
    """
    sample, ports = texts.interval.sample, decision.ports
    return {
        "schema": SCHEMA,
        "answer": answer(decision, texts),
        "ok": decision.is_ok,
        "errno": decision.errno,
        "call": None if decision.stage is None else str(decision.stage),
        "reason": None if decision.refusal is None else str(decision.refusal),
        "certain": decision.is_certain,
        "certainty": str(decision.certainty),
        "overruled": decision.overruled,
        "kernel_held": decision.is_kernel_held,
        "conflicts": [_conflict(conflict, texts, facts) for conflict in decision.conflicts],
        "shares_with": [socket_document(texts, row) for row in decision.shares_with],
        "remedies": [
            {"option": str(remedy.option), "helps": remedy.helps, "certain": remedy.is_certain}
            for remedy in decision.remedies
        ],
        "free_now": [safe_text(str(endpoint)) for endpoint in decision.free_now],
        "ports": None
        if ports is None
        else {"first": ports.first, "last": ports.last, "usable": ports.usable, "free": ports.free},
        "asked": _attempt(decision.attempt),
        "notices": [*sample.notices, *facts.notices],
        "host": safe_text(sample.host),
        **netns_document(sample.named),
        "time": when_text(sample.taken_at),
        "uid": sample.uid,
    }


def _conflict(conflict: BindConflict, texts: RowTexts, facts: BindFacts) -> Document:
    cookie = int(texts.interval.table.cookie[conflict.row])
    options, unread = facts.options.get(cookie), facts.unread.get(cookie)
    table = texts.interval.table
    return {
        **socket_document(texts, conflict.row),
        "rule": str(conflict.meeting),
        "with_reuseaddr": str(conflict.reuseaddr),
        "with_reuseport": str(conflict.reuseport),
        "certain": conflict.is_certain,
        "kernel_held": conflict.is_kernel_held,
        "timer_ms": int(table.timer_ms[conflict.row]) if int(table.timer[conflict.row]) else None,
        "reuseaddr": None if options is None else options.reuseaddr,
        "reuseport": None if options is None else options.reuseport,
        "options_reason": None if unread is None else str(unread),
    }


def _attempt(attempt: BindAttempt) -> Document:
    return {
        "endpoint": safe_text(str(attempt.endpoint)),
        "proto": attempt.protocol,
        "uid": attempt.uid,
        "ifindex": attempt.device or None,
        "reuseaddr": attempt.reuseaddr,
        "reuseport": attempt.reuseport,
        "v6only": attempt.v6only,
        "freebind": attempt.freebind,
        "transparent": attempt.transparent,
        "no_port": attempt.no_port,
    }
