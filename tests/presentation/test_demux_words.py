"""The words of a decision: the first line is the whole answer, for every kind of verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.model.endpoint import Endpoint
from monitor.model.process import Process
from monitor.model.receiver import LookUp
from monitor.model.sample import Network
from monitor.model.segment import Arrival, Origin, Reach
from monitor.model.tracking import Tracking, TrackingState
from monitor.presentation.demux_document import answer_document
from monitor.presentation.demux_places_words import place_lines, places_sentence
from monitor.presentation.demux_words import DemuxWords
from monitor.presentation.row_text import RowTexts
from monitor.reasoning.demux import demultiplex
from monitor.sampling.intervals import advance
from tests.reasoning.demux_scenes import CLIENT, E0, E1, HERE, asked, listens, named, waits
from tests.scenes import link, row, sample_of

NGINX, NODE = Process(811, 1, b"nginx", 33), Process(4411, 1, b"node", 1001)
HOSTILE = Process(666, 1, b"\x1b[2Jevil\n", 0)
NETWORK = Network(1, (link(1, "lo"), link(E0, "eth0"), link(E1, "eth1")), ())
PORT = "0.0.0.0:443"
AGREED = "Certain: rules and kernel agree."


def words(rows, facts):
    interval = advance(None, sample_of(rows, processes=(NGINX, NODE, HOSTILE), network=NETWORK))
    return DemuxWords(demultiplex(interval.table, facts), RowTexts(interval))


def said(rows, facts):
    return words(rows, facts).sentence()


def lines(rows, facts):
    return [(line.label, line.text) for line in words(rows, facts).lines()]


def test_listener_gets_it():
    rows = [listens(PORT, owner=(811, 4))]
    assert said(rows, asked(look_up=named(rows[0]))) == f"nginx[811] gets it: listener 0.0.0.0:443. {AGREED}"


def test_one_socket_of_several_processes_is_no_group():
    rows = [listens(PORT, owner=((811, 4), (4411, 4)))]
    told = said(rows, asked(look_up=named(rows[0])))
    assert told.startswith("nginx ×2 gets it: listener 0.0.0.0:443, one socket shared by 2 processes.")


def test_connection_gets_it():
    rows = [listens(PORT, owner=(811, 4)), row("tcp", HERE, CLIENT, "ESTAB", owner=(811, 9))]
    told = said(rows, asked(look_up=named(rows[1])))
    assert told == f"nginx[811] gets it: ESTAB {HERE} ← {CLIENT}. {AGREED}"


def test_of_a_translated_segment_it_is_said_who_gets_what_the_packet_filter_makes_of_it():
    rows = [listens(PORT, owner=(811, 4))]
    facts = asked(look_up=named(rows[0]))
    called = replace(facts.segment, destination=Endpoint.parse("192.0.2.99:80"))
    translated = Tracking(TrackingState.TRANSLATED, facts.segment.source, facts.segment.destination)
    facts = replace(facts, tracking=translated, untranslated=called)
    assert said(rows, facts) == (
        f"Translated to {CLIENT} → {HERE} first: nginx[811] gets it: listener 0.0.0.0:443. {AGREED}"
    )
    assert ("nat", f"translated: beyond the packet filter it is {CLIENT} → {HERE}") in lines(rows, facts)
    document = answer_document(words(rows, facts).decision, words(rows, facts).texts)
    assert document["segment"]["destination"] == "192.0.2.99:80"
    assert document["tracking"] == {"state": "translated", "source": CLIENT, "destination": HERE, "why": None}


def test_an_empty_table_of_tracked_connections_is_not_worth_a_line():
    rows = [listens(PORT, owner=(811, 4))]
    told = lines(rows, asked(look_up=named(rows[0]), tracking=Tracking(TrackingState.IDLE)))
    assert "nat" not in dict(told)
    refused = asked(look_up=named(rows[0]), tracking=Tracking(TrackingState.UNREADABLE, why="no"))
    assert dict(lines(rows, refused))["nat"] == "– no"


def test_process_out_of_sight_begins_the_sentence():
    rows = [listens(PORT)]
    assert said(rows, asked(look_up=named(rows[0]))).startswith("A process ")


def test_kernels_own_entry_gets_it():
    rows = [row("tcp", HERE, CLIENT, "TIME-WAIT"), listens(PORT, owner=(811, 4))]
    told = words(rows, asked(look_up=named(rows[0])))
    assert told.sentence() == f"TIME-WAIT {HERE} ← {CLIENT} gets it: the kernel's own entry, no process. {AGREED}"
    assert ("", "the listener is nginx[811]  0.0.0.0:443") in [(line.label, line.text) for line in told.lines()]


def test_group_is_told_with_the_member_that_the_hash_names():
    rows = [listens(PORT, owner=(811, 4), cookie=1), listens(PORT, owner=(4411, 4), cookie=2)]
    predicted = asked(look_up=named(rows[1], *rows))
    assert said(rows, predicted) == (
        "node[4411] gets it by the kernel's hash, one of 2 on 0.0.0.0:443. Predicted: rules and kernel agree."
    )
    assert said(rows, asked(None, look_up=named(rows[1], *rows))) == (
        "One of 2 on 0.0.0.0:443 gets it: the hash of the client's address and port picks. "
        "One of 2: which one is not visible."
    )


def test_nobody_gets_it():
    assert said([], asked(look_up=LookUp(None))) == (
        f"Nobody gets it: nothing waits on tcp port 443, and the kernel answers RST. {AGREED}"
    )
    rows = [listens("[::]:443", v6only=1)]
    assert said(rows, asked(look_up=LookUp(None))).startswith("Nobody gets it: no socket on tcp port 443 takes it, and")
    udp = asked(protocol="udp", look_up=LookUp(None))
    assert said([], udp).startswith("Nobody gets it: nothing waits on udp port 443, and the kernel answers ICMP port")


def test_many_get_it():
    rows = [waits("0.0.0.0:67", owner=(811, 4), cookie=1), waits("0.0.0.0:67", owner=(4411, 4), cookie=2)]
    facts = asked(destination="192.0.2.255:67", protocol="udp", reach=Reach.BROADCAST)
    assert said(rows, facts).startswith("Each of 2 gets a copy: nginx[811], node[4411]. Certain: by the rules")
    assert said(rows[:1], facts).startswith("nginx[811] gets it, alone, since a broadcast")


@pytest.mark.parametrize("reach", [reach for reach in Reach if not reach.is_delivered])
def test_what_never_arrives_says_why(reach):
    told = said([listens(PORT)], asked(reach=reach, device=E0))
    assert told.startswith("It never reaches a socket: ")
    assert told.endswith(". Certain.")


def test_missing_zone_hangs_on_no_interface():
    facts = replace(asked(), arrival=Arrival(Reach.NO_ZONE, 0, Origin.UNKNOWN))
    told = said([listens(PORT)], facts)
    assert told.endswith(". Certain.")


def test_disagreement_is_told_with_what_it_means():
    rows = [listens("0.0.0.0:80", owner=(811, 4)), listens(PORT, owner=(4411, 4))]
    told = said(rows, asked(look_up=named(rows[0])))
    assert told == (
        "nginx[811] gets it: listener 0.0.0.0:80. Predicted: so says the kernel; by the table it is 0.0.0.0:443, "
        "so BPF sk_lookup steers it."
    )
    assert ("3 sk_lookup", "nginx[811]  0.0.0.0:80  wins") in lines(rows, asked(look_up=named(rows[0])))


def test_rules_alone_say_so():
    told = said([listens(PORT, owner=(811, 4))], asked(silence="could not ask which socket gets a segment: EPERM"))
    assert told.endswith("Predicted: by the rules alone; could not ask which socket gets a segment: EPERM.")


def test_stages_follow_the_kernels_order_and_losers_say_why():
    rows = [listens("[::]:443", owner=(4411, 4), v6only=1), listens(PORT, owner=(811, 4), queue=(1, 511))]
    told = lines(rows, asked(look_up=named(rows[1])))
    assert [label for label, _ in told if label[:1].isdigit()] == [
        "1 for this host",
        "2 exact pair",
        "3 sk_lookup",
        "4 exact address",
        "5 wildcard",
    ]
    assert ("5 wildcard", "nginx[811]  0.0.0.0:443  wins") in told
    assert ("", "node[4411]  [::]:443     out: IPv6 only") in told
    assert ("beware", "IPv6 clients of port 443 get node[4411]: one port, two programs") in told
    assert dict(told)["then"].startswith("a SYN begins a handshake that ends in the accept queue (1/511); ")


def test_assumed_interface_is_said_and_conditions_what_hangs_on_it():
    facts = replace(asked(look_up=LookUp(None)), arrival=Arrival(Reach.LOCAL, E0, Origin.WAY_BACK, E0))
    free = words([listens(PORT)], facts)
    assert ("assumed", "it arrives on eth0, the way back to 198.51.100.7 (--dev says otherwise)") in [
        (line.label, line.text) for line in free.lines()
    ]
    bound = said([listens(PORT, device=E1)], facts)
    assert bound.endswith("Predicted: rules and kernel agree, if it arrives on eth0.")


def test_long_lists_are_counted():
    rows = [listens(f"203.0.113.{number}:443") for number in range(1, 201)]
    told = lines(rows, asked(look_up=LookUp(None)))
    assert ("", "and 194 more") in told


def test_hostile_names_are_written_out():
    rows = [listens(PORT, owner=(666, 4))]
    facts = asked(look_up=named(rows[0]))
    network = replace(NETWORK, links=(link(E0, "e\x1b[0m"),))
    interval = advance(None, sample_of(rows, processes=(HOSTILE,), network=network))
    told = DemuxWords(demultiplex(interval.table, facts), RowTexts(interval))
    texts = [told.sentence(), *(line.text for line in told.lines())]
    assert all(text.isprintable() for text in texts)
    assert texts[0].startswith(r"\x1b[2Jevil\n[666] gets it")


def test_places_are_summed_up_and_told_one_by_one():
    rows = [listens(PORT, owner=(811, 4)), listens("192.0.2.10:443", owner=(4411, 4))]
    interval = advance(None, sample_of(rows, processes=(NGINX, NODE), network=NETWORK))
    texts = RowTexts(interval)
    decisions = [
        demultiplex(interval.table, asked(None, place))
        for place in (HERE, "203.0.113.10:443", "127.0.0.1:443", "[::1]:443")
    ]
    assert places_sentence(decisions, texts) == (
        "tcp port 443, 4 local addresses: node[4411] at 1, nginx[811] at 2, nobody at 1."
    )
    told = [(line.label, line.text, line.row) for line in place_lines(decisions, texts)]
    assert told[0] == ("192.0.2.10:443  ", "eth0  node[4411]  listener 192.0.2.10:443", 1)
    assert told[3] == ("[::1]:443       ", "eth0  nobody", None)
    assert places_sentence(decisions[3:], texts) == "tcp port 443 at ::1: nobody gets new clients."
    assert places_sentence(decisions[1:3], texts) == "tcp port 443: nginx[811] gets new clients at each of 2 addresses."


@pytest.mark.parametrize(
    "rows", [[], [listens(PORT, owner=(811, 4))], [listens(PORT, cookie=1), listens(PORT, cookie=2)]]
)
def test_types_of_the_document_never_vary(rows):
    facts = asked(look_up=named(rows[0], *rows) if rows else LookUp(None))
    interval = advance(None, sample_of(rows, processes=(NGINX,), network=NETWORK))
    document = answer_document(demultiplex(interval.table, facts), RowTexts(interval))
    assert isinstance(document["sockets"], list)
    assert isinstance(document["certain"], bool)
    assert document["socket"] is None or isinstance(document["socket"]["cookie"], str)
    assert document["answer"] in {"socket", "one_of", "none"}


def test_socket_that_the_table_lacks_is_described_as_the_kernel_names_it():
    connection = row("tcp", HERE, CLIENT, "ESTAB", cookie=77, inode=5)
    told = words([], asked(look_up=named(connection)))
    document = answer_document(told.decision, told.texts)
    assert (document["socket"]["cookie"], document["socket"]["inode"], document["socket"]["local"]) == ("77", 5, HERE)
    assert "which the list of sockets lacks" in told.sentence()
