"""Segments that are sent again: enough of them to matter, and whose they are."""

from monitor.model.finding import (
    Certainty,
    FindingKind,
    LinkSubject,
    PeerSubject,
    ProcessSubject,
    Side,
)
from monitor.model.sample import Network
from monitor.reasoning.finding_conditions import RESENT_FOR_S
from tests.reasoning.watching import Watch, only
from tests.scenes import address, link, row

NETWORK = Network(1, (link(1, "lo"), link(2, "eth0")), (address(2, "192.0.2.10/24"),))
SECONDS = 20


def stream(  # noqa: PLR0913 - one for each thing that decides
    remote, tick, *, sent=100, resent=0, port=443, owner=(812, 6), before=(0, 0)
):
    counters = {"segs_out": before[0] + sent * tick, "total_retrans": before[1] + resent * tick}
    return row("tcp", f"192.0.2.10:{port}", remote, "ESTAB", owner=owner, **counters)


def watched(make):
    """Watch rows that are made for each second anew."""
    watch = Watch()
    for tick in range(SECONDS):
        found = watch.see_rows(make(tick), network=NETWORK)
    return found


def clean(tick):
    return [stream(f"198.51.100.{n}:443", tick, port=50_000 + n, owner=(990, 6)) for n in range(100, 110)]


def test_one_peer_that_loses_is_that_peer_or_its_path_and_not_us():
    losing = lambda tick: [stream("198.51.100.7:5000", tick, port=443 + n, resent=10) for n in range(3)]  # noqa: E731
    found = only(watched(lambda tick: losing(tick) + clean(tick)), FindingKind.RETRANSMITS)
    assert isinstance(found.subject, PeerSubject)
    assert str(found.subject.remote.address) == "198.51.100.7"
    assert (found.side, found.certainty) == (Side.PEER_OR_PATH, Certainty.CERTAIN)
    assert (found.numbers.share, found.numbers.connections, found.numbers.others_resent) == (0.1, 3, 0)
    assert len(found.cookies) == 3
    alone = only(watched(losing), FindingKind.RETRANSMITS)
    assert alone.certainty is Certainty.LIKELY


def test_many_peers_that_lose_share_the_interface():
    found = only(
        watched(lambda tick: [stream(f"198.51.100.{n}:5000", tick, resent=10, owner=(n, 3)) for n in range(1, 9)]),
        FindingKind.RETRANSMITS,
    )
    assert (found.subject, found.side, found.numbers.remotes) == (LinkSubject(2), Side.PATH, 8)


def test_one_program_that_loses_while_others_do_not_is_that_program():
    losing = lambda tick: [stream(f"198.51.100.{n}:5000", tick, resent=10) for n in range(1, 9)]  # noqa: E731
    found = only(watched(lambda tick: losing(tick) + clean(tick)), FindingKind.RETRANSMITS)
    assert (found.subject, found.side, found.certainty) == (ProcessSubject(812, 812), Side.PROGRAM, Certainty.CERTAIN)


def test_a_small_share_is_usual():
    assert watched(lambda tick: [stream(f"198.51.100.{n}:5", tick, resent=4) for n in range(8)]) == ()


def test_few_segments_are_an_accident():
    assert watched(lambda tick: [stream(f"198.51.100.{n}:5", tick, sent=2, resent=1) for n in range(1)]) == ()


def test_one_lame_connection_is_not_told_of_the_host():
    assert watched(lambda tick: [stream("198.51.100.7:5", tick, resent=50), *clean(tick)]) == ()


def test_what_was_lost_long_ago_is_not_told():
    rows = lambda tick: [stream(f"198.51.100.{n}:5", tick, before=(9_000, 4_000)) for n in range(8)]  # noqa: E731
    assert watched(rows) == ()


def test_it_is_told_after_some_seconds_and_goes_when_the_loss_ends():
    watch = Watch()

    def rows(tick, lost):
        return [stream(f"198.51.100.{n}:5", tick, before=(0, lost), owner=(n, 3)) for n in range(1, 9)]

    first = next(tick for tick in range(SECONDS) if watch.see_rows(rows(tick, 10 * tick), network=NETWORK))
    assert RESENT_FOR_S < first <= RESENT_FOR_S + 3
    last = [watch.see_rows(rows(tick, 10 * first), network=NETWORK) for tick in range(first + 1, first + 25)]
    assert last[0]
    assert last[-1] == ()


def test_a_doctor_that_watches_for_five_seconds_can_tell():
    watch = Watch()
    for tick in range(6):
        found = watch.see_rows([stream("198.51.100.7:5000", tick, port=443 + n, resent=10) for n in range(3)])
    assert only(found, FindingKind.RETRANSMITS).numbers.over_s == 5.0


def test_a_peer_that_loses_by_two_interfaces_is_told_once():
    two = Network(
        1,
        (link(1, "lo"), link(2, "eth0"), link(3, "eth1")),
        (address(2, "192.0.2.10/24"), address(3, "192.0.2.11/24")),
    )

    def losing(tick):
        counters = {"segs_out": 100 * tick, "total_retrans": 10 * tick}
        return [
            row("tcp", f"{local}:{443 + n}", "198.51.100.7:5000", "ESTAB", owner=(812, 6), **counters)
            for local in ("192.0.2.10", "192.0.2.11")
            for n in range(3)
        ]

    watch = Watch()
    for tick in range(SECONDS):
        found = watch.see_rows(losing(tick), network=two)
    assert only(found, FindingKind.RETRANSMITS).numbers.connections == 3


def test_two_peers_that_lose_are_two_peers():
    found = watched(
        lambda tick: [stream(f"198.51.100.{n % 2}:5", tick, port=443 + n, resent=10, owner=(n, 3)) for n in range(1, 9)]
    )
    assert {str(one.subject.remote.address) for one in found} == {"198.51.100.0", "198.51.100.1"}


def test_syns_that_are_sent_again_are_no_loss_of_data():
    def dialling(tick):
        counters = {"segs_out": 100 * tick, "total_retrans": 50 * tick}
        return [row("tcp", f"192.0.2.10:{n}", f"198.51.100.{n}:5", "SYN-SENT", **counters) for n in range(1, 9)]

    assert watched(dialling) == ()
