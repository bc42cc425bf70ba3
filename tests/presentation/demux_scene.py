"""Answers about receivers as a screen shows them, one of every kind, and their lines as plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from monitor.model.process import Process
from monitor.model.receiver import LookUp, ReceiverFacts
from monitor.model.sample import Network
from monitor.model.segment import Origin, Reach
from monitor.model.tracking import Tracking, TrackingState
from monitor.presentation.demux_answer import DemuxAnswer
from monitor.presentation.demux_question import DemuxQuestion
from monitor.presentation.fitting import cell_width
from monitor.presentation.linked_line import LinkedLine
from monitor.presentation.row_text import RowTexts
from monitor.reasoning.demux import demultiplex
from monitor.sampling.intervals import advance
from tests.reasoning.demux_scenes import CLIENT, E0, HERE, asked, listens, named, waits
from tests.scenes import Row, address, link, row, sample_of

PROCESSES = (
    Process(811, 1, b"nginx", 33),
    Process(812, 1, b"nginx", 33),
    Process(4411, 1, b"node", 1001),
    Process(666, 1, b"\x1b[2Jevil\n", 0),
)
NETWORK = Network(1, (link(1, "lo"), link(E0, "eth0")), (address(1, "127.0.0.1/8"), address(E0, "192.0.2.10/24")))
FIRST = listens("0.0.0.0:443", owner=((811, 4), (812, 4)), cookie=1)
SECOND = listens("0.0.0.0:443", owner=(4411, 4), cookie=2)
IPV6_ONLY = listens("[::]:443", owner=(666, 3), v6only=1, cookie=3)
ELSEWHERE = listens("203.0.113.10:443", owner=(812, 5), cookie=4)
PAIR = row("tcp", HERE, CLIENT, "ESTAB", owner=(811, 9), cookie=5)
BUCKET = row("tcp", HERE, CLIENT, "TIME-WAIT", cookie=6)
HIDDEN = listens("192.0.2.10:443", cookie=7, uid=33, inode=7)


def answer_of(rows: Sequence[Row], *told: ReceiverFacts, question: DemuxQuestion | None = None) -> DemuxAnswer:
    """Decide what the kernel said of one segment, or of several of one question."""
    interval = advance(None, sample_of(rows, processes=PROCESSES, network=NETWORK, users={33: "www-data"}))
    if question is None:
        segment = told[0].segment
        question = DemuxQuestion(destination=segment.destination, source=segment.source, protocol=segment.protocol)
    return DemuxAnswer(question, tuple(demultiplex(interval.table, facts) for facts in told), RowTexts(interval))


def of_places(rows: Sequence[Row], *look_ups: LookUp) -> DemuxAnswer:
    """Decide for as many local addresses as there are answers of the kernel."""
    places = ("127.0.0.1:443", "192.0.2.10:443", "203.0.113.10:443")
    told = [asked(None, place, look_up=look_up) for place, look_up in zip(places, look_ups, strict=False)]
    return answer_of(rows, *told, question=DemuxQuestion(destination=443))


def assumed(facts: ReceiverFacts) -> ReceiverFacts:
    """Have nobody said by which interface it comes in."""
    return replace(facts, arrival=replace(facts.arrival, origin=Origin.OWNER))


def answers() -> Iterator[DemuxAnswer]:
    """Give one of every kind."""
    yield answer_of([PAIR, FIRST], asked(look_up=named(PAIR)))
    yield answer_of([FIRST, SECOND, IPV6_ONLY, ELSEWHERE], asked(look_up=named(SECOND, FIRST, SECOND)))
    yield answer_of([FIRST, IPV6_ONLY], assumed(asked(None, look_up=named(FIRST))))
    yield answer_of([FIRST, IPV6_ONLY], asked(look_up=named(IPV6_ONLY)))
    yield answer_of([FIRST, PAIR], asked(look_up=LookUp(None)))
    yield answer_of([FIRST, PAIR], asked(look_up=named(PAIR), tracking=Tracking(TrackingState.PLAIN)))
    yield answer_of([BUCKET, FIRST], asked(look_up=named(BUCKET)))
    yield answer_of([HIDDEN], asked(silence="the kernel is silent"))
    yield answer_of([], asked(look_up=named(FIRST)))
    yield answer_of([], asked(look_up=LookUp(None)))
    yield answer_of([], asked(reach=Reach.REVERSE_PATH))
    yield answer_of([waits("0.0.0.0:443")], asked(destination="224.0.0.251:443", protocol="udp", reach=Reach.MULTICAST))
    yield of_places([FIRST, ELSEWHERE, HIDDEN], named(FIRST), named(HIDDEN), named(ELSEWHERE))
    yield of_places([FIRST], LookUp(None), named(FIRST))
    yield of_places([])


def texts(lines: Sequence[LinkedLine], width: int) -> list[str]:
    """Draw lines as a screen of that width does, without what stands at its right end."""
    drawn = ["".join(cell.text for cell in line.line.left) for line in lines]
    right = [sum(cell_width(cell.text) for cell in line.line.right) for line in lines]
    assert all(cell_width(text) + end <= width for text, end in zip(drawn, right, strict=True)), drawn
    return [text.rstrip() for text in drawn]
