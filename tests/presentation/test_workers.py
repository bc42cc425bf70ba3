from __future__ import annotations

import numpy as np
import pytest

from monitor.model.sample import Interval
from monitor.model.socket_table import BACKLOG_UNKNOWN
from monitor.presentation.narrowing import ListenerConnections
from monitor.presentation.service_endpoints import ServiceEndpoints
from monitor.presentation.sorting import Sort
from monitor.presentation.worker_reasons import worker_whys
from monitor.presentation.workers import Workers
from monitor.presentation.workers_view import WorkersView, first_press
from monitor.sampling.intervals import advance
from tests.scenes import ANY, row, sample_of, traffic

HERE = "192.0.2.10:80"
ALL = ((71, 3), (72, 3), (73, 3))


def client(port: int, owner, sent: int = 0, **more):
    return row("tcp", HERE, f"198.51.100.7:{port}", "ESTAB", owner=owner, cookie=port, **{**traffic(sent=sent), **more})


def interval_of(*moments) -> Interval:
    interval = None
    for place, rows in enumerate(moments):
        interval = advance(interval, sample_of(rows, 5.0 * place))
    assert interval is not None
    return interval


def workers_of(*moments) -> Workers:
    interval = interval_of(*moments)
    endpoints = ServiceEndpoints.of(interval)
    those = ListenerConnections.of(endpoints, 0)
    return Workers.of(interval, those.sockets(interval), those.connections(interval))


def shown(workers: Workers, sort: Sort | None = None, **more) -> list[tuple[str, ...]]:
    view = WorkersView.make(workers, sort or Sort(), 80, **more)
    return [tuple(cell.text.strip() for cell in line.cells) for line in view.lines(0, view.count)]


SHARED = row("tcp", HERE, ANY, "LISTEN", owner=ALL, queue=(3, 8))


def test_workers_of_one_socket_share_its_queue():
    workers = workers_of([SHARED, client(1, (71, 4)), client(2, (71, 5)), client(3, (72, 4))])
    assert shown(workers) == [
        ("process-71[71]", "2", "67", "shared", "–", "–", "0"),
        ("process-72[72]", "1", "33", "shared", "–", "–", "0"),
        ("process-73[73]", "0", "0", "shared", "0", "0", "0"),
    ]
    assert workers.summary == "one socket, 3 processes, queue 3/8▃ · 3 accepted"


def test_a_queue_whose_limit_is_not_known_has_no_bar():
    listener = row("tcp", HERE, ANY, "LISTEN", owner=ALL, queue=(3, BACKLOG_UNKNOWN))
    assert workers_of([listener]).sharing == "one socket, 3 processes, queue 3/–"


def test_workers_of_a_reuseport_group_have_queues_of_their_own():
    group = [
        row("tcp", HERE, ANY, "LISTEN", owner=(70 + place, 3), queue=(place, 8), cookie=70 + place) for place in (1, 2)
    ]
    workers = workers_of([*group, client(1, (72, 4))])
    assert [line[3] for line in shown(workers)] == ["2/8▂", "1/8▁"]
    assert workers.sharing == "2 sockets, a queue each"


def test_a_process_that_was_handed_a_connection_is_a_worker_that_does_not_listen():
    workers = workers_of([SHARED, client(1, (99, 4))])
    assert ("process-99[99]", "1", "100", "none", "–", "–", "0") in shown(workers)


def test_what_no_worker_has_is_counted_apart():
    waiting = row("tcp", HERE, "198.51.100.7:9", "ESTAB", inode=0, cookie=9)
    hidden = client(8, ())
    workers = workers_of([SHARED, client(1, (71, 4)), waiting, hidden])
    assert workers.summary.endswith(" · 2 accepted · 1 not accepted yet · 1 of processes that are not known")
    assert shown(workers)[0][2] == "50"


def test_connections_that_have_just_closed_do_not_count():
    both = [SHARED, client(1, (71, 4)), client(2, (71, 5))]
    workers = workers_of(both, both, both[:2], both[:2])
    assert len(workers.interval.table) == 3
    assert shown(workers)[0][:3] == ("process-71[71]", "1", "100")


def test_the_busiest_stands_first_and_others_keep_their_places():
    moments = [[SHARED, client(1, (71, 4), sent=1_000), client(2, (72, 4), sent=sent)] for sent in (1_000, 50_000)]
    workers = workers_of(*moments)
    assert [line[0] for line in shown(workers)] == ["process-72[72]", "process-71[71]", "process-73[73]"]
    kept = np.array([71, 73, 72], np.uint64)
    assert [line[0] for line in shown(workers, former=kept)] == ["process-71[71]", "process-73[73]", "process-72[72]"]


@pytest.mark.parametrize(
    ("column", "first"), [("process", "71"), ("connections", "71"), ("queue", "72"), ("unread", "72"), ("send", "71")]
)
def test_any_column_sorts(column: str, first: str):
    group = [
        row("tcp", HERE, ANY, "LISTEN", owner=(70 + place, 3), queue=(place, 8), cookie=70 + place) for place in (1, 2)
    ]
    busy = [client(1, (71, 4), sent=sent) for sent in (0, 9_000)]
    rest = [client(2, (71, 5)), client(3, (72, 5), queue=(70, 0))]
    workers = workers_of(*([*group, one, *rest] for one in busy))
    assert shown(workers, first_press(column))[0][0] == f"process-{first}[{first}]"


def test_the_cursor_finds_its_worker_again_by_pid():
    view = WorkersView.make(workers_of([SHARED]), Sort("process"), 80)
    assert [view.key_at(place) for place in range(3)] == [71, 72, 73]
    assert view.position_of(72) == 1
    assert view.position_of(74) is None
    assert view.position_of("72") is None


def test_every_column_says_what_it_is():
    workers = workers_of([SHARED, client(1, (71, 4))])
    view = WorkersView.make(workers, Sort(), 120)
    meanings = [worker_whys(workers, 0)(column.id).meaning for column in view.columns]
    assert len(set(meanings)) == len(meanings)


def test_where_nobody_listens_any_more_the_connections_still_have_their_processes():
    before = interval_of([SHARED, client(1, (71, 4))])
    those = ListenerConnections.of(ServiceEndpoints.of(before), 0)
    after = interval_of([client(1, (71, 4))])
    workers = Workers.of(after, those.sockets(after), those.connections(after))
    assert shown(workers) == [("process-71[71]", "1", "100", "none", "–", "–", "0")]
    nobody = interval_of([])
    assert shown(Workers.of(nobody, those.sockets(nobody), those.connections(nobody))) == []
