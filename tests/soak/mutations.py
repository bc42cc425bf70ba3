"""python -m tests.soak.mutations: netlink messages and stream frames with bytes changed, by the million.

Seeds are the captured dumps, what the running kernel answers here, and frames of a sample. Prints what became of them.
Anything but a value or the program's own error ends it with a traceback, and so does a parser that runs for a second.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from monitor.errors import KernelError, SourceError, WireError
from monitor.kernel.change_events import changes_in
from monitor.kernel.first_network import _address, _link
from monitor.kernel.inet_diag import decode
from monitor.kernel.inet_diag_question import SOCK_DIAG_BY_FAMILY, family_list
from monitor.kernel.netlink import NETLINK_SOCK_DIAG, NetlinkSocket
from monitor.kernel.rtnetlink_list import RtnetlinkList
from monitor.kernel.rtnetlink_numbers import RTM_GETLINK, RTM_GETROUTE, RTM_NEWLINK, RTM_NEWROUTE
from monitor.kernel.socket_details import read_details
from monitor.kernel.way_messages import next_hops_of
from monitor.model.tcp import ALL_STATES, PROTOCOL_TCP, PROTOCOL_UDP
from monitor.sampling import messages
from monitor.sampling.frames import WIRE_VERSION, read_frame
from monitor.sampling.look_up_messages import decode_look_up
from monitor.sampling.sample_frames import SampleDecoder, SampleEncoder
from tests.kernel.netlink_bytes import ScriptedKernel, done, message
from tests.machine_db1 import samples

CAPTURED = Path(__file__).parents[1] / "kernel" / "captured"
HEADER_BYTES = 16
_AT_ONCE = 16
"""Messages of one dump: a broken header costs all that follow."""
_LONGEST_S = 1.0
_CHANGES = (0, 0, 0, 1, 1, 2, 2, 2, 3, 4, 5)
"""Kinds of changes; those that move what follows are the fewer, since little is read behind them."""
_RTM_GETADDR, _RTM_NEWADDR = 22, 20

Body = bytes
Parser = Callable[[Sequence[Body]], Counter[str]]


class TooLongError(Exception):
    """A parser did not end in time."""


@contextmanager
def watched() -> Iterator[None]:
    """Raise TooLongError in whatever takes a processor for longer than a second."""
    signal.setitimer(signal.ITIMER_PROF, _LONGEST_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Change, cut, double or lengthen a few bytes."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(changed) + 1)
        match chance.choice(_CHANGES):
            case 0:
                changed[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                changed[at : at + 4] = chance.choice([b"\0\0\0\0", b"\xff" * 4, b"\x01\0\0\0", b"\x04\0\0\x80"])
            case 2 if at < len(changed):
                changed[at] ^= 1 << chance.randrange(8)
            case 3:
                del changed[at : at + chance.randint(1, 8)]
            case 4:
                changed[at:at] = changed[at : at + chance.randint(1, 40)]
            case _:
                changed[at:at] = chance.randbytes(chance.randint(1, 8))
    return bytes(changed)


def bodies_in(dump: bytes) -> list[Body]:
    """Cut a dump into what stands behind the headers."""
    found, at = [], 0
    while at + HEADER_BYTES <= len(dump):
        length = int.from_bytes(dump[at : at + 4], sys.byteorder)
        found.append(dump[at + HEADER_BYTES : at + length])
        at += -(-length // 4) * 4
    return found


def sockets_here() -> list[Body]:
    """Ask the running kernel for its sockets."""
    found: list[Body] = []
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        for protocol in (PROTOCOL_TCP, PROTOCOL_UDP):
            for family in (socket.AF_INET, socket.AF_INET6):
                asked = NetlinkSocket.open(NETLINK_SOCK_DIAG, "list sockets")
                for batch in asked.dump(SOCK_DIAG_BY_FAMILY, family_list(family, protocol, ALL_STATES), "list sockets"):
                    found += [
                        bytes(batch.data[at + HEADER_BYTES : at + length])
                        for at, length in zip(batch.offsets.tolist(), batch.lengths.tolist(), strict=True)
                    ]
                asked.close()
    return found


def network_here(kind: int, answer: int) -> list[Body]:
    """Ask it for links, addresses or routes."""
    asked = RtnetlinkList("list")
    try:
        return [bytes(body) for body in asked.read(kind, bytes(24), "list", answer)]
    finally:
        asked.close()


def list_sockets(bodies: Sequence[Body]) -> Counter[str]:
    """Read a list of sockets, its headers broken too now and then."""
    chance = random.Random(len(bodies[0]))
    datagram = b"".join(message(body, SOCK_DIAG_BY_FAMILY) for body in bodies)
    if chance.randrange(_AT_ONCE) == 0:
        datagram = mutated(datagram, chance)
    conversation = NetlinkSocket(ScriptedKernel(datagram, done()))
    try:
        decoded = [decode(batch, PROTOCOL_TCP, 0) for batch in conversation.dump(20, b"", "list sockets")]
    except (WireError, KernelError):
        return Counter(refused=len(bodies))
    return Counter(read=sum(len(each.table) for each in decoded), left_out=sum(each.malformed for each in decoded))


def one_by_one(read: Callable[[bytes], object]) -> Parser:
    """Read each body alone."""

    def parse(bodies: Sequence[Body]) -> Counter[str]:
        counts: Counter[str] = Counter()
        for body in bodies:
            try:
                read(body)
                counts["read"] += 1
            except (WireError, KernelError):
                counts["refused"] += 1
        return counts

    return parse


def read_route(body: bytes) -> None:
    """Read a list of one route."""
    conversation = NetlinkSocket(ScriptedKernel(message(body, RTM_NEWROUTE), done()))
    for batch in conversation.dump(RTM_GETROUTE, b"", "list routes", answer=RTM_NEWROUTE):
        next_hops_of(batch)


def corpora() -> dict[str, tuple[list[Body], Parser]]:
    """Give the seeds of each parser."""
    dumps = [
        body
        for name in ("tcp", "tcp_unprivileged", "udp6")
        for body in bodies_in((CAPTURED / f"{name}.bin").read_bytes())
    ]
    sockets = [*dumps, *sockets_here()]
    links, addresses = network_here(RTM_GETLINK, RTM_NEWLINK), network_here(_RTM_GETADDR, _RTM_NEWADDR)
    whole = [message(body, RTM_NEWLINK) for body in links]
    return {
        "socket lists": (sockets, list_sockets),
        "socket details": ([message(body) for body in sockets], one_by_one(read_details)),
        "links": (links, one_by_one(_link)),
        "addresses": (addresses, one_by_one(_address)),
        "routes": (network_here(RTM_GETROUTE, RTM_NEWROUTE), one_by_one(read_route)),
        "change events": (whole, one_by_one(changes_in)),
    }


def mutate_messages(number: int, chance: random.Random) -> Iterator[tuple[str, Counter[str]]]:
    """Have every parser read its share of so many messages; half of them are lists of sockets."""
    parsers = corpora()
    for name, (seeds, parse) in parsers.items():
        share = number // 2 if name == "socket lists" else number // (2 * (len(parsers) - 1))
        counts: Counter[str] = Counter()
        for _ in range(-(-share // _AT_ONCE)):
            bodies = [mutated(chance.choice(seeds), chance) for _ in range(_AT_ONCE)]
            counts["messages"] += _AT_ONCE
            with watched():
                counts += parse(bodies)
        yield name, counts


def frames() -> list[bytes]:
    """Give frames as the collector writes them: samples whole and by their changes, questions, answers."""
    encoder, made = SampleEncoder(), []
    for number, sample in enumerate(samples()):
        head, body = encoder.encode(sample, number)
        made.append((messages.encode(head), b"".join(body)))
    small = [messages.AskSample(id=1, time_wait=True), messages.Failed.of(2, KernelError("list", 1))]
    made += [(messages.encode(each), b"") for each in small]
    return [
        b"4t" + bytes([WIRE_VERSION, 0]) + len(head).to_bytes(4, "big") + len(body).to_bytes(4, "big") + head + body
        for head, body in made
    ]


def read_stream(data: bytes) -> str:
    """Read a frame from a pipe, as a sample, as a question and as an answer."""
    descriptor = os.memfd_create("frame")
    try:
        os.write(descriptor, data)
        os.lseek(descriptor, 0, os.SEEK_SET)
        frame = read_frame(descriptor)
    finally:
        os.close(descriptor)
    if frame is None:
        return "ended"
    results = []
    for read in (
        lambda: SampleDecoder().decode(_sample_head(frame.head), frame.body),
        lambda: messages.decode_question(frame.head),
        lambda: decode_look_up(frame.head),
    ):
        try:
            read()
            results.append("read")
        except WireError:
            results.append("refused")
    return "read" if "read" in results else "refused"


def _sample_head(head: memoryview) -> messages.SampleRead:
    answer = messages.decode_answer(head, messages.SampleRead)
    if isinstance(answer, messages.Failed):
        raise WireError("a refusal")
    return answer


def mutate_frames(number: int, chance: random.Random) -> Counter[str]:
    """Read so many frames with bytes changed."""
    seeds, counts = frames(), Counter[str]()
    for _ in range(number):
        data = mutated(chance.choice(seeds), chance)
        try:
            with watched():
                counts[read_stream(data)] += 1
        except (WireError, SourceError):
            counts["refused"] += 1
    return counts


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.mutations")
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--frames", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)

    def too_long(*_: object) -> None:
        raise TooLongError

    signal.signal(signal.SIGPROF, too_long)
    started = time.monotonic()
    for name, counts in mutate_messages(arguments.messages, chance):
        print(f"{name}: {dict(counts)}", flush=True)
    print(f"frames: {dict(mutate_frames(arguments.frames, chance))}")
    print(f"no unexpected error in {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
