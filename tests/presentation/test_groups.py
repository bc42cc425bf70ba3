"""Groups equal a slow grouping, row by row; sums and counts are exact."""

from __future__ import annotations

import math
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model.sample import DIRECTION_DIALLED
from monitor.model.tcp import state_name
from monitor.presentation.group_keys import Grouping, first_pids, group_title
from monitor.presentation.groups import Groups
from monitor.presentation.listeners_view import KEY_COLUMNS
from monitor.presentation.row_text import RowTexts
from monitor.reasoning.other_ends import other_ends
from monitor.sampling.intervals import advance
from tests.presentation.random_intervals import intervals
from tests.scenes import ANY, ANY6, row, sample_of, traffic

BY = st.sampled_from(Grouping)


UNCONNECTED = row("udp", "[::1]:5353", ANY6, "UNCONN")


def tcp(number, state="ESTAB", *, owner=(), is_dialled=False):
    told = traffic(sent=10, is_dialled=is_dialled)
    return row("tcp", "192.0.2.10:443", f"198.51.100.7:{number}", state, owner=owner, **told)


def everything(interval):
    return np.ones(len(interval.table), np.bool_)


def slow_key(interval, place, by):  # noqa: PLR0911 - one answer for each grouping
    """Say what a row shares with its group, from objects and words."""
    texts, table = RowTexts(interval), interval.table
    is_pair = bool(table.is_pair[place])
    remote = texts.remote(place)
    at = int(interval.listener[place])
    if at < 0 or interval.direction[place] == DIRECTION_DIALLED:
        at = place
    waits = bool(table.is_listener[at] or table.is_udp_unconnected[at])
    match by:
        case Grouping.PROCESS:
            return {owner.process for owner in texts.owners(place)} or texts.process(place)
        case Grouping.REMOTE_ADDRESS:
            return (remote.on_the_wire.address, remote.zone) if is_pair else None
        case Grouping.REMOTE_PORT:
            return (texts.protocol(place), remote.port) if is_pair else None
        case Grouping.REMOTE_ENDPOINT:
            return (texts.protocol(place), remote.on_the_wire, remote.zone) if is_pair else None
        case Grouping.LISTENER:
            return [int(getattr(table, name)[at]) for name in KEY_COLUMNS] if waits else None
        case Grouping.INTERFACE:
            return texts.interface(place)
        case Grouping.STATE:
            return texts.protocol(place), texts.state(place)
        case Grouping.USER:
            return int(table.uid[place]) if texts.has_user(place) else None


def slow_end_key(interval, place, by):
    if by is Grouping.SOCKET:
        return int(interval.table.cookie[place])
    if by is Grouping.LOCAL_ADDRESS:
        local = RowTexts(interval).local(place)
        return local.on_the_wire.address, local.zone
    (end,) = other_ends(interval.table, np.array([place])).tolist()
    if end < 0:
        return "elsewhere"
    owner = slow_key(interval, end, Grouping.PROCESS)
    return "here", sorted(owner, key=repr) if isinstance(owner, set) else owner


def slow_groups(interval, chosen, by):
    groups = defaultdict(list)
    for place in np.flatnonzero(chosen).tolist():
        made_by = slow_end_key if by in (Grouping.PEER, Grouping.SOCKET, Grouping.LOCAL_ADDRESS) else slow_key
        key = made_by(interval, place, by)
        groups[repr(sorted(key, key=repr) if isinstance(key, set) else key)].append(place)
    return sorted(groups.values())


def members(groups):
    return sorted(groups.members(entry).tolist() for entry in range(len(groups)))


@pytest.mark.parametrize("by", Grouping)
@settings(max_examples=30)
@given(interval=intervals(), data=st.data())
def test_groups_equal_a_grouping_row_by_row(by, interval, data):
    size = len(interval.table)
    chosen = np.array(data.draw(st.lists(st.booleans(), min_size=size, max_size=size)), np.bool_)
    assert members(Groups.of(interval, chosen, by)) == slow_groups(interval, chosen, by)


