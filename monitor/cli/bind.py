"""fourtuple bind: can I have this port, and if not, who is in the way?"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator
from typing import Any

from monitor.cli.output import write_json, write_lines
from monitor.errors import InputError
from monitor.kernel.bind_probe import probe_bind
from monitor.model.bind import BindAttempt, BindDecision
from monitor.model.bind_facts import BindFacts
from monitor.model.endpoint import Endpoint, parse_port
from monitor.model.route import Link
from monitor.model.sample import Sample
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP
from monitor.presentation.bind_document import bind_document
from monitor.presentation.bind_words import answer, lines
from monitor.presentation.formats import count_text, when_text
from monitor.presentation.row_text import RowTexts
from monitor.presentation.safe_text import safe_text
from monitor.sampling.decide_bind import confirmed, decide
from monitor.sampling.intervals import advance
from monitor.sampling.live import LiveSource

_PROTOCOLS = {"tcp": PROTOCOL_TCP, "udp": PROTOCOL_UDP}
_UID = re.compile(r"[0-9]{1,10}", re.ASCII)
_MAX_UID = 0xFFFF_FFFE
EXIT_NO = 1


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command's parser."""
    parser = commands.add_parser(
        "bind",
        help="can I have this port, and if not, who is in the way",
        description="Say whether bind(), and for TCP listen(), would succeed, which sockets are in the way by which "
        "rule, and what would help. Decided by the kernel's rules over its own tables; only --probe really binds.",
        epilog="Exit code 0 also when the answer is no; with --exit-status 1 then.",
    )
    parser.add_argument(
        "endpoint",
        metavar="ENDPOINT|PORT",
        help="address:port, [address]:port or [address%%zone]:port; a port alone stands for 0.0.0.0",
    )
    parser.add_argument("--proto", choices=sorted(_PROTOCOLS), default="tcp", help="tcp or udp (tcp)")
    parser.add_argument("--reuseaddr", action="store_true", help="with SO_REUSEADDR")
    parser.add_argument("--reuseport", action="store_true", help="with SO_REUSEPORT")
    parser.add_argument("--v6only", choices=("0", "1"), help="IPV6_V6ONLY (the namespace's default)")
    parser.add_argument("--dev", metavar="NAME", help="with SO_BINDTODEVICE to this interface")
    parser.add_argument("--uid", metavar="N", help="as this user (you)")
    parser.add_argument("--freebind", action="store_true", help="with IP_FREEBIND")
    parser.add_argument("--transparent", action="store_true", help="with IP_TRANSPARENT")
    parser.add_argument("--no-port", action="store_true", help="with IP_BIND_ADDRESS_NO_PORT: port 0 takes none yet")
    parser.add_argument("--probe", action="store_true", help="confirm it by binding for an instant (TCP, as you)")
    parser.add_argument("--exit-status", action="store_true", help="end with 1 where the answer is not yes")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Decide and print; 0 also when the answer is no, unless the exit status was asked for.

    Raises:
        InputError: an argument is malformed, or names an interface that does not exist.
        KernelError, WireError: the kernel could not be asked.
    """
    endpoint, uid = _endpoint(arguments.endpoint), _uid(arguments.uid)
    if arguments.probe:
        _refuse_harm(arguments.proto, uid)
    source = LiveSource()
    try:
        sample = source.sample(time_wait=True)
        attempt = _attempt(arguments, endpoint, uid, sample)
        decision, facts = decide(source, sample, attempt)
    finally:
        source.close()
    if arguments.probe:
        device = None if arguments.dev is None else os.fsencode(arguments.dev)
        decision = confirmed(decision, probe_bind(attempt, device))
    texts = RowTexts(advance(None, sample))
    if arguments.json:
        write_json(bind_document(decision, texts, facts))
    else:
        write_lines(_text(decision, texts, facts, is_bare_port=arguments.endpoint.isdigit()))
    return EXIT_NO if arguments.exit_status and not decision.is_ok else 0


def _text(decision: BindDecision, texts: RowTexts, facts: BindFacts, *, is_bare_port: bool) -> Iterator[str]:
    yield answer(decision, texts)
    for label, text in lines(decision, texts, facts):
        yield f"  {label} {text}" if label.isdigit() else f"  {label:<12} {text}"
    if is_bare_port:
        port = decision.attempt.endpoint.port
        yield f"  {'assumed':<12} 0.0.0.0, since no address is named; [::]:{port} asks for IPv6 and IPv4 together"
    sample = texts.interval.sample
    yield from (f"  {'unread':<12} {notice}" for notice in (*sample.notices, *facts.notices))
    rights = "as root" if sample.uid == 0 else f"uid {sample.uid}"
    hidden = sample.owners.hidden_processes
    owners = f", owners of {count_text(hidden)} process{'es' * (hidden > 1)} hidden" if hidden else ""
    yield f"{safe_text(sample.host)} {when_text(sample.taken_at)}, {rights}{owners}"


def _attempt(arguments: argparse.Namespace, endpoint: Endpoint, uid: int | None, sample: Sample) -> BindAttempt:
    links = sample.network.links
    return BindAttempt(
        endpoint=endpoint,
        protocol=_PROTOCOLS[arguments.proto],
        uid=os.geteuid() if uid is None else uid,
        device=0 if arguments.dev is None else _interface(arguments.dev, links),
        zone=0 if endpoint.zone is None else _interface(endpoint.zone, links),
        reuseaddr=arguments.reuseaddr,
        reuseport=arguments.reuseport,
        v6only=None if arguments.v6only is None else arguments.v6only == "1",
        freebind=arguments.freebind,
        transparent=arguments.transparent,
        no_port=arguments.no_port,
    )


def _refuse_harm(protocol: str, uid: int | None) -> None:
    if protocol == "udp":
        raise InputError("--probe is for TCP: a UDP socket takes datagrams from bind() on, and might steal some")
    if uid not in (None, os.geteuid()):
        raise InputError(f"--probe binds as you and not as uid {uid}")


def _endpoint(text: str) -> Endpoint:
    if text.isascii() and text.isdigit():
        return Endpoint.parse(f"0.0.0.0:{parse_port(text)}")
    return Endpoint.parse(text)


def _interface(name: str, links: tuple[Link, ...]) -> int:
    wanted = os.fsencode(name)
    for link in links:
        if link.name == wanted:
            return link.index
    raise InputError(f'no interface is named "{safe_text(name, 60)}"')


def _uid(text: str | None) -> int | None:
    if text is None:
        return None
    if not _UID.fullmatch(text) or int(text) > _MAX_UID:
        raise InputError(f'--uid takes a number from 0 to {_MAX_UID}, not "{safe_text(text, 60)}"')
    return int(text)
