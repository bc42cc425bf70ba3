"""The socket that was chosen is closed, or none; another one of the same pair or port never."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import numpy as np
import pytest

from monitor.kernel.actions import Actions
from monitor.kernel.sock_diag import SockDiag
from monitor.model.action import Caution, CloseAsked, Operator, Outcome, Prepared, Result, Right
from monitor.model.socket_table import SocketTable
from monitor.model.sockets import SocketId
from monitor.model.tcp import ALL_STATES, PROTOCOL_UDP, WAITING, TcpState
from monitor.reasoning.other_ends import other_ends
from tests.identity_lab import (
    NOBODY_ELSE,
    carries_data,
    close_asked,
    connection_from,
    cookie_of,
    family_of,
    free_port,
)
from tests.kernel.scripts import AS_NOBODY, run_script
from tests.kernel.socket_world import sockets
from tests.namespaces import NetworkNamespace
from tests.waiting import wait_until

pytestmark = pytest.mark.kernel

AS_STRANGER = f"""
{AS_NOBODY}
# A process with threads may not enter a user namespace.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
import json, socket, sys
from monitor.kernel.actions import Actions
from monitor.kernel.capabilities import effective_capabilities
from tests.identity_lab import NOBODY_ELSE, carries_data, close_asked
with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as client:
    accepted, _ = listener.accept()
    become_nobody()
    %s
    outcome = Actions().prepare(close_asked(client), NOBODY_ELSE)
    is_alive = carries_data(client, accepted)
    print(json.dumps([outcome.result, outcome.errno, outcome.needs, effective_capabilities(), is_alive]))
"""
BECOME_ROOT_OF_A_USER_NAMESPACE = """
    CLONE_NEWUSER = 0x1000_0000
    if ctypes.CDLL(None).unshare(CLONE_NEWUSER) != 0:
        print("null")
        sys.exit()
    with open("/proc/self/uid_map", "w") as own:
        own.write("0 65534 1")
