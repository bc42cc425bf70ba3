from __future__ import annotations

import os
import re
import socket
import subprocess
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pytest

from monitor.errors import InputError, KernelError
from monitor.presentation.route_document import SCHEMA
from tests.cli import running

CONTRACT = ("errno", "type", "dev", "gateway", "src", "prefix", "table", "rule", "alternatives")

route = partial(running.command, "route")
document = partial(running.document, "route")


@pytest.fixture
def two_ways(ip: Callable[..., str]) -> Callable[..., str]:
    """Run ip(8) in a host whose uid 1500 leaves by another interface than the rest."""
    ip("link add e0 type veth peer name e1", "link set e0 up", "link set e1 up")
    ip("addr add 192.0.2.1/24 dev e0", "addr add 203.0.113.1/24 dev e1")
    ip("route add default via 192.0.2.254", "route add default via 203.0.113.254 table 100")
    ip("rule add pref 100 uidrange 1500-1500 lookup 100")
    return ip


@pytest.mark.parametrize(
    "words",
    [
        ["198.51.100.7:0x50"],
        ["198.51.100.7:65536"],
        ["198.51.100.7:80-90"],
        ["198.51.100.7:8_0"],
        ["999.1.1.1"],
        ["01.1.1.1"],
        ["1.1"],
        [""],
        ["198.51.100.7\n"],
        ["example.org:80"],
        ["[::1"],
        ["192.0.2.1%lo"],
        ["198.51.100.7", "--dport", "70000"],
        ["198.51.100.7:80", "--dport", "81"],
        ["198.51.100.7", "--sport", "-1"],
        ["198.51.100.7", "--src", "192.0.2.1:80"],
        ["198.51.100.7", "--src", "nowhere"],
        ["198.51.100.7", "--proto", "tpc"],
        ["198.51.100.7", "--proto", "256"],
        ["198.51.100.7", "--mark", "4294967296"],
        ["198.51.100.7", "--mark", "1" * 5000],
        ["198.51.100.7", "--uid", "root"],
        ["198.51.100.7", "--tos", "0x100"],
        ["198.51.100.7", "--dev", "no-such-device"],
        ["fe80::1%no-such-zone"],
        ["2001:db8::1%no-such-zone"],
        ["fe80::1%999999"],
        ["198.51.100.7:0"],
        ["198.51.100.7", "--dport", "0"],
        ["fe80::1%lo", "--src", "fe80::2%lo"],
        ["127.0.0.1", "--src", "::1"],
    ],
)
def test_fu_12_malformed_words_are_one_sentence(words, capsys):
    with pytest.raises(InputError) as raised:
        route(*words)
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 200
    assert capsys.readouterr().out == ""


def test_protocol_without_answers_is_a_failure_and_no_answer():
    with pytest.raises(KernelError, match="132"):
        route("127.0.0.1", "--proto", "132")


def test_first_line_is_the_whole_answer_and_the_last_is_evidence(capsys):
    assert route("127.0.0.1:80") == 0
    first, *reasons, last = capsys.readouterr().out.splitlines()
    assert first == "tcp to 127.0.0.1:80 stays on this host, from 127.0.0.1."
    assert all(re.match(r"  [a-z][a-z ]{7} \S", line) for line in reasons)
    assert re.match(r".+ \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ, (as root|uid \d+)", last)


def test_assumed_protocol_is_said_only_where_it_was_assumed(capsys):
    assert route("127.0.0.1:80") == 0
    assert "  assumed  tcp" in capsys.readouterr().out
    assert route("127.0.0.1:80", "--proto", "udp") == 0
    told = capsys.readouterr().out
    assert told.startswith("udp to ")
    assert "assumed" not in told


def test_what_could_not_be_read_of_the_open_connections_is_said(capsysbinary, half_read):
    assert route("127.0.0.1:80") == 0
    *_, unread, _ = capsysbinary.readouterr().out.decode().splitlines()
    assert unread == "  unread   half of it"
    assert document(capsysbinary, "127.0.0.1:80")["notices"] == ["half of it"]


