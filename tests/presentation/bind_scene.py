"""Answers about bind() as a screen shows them, one of every kind, and their lines as plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.model.bind_facts import BindFacts, LocalKind, LocalPrefix, SocketOptions, Unread
from monitor.model.process import Process
from monitor.model.sample import Network
from monitor.presentation.bind_lines import BindAnswer, answer_lines
from monitor.presentation.bind_question import parse_question
from monitor.presentation.fitting import cell_width
from monitor.presentation.linked_line import LinkedLine
from monitor.presentation.row_text import RowTexts
from monitor.reasoning.bind import decide_bind
from monitor.sampling.intervals import advance
from tests.scenes import ANY, ANY6, BOOT_TIME, Row, address, link, row, sample_of

NETWORK = Network(1, (link(1, "lo"), link(2, "eth0")), (address(1, "127.0.0.1/8", 254), address(2, "192.0.2.10/24")))
PROCESSES = (
    Process(5120, int((BOOT_TIME - 7200) * 100), b"python3", 0),
    Process(5133, int((BOOT_TIME - 60) * 100), b"sle\x1bep", 0),
)
UNSET = SocketOptions(reuseaddr=False, reuseport=False, v6only=False)
SHARING = SocketOptions(reuseaddr=True, reuseport=True, v6only=False)
LISTENER = row("tcp", "192.0.2.10:8080", ANY, "LISTEN", owner=((5120, 3), (5133, 3)), cookie=1)
BUCKET = row("tcp", "192.0.2.10:8080", "198.51.100.7:51834", "TIME-WAIT", cookie=2, timer=3, timer_ms=41_000)
DUAL = row("tcp", "[::]:8080", ANY6, "LISTEN", owner=(5120, 4), cookie=3)
WILDCARD = row("tcp", "0.0.0.0:8080", ANY, "LISTEN", owner=(5120, 5), cookie=4)
IPV6_PAIR = row("tcp", "[2001:db8::10]:8080", "[2001:db8::7]:5", "ESTAB", owner=(5120, 6), cookie=5)
NAMELESS = row("tcp", "192.0.2.10:8080", ANY, "LISTEN", cookie=6, inode=6)


def answer_about(
    rows: Sequence[Row],
    text: str,
    *,
    options: SocketOptions | Sequence[SocketOptions] | None = UNSET,
    unread: Unread = Unread.NOT_PERMITTED,
    **changed: object,
) -> BindAnswer:
    """Decide what was typed.

    Args:
        rows: The sockets.
        text: As in the field.
        options: What all of them have set, or each; None where it cannot be read.
        unread: Why not.
        changed: Fields of the facts.
    """
    sample = sample_of(rows, processes=PROCESSES, network=NETWORK, users={0: "root"})
    cookies = [described.columns["cookie"] for described in rows]
    prefixes = (
        LocalPrefix(0x7F00_0000, 8, LocalKind.LOCAL, 255),
        LocalPrefix(0xC000_020A, 32, LocalKind.LOCAL, 255),
    )
    if options is None:
        known = {"unread": dict.fromkeys(cookies, unread)}
    else:
        each = [options] * len(rows) if isinstance(options, SocketOptions) else options
        known = {"options": dict(zip(cookies, each, strict=True))}
    facts = BindFacts(**{"local_prefixes": prefixes, **known, **changed}).beside(sample)
    attempt = parse_question(text).attempt(NETWORK.links, asker=0)
    return BindAnswer(decide_bind(sample.table, attempt, facts), RowTexts(advance(None, sample)), facts)


def answers() -> Iterator[BindAnswer]:
    """Give one of every kind: each way to meet, certain and not, refused and let pass."""
    yield answer_about([], "8080")
    yield answer_about([LISTENER, BUCKET], "8080")
    yield answer_about([LISTENER], "192.0.2.10:8080")
    yield answer_about([WILDCARD], "192.0.2.10:8080")
    yield answer_about([LISTENER], "[::]:8080")
    yield answer_about([DUAL], "192.0.2.10:8080")
    yield answer_about([IPV6_PAIR], "0.0.0.0:8080")
    yield answer_about([BUCKET], "8080 reuseaddr", options=None)
    yield answer_about([BUCKET, LISTENER], "8080 reuseport")
    yield answer_about([LISTENER], "192.0.2.10:8080 reuseport", options=SHARING)
    yield answer_about([LISTENER, BUCKET], "8080 reuseport", options=[SHARING, UNSET])
    yield answer_about([], "0")
    yield answer_about([], "198.51.100.1:80")
    yield answer_about([], "8080", notices=("the reserved ports could not be read",))


def texts_of(lines: Sequence[LinkedLine], width: int) -> list[str]:
    """Write lines as they stand on a screen of that width, which none of them may exceed."""
    shown = []
    for linked in lines:
        left, right = ("".join(cell.text for cell in cells) for cells in (linked.line.left, linked.line.right))
        assert cell_width(left.rstrip()) + cell_width(right) <= width, left
        shown.append(f"{left:<{width - cell_width(right)}}{right}".rstrip())
    return shown


def shown_lines(shown: BindAnswer, width: int = 120) -> list[str]:
    """Write an answer as it stands on the screen."""
    return texts_of(answer_lines(shown, width), width)
