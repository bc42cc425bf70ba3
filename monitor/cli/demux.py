"""fourtuple demux: which socket gets a segment, and why; or who answers on a port, address by address."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from contextlib import closing

from monitor.cli.output import write_json, write_lines
from monitor.kernel.first_network import read_network
from monitor.model.receiver import ReceiverQuestion
from monitor.model.segment import Segment
from monitor.presentation.demux_document import demux_document, places_document
from monitor.presentation.demux_lines import DemuxLine
from monitor.presentation.demux_places_words import place_lines, places_sentence
from monitor.presentation.demux_question import DemuxQuestion
from monitor.presentation.demux_words import DemuxWords
from monitor.presentation.evidence_words import last_lines
from monitor.presentation.option_words import PROTOCOLS
from monitor.presentation.row_text import RowTexts
from monitor.sampling.decide_demux import decide_at_once, decide_places, read_all
from monitor.sampling.live import LiveSource

_STAGE_WIDTH = 17
_LABEL_WIDTH = 8


def describe(parser: argparse.ArgumentParser) -> None:
    """Say what the command does, and add its options."""
    parser.description = (
        "Say which socket gets a segment from SRC to DST, stage by stage, by the rules and by the kernel's "
        "own look-up. With a port or DST alone: who gets new clients there, a line for each local address. "
        "Nothing is sent."
    )
    parser.epilog = "Exit code 0 also when the answer is nobody."
    parser.add_argument("source", metavar="SRC|PORT|DST", help="remote address:port; alone, what is asked about")
    parser.add_argument("destination", metavar="DST", nargs="?", help="local address:port or [address%%zone]:port")
    parser.add_argument("--proto", choices=tuple(PROTOCOLS), default="tcp", help="protocol (tcp)")
    parser.add_argument("--dev", metavar="NAME", help="interface by which it comes in (derived)")


def run(arguments: argparse.Namespace) -> int:
    """Ask and print; 0 also when nobody gets it.

    Raises:
        InputError: an endpoint is malformed, or names an interface that does not exist.
        KernelError: the kernel could not be asked.
    """
    question = DemuxQuestion.of_ends(
        arguments.source, arguments.destination, protocol=PROTOCOLS[arguments.proto], device=arguments.dev
    )
    asked = question.resolved(read_network()[0].links if question.interfaces else ())
    with closing(LiveSource()) as live:
        if asked.segment is None or asked.source is None:
            _print_places(live, asked, is_json=arguments.json)
        else:
            _print_segment(live, asked.segment, is_json=arguments.json)
    return 0


def _print_segment(source: LiveSource, segment: Segment, *, is_json: bool) -> None:
    interval, decision = decide_at_once(source, segment)
    if is_json:
        write_json(demux_document(decision, interval))
        return
    words = DemuxWords(decision, RowTexts(interval))
    write_lines([words.sentence(), *_indented(words.lines()), *last_lines(interval.sample, width=_LABEL_WIDTH)])


def _print_places(source: LiveSource, question: ReceiverQuestion, *, is_json: bool) -> None:
    interval = read_all(source)
    decisions = decide_places(source, interval, question)
    if is_json:
        write_json(places_document(decisions, interval))
        return
    texts = RowTexts(interval)
    lines = [f"  {line.label}  {line.text}".rstrip() for line in place_lines(decisions, texts)]
    write_lines([places_sentence(decisions, texts), *lines, *last_lines(interval.sample, width=_LABEL_WIDTH)])


def _indented(lines: Iterable[DemuxLine]) -> Iterator[str]:
    """Put the texts of the stages, and those of the other labels, under each other."""
    width = _STAGE_WIDTH
    for line in lines:
        if line.label:
            width = _STAGE_WIDTH if line.label[0].isdigit() else _LABEL_WIDTH
        yield f"  {line.label:<{width}} {line.text}".rstrip()
