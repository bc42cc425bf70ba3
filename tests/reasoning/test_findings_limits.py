"""Local ports, descriptors and the packet filter near their limits; connections that are opened over and over."""

import pytest

from monitor.model.finding import FindingKind, Grade, ProcessSubject
from monitor.model.host_facts import DescriptorUse, HostFacts
from monitor.model.process import Process
from monitor.reasoning.finding_conditions import CONNTRACK_FOR_S, DESCRIPTORS_FOR_S, PORTS_FOR_S, PORTS_LOOK_S
from monitor.reasoning.findings import Findings
from monitor.sampling.intervals import advance
from tests.reasoning.watching import Watch, kinds, only, troubles
from tests.scenes import ANY, row, sample_of, traffic

RANGE = HostFacts(port_range=(40_000, 40_099), reserved_ports=(), time_wait_reuse=2)
DATABASE = "198.51.100.20:5432"


def dialled(count, remote=DATABASE, state="ESTAB", first=40_000, local="192.0.2.10"):
    counters = traffic(sent=9, is_dialled=True) if state == "ESTAB" else {}
    return [row("tcp", f"{local}:{first + n}", remote, state, owner=(990, 7), **counters) for n in range(count)]


class TestPorts:
    def test_nine_of_ten_ports_to_one_endpoint_are_trouble(self):
        found = only(Watch().see_for(PORTS_FOR_S, dialled(90), host_facts=RANGE), FindingKind.EPHEMERAL_PORTS)
        assert str(found.subject.remote) == DATABASE
        assert found.subject.source.address_text == "192.0.2.10"
        assert (found.numbers.used, found.numbers.usable, found.numbers.time_wait) == (90, 100, 0)

    def test_fewer_are_not(self):
        assert Watch().see_for(PORTS_FOR_S, dialled(89), host_facts=RANGE) == ()

    def test_two_endpoints_have_ports_of_their_own_each(self):
        rows = [*dialled(60), *dialled(60, remote="198.51.100.21:5432")]
        assert Watch().see_for(PORTS_FOR_S, rows, host_facts=RANGE) == ()

    def test_time_wait_holds_ports_too(self):
        rows = [*dialled(30), *dialled(65, state="TIME-WAIT", first=40_030)]
        told = {"host_facts": RANGE, "has_time_wait": True}
        found = only(Watch().see_for(PORTS_FOR_S, rows, **told), FindingKind.EPHEMERAL_PORTS)
        assert (found.numbers.used, found.numbers.time_wait, found.numbers.has_time_wait) == (95, 65, True)

    @pytest.mark.parametrize(
        ("reuse", "local", "remote"), [(1, "192.0.2.10", DATABASE), (2, "127.0.0.1", "127.0.0.1:5432")]
    )
    def test_not_where_connect_takes_them_over(self, reuse, local, remote):
        facts = HostFacts(port_range=(40_000, 40_099), reserved_ports=(), time_wait_reuse=reuse)
        rows = dialled(95, remote, "TIME-WAIT", local=local)
        assert Watch().see_for(5, rows, host_facts=facts, has_time_wait=True) == ()

    def test_reserved_and_listening_ports_are_no_ports_to_dial_from(self):
        facts = HostFacts(port_range=(40_000, 40_099), reserved_ports=((40_070, 40_098),))
        listener = row("tcp", "192.0.2.10:40099", ANY, "LISTEN")
        found = only(Watch().see_for(5, [*dialled(63), listener], host_facts=facts), FindingKind.EPHEMERAL_PORTS)
        assert (found.numbers.used, found.numbers.usable) == (63, 70)

    def test_clients_of_a_server_take_none_of_its_ports(self):
        listener = row("tcp", "192.0.2.10:40000", ANY, "LISTEN")
        clients = [row("tcp", "192.0.2.10:40000", f"198.51.100.7:{n}", "ESTAB") for n in range(1, 200)]
        assert troubles(Watch().see_for(5, [listener, *clients], host_facts=RANGE)) == []

    def test_without_a_known_range_nothing_is_said(self):
        assert Watch().see_for(5, dialled(100)) == ()

    def test_it_stays_above_eight_of_ten(self):
        watch = Watch()
        watch.see_for(PORTS_FOR_S, dialled(95), host_facts=RANGE)
        closed = [one.columns["cookie"] for one in dialled(95)[81:]]
        assert watch.see_rows(dialled(81), host_facts=RANGE, closed=closed)
        closed = [one.columns["cookie"] for one in dialled(95)[79:]]
        assert watch.see_rows(dialled(79), host_facts=RANGE, closed=closed) == ()


