"""fourtuple route: which way to a remote endpoint, from which local address, and why."""

from __future__ import annotations

import argparse
import os
import socket
import time
from collections.abc import Iterator

from monitor.cli.output import write_json, write_lines
from monitor.cli.reading import read_once
from monitor.errors import MonitorError
from monitor.kernel.namespaces import named_namespace
from monitor.kernel.rtnetlink import Rtnetlink
from monitor.model.route import Flow, RouteDecision
from monitor.model.sample import Interval
from monitor.presentation.difference_words import difference_lines
from monitor.presentation.evidence_words import last_lines, origin_line
from monitor.presentation.netns_words import netns_document
from monitor.presentation.route_document import route_document
from monitor.presentation.route_question import SELECTORS, RouteQuestion
from monitor.presentation.route_words import answer, reasons
from monitor.presentation.row_text import RowTexts
from monitor.presentation.socket_document import socket_document
from monitor.reasoning.route_differences import differing_rows

_LABEL_WIDTH = 8


def describe(parser: argparse.ArgumentParser) -> None:
    """Say what the command does, and add its options."""
    parser.description = (
        "Ask the kernel which way a socket's packets would go: interface, gateway, source address, and "
        "the rule and route behind it. Nothing is sent. TCP is assumed where nothing is said."
    )
    parser.epilog = "Exit code 0 also when the answer is that there is no way."
    parser.add_argument(
        "remote", metavar="REMOTE[:PORT]", help="where to: address, address:port or [address%%zone]:port"
    )
    parser.add_argument("--proto", metavar="P", help="tcp, udp, or an IP protocol's number (tcp)")
    parser.add_argument("--sport", metavar="PORT", help="local port")
    parser.add_argument("--dport", metavar="PORT", help="remote port, where it is not part of REMOTE")
    parser.add_argument("--src", metavar="ADDRESS", help="local address that the socket is bound to")
    parser.add_argument("--dev", metavar="NAME", help="interface that the socket is bound to")
    parser.add_argument("--mark", metavar="N", help="SO_MARK, decimal or 0x…")
    parser.add_argument("--uid", metavar="N", help="user that owns the socket (you)")
    parser.add_argument("--tos", metavar="N", help="type of service byte, decimal or 0x…")


def run(arguments: argparse.Namespace) -> int:
    """Ask and print; 0 also when there is no way.

    Raises:
        InputError: an argument is malformed, or names an interface that does not exist.
        KernelError: the kernel could not be asked.
    """
    given = {name: getattr(arguments, name) for name in SELECTORS}
    question = RouteQuestion.of_words(
        arguments.remote, {name: text for name, text in given.items() if text is not None}
    )
    with Rtnetlink() as kernel:
        decision = kernel.route_to(question.flow(kernel.links() if question.names_interface else ()))
    asked_at, sockets = time.time(), _sockets()
    if arguments.json:
        document = route_document(decision, host=socket.gethostname(), asked_at=asked_at, asker=os.geteuid())
        write_json(document | netns_document(named_namespace()) | _differing_documents(decision, sockets))
    else:
        write_lines(_text(decision, sockets, asked_at, is_assumed=question.protocol is None))
    return 0


def _sockets() -> Interval | MonitorError:
    """List the open connections; where that is refused, the answer stands without them."""
    try:
        return read_once()
    except MonitorError as error:
        return error


def _differing_documents(decision: RouteDecision, sockets: Interval | MonitorError) -> dict[str, object]:
    if isinstance(sockets, MonitorError):
        return {"differs": [], "differs_reason": str(sockets), "notices": []}
    texts = RowTexts(sockets)
    rows = differing_rows(sockets, decision).tolist()
    return {
        "differs": [socket_document(texts, row) for row in rows],
        "differs_reason": None,
        "notices": list(sockets.sample.notices),
    }


def _differing_lines(decision: RouteDecision, sockets: Interval | MonitorError) -> list[str]:
    if isinstance(sockets, MonitorError):
        return [f"not known which open connections do: {sockets}"]
    return difference_lines(sockets, differing_rows(sockets, decision))


def _text(
    decision: RouteDecision, sockets: Interval | MonitorError, asked_at: float, *, is_assumed: bool
) -> Iterator[str]:
    yield answer(decision)
    for label, text in reasons(decision):
        yield f"  {label:<{_LABEL_WIDTH}} {text}"
    for text in _differing_lines(decision, sockets):
        yield f"  {'differs':<{_LABEL_WIDTH}} {text}"
    if is_assumed:
        yield f"  {'assumed':<{_LABEL_WIDTH}} tcp, since no protocol is named: --proto"
    yield f"  {'asked':<{_LABEL_WIDTH}} {_asked(decision.flow)}"
    if isinstance(sockets, MonitorError):
        yield origin_line(socket.gethostname(), asked_at, os.geteuid(), named_namespace())
    else:
        yield from last_lines(sockets.sample, width=_LABEL_WIDTH)


def _asked(flow: Flow) -> str:
    uid = os.geteuid() if flow.uid is None else flow.uid
    you = " (you)" if uid == os.geteuid() else ""
    return f"as uid {uid}{you}, mark {flow.mark or 0}. Other users and marks may get another answer: --uid, --mark"
