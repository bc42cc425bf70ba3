"""What becomes of closes and transitions: joined by cookie, else by pair; another namespace's are nobody's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from monitor.model.event_list import Ending, EventKind, OwnerHint
from monitor.model.process import Process
from monitor.model.sample import DIRECTION_ACCEPTED, DIRECTION_DIALLED
from monitor.model.tcp import TcpState
from monitor.model.transitions import Actor
from monitor.sampling import event_log
from monitor.sampling.event_log import KEPT_S, EventLog
from monitor.sampling.event_processes import NO_UID
from monitor.sampling.intervals import advance
from monitor.sampling.pending_transitions import PendingTransitions
from tests.happenings import NAMESPACE, actor, carried, closed, happened, went
from tests.scenes import ANY, BOOT_TIME, row, sample_of

LISTENER = row("tcp", "192.0.2.10:443", ANY, "LISTEN", owner=(812, 6), queue=(0, 511))
ACCEPTED = row("tcp", "192.0.2.10:443", "198.51.100.7:51834", "ESTAB", owner=[(812, 17), (813, 17)], uid=33)
DIALLED = row("tcp", "192.0.2.10:40000", "198.51.100.20:5432", "ESTAB", owner=(990, 5), uid=1001, bytes_acked=1)
SHORT = row("tcp", "192.0.2.10:40002", "198.51.100.20:5432", "ESTAB", cookie=77)
SERVED = row("tcp", "192.0.2.10:443", "198.51.100.7:51900", "ESTAB", cookie=78)

S = TcpState
DIALLING = (went(0.2, 5, S.CLOSED, S.SYN_SENT, "192.0.2.10:40002", "198.51.100.20:5432", thread=990),)
OPEN = (*DIALLING, went(0.3, 5, S.SYN_SENT, S.ESTABLISHED, "192.0.2.10:40002", "198.51.100.20:5432"))


class Watch:
    """A log with the intervals that it is told."""

    def __init__(self, *rows):
        self.log = EventLog()
        self.interval = advance(None, sample_of(rows))
        self.listed = self.log.take(happened(0.0), self.interval)

    def sample(self, *rows, after_s, closed=()):
        self.interval = advance(self.interval, sample_of(rows, after_s, closed=closed))

    def take(self, events):
        self.listed = self.log.take(events, self.interval)
        return self.listed.records

    def only(self, events):
        (record,) = self.take(events)
        return record

    def process(self, record) -> Process | None:
        return self.listed.processes.get(int(record["process"]))


def test_what_was_there_before_is_no_event():
    assert len(Watch(LISTENER, ACCEPTED).listed.records) == 0


def test_a_connection_that_a_sample_saw_closes_with_owner_age_and_bytes():
    watch = Watch(LISTENER)
    watch.sample(LISTENER, ACCEPTED, after_s=1.0)
    (opened,) = watch.take(happened(1.0))
    assert (opened["kind"], opened["at"], opened["direction"]) == (EventKind.OPENED, BOOT_TIME + 1, DIRECTION_ACCEPTED)
    closing = closed(ACCEPTED, 4.0, **carried(sent=930, received=120, dialled=False), total_retrans=3)
    _, ended = watch.take(happened(4.1, [closing]))
    assert (ended["kind"], ended["at"], ended["opened_at"]) == (EventKind.CLOSED, BOOT_TIME + 4, BOOT_TIME + 1)
    assert (ended["acknowledged"], ended["received"], ended["total_retrans"]) == (930, 120, 3)
    assert (watch.process(ended).pid, ended["holders"], ended["owner_hint"]) == (812, 2, OwnerHint.SAMPLE)
    assert (ended["uid"], ended["has_uid"], ended["is_short"]) == (33, True, False)
    assert (watch.listed.opened, watch.listed.closed) == (1, 1)


def test_the_age_of_what_was_there_before_is_not_known():
    watch = Watch(LISTENER, ACCEPTED)
    assert np.isnan(watch.only(happened(1.0, [closed(ACCEPTED, 1.0)]))["opened_at"])


@pytest.mark.parametrize(
    ("state", "ending"),
    [
        ("CLOSE-WAIT", Ending.CLOSED_THERE),
        ("LAST-ACK", Ending.CLOSED_THERE),
        ("FIN-WAIT-2", Ending.CLOSED_HERE),
    ],
)
def test_who_closed_first_is_told_by_the_last_state_that_a_sample_saw(state, ending):
    dialled = row("tcp", "192.0.2.10:40000", "198.51.100.20:5432", state, owner=(990, 5))
    record = Watch(dialled).only(happened(1.0, [closed(dialled, 1.0, **carried(5, 7, dialled=True))]))
    assert (record["ending"], record["received"]) == (ending, 7)


@pytest.mark.parametrize(("own_fin", "ending", "received"), [(True, Ending.IN_ORDER, 7), (False, Ending.BROKEN, 8)])
def test_without_more_the_own_fin_tells_order_from_breaking(own_fin, ending, received):
    counters = carried(5, 7, dialled=True, own_fin=own_fin)
    record = Watch(DIALLED).only(happened(1.0, [closed(DIALLED, 1.0, **counters)]))
    assert (record["ending"], record["received"], record["acknowledged"]) == (ending, received, 5)


@pytest.mark.parametrize(
    ("received", "recv_q", "data"), [(7, 0, 7), (8, 1, 7)], ids=["gone before the peer's FIN", "gone with it"]
)
def test_who_closes_first_may_be_gone_before_the_peers_fin_comes(received, recv_q, data):
    watch = Watch(LISTENER)
    ending = went(0.45, 5, S.ESTABLISHED, S.FIN_WAIT_1, "192.0.2.10:40002", "198.51.100.20:5432", thread=990)
    counters = carried(5, received, dialled=True, peer_fin=False)
    _, ended = watch.take(happened(0.6, [closed(SHORT, 0.5, **counters, recv_q=recv_q)], [*OPEN, ending]))
    assert (ended["ending"], ended["received"], ended["acknowledged"]) == (Ending.CLOSED_HERE, data, 5)


def test_of_a_half_closed_connection_the_peers_fin_is_taken_off():
    half = row("tcp", "192.0.2.10:40000", "198.51.100.20:5432", "FIN-WAIT-2", owner=(990, 5), bytes_received=4)
    record = Watch(half).only(happened(1.0, [closed(half, 1.0, **carried(5, 7, dialled=True))]))
    assert (record["ending"], record["received"]) == (Ending.CLOSED_HERE, 7)


def test_what_had_come_when_a_sample_saw_it_was_no_fin():
    idle = row(
        "tcp", "192.0.2.10:40000", "198.51.100.20:5432", "ESTAB", owner=(990, 5), bytes_acked=1, bytes_received=7
    )
    counters = carried(5, 7, dialled=True, peer_fin=False)
    record = Watch(idle).only(happened(1.0, [closed(idle, 1.0, **counters)]))
    assert (record["ending"], record["received"]) == (Ending.IN_ORDER, 7)


def test_a_fin_that_nobody_acknowledged_closed_nothing_in_order():
    watch = Watch(LISTENER)
    ending = went(0.45, 5, S.ESTABLISHED, S.FIN_WAIT_1, "192.0.2.10:40002", "198.51.100.20:5432", thread=990)
    counters = carried(5, 7, dialled=True, own_fin=False, peer_fin=False)
    _, ended = watch.take(happened(0.6, [closed(SHORT, 0.5, **counters)], [*OPEN, ending]))
    assert (ended["ending"], ended["received"]) == (Ending.BROKEN, 7)


@pytest.mark.parametrize(
    ("thread", "recv_q", "ending"),
    [(0, 7, Ending.RESET_THERE), (990, 2, Ending.RESET_HERE), (990, 1, Ending.BROKEN)],
    ids=["by the peer", "by the program, which left a byte", "while the program was at it"],
)
def test_a_connection_may_be_cut_after_the_peers_fin(thread, recv_q, ending):
    watch = Watch(LISTENER)
    cut = went(0.45, 5, S.CLOSE_WAIT, S.CLOSED, "192.0.2.10:40002", "198.51.100.20:5432", thread=thread)
    counters = carried(5, 7, dialled=True, own_fin=False)
    _, ended = watch.take(happened(0.6, [closed(SHORT, 0.5, **counters, recv_q=recv_q)], [*OPEN, cut]))
    assert (ended["ending"], ended["received"]) == (ending, 7)


@pytest.mark.parametrize(("resent", "ending"), [(0, Ending.UNKNOWN), (2, Ending.UNANSWERED)])
def test_a_dial_that_no_sample_saw_and_nothing_answered_has_failed(resent, ending):
    watch = Watch(LISTENER)
    failed = watch.only(happened(0.6, [closed(SHORT, 0.5, protocol=6, segs_out=1 + resent, total_retrans=resent)]))
    assert (failed["kind"], failed["ending"], failed["direction"]) == (EventKind.FAILED, ending, DIRECTION_DIALLED)
    assert (watch.listed.closed, watch.listed.failed) == (0, 1)


def test_a_client_that_says_nothing_has_not_failed():
    watch = Watch(LISTENER)
    records = watch.take(
        happened(0.6, [closed(SERVED, 0.5, protocol=6, segs_out=1), closed(SHORT, 0.5, protocol=6, rtt_us=9)])
    )
    assert records["kind"].tolist() == [EventKind.CLOSED, EventKind.CLOSED]


def test_a_socket_that_was_disconnected_has_no_counters_left():
    dialled = row("tcp", "192.0.2.10:40000", "198.51.100.20:5432", "ESTAB", owner=(990, 5), bytes_received=70)
    record = Watch(dialled).only(happened(1.0, [closed(dialled, 1.0, remote_port=0, remote_low=0, protocol=6)]))
    assert (record["remote_port"], record["info_length"]) == (5432, 0)


def test_what_its_program_cut_and_no_close_names_is_told_once():
    watch = Watch(LISTENER)
    pair = "192.0.2.10:40002", "198.51.100.20:5432"
    cut = went(0.45, 5, S.ESTABLISHED, S.CLOSED, *pair, thread=990)
    nameless = closed(SHORT, 0.5, remote_port=0, protocol=6)
    assert len(watch.take(happened(0.6, [nameless], [*OPEN, cut], {990: actor(990, b"proxy")}))) == 0
    opened, ended = watch.take(happened(4.0))
    assert (opened["kind"], opened["at"]) == (EventKind.OPENED, BOOT_TIME + 0.3)
    assert (ended["kind"], ended["at"], ended["ending"]) == (EventKind.CLOSED, BOOT_TIME + 0.45, Ending.RESET_HERE)
    assert (ended["info_length"], ended["opened_at"], watch.process(ended).pid) == (0, BOOT_TIME + 0.3, 990)
    watch.take(happened(5.0, [closed(SHORT, 4.9)]))
    assert (watch.listed.opened, watch.listed.closed) == (1, 1)


def test_what_was_cut_in_another_namespace_is_not_told():
    watch = Watch(LISTENER)
    cut = went(0.45, 5, S.ESTABLISHED, S.CLOSED, "192.0.2.10:40002", "198.51.100.20:5432", thread=990)
    watch.take(happened(0.6, (), [*OPEN, cut], {990: actor(990, b"proxy", NAMESPACE + 1)}))
    assert len(watch.take(happened(4.0))) == 0


def test_a_dial_that_took_long_was_not_refused():
    watch = Watch(LISTENER)
    watch.take(happened(0.4, (), DIALLING, {990: actor(990, b"proxy")}))
    for second in range(1, 60):
        watch.interval = replace(watch.interval, elapsed_s=1.0)
        assert len(watch.take(happened(float(second)))) == 0
    ended = went(59.5, 5, S.SYN_SENT, S.CLOSED, "192.0.2.10:40002", "198.51.100.20:5432")
    failed = watch.only(happened(60.0, (), [ended], {}))
    assert (failed["kind"], failed["ending"], watch.process(failed).pid) == (EventKind.FAILED, Ending.UNANSWERED, 990)
    for second in range(61, 90):
        watch.take(happened(float(second)))
    assert watch.listed.failed == 1


def test_each_close_of_one_pair_finds_its_own_life():
    watch = Watch(LISTENER)
    pair = "192.0.2.10:40002", "198.51.100.20:5432"
    transitions = []
    for began in (0.1, 0.2, 0.3):
        transitions += [
            went(began, 5, S.CLOSED, S.SYN_SENT, *pair),
            went(began + 0.01, 5, S.SYN_SENT, S.ESTABLISHED, *pair),
            went(began + 0.02, 5, S.ESTABLISHED, S.CLOSED, *pair),
        ]
    # The third one's close is still to come.
    closes = [closed(SHORT, 0.4, cookie=cookie) for cookie in (101, 102)]
    opened_at = {
        int(record["cookie"]): float(record["opened_at"] - BOOT_TIME)
        for record in watch.take(happened(0.6, closes, transitions[:-1]))
        if record["kind"] == EventKind.CLOSED
    }
    assert opened_at == pytest.approx({101: 0.11, 102: 0.21}, abs=1e-4)
    _, ended = watch.take(happened(0.9, [closed(SHORT, 0.8, cookie=103)], transitions[-1:]))[-2:]
    assert (watch.listed.opened, ended["opened_at"] - BOOT_TIME) == (3, pytest.approx(0.31, abs=1e-4))


@pytest.mark.parametrize("state", ["TIME-WAIT", "FIN-WAIT-2"])
def test_what_is_left_of_a_closed_connection_hides_nothing_of_it_and_opens_nothing(state):
    watch = Watch(LISTENER, DIALLED)
    left = row("tcp", "192.0.2.10:40000", "198.51.100.20:5432", state, info_length=0)
    left = replace(left, columns={**left.columns, "cookie": DIALLED.columns["cookie"], "inode": 0})
    watch.sample(LISTENER, left, after_s=1.0)
    ended = watch.only(happened(1.0, [closed(DIALLED, 0.9, **carried(5, 7, dialled=True))]))
    assert (watch.process(ended).pid, ended["uid"], ended["last_state"]) == (990, 1001, S.ESTABLISHED)
    watch.sample(LISTENER, after_s=2.0)
    watch.take(happened(2.0))
    watch.sample(LISTENER, left, after_s=3.0)
    watch.take(happened(3.0))
    assert (watch.listed.opened, watch.listed.closed) == (0, 1)


def test_what_a_sample_saw_dial_may_have_opened_and_closed_since():
    watch = Watch(LISTENER)
    dialling = row("tcp", "192.0.2.10:40002", "198.51.100.20:5432", "SYN-SENT", cookie=77)
    watch.sample(LISTENER, dialling, after_s=0.2)
    watch.take(happened(0.2, (), DIALLING))
    counters = carried(5, 7, dialled=True)
    opened, ended = watch.take(happened(0.6, [closed(SHORT, 0.5, **counters)], OPEN[1:]))
    assert (opened["kind"], ended["kind"], ended["ending"]) == (EventKind.OPENED, EventKind.CLOSED, Ending.IN_ORDER)
    unseen = closed(replace(dialling, columns={**dialling.columns, "cookie": 77}), 0.7, **counters)
    watch.take(happened(0.8, [unseen]))
    assert (watch.listed.opened, watch.listed.closed, watch.listed.failed) == (1, 2, 0)


def test_who_dials_itself_has_dialled():
    watch = Watch()
    pair = "192.0.2.10:40002", "192.0.2.10:40002"
    alone = row("tcp", *pair, "ESTAB", cookie=77)
    transitions = [
        went(0.2, 5, S.CLOSED, S.SYN_SENT, *pair, thread=990),
        went(0.2, 5, S.SYN_RECEIVED, S.ESTABLISHED, *pair, thread=990),
        went(0.4, 5, S.ESTABLISHED, S.FIN_WAIT_1, *pair, thread=990),
    ]
    counters = carried(5, 5, dialled=True)
    _, ended = watch.take(happened(0.6, [closed(alone, 0.5, **counters, recv_q=1)], transitions))
    assert (ended["direction"], ended["ending"]) == (DIRECTION_DIALLED, Ending.CLOSED_HERE)
    assert (ended["received"], ended["acknowledged"]) == (5, 5)


def test_a_connection_shorter_than_a_sample_has_no_owner_without_transitions_but_its_listeners():
    watch = Watch(LISTENER, DIALLED)
    closes = [closed(SHORT, 0.5, **carried(5, 7, dialled=True)), closed(SERVED, 0.5, **carried(7, 5, dialled=False))]
    dialled, served = watch.take(happened(0.6, closes))
    assert (dialled["is_short"], watch.process(dialled), dialled["owner_hint"]) == (True, None, OwnerHint.NONE)
    assert (dialled["direction"], dialled["acknowledged"], dialled["received"]) == (DIRECTION_DIALLED, 5, 7)
    assert (watch.process(served).pid, served["owner_hint"]) == (812, OwnerHint.LISTENER)
    assert (served["direction"], served["acknowledged"], served["received"]) == (DIRECTION_ACCEPTED, 7, 5)
    assert (watch.listed.opened, watch.listed.closed) == (0, 2)


def test_transitions_tell_owner_times_and_ending_of_a_short_connection():
    watch = Watch(LISTENER)
    ending = went(0.45, 5, S.ESTABLISHED, S.FIN_WAIT_1, "192.0.2.10:40002", "198.51.100.20:5432", thread=990)
    events = happened(
        0.6,
        [closed(SHORT, 0.5, **carried(5, 7, dialled=True))],
        [*OPEN, ending],
        {990: actor(990, b"proxy")},
    )
    opened, ended = watch.take(events)
    assert (opened["kind"], opened["at"], opened["received"]) == (EventKind.OPENED, BOOT_TIME + 0.3, 0)
    assert (ended["kind"], ended["opened_at"], ended["ending"]) == (
        EventKind.CLOSED,
        BOOT_TIME + 0.3,
        Ending.CLOSED_HERE,
    )
    assert (watch.process(ended).name, ended["owner_hint"], ended["direction"]) == (
        b"proxy",
        OwnerHint.ACTION,
        DIRECTION_DIALLED,
    )


@pytest.mark.parametrize(("told_after_s", "at"), [(0.5, 0.45), (9.0, 9.0)], ids=["at once", "it stayed on"])
def test_a_connection_ends_when_it_was_seen_to_end_unless_its_socket_stayed_on(told_after_s, at):
    watch = Watch(LISTENER)
    ending = went(0.45, 5, S.ESTABLISHED, S.FIN_WAIT_1, "192.0.2.10:40002", "198.51.100.20:5432", thread=990)
    closes = [closed(SHORT, told_after_s, **carried(5, 7, dialled=True))]
    ended = watch.take(happened(told_after_s + 0.1, closes, [*OPEN, ending], {990: actor(990, b"proxy")}))[-1]
    assert ended["at"] == BOOT_TIME + at


def test_a_close_that_comes_after_its_transitions_is_joined_all_the_same():
    watch = Watch(LISTENER)
    assert len(watch.take(happened(0.4, (), OPEN, {990: actor(990, b"proxy")}))) == 0
    opened, ended = watch.take(happened(0.6, [closed(SHORT, 0.5, **carried(5, 7, dialled=True))]))
    assert (opened["kind"], ended["kind"], watch.process(ended).pid) == (EventKind.OPENED, EventKind.CLOSED, 990)


def test_a_sample_tells_of_an_opening_once_at_the_time_that_was_seen():
    watch = Watch(LISTENER)
    watch.take(happened(0.4, (), OPEN, {990: actor(990, b"proxy")}))
    watch.sample(LISTENER, SHORT, after_s=1.0)
    opened = watch.only(happened(1.0))
    assert (opened["at"], opened["cookie"]) == (BOOT_TIME + 0.3, 77)
    watch.sample(LISTENER, SHORT, after_s=2.0)
    _, ended = watch.take(happened(2.5, [closed(SHORT, 2.4)]))
    assert (ended["kind"], watch.listed.opened, watch.listed.closed) == (EventKind.CLOSED, 1, 1)


def test_a_handshake_that_one_sample_saw_unfinished_opens_with_the_next():
    watch = Watch(LISTENER)
    dialling = row("tcp", "192.0.2.10:40002", "198.51.100.20:5432", "SYN-SENT", cookie=77)
    watch.sample(LISTENER, dialling, after_s=1.0)
    assert len(watch.take(happened(1.0))) == 0
    watch.sample(LISTENER, SHORT, after_s=2.0)
    assert watch.only(happened(2.0))["kind"] == EventKind.OPENED


@pytest.mark.parametrize(
    ("local", "remote", "thread", "after_s", "ending"),
    [
        ("192.0.2.10:40002", "198.51.100.20:1", 0, 0.25, Ending.REFUSED),
        ("127.0.0.1:40002", "127.0.0.1:1", 990, 0.25, Ending.REFUSED),
        ("192.0.2.10:40002", "198.51.100.20:1", 990, 0.25, Ending.UNANSWERED),
        ("192.0.2.10:40002", "198.51.100.20:1", 0, 127.0, Ending.UNANSWERED),
    ],
    ids=["by the peer", "by this host", "given up by the program", "given up by the kernel"],
)
def test_a_handshake_that_fails_is_an_event_of_who_dialled(local, remote, thread, after_s, ending):
    watch = Watch(LISTENER)
    watch.interval = replace(watch.interval, elapsed_s=100.0)
    dialling = went(0.2, 5, S.CLOSED, S.SYN_SENT, local, remote, thread=990)
    ended = went(after_s, 5, S.SYN_SENT, S.CLOSED, local, remote, thread=thread)
    failed = watch.only(happened(after_s, (), [dialling, ended], {990: actor(990, b"proxy")}))
    assert (failed["kind"], failed["ending"], watch.process(failed).pid) == (EventKind.FAILED, ending, 990)
    watch.take(happened(after_s + 1))
    assert watch.listed.failed == 1


@pytest.mark.parametrize("namespace", [NAMESPACE + 1, None])
def test_what_cannot_be_said_to_be_of_this_namespace_is_no_event(namespace):
    watch = Watch(LISTENER)
    failed = went(0.25, 5, S.SYN_SENT, S.CLOSED, "192.0.2.10:40002", "198.51.100.20:5432")
    others = {990: actor(990, b"proxy", namespace)}
    assert len(watch.take(happened(0.6, (), [*DIALLING, failed], others))) == 0
    assert len(watch.take(happened(0.6, (), OPEN, others))) == 0


@pytest.mark.parametrize(("namespace", "lives"), [(NAMESPACE, 1), (None, 1), (NAMESPACE + 1, 0)])
def test_what_happened_in_another_namespace_soon_waits_no_longer(namespace, lives):
    pending = PendingTransitions()
    pending.add(happened(0.4, (), OPEN, {990: actor(990, b"proxy", namespace)}))
    pending.forget(BOOT_TIME + 1.0, 1.0, np.zeros(0, np.intp), NAMESPACE)
    assert len(pending.lives) == 1
    pending.forget(BOOT_TIME + 4.0, 1.0, np.zeros(0, np.intp), NAMESPACE)
    assert len(pending.lives) == lives


def test_memory_that_is_used_again_begins_another_life():
    first = [*OPEN, went(0.35, 5, S.ESTABLISHED, S.CLOSED, "192.0.2.10:40002", "198.51.100.20:5432")]
    second = [
        went(0.4, 5, S.SYN_RECEIVED, S.ESTABLISHED, "192.0.2.10:443", "198.51.100.7:51900"),
        went(0.5, 5, S.CLOSE_WAIT, S.LAST_ACK, "192.0.2.10:443", "198.51.100.7:51900", thread=812),
    ]
    watch = Watch(LISTENER)
    closes = [closed(SHORT, 0.36), closed(SERVED, 0.55, **carried(9, 4, dialled=False))]
    records = watch.take(
        happened(0.6, closes, [*first, *second], {990: actor(990, b"proxy"), 812: actor(812, b"nginx")})
    )
    ended = {int(record["cookie"]): record for record in records if record["kind"] == EventKind.CLOSED}
    assert ended[77]["ending"] == Ending.RESET_THERE
    assert ended[78]["ending"] == Ending.CLOSED_THERE
    assert [watch.process(ended[cookie]).name for cookie in (77, 78)] == [b"proxy", b"nginx"]
    assert ended[78]["opened_at"] == BOOT_TIME + 0.4


def test_of_a_process_that_has_ended_the_name_is_left():
    watch = Watch(LISTENER)
    gone = {990: Actor(None, b"curl", None)}
    _, ended = watch.take(happened(0.6, [closed(SHORT, 0.5)], OPEN, gone))
    process = watch.process(ended)
    assert (process.pid, process.name, process.uid, process.start_time) == (990, b"curl", NO_UID, 0)


def test_a_socket_that_nobody_saw_and_that_has_no_peer_is_left_out_and_a_listener_is_not():
    watch = Watch(LISTENER)
    unknown = row("tcp", "192.0.2.10:9999", ANY, "LISTEN", cookie=99)
    record = watch.only(happened(1.0, [closed(unknown, 1.0), closed(LISTENER, 1.0)]))
    assert (record["last_state"], record["ending"], watch.process(record).pid) == (S.LISTEN, Ending.UNKNOWN, 812)


def test_events_are_numbered_in_the_order_of_their_times_and_old_ones_go():
    watch = Watch(LISTENER, DIALLED, ACCEPTED)
    watch.take(happened(2.0, [closed(ACCEPTED, 1.9), closed(DIALLED, 1.2)]))
    assert watch.listed.records["number"].tolist() == [1, 2]
    assert watch.listed.records["local_port"].tolist() == [40000, 443]
    assert len(watch.take(happened(1.5 + KEPT_S))) == 1
    assert watch.listed.closed == 2


def test_of_more_events_than_are_listed_all_are_counted(monkeypatch):
    monkeypatch.setattr(event_log, "MOST_LISTED", 3)
    watch = Watch(LISTENER)
    watch.take(happened(1.0, [closed(SHORT, 1.0, cookie=100 + number) for number in range(5)]))
    assert (watch.listed.records["number"].tolist(), watch.listed.closed) == ([3, 4, 5], 5)


def test_losses_add_up_and_reasons_are_the_newest():
    watch = Watch(LISTENER)
    watch.take(happened(1.0, lost_closes=3, lost_transitions=1))
    watch.take(happened(2.0, lost_closes=4, no_closes="listen to closing sockets: not permitted"))
    assert (watch.listed.lost_closes, watch.listed.lost_transitions) == (7, 1)
    assert watch.listed.no_closes is not None


def test_another_namespace_is_another_list():
    watch = Watch(LISTENER, ACCEPTED)
    watch.take(happened(1.0, [closed(ACCEPTED, 1.0)]))
    watch.take(replace(happened(2.0), namespace=NAMESPACE + 1))
    assert (len(watch.listed.records), watch.listed.closed, watch.listed.since) == (0, 0, BOOT_TIME + 2)


def test_rates_are_of_the_last_seconds():
    watch = Watch(LISTENER)
    watch.take(happened(1.0, [closed(SHORT, 1.0, cookie=100 + number) for number in range(10)]))
    assert watch.listed.closed_per_second == 10.0
    watch.take(happened(5.0))
    assert watch.listed.closed_per_second == 2.0
    watch.take(happened(7.0))
    assert watch.listed.closed_per_second == 0.0


CUT = row("tcp", "192.0.2.10:40002", ANY, "ESTAB", cookie=77)


def test_cut_ones_that_no_sample_saw_are_counted_where_transitions_do_not_tell_them():
    watch = Watch(LISTENER, DIALLED)
    known = closed(DIALLED, 1.0, remote_port=0)
    records = watch.take(
        happened(
            1.0,
            [closed(CUT, 1.0, protocol=6), closed(CUT, 1.0, cookie=78, protocol=17), known],
            no_transitions="not-root",
        )
    )
    assert watch.listed.nameless_closes == 1
    assert [int(record["cookie"]) for record in records] == [DIALLED.columns["cookie"]]
    assert watch.listed.says_more_than(replace(watch.listed, nameless_closes=0))
    watch.take(happened(2.0, [closed(CUT, 2.0, cookie=79, protocol=6)], no_transitions="not-root"))
    assert watch.listed.nameless_closes == 2


def test_where_transitions_are_seen_cut_ones_are_listed_and_not_counted():
    watch = Watch(LISTENER)
    watch.take(happened(1.0, [closed(CUT, 1.0, protocol=6)]))
    assert watch.listed.nameless_closes == 0


def test_the_time_between_two_collectors_was_not_heard():
    watch = Watch(LISTENER)
    for at, since in ((1.0, BOOT_TIME), (5.0, BOOT_TIME), (11.0, None), (12.0, BOOT_TIME + 11.5)):
        watch.take(happened(at, since=since))
    assert watch.listed.unheard_s == 6.5
    watch.take(happened(13.0, since=BOOT_TIME + 11.5))
    assert watch.listed.unheard_s == 6.5
    watch.take(happened(20.0, since=BOOT_TIME + 17.0))
    assert watch.listed.unheard_s == 10.5


def test_rates_and_counts_begin_anew_after_a_time_in_which_nobody_listened():
    watch = Watch(LISTENER)
    watch.take(happened(0.0, since=BOOT_TIME))
    watch.take(happened(10.0, [closed(SHORT, 9.9, cookie=number) for number in (1, 2)], since=BOOT_TIME))
    assert (watch.listed.closed_per_second, watch.listed.covered_s(5.0, BOOT_TIME + 10.0)) == (0.4, 5.0)
    watch.take(happened(11.0, since=None))
    assert watch.listed.covered_s(5.0, BOOT_TIME + 11.0) == 0.0
    watch.take(happened(13.0, [closed(SHORT, 12.9)], since=BOOT_TIME + 12.0))
    assert (watch.listed.closed_per_second, watch.listed.covered_s(5.0, BOOT_TIME + 13.0)) == (1.0, 1.0)
    assert watch.listed.closed == 3


def test_a_source_that_begins_to_listen_late_has_missed_nothing_of_another():
    watch = Watch(LISTENER)
    watch.take(happened(1.0))
    watch.take(happened(9.0, since=BOOT_TIME + 4.0))
    assert watch.listed.unheard_s == 0.0
