"""What the kernel says of a socket decides whether it is closed; an order is sent for the very one or not at all."""

from __future__ import annotations

import errno
from contextlib import closing

import pytest

from monitor.errors import KernelError, WireError
from monitor.kernel.actions import Actions
from monitor.kernel.inet_diag_question import exact_destruction
from monitor.kernel.netlink import NetlinkSocket
from monitor.kernel.socket_destroy import SOCK_DESTROY, SocketCloser
from monitor.model.action import CloseAsked, Operator, Outcome, Result, Right
from monitor.model.sockets import SocketId
from monitor.model.tcp import TcpState
from tests.kernel.inet_diag_bytes import row
from tests.kernel.netlink_bytes import ScriptedKernel, done, error
from tests.kernel.netlink_bytes import message as packed
from tests.scenes import row as scene_row
from tests.scenes import table_of


@pytest.fixture
def told(monkeypatch):
    """Give a function that makes a closer whose kernel gives some answers, one after another."""

    def make(*datagrams: bytes) -> tuple[SocketCloser, ScriptedKernel]:
        kernel = ScriptedKernel(*datagrams)
        monkeypatch.setattr(NetlinkSocket, "open", lambda *_, **__: NetlinkSocket(kernel))
        monkeypatch.setattr("monitor.kernel.socket_destroy.namespace_number", lambda: 7)
        return SocketCloser(), kernel

    return make


def reply(message: bytes, sequence: int = 1) -> bytes:
    return packed(message[16:], 20, sequence=sequence)


ASKED = CloseAsked(
    SocketId.of(table_of([scene_row("tcp", "192.0.2.1:443", "198.51.100.7:50000", "ESTAB", cookie=1)], 7), 0),
    int(TcpState.ESTABLISHED),
)
ROW = reply(row(cookie=1))


def test_the_order_names_the_socket_as_the_look_up_did(told):
    closer, kernel = told(ROW, error(0, sequence=2))
    assert closer.close_socket(ASKED) == Outcome(Result.CLOSED)
    looked_up, order = kernel.questions
    assert int.from_bytes(order[4:6], "little") == SOCK_DESTROY
    assert order[16:] == exact_destruction(ASKED.socket)
    assert order[-48:] == looked_up[-48:]
    assert order[-8:] == b"\1" + bytes(7)


@pytest.mark.parametrize(
    ("number", "outcome"),
    [
        (errno.ENOENT, Outcome(Result.GONE_OR_SHARED, errno.ENOENT)),
        (errno.EPERM, Outcome(Result.NOT_PERMITTED, errno.EPERM, Right.NET_ADMIN)),
        (errno.EOPNOTSUPP, Outcome(Result.CANNOT, errno.EOPNOTSUPP)),
        (errno.EINVAL, Outcome(Result.CANNOT, errno.EINVAL)),
    ],
)
def test_a_refusal_of_the_order_is_told_as_what_it_is(told, number, outcome):
    closer, _ = told(ROW, error(number, sequence=2))
    assert closer.close_socket(ASKED) == outcome


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (error(errno.ENOENT), Outcome(Result.ALREADY_GONE, errno.ENOENT)),
        (reply(row(cookie=2)), Outcome(Result.ALREADY_GONE, errno.ENOENT)),
        (reply(row(cookie=1, state=8)), Outcome(Result.MOVED, state=8)),
    ],
)
def test_no_order_is_sent_for_what_is_not_there_as_it_was_shown(told, answer, outcome):
    closer, kernel = told(answer)
    assert closer.close_socket(ASKED) == outcome
    assert len(kernel.questions) == 1


def test_an_answer_that_breaks_its_bounds_or_says_nothing_closes_nothing(told):
    for answer, expected in ((packed(b"\2\1", 20), WireError), (error(errno.EPERM), KernelError), (done(), WireError)):
        closer, kernel = told(answer)
        with pytest.raises(expected):
            closer.close_socket(ASKED)
        assert len(kernel.questions) == 1


def test_an_order_that_is_answered_with_anything_else_is_no_success(told):
    closer, _ = told(ROW, reply(row(cookie=1), sequence=2))
    with pytest.raises(WireError):
        closer.close_socket(ASKED)


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENOBUFS])
def test_a_shortage_is_not_taken_for_what_the_kernel_does_not_offer(monkeypatch, number):
    def refuse(*_, **__):
        raise KernelError("close a socket", number)

    monkeypatch.setattr(NetlinkSocket, "open", refuse)
    with closing(Actions()) as actions, pytest.raises(KernelError, match=errno.errorcode[number]):
        actions.prepare(ASKED, Operator(0))
