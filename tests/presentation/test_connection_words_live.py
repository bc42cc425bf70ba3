"""What is said of real sockets: the states that an operator asks about, made for real."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import closing

import numpy as np
import pytest

from monitor.model.event_list import EventKind
from monitor.model.sockets import SocketId
from monitor.model.tcp import TcpState
from monitor.presentation.connection_words import connection_lines, connection_title
from monitor.presentation.linked_line import ToSocket
from monitor.presentation.routing_text import RouteAnswer
from monitor.presentation.selection import route_question
from monitor.sampling.event_log import EventLog
from monitor.sampling.intervals import advance
from monitor.sampling.live import LiveSource
from tests.kernel import socket_world as world
from tests.presentation.connection_scene import texts

PATIENCE_S = 10.0


@pytest.fixture
def source(namespace):
    with closing(LiveSource()) as source:
        yield source


@pytest.fixture
def interval(source):
    """A namespace that holds a pair in every state that can be held still."""
    wanted = {TcpState.SYN_SENT, TcpState.SYN_RECEIVED, TcpState.TIME_WAIT, TcpState.CLOSE_WAIT, TcpState.FIN_WAIT_2}
    with world.sockets():
        deadline = time.monotonic() + PATIENCE_S
        while not wanted <= set((sample := source.sample(time_wait=True)).table.state.tolist()):
            assert time.monotonic() < deadline
        yield advance(None, sample)


def lines_about(source, interval, row):
    """Ask about a row as its screen does, and give the lines."""
    details = source.socket(SocketId.of(interval.table, row))
    flow = route_question(interval, row)
    return connection_lines(interval, row, details, RouteAnswer(flow, source.route_to(flow)), 120, missing="gone")


def of_state(interval, state) -> int:
    return int(np.flatnonzero(interval.table.is_pair & (interval.table.state == state))[0])


@pytest.mark.kernel
@pytest.mark.parametrize(
    ("state", "label", "words"),
    [
        (TcpState.SYN_SENT, "SYN", "host's limit "),
        (TcpState.SYN_RECEIVED, "held by", "the kernel's own, no process"),
        (TcpState.TIME_WAIT, "ends in", "s left · kernel's own, no process"),
        (TcpState.CLOSE_WAIT, "peer", "closed "),
        (TcpState.CLOSE_WAIT, "we", "our program has not called close()"),
        (TcpState.FIN_WAIT_2, "ends", "when the peer closes"),
        (TcpState.ESTABLISHED, "control", "window scale"),
    ],
    ids=lambda value: str(value).replace(" ", "-"),
)
def test_a_state_made_for_real_is_said(source, interval, state, label, words):
    assert words in texts(lines_about(source, interval, of_state(interval, state)))[label]


@pytest.mark.kernel
def test_no_line_of_a_living_connection_is_unknown_without_a_reason(source, interval):
    table = interval.table
    for row in np.flatnonzero(table.is_pair).tolist():
        for label, text in texts(lines_about(source, interval, row)).items():
            assert "asking" not in text, (label, text)
            assert "gone" not in text, (label, text)
            assert text != "–", label


@pytest.mark.kernel
def test_loopback_pairs_lead_to_each_other(source, interval):
    table = interval.table
    row = of_state(interval, TcpState.CLOSE_WAIT)
    (target,) = (line.target for line in lines_about(source, interval, row) if isinstance(line.target, ToSocket))
    other = table.row_of_cookie(target.cookie)
    assert (table.local(other), table.remote(other)) == (table.remote(row), table.local(row))
    assert int(table.state[other]) == TcpState.FIN_WAIT_2


@pytest.mark.kernel
def test_a_peer_that_does_not_read_shuts_its_window(source):
    with (
        socket.create_server((world.V4, 0)) as listener,
        socket.create_connection(listener.getsockname()) as client,
        listener.accept()[0],
    ):
        client.settimeout(0)
        port = client.getsockname()[1]
        deadline = time.monotonic() + PATIENCE_S
        while True:
            # The kernel may still grow both buffers: written until both are full and the window is shut.
            try:
                client.send(bytes(1 << 20))
            except BlockingIOError:
                interval = advance(None, source.sample())
                (row,) = np.flatnonzero(interval.table.local_port == port).tolist()
                told = texts(lines_about(source, interval, row))
                if told["peer window"].startswith("0 "):
                    break
            assert time.monotonic() < deadline
    assert "shut: the peer does not read" in told["peer window"]
    assert "waits for the peer to open its window" in told["unsent"]
    assert "unread" in told["Other end"]


@pytest.mark.kernel
def test_a_title_of_a_living_connection_has_state_and_direction(source, interval):
    titles = {connection_title(interval, row) for row in np.flatnonzero(interval.table.is_pair).tolist()}
    assert any(title.startswith("ESTAB · dialled") for title in titles)
    assert any(title.startswith("CLOSE-WAIT · accepted") for title in titles)
    assert any(title.startswith("SYN-SENT · dialled") for title in titles)


SENT, ANSWERED = 1_234_567, 7_654


def read_exactly(end: socket.socket, size: int) -> None:
    while size:
        size -= len(end.recv(min(size, 1 << 16)))


def total_of(line: str) -> int | None:
    """Read the exact number out of "1.2M since opened: 1,234,567 bytes"."""
    number = line.partition("since opened: ")[2].partition(" ")[0].replace(",", "")
    return int(number) if number else None


def totals_on_screen(source, interval, ports) -> dict[int, tuple[int | None, int | None]]:
    """Give what came and what was acknowledged by local port, as the connections' screens say it."""
    rows = np.flatnonzero(interval.table.is_pair & np.isin(interval.table.local_port, ports)).tolist()
    told = {int(interval.table.local_port[row]): texts(lines_about(source, interval, row)) for row in rows}
    return {port: (total_of(lines["in"]), total_of(lines["out"])) for port, lines in told.items()}