class TestTimeWait:
    def wishes(self, *samples):
        """Read samples of (rows, number of TIME-WAIT, whether it was read); say after each whether it is wanted."""
        reader, interval = Findings(), None
        for second, (rows, time_wait, has_time_wait) in enumerate(samples):
            told = {"host_facts": RANGE, "time_wait": time_wait, "has_time_wait": has_time_wait}
            interval = advance(interval, sample_of(rows, float(second), **told))
            reader.advance(interval)
            yield reader.wants_time_wait

    def test_it_is_read_where_it_could_fill_the_range(self):
        assert list(self.wishes((dialled(20), 60, False), (dialled(20), 59, False))) == [True, False]

    def test_it_is_read_on_where_it_does(self):
        rows = [*dialled(20), *dialled(60, state="TIME-WAIT", first=40_020)]
        assert list(self.wishes((dialled(20), 60, False), (rows, 60, True), (rows, 60, True)))[1:] == [True, True]

    def test_where_it_is_spread_it_is_read_again_after_a_while_only(self):
        spread = [one for n in range(20) for one in dialled(4, f"198.51.100.{n}:80", "TIME-WAIT")]
        wishes = list(self.wishes(([], 80, False), (spread, 80, True), *[([], 80, False)] * int(PORTS_LOOK_S)))
        assert wishes == [True, *[False] * int(PORTS_LOOK_S), True]


def ended(count, remote=DATABASE):
    return dialled(count, remote, "TIME-WAIT", first=20_000)


class TestShortConnections:
    def test_ten_a_second_to_one_endpoint_are_a_note(self):
        rows = [*ended(600), *dialled(2)]
        found = only(Watch().see_for(3, rows, has_time_wait=True), FindingKind.SHORT_CONNECTIONS)
        assert (found.grade, found.numbers.per_second) == (Grade.NOTE, 10.0)
        assert len(found.cookies) == 602

    def test_fewer_or_many_endpoints_are_not(self):
        assert Watch().see_for(3, ended(599), has_time_wait=True) == ()
        many = [*ended(400), *ended(400, remote="198.51.100.21:5432")]
        assert Watch().see_for(3, many, has_time_wait=True) == ()


class TestDescriptors:
    PROXY = Process(990, 52, b"proxy", 1001)

    def see(self, watch, open_now, limit=1000, seconds=DESCRIPTORS_FOR_S):
        told = {"processes": (self.PROXY,), "descriptors": {990: DescriptorUse(open_now, limit)}}
        return watch.see_for(seconds, dialled(2), **told)

    def test_nine_of_ten_are_trouble(self):
        found = only(self.see(Watch(), 900), FindingKind.DESCRIPTORS)
        assert (found.subject, found.numbers.used, found.numbers.limit) == (ProcessSubject(990, 52), 900, 1000)
        assert len(found.cookies) == 2

    def test_fewer_are_not_nor_is_a_process_without_a_limit(self):
        assert self.see(Watch(), 899) == ()
        assert self.see(Watch(), 99_999, limit=None) == ()

    def test_it_goes_below_eight_of_ten(self):
        watch = Watch()
        self.see(watch, 950)
        assert self.see(watch, 800)
        assert self.see(watch, 799) == ()


class TestConntrack:
    @pytest.mark.parametrize(("used", "is_found"), [(90, True), (89, False)])
    def test_nine_of_ten_entries_are_trouble(self, used, is_found):
        facts = HostFacts(conntrack_count=used, conntrack_max=100)
        found = Watch().see_for(CONNTRACK_FOR_S, [], host_facts=facts)
        assert kinds(found) == [FindingKind.CONNTRACK] * is_found

    def test_an_unknown_count_is_no_count(self):
        assert Watch().see_for(5, [], host_facts=HostFacts(conntrack_max=100)) == ()
