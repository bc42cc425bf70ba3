"""Peers that do not answer, and data that waits for a reader."""

from dataclasses import replace

import pytest

from monitor.model.finding import Certainty, FindingKind, Grade, PeerSubject, ProcessSubject, Side
from monitor.reasoning.finding_conditions import (
    FEW_STALLED,
    IDLE_S,
    KEEPALIVE_TRIES,
    LEAK_FOR_S,
    PAUSED_S,
    RESEND_TRIES,
    STALLED_FOR_S,
    STALLED_S,
    SYN_REMEMBERED_S,
    SYN_TRIES,
    SYN_UNTIL_S,
    UNREAD_BYTES,
)
from tests.reasoning.watching import Watch, kinds, only, troubles
from tests.scenes import ANY, row, traffic

GATEWAY = "203.0.113.77:443"


def syn(port, tries=SYN_TRIES, *, remote=GATEWAY, owner=(1313, 9), **told):
    return row("tcp", f"192.0.2.10:{port}", remote, "SYN-SENT", owner=owner, timer=1, timer_tries=tries, **told)


def pair(remote="198.51.100.7:51834", local="192.0.2.10:44120", *, state="ESTAB", owner=(1313, 9), **told):
    return row("tcp", local, remote, state, owner=owner, **(traffic(sent=900, received=900) | told))


class TestConnecting:
    def test_two_attempts_at_one_endpoint_without_an_answer_are_trouble(self):
        found = only(Watch().see_rows([syn(52110), syn(52112)]), FindingKind.SYN_UNANSWERED)
        assert (found.grade, found.side) == (Grade.TROUBLE, Side.PEER_OR_PATH)
        assert isinstance(found.subject, PeerSubject)
        assert str(found.subject.remote) == GATEWAY
        assert (found.numbers.waiting, found.numbers.attempts) == (2, 2)

    def test_one_that_has_hardly_begun_is_nothing(self):
        assert Watch().see_rows([syn(52110, SYN_TRIES - 1), syn(52112, SYN_TRIES - 1)]) == ()

    def test_one_attempt_is_a_note(self):
        assert only(Watch().see_rows([syn(52110)]), FindingKind.SYN_UNANSWERED).grade is Grade.NOTE

    def test_attempts_one_after_another_are_counted(self):
        watch = Watch()
        watch.see_rows([syn(52110)])
        closed = [syn(52110).columns["cookie"]]
        assert troubles(watch.see_rows([syn(52112)], after=30.0, closed=closed)) == [FindingKind.SYN_UNANSWERED]

    def test_a_long_time_ago_no_longer_counts(self):
        watch = Watch()
        watch.see_rows([syn(52110)])
        closed = [syn(52110).columns["cookie"]]
        assert troubles(watch.see_rows([syn(52112)], after=SYN_REMEMBERED_S, closed=closed)) == []

    def test_a_program_that_tries_many_once_is_one_note(self):
        found = Watch().see_rows([syn(52110 + n, remote=f"203.0.113.{n}:6881") for n in range(20)])
        one = only(found, FindingKind.SYN_UNANSWERED)
        assert (one.grade, one.subject, one.numbers.remotes) == (Grade.NOTE, ProcessSubject(1313, 1313), 20)

    def test_it_stays_between_two_attempts_and_goes_some_time_after_the_last(self):
        watch = Watch()
        watch.see_rows([syn(52110), syn(52112)])
        closed = [syn(port).columns["cookie"] for port in (52110, 52112)]
        found = only(watch.see_rows([], after=SYN_UNTIL_S - 1, closed=closed), FindingKind.SYN_UNANSWERED)
        assert (found.grade, found.numbers.waiting, found.numbers.attempts) == (Grade.TROUBLE, 0, 2)
        assert watch.see_rows([]) == ()

    def test_it_goes_at_once_when_an_answer_comes(self):
        watch = Watch()
        watch.see_rows([syn(52110), syn(52112)])
        answered = [pair(GATEWAY, f"192.0.2.10:{port}", cookie=syn(port).columns["cookie"]) for port in (52110, 52112)]
        assert watch.see_rows(answered) == ()

    def test_a_full_accept_queue_of_this_host_is_not_called_a_filter(self):
        rows = [
            row("tcp", "127.0.0.1:80", ANY, "LISTEN", queue=(6, 5)),
            *(row("tcp", f"127.0.0.1:{port}", "127.0.0.1:80", "SYN-SENT", timer_tries=5) for port in (5000, 5001)),
        ]
        assert FindingKind.SYN_UNANSWERED not in kinds(Watch().see_for(3, rows))


