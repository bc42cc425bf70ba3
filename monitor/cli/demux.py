"""fourtuple demux: which socket gets a segment, and why; or who answers on a port, address by address."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Iterator
from typing import Any

from monitor.cli.output import write_json, write_lines
from monitor.errors import InputError
from monitor.kernel.first_network import read_network
from monitor.model.endpoint import Endpoint, parse_port
from monitor.model.sample import Interval
from monitor.model.segment import Segment
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP
from monitor.presentation.demux_document import demux_document, places_document
from monitor.presentation.demux_lines import DemuxLine
from monitor.presentation.demux_places_words import place_lines, places_sentence
from monitor.presentation.demux_words import DemuxWords
from monitor.presentation.formats import count_text, when_text
from monitor.presentation.row_text import RowTexts
from monitor.presentation.safe_text import safe_text
from monitor.sampling.decide_demux import decide_at_once, decide_places, read_all
from monitor.sampling.live import LiveSource

_PROTOCOLS = {"tcp": PROTOCOL_TCP, "udp": PROTOCOL_UDP}
_STAGE_WIDTH = 17
_LABEL_WIDTH = 8


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command's parser."""
    parser = commands.add_parser(
        "demux",
        help="which socket gets a segment, and why",
        description="Say which socket gets a segment from SRC to DST, stage by stage, by the rules and by the kernel's "
        "own look-up. With a port or DST alone: who gets new clients there, a line for each local address. "
        "Nothing is sent.",
        epilog="Exit code 0 also when the answer is nobody.",
    )
    parser.add_argument("source", metavar="SRC|PORT|DST", help="remote address:port; alone, what is asked about")
    parser.add_argument("destination", metavar="DST", nargs="?", help="local address:port or [address%%zone]:port")
    parser.add_argument("--proto", choices=tuple(_PROTOCOLS), default="tcp", help="protocol (tcp)")
    parser.add_argument("--dev", metavar="NAME", help="interface by which it comes in (derived)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Ask and print; 0 also when nobody gets it.

    Raises:
        InputError: an endpoint is malformed, or names an interface that does not exist.
        KernelError: the kernel could not be asked.
    """
    protocol = _PROTOCOLS[arguments.proto]
    live = LiveSource()
    try:
        if arguments.destination is None:
            _answer_places(live, protocol, arguments)
        else:
            _answer_segment(live, protocol, arguments)
    finally:
        live.close()
    return 0


def _answer_segment(source: LiveSource, protocol: int, arguments: argparse.Namespace) -> None:
    remote = _end(arguments.source)
    local = _end(arguments.destination)
    if remote.address.version != local.address.version:
        raise InputError(f"{_shown(remote)} can't send to {_shown(local)}: IPv4 and IPv6 do not mix")
    if local.is_wildcard or not local.port:
        raise InputError(f"{_shown(local)} is no destination of a segment: name an address and a port from 1 on")
    device = _device(arguments.dev, (remote, local))
    interval, decision = decide_at_once(source, Segment(protocol, local, remote, device))
    if arguments.json:
        write_json(demux_document(decision, interval))
        return
    words = DemuxWords(decision, RowTexts(interval))
    write_lines([words.sentence(), *_indented(words.lines()), _evidence(interval), *interval.sample.notices])


def _answer_places(source: LiveSource, protocol: int, arguments: argparse.Namespace) -> None:
    place = _place(arguments.source)
    device = _device(arguments.dev, (place,) if isinstance(place, Endpoint) else ())
    interval = read_all(source)
    decisions = decide_places(source, interval, protocol, place, device)
    if arguments.json:
        write_json(places_document(decisions, interval))
        return
    texts = RowTexts(interval)
    lines = [f"  {line.label}  {line.text}".rstrip() for line in place_lines(decisions, texts)]
    write_lines([places_sentence(decisions, texts), *lines, _evidence(interval), *interval.sample.notices])


def _indented(lines: Iterable[DemuxLine]) -> Iterator[str]:
    """Put the texts of the stages, and those of the other labels, under each other."""
    width = _STAGE_WIDTH
    for line in lines:
        if line.label:
            width = _STAGE_WIDTH if line.label[0].isdigit() else _LABEL_WIDTH
        yield f"  {line.label:<{width}} {line.text}".rstrip()


def _evidence(interval: Interval) -> str:
    sample = interval.sample
    rights = "as root" if sample.uid == 0 else f"uid {sample.uid}"
    hidden = sample.owners.hidden_processes
    owners = f", owners of {count_text(hidden)} process{'es' * (hidden > 1)} hidden" if hidden else ""
    return f"{safe_text(sample.host)} {when_text(sample.taken_at)}, {rights}{owners}"


def _end(text: str) -> Endpoint:
    return Endpoint.parse(text).on_the_wire


def _place(text: str) -> Endpoint | int:
    """Read a port alone, or an endpoint whose wildcard stands for all addresses of its family."""
    place = parse_port(text) if text.isascii() and text.isdigit() else _end(text)
    if not (place.port if isinstance(place, Endpoint) else place):
        raise InputError("no client can name port 0; name a port from 1 on")
    return place


def _device(name: str | None, ends: Iterable[Endpoint]) -> int | None:
    """Find the interface that was named; zones have to exist as well."""
    zones = {end.zone for end in ends if end.zone is not None}
    if name is None and not zones:
        return None
    network, _ = read_network()
    index_of = {link.name: link.index for link in network.links}
    for wanted in (*zones, *([name] if name is not None else [])):
        if os.fsencode(wanted) not in index_of:
            raise InputError(f'no interface is named "{safe_text(wanted, 60)}"')
    return None if name is None else index_of[os.fsencode(name)]


def _shown(end: Endpoint) -> str:
    return safe_text(str(end), 80)
