"""The words of one connection: both ends, the way, what it waits for, why it is so fast, and what is not known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from monitor.model.endpoint import Endpoint
from monitor.model.process import Process
from monitor.model.tcp import TcpState
from monitor.model.tcp_info import TIMER_KEEPALIVE, TIMER_PROBE, TIMER_RETRANSMIT, TcpInfo
from monitor.model.tracking import Tracking, TrackingState
from monitor.presentation.connection_words import connection_lines, connection_share, connection_title
from monitor.presentation.linked_line import CURSOR_CELL, LABEL_WIDTH, ToProcess, ToRouting, ToRows, ToSocket
from monitor.presentation.routing_text import RouteAnswer
from monitor.sampling.intervals import advance
from tests import machine_db1 as db1
from tests.presentation.connection_scene import (
    FAST,
    db1_interval,
    details,
    interval_of,
    lines_of,
    route_answer,
    row_of,
    texts,
    width_of,
)
from tests.scenes import ANY, row, sample_of, traffic

WEB = ("192.0.2.10:8080", "198.51.100.7:51834")
BASE = ("127.0.0.1:41882", "127.0.0.1:5432")


@pytest.fixture(scope="module")
def interval():
    return db1_interval()


def pairs(interval) -> list[int]:
    return np.flatnonzero(interval.table.is_pair).tolist()


def said(interval, ends, told=None, **options) -> dict[str, str]:
    return texts(lines_of(interval, row_of(interval, *ends), told, **options))


def test_the_title_is_state_direction_idle_and_age(interval):
    assert connection_title(interval, row_of(interval, *WEB)) == "ESTAB · accepted · idle 0s · open ≥2m"
    assert connection_title(interval, row_of(interval, *WEB), details()) == "ESTAB · accepted · idle 0s · open ≥2m"
    waiting = row_of(interval, "192.0.2.10:52110", "203.0.113.77:443")
    assert connection_title(interval, waiting) == "SYN-SENT · dialled · open 0s"
    leaked = row_of(interval, "192.0.2.10:41022", "198.51.100.20:5432")
    assert connection_title(interval, leaked) == "CLOSE-WAIT · dialled · idle 2h · open ≥2h"
    finished = row_of(interval, "192.0.2.10:8080", "198.51.100.61:40110")
    assert connection_title(interval, finished).endswith("closed 0s ago")
    query = row_of(interval, "192.0.2.10:39112", "192.0.2.53:53")
    assert connection_title(interval, query) == "udp ESTAB"


def test_a_state_that_changed_since_the_list_is_the_newer_one(interval):
    told = details(state=TcpState.CLOSE_WAIT)
    assert connection_title(interval, row_of(interval, *WEB), told).startswith("CLOSE-WAIT ·")
    assert "we" in said(interval, WEB, told)


def test_a_row_that_the_newest_list_lacks_says_so():
    rows = [row("tcp", *WEB, "ESTAB", **traffic(sent=1))]
    second = advance(interval_of(rows), sample_of([], 1))
    assert connection_title(second, 0).endswith("not in the newest list")


def test_the_listeners_share_counts_what_it_accepted(interval):
    assert connection_share(interval, row_of(interval, *WEB)) == "one of 6 on 0.0.0.0:8080"
    assert (
        connection_share(interval, row_of(interval, "192.0.2.10:443", "198.51.100.9:49152")) == "one of 4 on [::]:443"
    )
    assert connection_share(interval, row_of(interval, "127.0.0.1:41882", "127.0.0.1:5432")) == ""


def test_both_ends_and_the_way_are_said_and_lead_on(interval):
    lines = lines_of(interval, row_of(interval, *WEB))
    told = texts(lines)
    assert told["Owner"] == "nginx[812] · www-data · fd 17 · nginx.service · nginx: worker process"
    assert told["Local"] == "192.0.2.10:8080 · eth0 · shared with the listener 0.0.0.0:8080 and 5 connections"
    assert told["Remote"] == "198.51.100.7:51834 · 1 more from 198.51.100.7, told apart by port only"
    assert told["Other end"] == "not on this host, or in another of its namespaces"
    assert told["Route"] == "eth0 from 192.0.2.10 via 192.0.2.1 · ✓ agrees · main default, rule 32766"
    owner, local, remote, other_end, route = (line.target for line in lines[:5])
    assert owner == ToProcess(812)
    assert (local.title, remote.title) == ("at 192.0.2.10:8080", "from 198.51.100.7")
    assert (other_end, route) == (None, ToRouting())
    assert np.count_nonzero(local.choose(interval)) >= 6
    assert [str(interval.table.remote(number)) for number in np.flatnonzero(remote.choose(interval))] == [
        "198.51.100.7:51834",
        "198.51.100.7:51836",
    ]


def test_targets_are_the_same_in_the_next_interval(interval):
    later = advance(interval, db1.samples()[1])
    place = row_of(interval, *WEB)
    again = later.table.row_of_cookie(int(interval.table.cookie[place]))
    assert [line.target for line in lines_of(interval, place)] == [line.target for line in lines_of(later, again)]


def test_a_loopback_connection_leads_to_its_other_end(interval):
    lines = lines_of(interval, row_of(interval, *BASE))
    assert texts(lines)["Other end"] == "postgres[22114] · ESTAB"
    (target,) = (line.target for line in lines if isinstance(line.target, ToSocket))
    other = interval.table.row_of_cookie(target.cookie)
    assert (str(interval.table.local(other)), str(interval.table.remote(other))) == BASE[::-1]


def test_a_translated_connection_shows_its_pair_outside_and_finds_its_other_end_by_it():
    near, called, taken = "127.0.0.1:40000", "127.0.0.1:80", "127.0.0.1:8080"
    tracking = Tracking(TrackingState.TRANSLATED, Endpoint.parse(near), Endpoint.parse(taken))
    # What has the swapped pair is another connection: the packet filter gives this one away.
    rows = [
        row("tcp", near, called, "ESTAB"),
        row("tcp", called, near, "ESTAB", owner=(813, 17)),
        row("tcp", taken, near, "ESTAB", owner=(812, 17)),
    ]
    interval = interval_of(rows)
    lines = lines_of(interval, 0, details(tracking=tracking))
    told = texts(lines)
    assert told["Outside"].startswith(f"{near} → {taken} · so beyond the packet filter")
    assert told["nat"] == f"translated: beyond the packet filter it is {near} → {taken}"
    assert told["Other end"] == "nginx[812] · ESTAB"
    assert ToSocket(int(interval.table.cookie[2])) in {line.target for line in lines}
    alone = texts(lines_of(interval_of(rows[:2]), 0, details(tracking=tracking)))
    assert alone["Other end"].startswith("no socket in sight has the pair outside")


@pytest.mark.parametrize(
    ("tracking", "said"),
    [
        (Tracking(TrackingState.PLAIN), "tracked by the packet filter, not translated"),
        (Tracking(TrackingState.UNTRACKED), "not tracked by the packet filter, so not translated"),
        (Tracking(TrackingState.IDLE), "no connection of this network namespace is tracked, so none translated"),
        (Tracking(TrackingState.UNREADABLE, why="could not \x1b"), r"– could not \x1b"),
    ],
)
def test_of_a_pair_that_is_not_translated_it_is_said_how_that_is_known(interval, tracking, said):
    told = texts(lines_of(interval, row_of(interval, *WEB), details(tracking=tracking)))
    assert told["nat"] == said
    assert "Outside" not in told


def test_what_the_other_end_has_not_read_is_told_here():
    near, far = "127.0.0.1:40000", "127.0.0.1:5432"
    rows = [row("tcp", near, far, "ESTAB"), row("tcp", far, near, "ESTAB", inode=0, queue=(70_000, 0))]
    told = texts(lines_of(interval_of(rows), 0))
    assert told["Other end"] == "on this host · ESTAB · has 70K unread · the kernel's own, no process"


def test_an_other_end_on_this_host_that_is_not_in_sight_is_not_elsewhere():
    rows = [row("tcp", "192.0.2.10:40000", "203.0.113.10:9", "ESTAB")]
    assert texts(lines_of(interval_of(rows), 0))["Other end"].startswith("on this host, but no socket in sight")
    unread = interval_of(rows, network=replace(db1.NETWORK, generation=0))
    assert texts(lines_of(unread, 0))["Other end"].startswith("–")


def test_a_socket_that_is_connected_to_itself_is_its_own_other_end():
    rows = [row("tcp", "127.0.0.1:40000", "127.0.0.1:40000", "ESTAB")]
    assert texts(lines_of(interval_of(rows), 0))["Other end"] == "this same socket: it is connected to itself"


def test_every_process_that_holds_the_socket_has_its_line():
    rows = [row("tcp", *WEB, "ESTAB", owner=[(812, 17), (812, 18), (813, 17)])]
    lines = lines_of(interval_of(rows), 0)
    assert texts(lines)["Owner"] == "nginx[812] · www-data · fd 17, 18 · nginx: worker process"
    assert texts(lines)["Owner+"] == "nginx[813] · www-data · fd 17 · nginx: worker process"
    assert [line.target for line in lines[:2]] == [ToProcess(812), ToProcess(813)]


def test_many_owners_are_counted():
    held = [(pid, 3) for pid in range(2000, 2012)]
    told = [line.line.left for line in lines_of(interval_of([row("tcp", *WEB, "ESTAB", owner=held)]), 0)]
    assert "and 4 more processes" in [cells[2].text for cells in told if len(cells) > 2]


def test_a_socket_without_a_known_owner_says_why():
    bare = row("tcp", *WEB, "ESTAB", uid=33)
    assert texts(lines_of(interval_of([bare], hidden=3), 0))["Owner"].startswith("owner hidden")
    assert texts(lines_of(interval_of([bare], hidden=3), 0))["Owner"].endswith("user www-data")


def test_a_connection_in_the_accept_queue_names_who_must_accept_it(interval):
    told = said(interval, ("192.0.2.10:6432", "192.0.2.31:50000"))
    assert told["Owner"].startswith("proxy[990] · app · has the listener, has not called accept()")


def test_secrets_in_command_lines_are_masked():
    process = Process(7, 1, b"proxy", 1001, command_line=b"proxy\0--token\0S3cret\0https://me:S3cret@db/")
    made = advance(None, sample_of([row("tcp", *WEB, "ESTAB", owner=(7, 3))], processes=[process], network=db1.NETWORK))
    owner = texts(lines_of(made, 0))["Owner"]
    assert owner.endswith("proxy --token ••• https://me:•••@db/")


def test_hostile_names_stay_in_their_line():
    nasty = b"\x1b[2J\n\xff\xe2\x80\xae"
    process = Process(7, 1, nasty, 1001, command_line=nasty + b"\0" + nasty)
    network = replace(db1.NETWORK, links=tuple(replace(link, name=nasty) for link in db1.NETWORK.links))
    rows = [row("tcp", "[fe80::5301]:443", "[fe80::7]:999", "ESTAB", owner=(7, 3), device=db1.ETH0)]
    made = advance(None, sample_of(rows, processes=[process], network=network, users={1001: nasty.decode("latin-1")}))
    told = details(congestion_control=nasty, upper_layer=nasty)
    for line in lines_of(made, 0, told):
        for cell in (*line.line.left, *line.line.right):
            assert cell.text.isprintable(), cell.text


@pytest.mark.parametrize(
    ("route", "words"),
    [
        (None, "asking the kernel …"),
        (RouteAnswer(db1.route_to, None, "the collector has gone"), "the collector has gone"),
        (RouteAnswer(db1.route_to, None), "–"),
    ],
)
def test_a_route_that_is_not_there_says_why(interval, route, words):
    lines = connection_lines(interval, row_of(interval, *WEB), None, route, 120)
    assert texts(lines)["Route"] == words
    assert not any(isinstance(line.target, ToRouting) for line in lines)


def test_why_it_is_as_fast_as_it_is(interval):
    told = said(interval, WEB, details(timer=TIMER_PROBE, timer_tries=3, timer_ms=2_200, send_q=1_200_000))
    assert told["in"] == "12K/s    18M since opened: 18,200,000 bytes"
    assert told["out"] == "1.4M/s   2.1G since opened: 2,100,000,000 bytes"
    assert told["idle"] == "3s       data sent 4s ago, received 3s ago; the peer acknowledged 2s ago"
    assert told["lost"] == "0        none now; reordered on the path never"
    assert told["delivery"] == "1.6M/s   the path gave no more when it was measured; paced at 1.9M/s"
    assert told["rtt"] == "23ms     min 21ms, ± 2.0ms; nothing queues on the path"
    assert told["sent again"] == "0.1 %    1,204 of 1,200,000 segments"
    assert told["limited by"].startswith("peer's window 71 % · network 29 % · send buffer 0 % · of the 2m in which")
    assert told["unread"] == "0        our program has read all that arrived (recv_q)"
    assert told["unsent"] == "1.2M     waits for the peer to open its window; 0 sent and not acknowledged (send_q)"
    assert told["peer window"].startswith("0        shut: the peer does not read; asks for it in 2.2s, tried 3 times")
    assert told["cwnd"] == "42       × 1,448 = 61K may be on the way; ssthresh 36 since a loss"
    assert told["mss"] == "1,448    path mtu 1,500; told the peer 1,460"
    assert told["keepalive"] == "–        the timer that runs now hides it"
    assert told["timeout"] == "224ms    asks for a window in 2.2s, tried 3 times in a row"
    assert told["control"] == "cubic · ECN no · SACK yes · timestamps yes · window scale 7/9"
    assert told["buffers"].startswith("receive 1.0K of 131K · send 3.0K of 87K · 2 packets dropped")


@pytest.mark.parametrize(
    ("rtt_us", "varies_us", "words"),
    [
        (31_000, 2_000, "nothing queues on the path"),
        (90_000, 80_000, "varies too much to tell whether packets queue"),
        (90_000, 10_000, "4.3 times the least: packets queue on the path, or the peer answers late"),
    ],
)
def test_whether_packets_queue_is_said_only_of_a_steady_round_trip(interval, rtt_us, varies_us, words):
    info = replace(details().info, rtt_us=rtt_us, min_rtt_us=21_000, rtt_variation_us=varies_us)
    assert said(interval, WEB, details(info=info))["rtt"].endswith(f"; {words}")


@pytest.mark.parametrize(
    ("changed", "label", "words"),
    [
        ({"ssthresh_segments": None}, "cwnd", "ssthresh unset: no loss yet"),
        ({"congestion_state": 4}, "cwnd", "recovers from a timeout"),
        ({"congestion_state": 9}, "cwnd", "ssthresh 36"),
        ({"rtt_us": 90_000}, "rtt", "4.3 times the least"),
        ({"rtt_us": None, "rtt_variation_us": None}, "rtt", "not measured yet"),
        ({"busy_us": 0}, "limited by", "nothing · our program has not kept it busy sending"),
        ({"unsent_bytes": 0}, "unsent", "all that our program wrote has left; 100K sent"),
        (
            {"unsent_bytes": 20_000, "peer_window_bytes": 10**6, "unacked_segments": 42},
            "unsent",
            "cwnd segments are on",
        ),
        ({"unsent_bytes": 20_000, "peer_window_bytes": 10**6}, "unsent", "waits to leave: paced"),
        ({"unsent_bytes": 200, "peer_window_bytes": 10**6}, "unsent", "Nagle"),
        ({"peer_window_bytes": 200_000, "unsent_bytes": 0}, "peer window", "50 % in use"),
        ({"duplicates_reported": 7}, "sent again", "7 not needed: the peer had them (DSACK)"),
        ({"timeouts": 3}, "sent again", "3 timeouts"),
        ({"lost_segments": 2, "unacked_segments": 9}, "lost", "2        of 9 segments on their way"),
        (
            {"retransmitted_segments": 2, "reorderings_seen": 5},
            "lost",
            "2 are on their way again; reordered on the path 5",
        ),
        ({"out_of_order_segments": 4}, "lost", "4 received out of order"),
        ({"lost_segments": None}, "lost", "–        this kernel does not tell"),
        ({"is_app_limited": True}, "delivery", "our program had no more to send"),
        ({"pacing_rate": None}, "delivery", "not paced"),
        ({"delivery_rate": 0}, "delivery", "–        not measured yet"),
        ({"last_ack_recv_ms": None}, "idle", "3s       data sent 4s ago, received 3s ago"),
        ({"bytes_acked": 1_000_001_000}, "out", "1.0G since opened: 1,000,001,000 bytes"),
        ({"bytes_acked": 2_100_000_001}, "out", "2.1G since opened: 2,100,000,000 bytes"),
        ({"bytes_sent": None}, "out", "– since opened (this kernel does not tell)"),
        ({"delivered_ce_segments": 12, "options": 0xF}, "control", "ECN yes, 12 segments marked"),
        ({"options": 0x0, "send_window_scale": None}, "control", "SACK no · timestamps no · window scale no"),
        ({"backoff": 2}, "timeout", "doubled 2 times"),
    ],
)
def test_what_tcp_info_tells_is_said(interval, changed, label, words):
    told = details(replace(FAST, **changed), send_q=100_000)
    assert words in said(interval, WEB, told, width=200)[label]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"timer": TIMER_KEEPALIVE, "timer_ms": 7_200_000}, "on       looks after an idle peer in 2h"),
        (
            {"timer": TIMER_KEEPALIVE, "timer_ms": 75_000, "timer_tries": 1},
            "on       looks after an idle peer in 1m, tried",
        ),
        ({"timer": 0}, "off      a peer that dies is noticed only"),
        ({"timer": TIMER_RETRANSMIT}, "–        the timer that runs now hides it"),
        ({"timer": 9}, "–        the timer that runs now hides it"),
    ],
)
def test_keepalive_is_told_where_no_other_timer_hides_it(interval, changed, words):
    assert said(interval, WEB, details(**changed))["keepalive"].startswith(words)


def test_a_timer_of_a_newer_kernel_is_named_by_its_number(interval):
    assert said(interval, WEB, details(timer=9, timer_ms=1_000))["timeout"].endswith("timer 9 in 1.0s")


def test_what_was_not_read_is_said_with_its_buffer(interval):
    unread = said(interval, WEB, details(recv_q=90_000))["unread"]
    assert unread == "90K      arrived, and our program has not read it (recv_q); buffer 0.8 % full, overhead counted"


def test_the_fin_is_no_payload():
    counted = traffic(received=100, sent=50, is_dialled=True)
    rows = [row("tcp", *WEB, "CLOSE-WAIT", owner=(812, 3), **{**counted, "bytes_received": 101, "queue": (1, 0)})]
    told = texts(lines_of(interval_of(rows), 0))
    assert told["in"].endswith("100 since opened")
    assert told["unread"].startswith("0 ")
    assert told["we"] == "our program has not called close() · has not read the end of the stream"


@pytest.mark.parametrize("length", [104, 160, 232])
def test_what_an_older_kernel_does_not_tell_is_a_dash_with_its_reason(interval, length):
    told = details(TcpInfo(length_bytes=length, cwnd_segments=10, send_mss_bytes=1448))
    words = said(interval, WEB, told)
    assert words["limited by"] == "– · this kernel does not tell"
    assert words["peer window"] == "–        this kernel does not tell"
    assert words["unsent"].startswith("–        this kernel does not tell")
    assert words["cwnd"].startswith("10 ")


def test_before_the_kernel_has_answered_the_list_says_what_it_knows(interval):
    words = said(interval, WEB)
    assert words["in"] == "12K/s    43M since opened: 43,260,000 bytes"
    assert words["rtt"].startswith("23ms")
    assert words["cwnd"] == "–        asking the kernel …"
    assert said(interval, WEB, missing="it is gone")["cwnd"] == "–        it is gone"


SYN = ("192.0.2.10:52108", "203.0.113.77:443")


def test_a_syn_without_an_answer_says_what_that_means(interval):
    told = details(None, state=TcpState.SYN_SENT, timer=1, timer_tries=3, timer_ms=4_000, syn_retries=6)
    words = said(interval, SYN, told)
    assert words["SYN"] == "3 retries, next in 4.0s · host's limit 6"
    assert words["answer"].startswith("nothing came back: filtered or dead, not refused")
    assert "cwnd" not in words
    last = said(interval, SYN, replace(told, timer_tries=6))
    assert last["SYN"] == "6 retries, gives up in 4.0s · host's limit 6"
    own_limit = said(interval, SYN, replace(told, timer_tries=7))
    assert own_limit["SYN"] == "7 retries, next in 4.0s · host's limit 6"
    first = said(interval, SYN, replace(told, timer_tries=0))
    assert (first["SYN"], first["answer"].split(" · ")[0]) == (
        "first try, next in 4.0s · host's limit 6",
        "no answer yet",
    )
    assert said(interval, SYN)["SYN"] == "5 retries, timer ends in 5.0s"


@pytest.mark.parametrize(
    ("ends", "label", "words"),
    [
        (("192.0.2.10:8080", "198.51.100.62:41218"), "ends in", "41s left · kernel's own, no process"),
        (("192.0.2.10:8080", "198.51.100.63:42000"), "ends in", "52s left · orphaned: then dropped"),
        (
            ("192.0.2.10:8080", "198.51.100.64:42001"),
            "our FIN",
            "not acknowledged by the peer · both sides have closed",
        ),
        (("192.0.2.10:6432", "192.0.2.39:51212"), "handshake", "SYN-ACK sent, tried 1 time in a row · next in 1.4s"),
        (("192.0.2.10:41022", "198.51.100.20:5432"), "we", "our program has not called close()"),
        (("192.0.2.10:39112", "192.0.2.53:53"), "in, out", "–        the kernel counts no bytes for UDP"),
    ],
)
def test_a_state_says_what_it_waits_for(interval, ends, label, words):
    assert said(interval, ends)[label].startswith(words)


@pytest.mark.parametrize(
    ("state", "inode", "label", "words"),
    [
        ("FIN-WAIT-1", 7, "our FIN", "not acknowledged by the peer · sends again in 2.0s, tried 1 time"),
        ("FIN-WAIT-2", 7, "ends", "when the peer closes · our program can still read"),
        ("CLOSING", 0, "our FIN", "not acknowledged by the peer · both sides closed at once"),
        ("CLOSE-WAIT", 0, "we", "no program has accepted it yet"),
    ],
)
def test_the_other_closing_states_too(state, inode, label, words):
    made = row("tcp", *WEB, state, inode=inode, timer=1, timer_tries=1, timer_ms=2_000)
    assert texts(lines_of(interval_of([made]), 0))[label].startswith(words)


@pytest.mark.parametrize(
    ("ack_ms", "data_ms", "words"),
    [
        (7_200_000, 7_200_000, "closed 2h ago"),
        (60_000, 7_200_000, "closed 1m to 2h ago"),
        (9_000, 3_000, "closed 9s ago"),
        (None, 3_000, "closed at most 3s ago"),
    ],
)
def test_when_the_peer_closed_is_known_from_the_last_data_and_acknowledgement(interval, ack_ms, data_ms, words):
    info = replace(FAST, last_ack_recv_ms=ack_ms, last_data_recv_ms=data_ms)
    told = details(info, state=TcpState.CLOSE_WAIT)
    assert said(interval, ("192.0.2.10:41022", "198.51.100.20:5432"), told)["peer"] == words


def test_a_udp_socket_says_what_it_threw_away(interval):
    words = said(interval, ("192.0.2.10:39112", "192.0.2.53:53"), details(None, recv_q=300))
    assert words["unread"].startswith("300      of 131K that may wait")
    assert words["dropped"].startswith("2        thrown away")


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_nothing_is_cut_from_eighty_cells_on(interval, width):
    for number in pairs(interval):
        for line in lines_of(interval, number, details(), width):
            assert width_of(line) <= width, line


def test_wider_lines_only_say_more(interval):
    for number in pairs(interval):
        narrow, wide = (texts(lines_of(interval, number, details(), width)) for width in (80, 200))
        assert list(narrow) == list(wide)


def test_the_cursor_has_its_place_in_every_labelled_line(interval):
    for line in lines_of(interval, row_of(interval, *WEB), details()):
        if line.value is not None:
            assert line.line.left[CURSOR_CELL].text == "  "
            assert len(line.line.left[0].text) == LABEL_WIDTH


def test_details_of_any_kind_are_said_without_an_error(interval):
    strange = [
        details(TcpInfo(length_bytes=0)),
        details(None, state=14, timer=9, timer_tries=255, timer_ms=0xFFFF_FFFF, memory=None),
        details(replace(FAST, busy_us=1, receive_window_limited_us=10**9, segments_out=0, min_rtt_us=0)),
        details(replace(FAST, cwnd_segments=0, send_mss_bytes=0, peer_window_bytes=1, rto_us=0)),
    ]
    for number in pairs(interval):
        for told in strange:
            assert texts(lines_of(interval, number, told))


def test_a_route_is_judged_for_the_row(interval):
    number = row_of(interval, *WEB)
    refused = replace(route_answer(interval, number).decision, errno="EHOSTUNREACH", type="unreachable")
    lines = connection_lines(interval, number, None, RouteAnswer(refused.flow, refused), 120)
    assert texts(lines)["Route"].startswith("no way: EHOSTUNREACH")


def test_an_endpoint_that_nobody_shares_leads_nowhere():
    lines = lines_of(interval_of([row("tcp", *WEB, "ESTAB"), row("udp", WEB[0], ANY, "UNCONN")]), 0)
    assert not any(isinstance(line.target, ToRows) for line in lines)
    assert " · no other connection has it" in texts(lines)["Local"]
