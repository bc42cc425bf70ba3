"""RouteAgreement: rows keep their verdicts as long as nothing changes that these follow from."""

from __future__ import annotations

from dataclasses import fields, replace
from ipaddress import ip_address

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.egress import Reason
from monitor.model.route import Flow, RouteDecision
from monitor.sampling import agreement as rooms
from monitor.sampling.agreement import RouteAgreement
from monitor.sampling.intervals import advance
from monitor.sampling.route_answers import STALE_S
from tests.agreeing import MANY, answered
from tests.presentation.random_intervals import NETWORK, intervals
from tests.scenes import FixedSource, row, sample_of, traffic

HOME = ip_address("192.0.2.10")
DAYS = st.lists(st.tuples(st.sampled_from((1, 1, 2, 3)), st.booleans()), max_size=4)
"""Routing generation, and whether all questions are answered before the next sample."""


def route_on(day: int):
    """Give routes that are others on another day: by remote address and by whether a source is named."""

    def route(flow: Flow) -> RouteDecision:
        device = 2 + (int(flow.remote) + day + (flow.source is None)) % 2
        errno = "EHOSTUNREACH" if int(flow.remote) % 5 == day else None
        return RouteDecision(flow, errno, "unicast", b"eth0", device, None, flow.source or HOME, "default", 254)

    return route


def sample_on(interval, day, seconds):
    network = replace(interval.sample.network, routing_generation=day)
    return replace(interval.sample, boot_time=interval.sample.boot_time + seconds, network=network)


@given(intervals(), DAYS)
def test_verdicts_that_were_kept_are_those_that_would_be_made_anew(interval, days):
    keeping, anew = RouteAgreement(), RouteAgreement()
    for seconds, (day, is_answered) in enumerate([(1, True), *days]):
        interval = advance(interval, sample_on(interval, day, seconds + 1))
        made = [keeping.take(interval)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(rooms, "_ROWS_AT_ONCE", 3)
            patch.setattr(rooms, "_has_changed", lambda _, __, now: np.ones(len(now.table), np.bool_))
            made.append(anew.take(interval))
        if is_answered:
            source = FixedSource([interval.sample], route_on(day))
            made = [answered(keeping, source), answered(anew, source)]
        for column in fields(made[0].egress):
            kept, again = (getattr(one.egress, column.name).tolist() for one in made)
            assert kept == again, column.name


def client(number, **columns):
    address = f"198.51.{number // 250}.{number % 250 + 1}"
    return row("tcp", "192.0.2.10:443", f"{address}:51834", "ESTAB", cookie=number + 1, **columns)


def watched(*tables, day=1):
    """Have an agreement see tables one second after another, all answered; give it with its last interval."""
    agreement, interval = RouteAgreement(), None
    for seconds, rows in enumerate(tables):
        network = replace(NETWORK, routing_generation=day)
        interval = advance(interval, sample_of(rows, float(seconds), network=network))
        agreement.take(interval)
        answered(agreement, FixedSource([interval.sample], route_on(day)))
    return agreement, interval


def test_where_nothing_changed_nothing_is_asked_and_no_column_is_made_anew():
    rows = [client(number) for number in range(9)]
    agreement, interval = watched(rows)
    first = agreement.judged()
    second = agreement.take(advance(interval, sample_on(interval, 1, 1)))
    assert len(agreement.open_questions(MANY)) == 0
    assert second.egress is not None
    assert second.egress.reason is first.egress.reason


def test_nothing_is_asked_before_the_rules_were_read():
    """Without them each connection would put a question of its own: they may look at its ports."""
    agreement, sample = RouteAgreement(), sample_of([client(1)], network=replace(NETWORK, has_rules=False))
    interval = agreement.take(advance(None, sample))
    assert len(agreement.open_questions(MANY)) == 0
    agreement.take(advance(interval, replace(sample, boot_time=sample.boot_time + 1, network=NETWORK)))
    assert len(agreement.open_questions(MANY)) == 1


def test_a_row_that_came_is_asked_about_alone():
    agreement, interval = watched([client(number) for number in range(9)])
    rows = [client(number) for number in range(10)]
    agreement.take(advance(interval, sample_of(rows, 1.0, network=interval.sample.network)))
    assert len(agreement.open_questions(MANY)) == 1


def test_a_row_that_closed_has_no_verdict_any_more():
    agreement, interval = watched([client(1), client(2)])
    closed = sample_of([client(1)], 1.0, closed=[client(2).columns["cookie"]], network=interval.sample.network)
    reasons = agreement.take(advance(interval, closed)).egress.reason.tolist()
    assert reasons[0] != Reason.NOT_ASKED
    assert reasons[1] == Reason.NOT_ASKED


def test_a_row_that_turns_out_to_be_dialled_is_asked_about_as_if_it_were_dialled_today():
    agreement, interval = watched([client(1, **{**traffic(is_dialled=True), "queue": (0, 9)})])
    told = sample_of([client(1, **traffic(is_dialled=True))], 1.0, network=interval.sample.network)
    agreement.take(advance(interval, told))
    assert [int(asked["source_high"]) for asked in agreement.open_questions(MANY)] == [0]


def test_an_answer_is_asked_for_again_when_it_is_old_and_another_one_makes_another_verdict():
    agreement, interval = watched([client(1)])
    interval = advance(interval, sample_on(interval, 1, STALE_S + 1))
    before = agreement.take(interval)
    assert len(agreement.open_questions(MANY)) == 1
    after = answered(agreement, FixedSource([interval.sample], route_on(2)))
    assert before.egress.reason.tolist() != after.egress.reason.tolist()


def test_verdicts_of_former_routes_stand_until_the_answers_of_todays_are_there():
    agreement, interval = watched([client(1)])
    before = agreement.judged()
    waiting = agreement.take(advance(interval, sample_on(interval, 2, 1)))
    assert before.egress.reason.tolist() == waiting.egress.reason.tolist() != [Reason.NOT_ASKED]


def test_questions_that_nobody_puts_any_more_are_forgotten(monkeypatch):
    monkeypatch.setattr(rooms, "_FEW_QUESTIONS", 16)
    tables = [[client(number) for number in range(first, first + 10)] for first in range(0, 200, 10)]
    agreement, _ = watched(*tables)
    assert len(agreement._answers) < 60
    fresh, _ = watched(tables[-1])
    assert len(fresh._answers) == 10
    assert (
        agreement._answers.records[agreement._numbers.bound[:10]].tolist()
        == fresh._answers.records[fresh._numbers.bound].tolist()
    )