class TestSilence:
    @pytest.mark.parametrize(("timer", "tries"), [(1, RESEND_TRIES), (2, KEEPALIVE_TRIES), (4, 3)])
    def test_tries_in_a_row_without_an_answer_are_trouble(self, timer, tries):
        found = only(Watch().see_rows([pair(timer=timer, timer_tries=tries)]), FindingKind.UNACKNOWLEDGED)
        assert found.side is Side.PEER_OR_PATH
        assert found.numbers.with_data == (timer != 2)

    @pytest.mark.parametrize(("timer", "tries"), [(1, RESEND_TRIES - 1), (2, KEEPALIVE_TRIES - 1), (4, 2), (3, 200)])
    def test_fewer_are_not(self, timer, tries):
        assert Watch().see_rows([pair(timer=timer, timer_tries=tries)]) == ()

    @pytest.mark.parametrize(("silent", "grade"), [(4, Grade.NOTE), (5, Grade.TROUBLE)])
    def test_few_of_many_clients_that_are_gone_are_a_note(self, silent, grade):
        listener = row("tcp", "192.0.2.10:443", ANY, "LISTEN", owner=(812, 6), queue=(0, 511))
        clients = [
            pair(
                f"198.51.100.7:{20_000 + number}",
                "192.0.2.10:443",
                owner=(812, 10 + number),
                timer=1 if number < silent else 0,
                timer_tries=RESEND_TRIES if number < silent else 0,
            )
            for number in range(100)
        ]
        found = only(Watch().see_rows([listener, *clients]), FindingKind.UNACKNOWLEDGED)
        assert (found.grade, found.numbers.connections) == (grade, silent)

    def test_what_its_program_has_closed_is_the_kernels(self):
        assert Watch().see_rows([pair(state="FIN-WAIT-1", inode=0, timer=1, timer_tries=9)]) == ()

    def test_a_few_peers_of_a_program_have_a_finding_each_and_many_have_one(self):
        silent = [pair(f"198.51.100.{n}:443", timer=1, timer_tries=9) for n in range(1, 9)]
        assert kinds(Watch().see_rows(silent[:3])) == [FindingKind.UNACKNOWLEDGED] * 3
        one = only(Watch().see_rows(silent), FindingKind.UNACKNOWLEDGED)
        assert (one.subject, one.numbers.remotes) == (ProcessSubject(1313, 1313), 8)

    def test_idle_for_hours_without_keepalive_is_a_note(self):
        found = only(Watch().see_for(LEAK_FOR_S, [pair(**traffic(sent=1, idle_s=IDLE_S))]), FindingKind.NO_KEEPALIVE)
        assert (found.grade, found.numbers.oldest_idle_s) == (Grade.NOTE, IDLE_S)

    @pytest.mark.parametrize(
        "told",
        [
            {"idle_s": IDLE_S - 1},
            {"timer": 2},
            {"remote": "192.0.2.10:5432"},
            {"remote": "127.0.0.1:5432"},
            {"inode": 0},
        ],
    )
    def test_one_that_is_younger_probed_local_or_nobodys_is_not(self, told):
        idle_s = told.pop("idle_s", IDLE_S * 2)
        assert Watch().see_for(5, [pair(**(traffic(sent=1, idle_s=idle_s) | told))]) == ()


def unread(size=UNREAD_BYTES, read=0, quiet_s=0.0, *, is_dialled=False, **told):
    told |= {"bytes_received": size + read, "last_data_recv_ms": round(quiet_s * 1000)}
    return pair(queue=(size, 0), bytes_acked=900 + is_dialled, **told)


