"""Notes about listeners, their workers, and today's routes."""

from dataclasses import replace

import numpy as np
import pytest

from monitor.model.egress import Egress, Reason
from monitor.model.finding import Certainty, FindingKind, Grade, HostSubject, LinkSubject
from monitor.model.process import Process
from monitor.reasoning.finding_conditions import ELSEWHERE_FOR_S, UNEVEN_FOR_S
from monitor.reasoning.findings import Findings
from monitor.sampling.intervals import advance
from tests.reasoning.watching import Watch, kinds, only
from tests.scenes import ANY, ANY6, row, sample_of, traffic

NGINX = (
    Process(811, 1, b"nginx", 0, parent=1),
    *(Process(pid, 2, b"nginx", 33, parent=811) for pid in (812, 813, 814, 815)),
)


def listener(local, owner=(812, 6), **told):
    return row("tcp", local, ANY6 if local.startswith("[") else ANY, "LISTEN", owner=owner, queue=(0, 511), **told)


def clients(count, owner, first=50_000, **told):
    return [
        row("tcp", "192.0.2.10:443", f"198.51.100.7:{first + n}", "ESTAB", owner=owner, **told) for n in range(count)
    ]


class TestReach:
    def test_a_database_at_every_address_is_a_note_of_its_own_before_all_others(self):
        found = Watch().see_rows([listener("0.0.0.0:6379"), listener("0.0.0.0:22"), listener("[::]:80")])
        redis, others = found
        assert {redis.kind, others.kind} == {FindingKind.LISTENS_EVERYWHERE}
        assert {redis.grade, others.grade} == {Grade.NOTE}
        assert (redis.numbers.service, redis.numbers.ports) == ("Redis", (6379,))
        assert (others.subject, others.numbers.services, others.numbers.ports) == (HostSubject(), 2, (22, 80))

    def test_one_with_a_socket_for_each_family_is_one_note(self):
        (found,) = Watch().see_rows([listener("0.0.0.0:5432"), listener("[::]:5432", v6only=1)])
        assert (found.numbers.services, found.numbers.ports, len(found.cookies)) == (2, (5432,), 2)

    @pytest.mark.parametrize("local", ["127.0.0.1:5432", "192.0.2.10:5432", "[::1]:5432", "[2001:db8::10]:5432"])
    def test_one_at_a_single_address_is_not(self, local):
        assert Watch().see_rows([listener(local)]) == ()

    def test_one_that_is_bound_to_an_interface_is_not(self):
        assert Watch().see_rows([listener("0.0.0.0:5432", device=2)]) == ()


class TestTwoPrograms:
    def see(self, *rows, processes=()):
        return [one for one in Watch().see_rows(rows, processes=processes) if one.kind is FindingKind.TWO_PROGRAMS]

    def test_a_wildcard_and_another_programs_address_are_a_note(self):
        (found,) = self.see(listener("0.0.0.0:8080", (811, 3)), listener("127.0.0.1:8080", (4411, 4)))
        assert found.numbers.pids == (811, 4411)

    def test_both_families_by_different_programs_are_too(self):
        assert self.see(listener("0.0.0.0:8080", (811, 3)), listener("[::]:8080", (4411, 4)))

    def test_two_addresses_are_two_services(self):
        assert not self.see(listener("127.0.0.53:53", (811, 3)), listener("192.0.2.10:53", (4411, 4)))

    def test_one_program_may_listen_often(self):
        assert not self.see(listener("0.0.0.0:80", (811, 3)), listener("[::]:80", (811, 4)))
        assert not self.see(listener("0.0.0.0:80", (812, 3)), listener("[::]:80", (813, 4)), processes=NGINX)

    def test_a_proxy_of_docker_for_each_family_is_one_service(self):
        both = [
            Process(pid, 1, b"docker-proxy", 0, command_line=b"docker-proxy -host-ip " + address)
            for pid, address in ((811, b"0.0.0.0"), (812, b"::"))
        ]
        rows = listener("0.0.0.0:8080", (811, 3)), listener("[::]:8080", (812, 3), v6only=1)
        assert self.see(*rows, processes=both) == []

    def test_two_scripts_of_one_interpreter_are_two_programs(self):
        scripts = (
            Process(5, 1, b"python3", 0, None, b"python3\0a.py"),
            Process(6, 1, b"python3", 0, None, b"python3\0b.py"),
        )
        assert self.see(listener("0.0.0.0:80", (5, 3)), listener("[::]:80", (6, 4)), processes=scripts)


class TestInherited:
    def see(self, parent, child):
        rows = [listener("127.0.0.1:80", ((parent.pid, 3), (child.pid, 3)))]
        return kinds(Watch().see_rows(rows, processes=(parent, child)))

    def test_a_child_of_another_program_is_a_note(self):
        found = self.see(Process(5120, 1, b"python3", 0, parent=1), Process(5133, 2, b"sleep", 0, parent=5120))
        assert found == [FindingKind.INHERITED_LISTENER]

    def test_a_worker_of_the_same_program_is_not(self):
        assert self.see(*NGINX[:2]) == []

    def test_what_listens_for_others_hands_on_by_design(self):
        assert self.see(Process(1, 1, b"systemd", 0), Process(700, 2, b"sshd", 0, parent=1)) == []
        assert self.see(Process(600, 1, b"master", 0), Process(700, 2, b"smtpd", 89, parent=600)) == []


