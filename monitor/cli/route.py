"""fourtuple route: which way to a remote endpoint, from which local address, and why."""

from __future__ import annotations

import argparse
import os
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from monitor.cli.list import read_once
from monitor.cli.output import write_json, write_lines
from monitor.errors import InputError, MonitorError
from monitor.kernel.rtnetlink import Rtnetlink
from monitor.model.endpoint import Address, Endpoint, parse_port
from monitor.model.route import Flow, Link, RouteDecision
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP
from monitor.presentation.difference_words import difference_lines
from monitor.presentation.formats import when_text
from monitor.presentation.route_document import route_document
from monitor.presentation.route_words import answer, reasons
from monitor.presentation.row_text import RowTexts
from monitor.presentation.safe_text import safe_text
from monitor.presentation.socket_document import socket_document
from monitor.reasoning.route_differences import differing_rows

_PROTOCOLS = {"tcp": PROTOCOL_TCP, "udp": PROTOCOL_UDP}
_NUMBER = re.compile(r"0x[0-9a-fA-F]{1,8}|[0-9]{1,10}", re.ASCII)
_MAX_BYTE = 0xFF
_MAX_WORD = 0xFFFF_FFFF


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command's parser."""
    parser = commands.add_parser(
        "route",
        help="which way to a remote endpoint, from which local address, and why",
        description="Ask the kernel which way a socket's packets would go: interface, gateway, source address, and "
        "the rule and route behind it. Nothing is sent. TCP is assumed where nothing is said.",
        epilog="Exit code 0 also when the answer is that there is no way.",
    )
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
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Ask and print; 0 also when there is no way.

    Raises:
        InputError: an argument is malformed, or names an interface that does not exist.
        KernelError: the kernel could not be asked.
    """
    flow = _flow(arguments)
    with Rtnetlink() as kernel:
        if arguments.dev is not None:
            flow = _bound(flow, arguments.dev, kernel.links())
        decision = kernel.route_to(flow)
    asked_at = time.time()
    if arguments.json:
        document = route_document(decision, host=socket.gethostname(), asked_at=asked_at, asker=os.geteuid())
        write_json(document | _differing_documents(decision))
    else:
        write_lines(_text(decision, asked_at, is_assumed=arguments.proto is None))
    return 0


def _differing_documents(decision: RouteDecision) -> dict[str, object]:
    try:
        interval = read_once()
    except MonitorError as error:
        return {"differs": [], "differs_reason": str(error)}
    texts = RowTexts(interval)
    rows = differing_rows(interval, decision).tolist()
    return {"differs": [socket_document(texts, row) for row in rows], "differs_reason": None}


def _differing_lines(decision: RouteDecision) -> list[str]:
    """Say which open connections go another way; where sockets can't be listed the answer stands without them."""
    try:
        interval = read_once()
    except MonitorError as error:
        return [f"not known which open connections do: {error}"]
    return difference_lines(interval, differing_rows(interval, decision))


def _text(decision: RouteDecision, asked_at: float, *, is_assumed: bool) -> Iterator[str]:
    yield answer(decision)
    for label, text in reasons(decision):
        yield f"  {label:<8} {text}"
    for text in _differing_lines(decision):
        yield f"  {'differs':<8} {text}"
    if is_assumed:
        yield f"  {'assumed':<8} tcp, since no protocol is named: --proto"
    yield f"  {'asked':<8} {_asked(decision.flow)}"
    yield f"{safe_text(socket.gethostname())} {when_text(asked_at)}, {_rights()}"


def _asked(flow: Flow) -> str:
    uid = os.geteuid() if flow.uid is None else flow.uid
    you = " (you)" if uid == os.geteuid() else ""
    return f"as uid {uid}{you}, mark {flow.mark or 0}. Other users and marks may get another answer: --uid, --mark"


def _rights() -> str:
    return "as root" if os.geteuid() == 0 else f"uid {os.geteuid()}"


def _flow(arguments: argparse.Namespace) -> Flow:
    remote = Endpoint.parse(arguments.remote, default_port=0)
    return Flow(
        remote=remote.address,
        zone=remote.zone,
        protocol=_protocol(arguments.proto),
        source=None if arguments.src is None else _source(arguments.src),
        source_port=None if arguments.sport is None else parse_port(arguments.sport),
        remote_port=_remote_port(remote.port, arguments.dport),
        mark=_number("--mark", arguments.mark, _MAX_WORD),
        uid=_number("--uid", arguments.uid, _MAX_WORD - 1),
        tos=_number("--tos", arguments.tos, _MAX_BYTE),
    )


def _bound(flow: Flow, name: str, links: tuple[Link, ...]) -> Flow:
    wanted = os.fsencode(name)
    for link in links:
        if link.name == wanted:
            return replace(flow, device=link.index)
    raise InputError(f'no interface is named "{safe_text(name)}"')


def _source(text: str) -> Address:
    source = Endpoint.parse(text, default_port=0)
    if source.port:
        raise InputError(f'--src takes an address without a port; use --sport for the port in "{safe_text(text, 60)}"')
    return source.address


def _remote_port(port: int, text: str | None) -> int | None:
    if text is None:
        return port or None
    given = parse_port(text)
    if port and given != port:
        raise InputError(f"REMOTE names port {port} and --dport {given}")
    return given or None


def _protocol(text: str | None) -> int:
    if text is None:
        return PROTOCOL_TCP
    named = _PROTOCOLS.get(text.lower())
    return _number("--proto", text, _MAX_BYTE) or 0 if named is None else named


def _number(option: str, text: str | None, largest: int) -> int | None:
    if text is None:
        return None
    if not _NUMBER.fullmatch(text) or int(text, 0 if "x" in text else 10) > largest:
        raise InputError(f'{option} takes a number from 0 to {largest}, not "{safe_text(text, 60)}"')
    return int(text, 0 if "x" in text else 10)