@settings(max_examples=50)
@given(intervals(), BY)
def test_all_rows_of_a_group_have_its_title(interval, by):
    groups, texts = Groups.of(interval, everything(interval), by), RowTexts(interval)
    for entry in range(len(groups)):
        assert len({group_title(texts, place, by) for place in groups.members(entry).tolist()}) == 1


@pytest.mark.parametrize(
    ("by", "rows"),
    [
        (Grouping.PROCESS, [tcp(1, owner=[(812, 5), (813, 5)]), tcp(2, owner=[(812, 6), (990, 5)])]),
        (Grouping.STATE, [tcp(1, "SYN-RECV"), tcp(2, "NEW-SYN-RECEIVED"), tcp(3)]),
        (Grouping.REMOTE_ADDRESS, [UNCONNECTED, row("udp", "[::1]:7", "[::]:53", "ESTAB")]),
        (Grouping.LISTENER, [row("tcp", "192.0.2.10:443", ANY, "LISTEN"), tcp(1), tcp(2, is_dialled=True)]),
    ],
)
def test_groups_tell_apart_what_chance_seldom_makes(by, rows):
    interval = advance(None, sample_of(rows))
    groups = Groups.of(interval, everything(interval), by)
    assert members(groups) == slow_groups(interval, everything(interval), by)
    assert len(groups) == 2


def known_sum(values):
    known = [float(value) for value in values if not math.isnan(value)]
    return sum(known) if known else math.nan


def same(one, other):
    return one == other or (math.isnan(one) and math.isnan(other))


@settings(max_examples=50)
@given(intervals(), BY)
def test_sums_are_those_of_the_rows_that_are_known(interval, by):
    groups, table = Groups.of(interval, everything(interval), by), interval.table
    for entry in range(len(groups)):
        rows = groups.members(entry)
        plain = rows[~table.is_listener[rows]]
        assert same(groups.receive_rate[entry], known_sum(interval.receive_rate[rows]))
        assert same(groups.send_rate[entry], known_sum(interval.send_rate[rows]))
        assert same(groups.recv_q[entry], known_sum(table.recv_q[plain].astype(float)))
        assert same(groups.send_q[entry], known_sum(table.send_q[plain].astype(float)))


@settings(max_examples=50)
@given(intervals(), BY)
def test_extremes_and_shares_are_those_of_the_rows_that_are_known(interval, by):
    groups, table = Groups.of(interval, everything(interval), by), interval.table
    for entry in range(len(groups)):
        rows = [place for place in groups.members(entry).tolist() if table.is_pair[place] and table.info_length[place]]
        rtts = [int(table.rtt_us[place]) for place in rows if table.rtt_us[place]]
        assert same(groups.worst_rtt_us[entry], float(max(rtts, default=math.nan)))
        sent, resent = (sum(int(column[place]) for place in rows) for column in (table.segs_out, table.total_retrans))
        assert same(groups.retransmit_share[entry], resent / max(sent, 1) if rows else math.nan)


@settings(max_examples=50)
@given(intervals(), BY)
def test_every_row_is_counted_once_by_its_state_or_as_closed(interval, by):
    groups, table = Groups.of(interval, everything(interval), by), interval.table
    for entry in range(len(groups)):
        rows = groups.members(entry).tolist()
        living = [place for place in rows if math.isnan(interval.closed_at[place])]
        named = Counter((int(table.protocol[p]), state_name(table.protocol[p], table.state[p])) for p in living)
        counts = groups.state_counts(entry)
        assert {(protocol, state_name(protocol, state)): n for (protocol, state), n in counts.items()} == named
        assert groups.closed_count(entry) == len(rows) - len(living)
        assert int(groups.counts[entry]) == len(rows)


