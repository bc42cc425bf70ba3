"""What the one who acts would lose: his processes, his parents, the connection by which he is here."""

from __future__ import annotations

import os
import shutil

import pytest

from monitor.kernel.standing import parse_ssh_connection, standing_of
from monitor.model.action import Operator
from monitor.model.connection import TcpConnection
from monitor.model.endpoint import Endpoint
from tests.kernel.scripts import run_script

STANDING = """
import json, os
from monitor.kernel.standing import standing_of
from monitor.model.action import Operator
standing = standing_of(Operator(os.getpid(), os.environ.get("SSH_CONNECTION")))
print(json.dumps([os.environ.get("SSH_CONNECTION"), sorted(map(str, standing.sessions))]))
"""


@pytest.mark.parametrize(
    ("text", "server", "client"),
    [
        ("198.51.100.7 51834 192.0.2.10 22", "192.0.2.10:22", "198.51.100.7:51834"),
        ("2001:db8::7 51834 2001:db8::10 22", "[2001:db8::10]:22", "[2001:db8::7]:51834"),
        ("::ffff:198.51.100.7 51834 ::ffff:192.0.2.10 22", "192.0.2.10:22", "198.51.100.7:51834"),
        ("fe80::7%eth0 51834 fe80::10%eth0 22", "[fe80::10]:22", "[fe80::7]:51834"),
    ],
)
def test_the_variable_of_ssh_names_a_connection(text, server, client):
    assert parse_ssh_connection(text) == TcpConnection(Endpoint.parse(server), Endpoint.parse(client))


@pytest.mark.parametrize(
    "text",
    ["", "198.51.100.7 51834 192.0.2.10", "a b c d", "198.51.100.7 x 192.0.2.10 22", "UNKNOWN 65535 UNKNOWN 65535"],
)
def test_anything_else_names_none(text):
    assert parse_ssh_connection(text) is None


@pytest.mark.kernel
def test_all_parents_are_known_up_to_the_first():
    standing = standing_of(Operator(os.getpid()))
    assert standing.own == {os.getpid()}
    assert {os.getppid(), 1} <= standing.ancestors
    assert os.getpid() not in standing.ancestors


@pytest.mark.kernel
def test_an_operator_elsewhere_has_no_processes_here():
    assert standing_of(Operator(0)).own == {os.getpid()}


@pytest.mark.kernel
def test_fa_10_the_session_is_known_where_sudo_has_taken_the_variable_away():
    shell, env = shutil.which("sh"), shutil.which("env")
    assert shell is not None
    assert env is not None
    session = "SSH_CONNECTION=198.51.100.7 51834 192.0.2.10 22"
    without = [env, session, shell, "-c", '"$0" -u SSH_CONNECTION "$@"; exit $?', env]
    assert run_script(STANDING, under=without) == [None, ["192.0.2.10:22 → 198.51.100.7:51834"]]