"""


@pytest.fixture
def actions(namespace: NetworkNamespace) -> Iterator[Actions]:
    made = Actions()
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def listener(actions: Actions) -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as made:
        made.settimeout(10)
        yield made


def done(actions: Actions, asked: CloseAsked) -> Outcome:
    """Prepare and confirm."""
    answer = actions.prepare(asked, NOBODY_ELSE)
    return actions.confirm(answer.token) if isinstance(answer, Prepared) else answer


def table_row(cookie: int) -> tuple[int, SocketId] | None:
    with SockDiag() as diag:
        table = diag.dump_tcp(ALL_STATES)
    row = table.row_of_cookie(cookie)
    return None if row is None else (int(table.state[row]), SocketId.of(table, row))


def everything() -> SocketTable:
    with SockDiag() as diag:
        return SocketTable.concatenate([diag.dump_tcp(ALL_STATES), diag.dump_udp()])


def listens(sock: socket.socket) -> bool:
    row = table_row(cookie_of(sock))
    return row is not None and row[0] == TcpState.LISTEN


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_connection_is_closed_and_both_ends_are_told(actions, host):
    with socket.create_server((host, 0), family=family_of(host)) as listener:
        with connection_from(free_port(host), listener) as (client, accepted):
            assert done(actions, close_asked(client)) == Outcome(Result.CLOSED)
            with pytest.raises(OSError) as ours:
                client.recv(1)
            with pytest.raises(OSError) as theirs:
                accepted.recv(1)
        assert (ours.value.errno, theirs.value.errno) == (errno.ECONNABORTED, errno.ECONNRESET)


def test_a_dual_stack_connection_is_closed_by_its_mapped_name(actions):
    with ExitStack() as stack:
        server = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
        port = stack.enter_context(server).getsockname()[1]
        client = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        accepted = stack.enter_context(server.accept()[0])
        assert accepted.getpeername()[0] == "::ffff:127.0.0.1"
        assert done(actions, close_asked(accepted)).result is Result.CLOSED
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_the_row_of_a_sample_names_the_socket(actions, listener):
    with connection_from(free_port(), listener) as (client, _):
        state, name = table_row(cookie_of(client))
        assert CloseAsked(name, state) == close_asked(client)


def test_preparing_alone_closes_nothing(actions, listener):
    with connection_from(free_port(), listener) as (client, accepted):
        assert isinstance(actions.prepare(close_asked(client), NOBODY_ELSE), Prepared)
        actions.close()
        assert carries_data(client, accepted)


def test_a_connected_udp_socket_is_closed(actions):
    with socket.socket(type=socket.SOCK_DGRAM) as server, socket.socket(type=socket.SOCK_DGRAM) as client:
        server.bind(("127.0.0.1", 0))
        client.connect(server.getsockname())
        client.settimeout(10)
        assert done(actions, close_asked(client)).result is Result.CLOSED
        with pytest.raises(ConnectionAbortedError):
            client.recv(1)
        assert server.getsockname()[1] != 0


def test_fa_08_a_stale_cookie_closes_neither_the_old_nor_the_new_connection_of_a_pair(actions, listener):
    port = free_port()
    with connection_from(port, listener) as (first, _):
        asked = close_asked(first)
        answer = actions.prepare(asked, NOBODY_ELSE)
    with connection_from(port, listener) as (second, accepted):
        now = close_asked(second)
        assert replace(now.socket, cookie=asked.socket.cookie) == asked.socket
        assert actions.confirm(answer.token).result is Result.ALREADY_GONE
        assert actions.prepare(asked, NOBODY_ELSE).result is Result.ALREADY_GONE
        assert carries_data(second, accepted)


@pytest.mark.parametrize("cookie", [0, (1 << 64) - 1, 1 << 63, 1 << 62, 0xFFFF_FFFF << 32])
def test_fa_08_without_a_cookie_of_the_kernels_nothing_is_closed(actions, listener, cookie):
    with connection_from(free_port(), listener) as (client, accepted):
        asked = close_asked(client)
        answer = actions.prepare(replace(asked, socket=replace(asked.socket, cookie=cookie)), NOBODY_ELSE)
        assert answer == Outcome(Result.NO_COOKIE)
        assert carries_data(client, accepted)


def test_a_wrong_cookie_closes_nothing(actions, listener):
    with connection_from(free_port(), listener) as (client, accepted):
        asked = close_asked(client)
        other = replace(asked, socket=replace(asked.socket, cookie=cookie_of(accepted)))
        assert done(actions, other).result is Result.ALREADY_GONE
        assert carries_data(client, accepted)


def test_a_socket_of_another_namespace_is_refused(actions, listener):
    with connection_from(free_port(), listener) as (client, accepted):
        asked = close_asked(client)
        other = replace(asked, socket=replace(asked.socket, namespace=asked.socket.namespace + 1))
        assert actions.prepare(other, NOBODY_ELSE) == Outcome(Result.OTHER_NAMESPACE)
        assert carries_data(client, accepted)


def test_a_connection_that_has_moved_on_is_shown_again_before_and_after_it_was_prepared(actions, listener):
    with connection_from(free_port(), listener) as (client, accepted):
        asked = close_asked(accepted)
        answer = actions.prepare(asked, NOBODY_ELSE)
        client.shutdown(socket.SHUT_WR)
        wait_until(lambda: table_row(asked.socket.cookie)[0] == TcpState.CLOSE_WAIT)
        moved = Outcome(Result.MOVED, state=TcpState.CLOSE_WAIT)
        assert actions.confirm(answer.token) == moved
        assert actions.prepare(asked, NOBODY_ELSE) == moved
        assert done(actions, replace(asked, state=int(TcpState.CLOSE_WAIT))).result is Result.CLOSED


def test_time_wait_has_the_cookie_of_its_connection_and_is_not_taken_for_it(actions, listener):
    with socket.create_connection(listener.getsockname()) as client:
        accepted, _ = listener.accept()
        asked = close_asked(client)
        answer = actions.prepare(asked, NOBODY_ELSE)
        client.shutdown(socket.SHUT_WR)
        accepted.recv(1)
        accepted.close()
        assert client.recv(1) == b""
    wait_until(lambda: table_row(asked.socket.cookie)[0] == TcpState.TIME_WAIT)
    assert actions.confirm(answer.token) == Outcome(Result.MOVED, state=TcpState.TIME_WAIT)
    bucket = replace(asked, state=int(TcpState.TIME_WAIT))
    assert actions.prepare(bucket, NOBODY_ELSE).cautions == (Caution.TIME_WAIT,)
    assert done(actions, bucket).result is Result.CLOSED
    assert table_row(asked.socket.cookie) is None


def test_fa_09_in_a_group_none_but_the_one_that_was_named_is_closed(actions):
    with ExitStack() as stack:
        group: list[socket.socket] = []
        for _ in range(8):
            member = stack.enter_context(socket.socket())
            member.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            member.bind(group[0].getsockname() if group else ("127.0.0.1", 0))
            member.listen()
            group.append(member)
        for member in group:
            asked = close_asked(member, TcpState.LISTEN)
            living = {other for other in group if listens(other)}
            outcome = done(actions, asked)
            left = {other for other in group if listens(other)}
            assert outcome.result in {Result.CLOSED, Result.GONE_OR_SHARED}
            assert left == (living - {member} if outcome.result is Result.CLOSED else living)
        # The kernel finds one of them by its hash, again and again.
        assert left


def test_fa_09_a_udp_socket_that_shares_its_port_is_closed_or_nothing_is(actions):
    with ExitStack() as stack:
        group: list[socket.socket] = []
        for _ in range(4):
            member = stack.enter_context(socket.socket(type=socket.SOCK_DGRAM))
            member.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            member.bind(group[0].getsockname() if group else ("127.0.0.1", 0))
            group.append(member)
        for member in group:
            asked = close_asked(member, TcpState.CLOSED)
            living = everything().cookie.tolist()
            outcome = done(actions, asked)
            error = member.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            assert (outcome.result, error) in {(Result.CLOSED, errno.ECONNABORTED), (Result.GONE_OR_SHARED, 0)}
            others = {cookie_of(other) for other in group} - {asked.socket.cookie}
            assert others & set(everything().cookie.tolist()) == others & set(living)


def test_closing_any_socket_ends_that_and_the_other_end_of_its_connection_alone(actions):
    with sockets():
        table = everything()
        results = set()
        connected = np.flatnonzero(~np.isin(table.state, WAITING)).tolist()
        # A connection that has not been accepted goes with its other end, which is established: that comes last.
        for row in sorted(connected, key=lambda row: -table.state[row].astype(int)):
            asked = CloseAsked(SocketId.of(table, row), int(table.state[row]))
            before = everything()
            outcome = done(actions, asked)
            gone = set(before.cookie.tolist()) - set(everything().cookie.tolist())
            place = before.row_of_cookie(asked.socket.cookie)
            ends = set() if place is None else {place, *other_ends(before, np.array([place])).tolist()} - {-1}
            assert gone <= {int(before.cookie[end]) for end in ends}
            assert (asked.socket.cookie in gone) == (outcome.result is Result.CLOSED)
            results.add((int(table.state[row]), outcome.result))
    closed = {state for state, result in results if result is Result.CLOSED}
    assert closed >= {TcpState.ESTABLISHED, TcpState.SYN_RECEIVED, TcpState.TIME_WAIT}


def test_closing_what_listens_is_cautioned(actions, listener):
    assert actions.prepare(close_asked(listener, TcpState.LISTEN), NOBODY_ELSE).cautions == (Caution.LISTENER,)
    with socket.socket(type=socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        asked = close_asked(server, TcpState.CLOSED)
        assert asked.socket.protocol == PROTOCOL_UDP
        assert actions.prepare(asked, NOBODY_ELSE).cautions == (Caution.LISTENER,)


@pytest.mark.parametrize("is_client", [True, False])
def test_fa_10_the_operators_own_ssh_connection_is_recognised_from_either_end(actions, listener, is_client):
    with connection_from(free_port(), listener) as (client, accepted):
        there, here = client.getsockname(), accepted.getsockname()
        operator = Operator(0, f"{there[0]} {there[1]} {here[0]} {here[1]}")
        answer = actions.prepare(close_asked(client if is_client else accepted), operator)
        assert answer.cautions == (Caution.OWN_SESSION,)
        assert answer.needs_typing
        other = Operator(0, f"{there[0]} {there[1]} {here[0]} {here[1] - 1}")
        assert actions.prepare(close_asked(client), other).cautions == ()


def test_fa_13_each_of_many_has_a_result_of_its_own(actions, listener):
    with ExitStack() as stack:
        pairs = [stack.enter_context(connection_from(free_port(), listener)) for _ in range(6)]
        answers = [actions.prepare(close_asked(client), NOBODY_ELSE) for client, _ in pairs]
        gone, moved = pairs[1], pairs[4]
        gone[0].close()
        moved[1].shutdown(socket.SHUT_WR)
        wait_until(lambda: table_row(answers[4].asked.socket.cookie)[0] == TcpState.CLOSE_WAIT)
        found = [actions.confirm(answer.token).result for answer in answers]
    expected = [Result.CLOSED] * 6
    expected[1], expected[4] = Result.ALREADY_GONE, Result.MOVED
    assert found == expected


def test_fa_06_without_the_right_over_the_network_that_is_said_beforehand(as_root):
    assert run_script(AS_STRANGER % "") == [Result.NOT_PERMITTED, errno.EPERM, Right.NET_ADMIN, 0, True]


def test_fm_02_root_of_a_user_namespace_is_not_taken_for_root(as_root):
    answer = run_script(AS_STRANGER % BECOME_ROOT_OF_A_USER_NAMESPACE)
    if answer is None:
        pytest.skip("kernel lacks user namespaces for plain users")
    *outcome, capabilities, is_alive = answer
    assert outcome == [Result.NOT_PERMITTED, errno.EPERM, Right.NET_ADMIN]
    assert capabilities.bit_count() > 30
    assert is_alive


def test_a_token_closes_once(actions, listener):
    with connection_from(free_port(), listener) as (client, _):
        answer = actions.prepare(close_asked(client), NOBODY_ELSE)
        assert actions.confirm(answer.token).result is Result.CLOSED
        assert actions.confirm(answer.token).result is Result.FORGOTTEN