def test_fu_12_zone_that_is_missing_is_an_answer(capsys):
    assert route("fe80::1") == 0
    assert "EINVAL" in capsys.readouterr().out


def test_document_has_the_contract_and_its_types_hold(capsysbinary):
    here = document(capsysbinary, "127.0.0.1:80")
    nowhere = document(capsysbinary, "fe80::1")
    assert here["schema"] == SCHEMA == "fourtuple.route/1"
    assert set(here) == set(nowhere)
    assert set(CONTRACT) <= set(here)
    assert (here["errno"], here["type"], here["dev"], here["src"]) == (None, "local", "lo", "127.0.0.1")
    assert (here["table"], here["rule"], here["alternatives"]) == (255, 0, [])
    assert (nowhere["errno"], nowhere["dev"], nowhere["alternatives"]) == ("EINVAL", None, [])
    assert here["asked"]["dport"] == 80


@pytest.mark.kernel
def test_selectors_change_the_answer(two_ways, capsysbinary):
    assert document(capsysbinary, "198.51.100.7")["dev"] == "e0"
    other = document(capsysbinary, "198.51.100.7", "--uid", "1500")
    assert (other["dev"], other["src"], other["table"], other["rule"]) == ("e1", "203.0.113.1", 100, 100)
    bound = document(capsysbinary, "198.51.100.7", "--src", "203.0.113.1", "--sport", "5000", "--mark", "0x10")
    assert (bound["dev"], bound["src"]) == ("e0", "203.0.113.1")
    assert (bound["asked"]["sport"], bound["asked"]["mark"]) == (5000, 16)
    assert document(capsysbinary, "203.0.113.9", "--dev", "e0", "--tos", "16")["dev"] == "e0"


@pytest.mark.kernel
def test_fk_22_no_way_is_an_answer_in_words(two_ways, capsys):
    two_ways("route add unreachable 198.51.100.0/24")
    assert route("198.51.100.7") == 0
    first = capsys.readouterr().out.splitlines()[0]
    reason = "(unreachable route 198.51.100.0/24, table main)"
    assert first == f"198.51.100.7 can't be reached: connect() fails with EHOSTUNREACH {reason}."


@pytest.mark.kernel
def test_fk_20_hostile_device_name_is_escaped_with_its_bytes_beside_it(two_ways, capsysbinary):
    name = b"e\x1b[2J\xff"
    subprocess.run([b"ip", b"link", b"set", b"e1", b"name", name], check=True)
    told = document(capsysbinary, "203.0.113.9", "--dev", name.decode("utf-8", "surrogateescape"))
    assert (told["dev"], told["dev_b64"]) == ("e\\x1b[2J\\xff", "ZRtbMkr/")


@pytest.mark.kernel
def test_connections_that_still_use_another_way_are_told_with_their_owner(two_ways, capsysbinary):
    with socket.socket() as dialling:
        dialling.settimeout(0)
        with suppress(BlockingIOError):
            dialling.connect(("198.51.100.7", 443))
        assert document(capsysbinary, "198.51.100.7:443")["differs"] == []
        two_ways("route replace default via 203.0.113.254")
        told = document(capsysbinary, "198.51.100.7:443")
        assert document(capsysbinary, "198.51.100.7:80")["differs"] == []
        assert route("198.51.100.7") == 0
        text = capsysbinary.readouterr().out.decode()
    (differing,) = told["differs"]
    assert differing["local"].startswith("192.0.2.1:")
    assert told["differs_reason"] is None
    assert [owner["pid"] for owner in differing["owners"]] == [os.getpid()]
    found = re.search(r"\n  differs  1 open connection to it still uses 192\.0\.2\.1 on e0: \S+\[(\d+)\]\n", text)
    assert found
    assert int(found[1]) == os.getpid()
