import json
from dataclasses import replace

import msgspec
import pytest

from monitor.model.socket_events import SocketEvents
from monitor.presentation.filter_parser import parse
from monitor.presentation.watching import Watch
from monitor.sampling.event_log import EventLog
from monitor.sampling.intervals import advance
from tests.happenings import closed, happened
from tests.scenes import ANY, of_state, row, sample_of, traffic

LISTENER = row("tcp", "192.0.2.10:443", ANY, "LISTEN", owner=(812, 6), cookie=1)
CONNECTION = row(
    "tcp", "192.0.2.10:443", "198.51.100.7:51834", "ESTAB", owner=(812, 17), cookie=2, **traffic(sent=930, received=40)
)
OTHER = row("tcp", "192.0.2.10:22", "198.51.100.9:60022", "ESTAB", owner=(3301, 4), cookie=3, **traffic(rtt_ms=20))
UDP = row("udp", "127.0.0.53:53", ANY, "UNCONN", owner=(990, 7), cookie=4)


class Told:
    """Feeds samples to a watch, and gives what it tells of each as documents."""

    def __init__(self, line=""):
        self._watch, self._log = Watch(parse(line)), EventLog()
        self._interval = None
        self.lines = []

    def after(self, at_s, *rows, events=None, notices=()):
        sample = sample_of(rows, at_s, notices=notices)
        self._interval = advance(self._interval, sample)
        namespace = sample.table.namespace
        listed = self._log.take(events or SocketEvents.none(sample.boot_time, namespace), self._interval)
        happenings = list(self._watch.advance(self._interval, listed))
        self.lines = [happening.line() for happening in happenings]
        return [json.loads(msgspec.json.encode(happening.document())) for happening in happenings]


def test_what_is_there_at_first_is_only_counted():
    (began,) = Told(":443").after(0.0, LISTENER, CONNECTION, UDP)
    assert (began["event"], began["filter"], began["sockets"]) == ("watching", ":443", 2)


def test_what_opens_is_told_with_its_owner_and_identity():
    told = Told()
    told.after(0.0, LISTENER)
    opened = told.after(1.0, LISTENER, CONNECTION, UDP)
    assert [(one["event"], one["cookie"], one["local"]) for one in opened] == [
        ("opened", "2", "192.0.2.10:443"),
        ("opened", "4", "127.0.0.53:53"),
    ]
    assert opened[0]["direction"] == "accepted"
    assert {one["schema"] for one in opened} == {"fourtuple.watch/1"}
    assert [owner["pid"] for owner in opened[0]["owners"]] == [812]
    assert told.lines[0].endswith("opened        tcp 192.0.2.10:443 ← 198.51.100.7:51834  process-812[812]")


def test_a_close_is_told_with_its_final_counters_and_once():
    told = Told(":443")
    told.after(0.0, LISTENER, CONNECTION, OTHER)
    gone = happened(1.0, closes=[closed(CONNECTION, 0.9, bytes_received=141), closed(OTHER, 0.9)])
    (ended,) = told.after(1.0, LISTENER, of_state(6, CONNECTION), events=gone)
    assert (ended["event"], ended["cookie"], ended["counters"]["bytes_received"]) == ("closed", "2", 141)
    assert ended["ending"]
    assert told.after(2.0, LISTENER) == []


def test_a_change_says_what_was_and_what_is():
    told = Told()
    told.after(0.0, CONNECTION)
    (changed,) = told.after(1.0, of_state(8, CONNECTION))
    assert changed["event"] == "changed"
    assert changed["changed"] == {"state": {"was": "ESTAB", "is": "CLOSE-WAIT"}}
    assert told.lines[0].endswith("state ESTAB → CLOSE-WAIT")


def test_a_socket_that_goes_to_another_process_has_changed():
    told = Told()
    told.after(0.0, CONNECTION)
    handed_on = replace(CONNECTION, owners=((990, 3),))
    (changed,) = told.after(1.0, handed_on)
    assert [owner["pid"] for owner in changed["changed"]["owners"]["is"]] == [990]


@pytest.mark.parametrize(
    ("line", "matches"), [("estab", [False]), ("close-wait", [True]), ("pid 812", [True]), ("pid 3301", [])]
)
def test_a_change_is_told_if_the_socket_matched_before_or_matches_now(line, matches):
    told = Told(line)
    told.after(0.0, CONNECTION)
    assert [one["matches"] for one in told.after(1.0, of_state(8, CONNECTION))] == matches


def test_to_begin_and_to_cease_to_match_are_changes():
    told = Told("rtt > 50ms")
    told.after(0.0, OTHER)
    slow = row("tcp", "192.0.2.10:22", "198.51.100.9:60022", "ESTAB", owner=(3301, 4), cookie=3, **traffic(rtt_ms=80))
    assert [(one["matches"], one["changed"]) for one in told.after(1.0, slow)] == [(True, {})]
    assert told.lines[0].endswith("matches now")
    assert told.after(2.0, slow) == []
    assert [one["matches"] for one in told.after(3.0, OTHER)] == [False]
    assert told.lines[0].endswith("matches no longer")


def test_what_is_missed_is_told_when_it_becomes_more():
    told = Told()
    told.after(0.0, LISTENER)
    lost = happened(1.0, lost_closes=7)
    (missed,) = told.after(1.0, LISTENER, events=lost)
    assert (missed["event"], missed["closes"]) == ("missed", 7)
    assert "7 closes" in told.lines[0]
    assert told.after(2.0, LISTENER) == []
    (unread,) = told.after(3.0, LISTENER, notices=("half of it",))
    assert unread["reasons"] == ["half of it"]


def test_without_the_kernels_word_of_closes_samples_tell_of_them():
    told = Told()
    silent = SocketEvents.none(0.0, 4026531840, "refused")
    told.after(0.0, CONNECTION, events=silent)
    assert told.after(1.0, events=silent) == []
    assert [one["event"] for one in told.after(2.0, events=silent)] == ["closed"]


def test_a_socket_that_is_connected_again_has_opened_for_the_filter_of_its_new_peer():
    again = row("tcp", "192.0.2.10:443", "198.51.100.9:60022", "ESTAB", owner=(812, 17), cookie=2, **traffic())
    for line, events in ((":51834", ["changed"]), (":60022", ["opened"]), ("", ["opened", "changed"])):
        told = Told(line)
        told.after(0.0, CONNECTION)
        assert [one["event"] for one in told.after(1.0, again)] == events, line


def test_owners_are_the_same_however_many_others_come():
    told = Told("pid 3301")
    others = [
        row("udp", f"127.0.0.1:{port}", ANY, "UNCONN", owner=(4_000_000 + port, 3), cookie=port)
        for port in range(100, 140)
    ]
    held = row("tcp", "192.0.2.10:22", "198.51.100.9:60022", "ESTAB", owner=(3301, 4), cookie=3, inode=1 << 31)
    told.after(0.0, held)
    assert told.after(1.0, *others, held) == []