class TestReading:
    def test_a_program_that_has_read_nothing_for_long_is_trouble(self):
        found = only(Watch().see_for(STALLED_S, [unread()]), FindingKind.UNREAD)
        assert (found.side, found.subject) == (Side.PROGRAM, ProcessSubject(1313, 1313))
        assert (found.numbers.waiting_bytes, found.numbers.longest_s) == (UNREAD_BYTES, STALLED_S)
        assert Watch().see_for(STALLED_S - 1, [unread()]) == ()

    def test_a_few_downloads_that_it_dialled_may_be_paused_for_a_while(self):
        def paused(count):
            return [unread(local=f"192.0.2.10:{44120 + n}", is_dialled=True, cookie=5 + n) for n in range(count)]

        watch = Watch()
        assert only(watch.see_for(STALLED_S, paused(FEW_STALLED - 1)), FindingKind.UNREAD).grade is Grade.NOTE
        assert troubles(watch.see_for(PAUSED_S - STALLED_S - 2, paused(FEW_STALLED - 1))) == []
        assert troubles(watch.see_for(1, paused(FEW_STALLED - 1))) == [FindingKind.UNREAD]
        assert troubles(Watch().see_for(STALLED_S, paused(FEW_STALLED))) == [FindingKind.UNREAD]

    def test_a_server_that_does_not_read_is_trouble_at_once(self):
        listener = row("tcp", "192.0.2.10:44120", ANY, "LISTEN", owner=(1313, 3))
        assert only(Watch().see_for(STALLED_S, [listener, unread()]), FindingKind.UNREAD).grade is Grade.TROUBLE

    def test_a_few_bytes_may_lie_for_hours(self):
        assert Watch().see_for(STALLED_S * 4, [unread(UNREAD_BYTES - 1, quiet_s=3600)]) == ()

    def test_the_kernels_clock_tells_it_sooner_once_it_was_seen_to_stand_still(self):
        watch = Watch()
        assert watch.see_rows([unread(quiet_s=STALLED_S)]) == ()
        found = only(watch.see_for(STALLED_FOR_S - 1, [unread(quiet_s=STALLED_S + 3)]), FindingKind.UNREAD)
        # It was so before anybody looked, unless the program has read what came last only a moment before.
        assert (found.since, found.certainty) == (None, Certainty.LIKELY)
        found = only(watch.see_for(STALLED_S, [unread(quiet_s=2 * STALLED_S)]), FindingKind.UNREAD)
        assert found.certainty is Certainty.CERTAIN

    def test_one_that_was_seen_to_read_is_told_by_what_was_seen_though_its_peer_has_sent_all(self):
        watch = Watch()
        for tick in range(60):
            found = watch.see_rows([unread(10 * UNREAD_BYTES - tick // 10, read=tick // 10, quiet_s=60 + tick)])
            assert found == () or tick < 10

    def test_a_machine_that_was_suspended_has_read_nothing_meanwhile(self):
        watch = Watch()
        watch.see_for(STALLED_FOR_S, [unread()])
        assert watch.see_rows([unread()], after=3600.0, asleep_s=3599.0) == ()

    def test_one_that_reads_slowly_reads(self):
        watch = Watch()
        for tick in range(60):
            assert watch.see_rows([unread(read=tick, quiet_s=3600)]) == ()

    def test_it_goes_when_the_program_reads(self):
        watch = Watch()
        watch.see_for(STALLED_S, [unread()])
        assert watch.see_rows([unread(read=100)]) == ()

    def test_a_peer_that_keeps_its_window_shut_is_trouble_of_the_peer(self):
        shut = pair(queue=(0, 90_000), timer=4, timer_tries=1)
        found = only(Watch().see_for(STALLED_S, [shut]), FindingKind.SHUT_WINDOW)
        assert (found.side, found.numbers.waiting_bytes) == (Side.PEER, 90_000)
        assert Watch().see_for(STALLED_S - 1, [shut]) == ()

    @pytest.mark.parametrize(
        ("slow", "others", "grade"),
        [
            (1, 0, Grade.NOTE),
            (FEW_STALLED, 4, Grade.TROUBLE),
            (FEW_STALLED + 1, 10, Grade.TROUBLE),
            (FEW_STALLED + 1, 100, Grade.NOTE),
        ],
    )
    def test_a_few_clients_that_do_not_read_are_slow_and_many_are_trouble(self, slow, others, grade):
        listener = row("tcp", "192.0.2.10:443", ANY, "LISTEN", owner=(812, 3), queue=(0, 511))
        clients = [
            pair(f"198.51.100.7:{5_000 + n}", "192.0.2.10:443", owner=(812, 9 + n), queue=(0, 9_000 * (n < slow)))
            for n in range(slow + others)
        ]
        shut = [replace(client, columns={**client.columns, "timer": 4}) for client in clients[:slow]]
        found = only(Watch().see_for(STALLED_S, [listener, *shut, *clients[slow:]]), FindingKind.SHUT_WINDOW)
        assert (found.grade, found.numbers.connections) == (grade, slow)

    def test_a_window_that_opens_now_and_then_is_slow_and_not_shut(self):
        watch = Watch()
        for tick in range(90):
            assert watch.see_rows([pair(queue=(0, 9_000), timer=4, bytes_acked=tick // 10)]) == ()

    def test_a_reader_on_this_host_is_told_once_by_itself(self):
        rows = [
            unread(local="127.0.0.1:80", remote="127.0.0.1:5000", owner=(77, 3)),
            pair("127.0.0.1:80", "127.0.0.1:5000", queue=(0, 90_000), timer=4),
        ]
        assert kinds(Watch().see_for(STALLED_S, rows)) == [FindingKind.UNREAD]

    def test_a_peer_that_no_longer_answers_probes_is_gone_and_not_slow(self):
        gone = pair(queue=(0, 90_000), timer=4, timer_tries=3)
        assert kinds(Watch().see_for(STALLED_S, [gone])) == [FindingKind.UNACKNOWLEDGED]