class TestWorkers:
    shared = tuple((process.pid, 6) for process in NGINX)

    def see(self, *counts, seconds=UNEVEN_FOR_S):
        rows = [listener("192.0.2.10:443", self.shared[: len(counts) + 1])]
        for place, count in enumerate(counts):
            rows += clients(count, (812 + place, 20), 50_000 + 1_000 * place)
        return Watch().see_for(seconds, rows, processes=NGINX)

    def test_three_times_the_fair_share_is_a_note_that_leaves_the_master_out(self):
        found = only(self.see(40, 4, 4, 4), FindingKind.UNEVEN_WORKERS)
        assert (found.grade, found.numbers.workers, found.numbers.pid) == (Grade.NOTE, 4, 812)
        assert (found.numbers.most, found.numbers.connections, found.numbers.sockets) == (40, 52, 1)

    def test_an_ordinary_spread_is_not(self):
        assert self.see(20, 10, 8, 12) == ()

    def test_too_few_connections_tell_nothing(self):
        assert self.see(29, 0, 0, 0) == ()

    def test_of_two_one_has_to_have_nearly_all(self):
        assert self.see(80, 20) == ()
        assert self.see(90, 10)

    def test_a_group_by_reuseport_is_looked_at_likewise(self):
        rows = [listener("192.0.2.10:443", (pid, 6), cookie=pid) for pid in (812, 813, 814, 815)]
        found = only(
            Watch().see_for(UNEVEN_FOR_S, [*rows, *clients(60, (813, 7))], processes=NGINX), FindingKind.UNEVEN_WORKERS
        )
        assert (found.numbers.sockets, found.numbers.pid) == (4, 813)

    def test_where_a_process_is_not_known_nothing_is_said(self):
        rows = [listener("192.0.2.10:443", self.shared), *clients(90, (812, 7)), *clients(1, (), 60_000)]
        assert Watch().see_for(UNEVEN_FOR_S, rows, processes=NGINX) == ()


def judged_for(seconds, *reasons, was=2, heard_s=60):
    """Watch connections that today's routes treat so."""
    rows, reader, interval = clients(len(reasons), (812, 7), **traffic(idle_s=heard_s)), Findings(), None
    for tick in range(round(seconds) + 1):
        interval = advance(interval, sample_of(rows, float(tick)))
        egress = replace(
            Egress.unasked(len(rows)),
            reason=np.array(reasons, np.uint8),
            was=np.full(len(rows), was, np.int32),
            leaving=np.full(len(rows), 3, np.int32),
        )
        found = reader.advance(replace(interval, egress=egress))
    return found


class TestRoutes:
    def test_connections_without_a_way_are_trouble_and_others_that_moved_a_note(self):
        found = judged_for(
            ELSEWHERE_FOR_S, Reason.REFUSED, Reason.ADDRESS_GONE, Reason.OTHER_DEVICE, Reason.SAME_DEVICE
        )
        lost, moved = found
        assert (lost.kind, lost.grade, lost.numbers.connections) == (FindingKind.NO_WAY, Grade.TROUBLE, 2)
        assert (moved.kind, moved.grade, moved.subject) == (FindingKind.ELSEWHERE, Grade.NOTE, LinkSubject(2, 3))

    def test_a_doctor_of_five_seconds_who_had_the_first_answers_a_second_late_can_tell(self):
        assert kinds(judged_for(4.0, Reason.REFUSED)) == [FindingKind.NO_WAY]

    def test_an_address_that_no_interface_was_seen_to_have_may_be_a_proxys(self):
        assert only(judged_for(ELSEWHERE_FOR_S, Reason.ADDRESS_GONE, was=0), FindingKind.NO_WAY).certainty is (
            Certainty.LIKELY
        )
        assert only(judged_for(ELSEWHERE_FOR_S, Reason.ADDRESS_GONE), FindingKind.NO_WAY).certainty is Certainty.CERTAIN

    def test_where_such_an_address_hears_its_peer_it_has_not_gone(self):
        assert judged_for(ELSEWHERE_FOR_S, Reason.ADDRESS_GONE, was=0, heard_s=1) == ()
        assert kinds(judged_for(ELSEWHERE_FOR_S, Reason.ADDRESS_GONE, heard_s=1)) == [FindingKind.NO_WAY]

    def test_a_moment_without_a_way_is_not_told(self):
        assert judged_for(ELSEWHERE_FOR_S - 1, Reason.REFUSED) == ()

    def test_who_is_not_asked_is_not_told(self):
        assert judged_for(60, Reason.NOT_ASKED, Reason.HIDDEN_SELECTOR, Reason.AS_OPENED) == ()
