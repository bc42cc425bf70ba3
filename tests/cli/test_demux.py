from __future__ import annotations

import re
import socket
import sys
from contextlib import closing
from functools import partial

import pytest

from monitor.errors import InputError
from monitor.presentation.demux_document import PLACES_SCHEMA, SCHEMA
from tests.cli import running
from tests.server_process import SO_COOKIE
from tests.servers import HeldSocket

CONTRACT = ("answer", "socket", "sockets", "certain", "reason")

demux = partial(running.command, "demux")
document = partial(running.document, "demux")


@pytest.mark.parametrize(
    "words",
    [
        ["127.0.0.1:5", "127.0.0.1"],
        ["127.0.0.1", "127.0.0.1:80"],
        ["127.0.0.1:5", "127.0.0.1:0"],
        ["127.0.0.1:5", "0.0.0.0:80"],
        ["127.0.0.1:5", "[::1]:80"],
        ["127.0.0.1:5", "127.0.0.1:65536"],
        ["127.0.0.1:5", "localhost:80"],
        ["127.0.0.1:5", "127.0.0.1:80", "--dev", "no-such-device"],
        ["[fe80::1%no-such-zone]:5", "[fe80::2%no-such-zone]:80"],
        ["[fe80::2%no-such-zone]:80"],
        ["0"],
        ["65536"],
        ["8_0"],
        ["127.0.0.1"],
        ["127.0.0.1:0"],
        ["\x1b[2J"],
    ],
)
def test_bad_input_is_one_sentence(words, capsys):
    with pytest.raises(InputError) as raised:
        demux(*words)
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 200
    assert capsys.readouterr().out == ""


def test_first_line_is_the_whole_answer_and_the_last_is_evidence(capsys):
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
        assert demux("127.0.0.1:5", f"127.0.0.1:{port}") == 0
    first, *reasons, last = capsys.readouterr().out.splitlines()
    assert re.fullmatch(rf".+ gets it: listener 127\.0\.0\.1:{port}\. Certain: rules and kernel agree\.", first)
    assert all(re.match(r"  ([1-5] [a-z][a-z_ ]{15}|[a-z]+ +| +)\S", line) for line in reasons)
    assert re.match(r".+ \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ, (as root|uid \d+)", last)


@pytest.mark.parametrize("words", [["127.0.0.1:5", "127.0.0.1:9"], ["9"]])
def test_what_could_not_be_read_stands_before_the_evidence(words, capsys, half_read):
    assert demux(*words) == 0
    *_, unread, last = capsys.readouterr().out.splitlines()
    assert unread == "  unread   half of it"
    assert re.match(r".+ \d{4}-\d\d-\d\dT", last)


def test_nobody_is_an_answer(capsys):
    with closing(socket.socket()) as holder:
        holder.bind(("127.0.0.1", 0))
        assert demux("127.0.0.1:5", f"127.0.0.1:{holder.getsockname()[1]}") == 0
    out = capsys.readouterr().out
    assert out.startswith("Nobody gets it: ")
    assert "out: holds the port, does not listen" in out


def test_document_names_the_socket_by_inode_and_cookie(capsysbinary):
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        told = document(capsysbinary, "127.0.0.1:5", f"127.0.0.1:{server.getsockname()[1]}")
        held = HeldSocket.of(server)
    assert (told["schema"], told["answer"], told["certain"]) == (SCHEMA, "socket", True)
    assert (told["socket"]["inode"], told["socket"]["cookie"]) == (held.inode, str(held.cookie))
    assert told["sockets"] == [told["socket"]]
    assert held.pid in {owner["pid"] for owner in told["socket"]["owners"]}


def test_document_of_nobody_has_the_same_fields(capsysbinary):
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
        somebody = document(capsysbinary, "127.0.0.1:5", f"127.0.0.1:{port}")
        nobody = document(capsysbinary, "127.0.0.1:5", f"127.0.0.1:{port}", "--proto", "udp")
    assert set(somebody) == set(nobody)
    assert set(CONTRACT) <= set(nobody)
    assert (nobody["answer"], nobody["socket"], nobody["sockets"], nobody["certain"]) == ("none", None, [], True)


def test_group_is_one_of_its_members(capsysbinary):
    with closing(socket.create_server(("127.0.0.1", 0), reuse_port=True)) as first:
        port = first.getsockname()[1]
        with closing(socket.create_server(("127.0.0.1", port), reuse_port=True)) as second:
            told = document(capsysbinary, "127.0.0.1:5", f"127.0.0.1:{port}")
            cookies = {
                str(int.from_bytes(one.getsockopt(socket.SOL_SOCKET, SO_COOKIE, 8), sys.byteorder))
                for one in (first, second)
            }
    assert (told["answer"], told["certain"], told["certainty"]) == ("one_of", False, "predicted")
    assert {one["cookie"] for one in told["sockets"]} == cookies
    assert told["socket"]["cookie"] in cookies


def test_port_alone_is_told_address_by_address(capsys):
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = str(server.getsockname()[1])
        assert demux(port) == 0
        first, *places, _ = capsys.readouterr().out.splitlines()
        assert demux(f"127.0.0.1:{port}") == 0
        alone = capsys.readouterr().out.splitlines()
    assert first.startswith(f"tcp port {port}")
    assert len([line for line in places if line.startswith(f"  127.0.0.1:{port} ") and "nobody" not in line]) == 1
    assert re.fullmatch(rf"tcp port {port} at 127\.0\.0\.1: .+ gets new clients\.", alone[0])


def test_places_are_a_document_too(capsysbinary):
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        told = document(capsysbinary, f"0.0.0.0:{server.getsockname()[1]}")
    assert told["schema"] == PLACES_SCHEMA
    assert all(place["segment"]["source"] is None for place in told["places"])
    loopback = [place for place in told["places"] if place["segment"]["destination"].startswith("127.0.0.1:")]
    assert [place["answer"] for place in loopback] == ["socket"]