def closed_totals(log, source, interval) -> dict[int, tuple[int, int]]:
    """Give the same as the events tell it of connections that have gone."""
    records = log.take(source.events(), interval).records
    # The listener, which closes as well, has the port of what it accepted.
    gone = records[(records["kind"] == EventKind.CLOSED) & (records["remote_port"] != 0)]
    return {int(one["local_port"]): (int(one["received"]), int(one["acknowledged"])) for one in gone}


@pytest.mark.kernel
@pytest.mark.parametrize("is_shut", [False, True], ids=["open", "one side has shut its sending"])
def test_the_totals_of_a_known_transfer_are_right_to_the_byte_at_both_ends(source, is_shut):
    source.warm_up()
    deadline = time.monotonic() + PATIENCE_S
    with (
        socket.create_server((world.V4, 0)) as listener,
        socket.create_connection(listener.getsockname()) as client,
        listener.accept()[0] as server,
    ):
        sender = threading.Thread(target=client.sendall, args=(bytes(SENT),))
        sender.start()
        read_exactly(server, SENT)
        sender.join()
        server.sendall(bytes(ANSWERED))
        read_exactly(client, ANSWERED)
        if is_shut:
            server.shutdown(socket.SHUT_WR)
            assert client.recv(1) == b""
        ends = {client.getsockname()[1]: (ANSWERED, SENT), server.getsockname()[1]: (SENT, ANSWERED)}
        interval = advance(None, source.sample())
        # The last acknowledgement may be delayed.
        while (told := totals_on_screen(source, interval, list(ends))) != ends:
            assert time.monotonic() < deadline, told
            interval = advance(interval, source.sample())
        log = EventLog()
        log.take(source.events(), interval)
        client.close()
        assert server.recv(1) == b""
    interval = advance(interval, source.sample())
    while (told := closed_totals(log, source, interval)) != ends:
        assert time.monotonic() < deadline, told
