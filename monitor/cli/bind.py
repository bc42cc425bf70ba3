"""fourtuple bind: can I have this port, and if not, who is in the way?"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import closing

from monitor.cli.output import write_json, write_lines
from monitor.errors import InputError
from monitor.kernel.bind_probe import probe_bind
from monitor.model.bind import BindDecision, Certainty
from monitor.model.bind_facts import BindFacts
from monitor.model.tcp import PROTOCOL_UDP
from monitor.presentation.bind_document import bind_document
from monitor.presentation.bind_question import FLAGS, BindQuestion, parse_target, parse_uid
from monitor.presentation.bind_words import answer, lines
from monitor.presentation.evidence_words import last_lines
from monitor.presentation.option_words import PROTOCOLS
from monitor.presentation.row_text import RowTexts
from monitor.sampling.decide_bind import confirmed, decide
from monitor.sampling.intervals import advance
from monitor.sampling.live import LiveSource

EXIT_NO = 1
_LABEL_WIDTH = 12


def describe(parser: argparse.ArgumentParser) -> None:
    """Say what the command does, and add its options."""
    parser.description = (
        "Say whether bind(), and for TCP listen(), would succeed, which sockets are in the way by which "
        "rule, and what would help. Decided by the kernel's rules over its own tables; only --probe really binds."
    )
    parser.epilog = "Exit code 0 also when the answer is no; with --exit-status 1 then."
    parser.add_argument(
        "endpoint",
        metavar="ENDPOINT|PORT",
        help="address:port, [address]:port or [address%%zone]:port; a port alone stands for 0.0.0.0",
    )
    parser.add_argument("--proto", choices=sorted(PROTOCOLS), default="tcp", help="tcp or udp (tcp)")
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


def run(arguments: argparse.Namespace) -> int:
    """Decide and print; 0 also when the answer is no, unless the exit status was asked for.

    Raises:
        InputError: an argument is malformed, or names an interface that does not exist.
        KernelError, WireError: the kernel could not be asked.
    """
    question = _question(arguments)
    if arguments.probe:
        _refuse_harm(question)
    with closing(LiveSource()) as source:
        sample = source.sample(time_wait=True)
        attempt = question.attempt(sample.network.links, os.geteuid())
        decision, facts = decide(source, sample, attempt)
    if arguments.probe:
        device = None if question.device is None else os.fsencode(question.device)
        decision = confirmed(decision, probe_bind(attempt, device))
    texts = RowTexts(advance(None, sample))
    if arguments.json:
        write_json(bind_document(decision, texts, facts))
    else:
        write_lines(_text(decision, texts, facts, is_bare_port=question.is_bare_port))
    is_yes = decision.is_ok and decision.certainty is not Certainty.NOT_VISIBLE
    return EXIT_NO if arguments.exit_status and not is_yes else 0


def _question(arguments: argparse.Namespace) -> BindQuestion:
    endpoint, is_bare_port = parse_target(arguments.endpoint)
    return BindQuestion(
        endpoint=endpoint,
        is_bare_port=is_bare_port,
        protocol=PROTOCOLS[arguments.proto],
        device=arguments.dev,
        uid=None if arguments.uid is None else parse_uid(arguments.uid),
        v6only=None if arguments.v6only is None else arguments.v6only == "1",
        flags=frozenset(flag for flag in FLAGS if getattr(arguments, flag.replace("-", "_"))),
    )


def _refuse_harm(question: BindQuestion) -> None:
    if question.protocol == PROTOCOL_UDP:
        raise InputError("--probe is for TCP: a UDP socket takes datagrams from bind() on, and might steal some")
    if question.uid not in (None, os.geteuid()):
        raise InputError(f"--probe binds as you and not as uid {question.uid}")


def _text(decision: BindDecision, texts: RowTexts, facts: BindFacts, *, is_bare_port: bool) -> Iterator[str]:
    yield answer(decision, texts)
    for label, text in lines(decision, texts, facts):
        yield f"  {label} {text}" if label.isdigit() else f"  {label:<{_LABEL_WIDTH}} {text}"
    if is_bare_port:
        both = f"[::]:{decision.attempt.endpoint.port} asks for IPv6 and IPv4 together"
        yield f"  {'assumed':<{_LABEL_WIDTH}} 0.0.0.0, since no address is named; {both}"
    yield from last_lines(texts.interval.sample, width=_LABEL_WIDTH, notices=facts.notices)
