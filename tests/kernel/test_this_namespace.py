"""What /proc tells of the namespace of this thread."""

from __future__ import annotations

import socket

import pytest

from monitor.kernel import this_namespace
from monitor.kernel.this_namespace import namespace_number, sockets_in_use, syn_retries, time_wait_count
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP

SOCKSTAT = b"sockets: used 209\nTCP: inuse 11 orphan 0 tw 5 alloc 14 mem 0\nUDP: inuse 2 mem 0\nUDPLITE: inuse 9\n"
SOCKSTAT6 = b"TCP6: inuse 3\nUDP6: inuse 4\nRAW6: inuse 8\n"


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.setattr(this_namespace, "_NET", tmp_path)
    return tmp_path


def test_sockets_are_counted_by_protocol_over_both_families(files):
    (files / "sockstat").write_bytes(SOCKSTAT)
    assert (sockets_in_use(PROTOCOL_TCP), sockets_in_use(PROTOCOL_UDP)) == (11, 2)
    (files / "sockstat6").write_bytes(SOCKSTAT6)
    assert (sockets_in_use(PROTOCOL_TCP), sockets_in_use(PROTOCOL_UDP)) == (14, 6)
    assert time_wait_count() == 5


@pytest.mark.parametrize("text", [b"", b"TCP:\n", b"TCP: tw\n", b"TCP: tw many inuse\n", b"\n\n"])
def test_what_cannot_be_read_is_not_known(files, text):
    (files / "sockstat").write_bytes(text)
    assert time_wait_count() is None
    assert sockets_in_use(PROTOCOL_TCP) == 0


def test_without_files_nothing_is_known(files):
    assert time_wait_count() is None
    assert sockets_in_use(PROTOCOL_UDP) == 0


@pytest.mark.kernel
@pytest.mark.usefixtures("namespace")
def test_a_namespace_counts_its_own_sockets():
    assert (sockets_in_use(PROTOCOL_UDP), time_wait_count()) == (0, 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", 0))
        assert sockets_in_use(PROTOCOL_UDP) == 1
    assert syn_retries() is not None


@pytest.mark.kernel
def test_a_thread_may_be_in_another_namespace_than_its_process(namespace):
    assert namespace_number() == namespace.inode