@settings(max_examples=50)
@given(intervals(), BY, st.data())
def test_some_groups_by_themselves_are_the_same_groups(interval, by, data):
    groups = Groups.of(interval, everything(interval), by)
    entries = data.draw(st.lists(st.sampled_from(range(len(groups))), unique=True) if len(groups) else st.just([]))
    some = groups.only(np.array(entries, np.intp))
    assert len(some) == len(entries)
    for number, entry in enumerate(entries):
        assert some.key(number) == groups.key(entry)
        assert some.members(number).tolist() == groups.members(entry).tolist()
        assert some.state_counts(number) == groups.state_counts(entry)
        for name in ("receive_rate", "send_q", "retransmit_share", "worst_rtt_us", "idle_s", "trouble_rank"):
            assert same(getattr(some, name)[number], getattr(groups, name)[entry])


@given(intervals())
def test_the_first_process_of_a_row_is_the_first_of_its_owners(interval):
    owners = interval.owners.pid
    ranges = zip(interval.owner_first.tolist(), interval.owner_end.tolist(), strict=True)
    expected = [int(owners[first]) if end > first else 0 for first, end in ranges]
    assert first_pids(interval, np.arange(len(interval.table))).tolist() == expected


@settings(max_examples=50)
@given(intervals(), BY)
def test_a_key_leads_back_to_its_group_and_to_no_other_groupings(interval, by):
    groups = Groups.of(interval, everything(interval), by)
    other = Groups.of(interval, everything(interval), next(kind for kind in Grouping if kind is not by))
    for entry in range(len(groups)):
        assert groups.entry_of(groups.key(entry)) == entry
        assert other.entry_of(groups.key(entry)) is None


def test_a_key_is_the_same_in_another_sample():
    made = row("tcp", "192.0.2.10:443", "198.51.100.7:51834", "ESTAB", owner=(812, 17), **traffic(sent=10))
    new = row("tcp", "192.0.2.10:443", "198.51.100.9:51834", "ESTAB", owner=(813, 17), **traffic(sent=10))
    one, two = advance(None, sample_of([made])), advance(None, sample_of([new, made], 9.0))
    for by in Grouping:
        key = Groups.of(one, everything(one), by).key(0)
        later = Groups.of(two, everything(two), by)
        assert 1 in later.members(later.entry_of(key))


def test_keys_that_are_no_groups_find_nothing():
    interval = advance(None, sample_of([row("tcp", "192.0.2.10:443", ANY, "LISTEN")]))
    groups = Groups.of(interval, everything(interval), Grouping.STATE)
    for key in (None, 7, "group", (), ("group", "state"), ("section", "LISTENS"), ("group", "user", 1)):
        assert groups.entry_of(key) is None


def title(by, *rows):
    interval = advance(None, sample_of(rows))
    return group_title(RowTexts(interval), 0, by)


def test_titles_name_what_is_shared():
    served = row("tcp", "[::ffff:192.0.2.10]:443", "[::ffff:198.51.100.7]:51834", "ESTAB", owner=(812, 17))
    listener = row("tcp", "[::]:443", ANY6, "LISTEN")
    assert title(Grouping.LOCAL_ADDRESS, served) == "192.0.2.10"
    assert title(Grouping.REMOTE_ADDRESS, served) == "198.51.100.7"
    assert title(Grouping.REMOTE_PORT, served) == "51834/tcp"
    assert title(Grouping.REMOTE_ENDPOINT, served) == "198.51.100.7:51834"
    assert title(Grouping.LISTENER, served, listener) == "[::]:443"
    assert title(Grouping.LISTENER, served) == "no listener"
    assert title(Grouping.PROCESS, served) == "process-812[812]"
    assert title(Grouping.LISTENER, row("udp", "[::]:5353", ANY6, "UNCONN", device=2)) == "udp [::]:5353 if2"
    assert title(Grouping.STATE, row("udp", "[::]:5353", ANY6, "UNCONN")) == "udp UNCONN"
    assert title(Grouping.REMOTE_PORT, listener) == title(Grouping.REMOTE_ADDRESS, listener) == "*"
