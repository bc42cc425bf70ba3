"""Why the values of one worker of a service endpoint are as they are."""

from __future__ import annotations

from collections.abc import Callable

from monitor.model.tcp import PROTOCOL_TCP
from monitor.presentation.explained_value import Why
from monitor.presentation.formats import count_text
from monitor.presentation.linked_line import ToProcess
from monitor.presentation.workers import Workers


def worker_whys(workers: Workers, entry: int) -> Callable[[str], Why]:
    """Give a function that says for each column of the workers what it is about for this one, and why."""
    whys = {
        "process": Why("owner", "", ToProcess(int(workers.pids[entry]))),
        "connections": Why("conns", f"accepted and not closed: {count_text(len(workers.accepted))} by all workers"),
        "share": Why("worker_share", f"an even share is {_even_share(workers)} %"),
        "queue": _queue(workers, entry),
        "receive": Why("in", "over the connections that it has"),
        "send": Why("out", "over the connections that it has"),
        "unread": Why("unread", "over the connections that it has"),
        "fd": Why("ids", "the descriptor by which it holds the waiting socket"),
    }
    return whys.__getitem__


def _even_share(workers: Workers) -> str:
    listening = int((workers.fullest >= 0).sum())
    return f"{100 / listening:.0f}" if listening else "not known"


def _queue(workers: Workers, entry: int) -> Why:
    row = int(workers.fullest[entry])
    if row < 0:
        return Why("shared", "it listens not itself: another process handed its connections over")
    if bool(workers.is_shared[entry]):
        return Why("shared", workers.sharing)
    is_tcp = int(workers.interval.table.protocol[row]) == PROTOCOL_TCP
    return Why("accept_queue" if is_tcp else "udp_queue", "of its own socket, the fullest where it has several")
