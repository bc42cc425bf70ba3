"""Rows in the forms of other programs, and what those programs say to them."""

from __future__ import annotations

import json
import os
import shlex
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from monitor.cli.list import read_once
from monitor.model.namespace import NamedNamespace
from monitor.model.process import Process
from monitor.model.sample import Interval, Network
from monitor.presentation.copy_texts import MOST_ROWS, Copy, copies_of
from monitor.presentation.row_text import RowTexts
from monitor.sampling.intervals import advance
from tests.scenes import ANY, ANY6, Row, address, link, of_state, row, sample_of

LISTENER = row("tcp", "0.0.0.0:443", ANY, "LISTEN", owner=((812, 6), (813, 6)), queue=(5, 511))
ACCEPTED = row("tcp", "192.0.2.10:443", "198.51.100.7:51834", "ESTAB", owner=(812, 17), uid=33)
MAPPED = row("tcp", "[::ffff:192.0.2.10]:443", "[::ffff:198.51.100.7]:51834", "ESTAB")
LINK_LOCAL = row("udp", "[fe80::1]:500", "[fe80::2]:500", "ESTAB", device=2)
WAITING = row("udp", "[::]:53", ANY6, "UNCONN")
BOUND = row("tcp", "192.0.2.10:9000", ANY, "BOUND")
NETWORK = Network(1, (link(1, "lo"), link(2, "eth0")), (address(2, "192.0.2.10/24"), address(2, "fe80::1/64")))


def interval_of(*rows: Row, **fields: object) -> Interval:
    fields.setdefault("network", NETWORK)
    return advance(None, sample_of(rows, **fields))


def forms(*rows: Row, **fields: object) -> dict[str, Copy]:
    interval = interval_of(*rows, **fields)
    return {copy.letter: copy for copy in copies_of(RowTexts(interval), range(len(rows)))}


def test_a_row_is_one_line_that_says_where_and_when_too():
    assert forms(ACCEPTED)["r"].text == (
        "db1 2026-11-23T03:12:41Z tcp ESTAB 192.0.2.10:443 ← 198.51.100.7:51834 process-812[812] user 33 via eth0"
    )


def test_a_listener_says_how_full_its_queue_is():
    assert "tcp LISTEN 0.0.0.0:443 queue 5/511 process-812 ×2" in forms(LISTENER)["r"].text


def test_json_is_one_document_for_a_row_and_a_list_for_several():
    assert json.loads(forms(ACCEPTED)["j"].text)["remote"] == "198.51.100.7:51834"
    assert [each["state"] for each in json.loads(forms(LISTENER, ACCEPTED)["j"].text)] == ["LISTEN", "ESTAB"]


def test_each_command_names_both_ends():
    copies = forms(ACCEPTED)
    selected = "'src = 192.0.2.10:443 and dst = 198.51.100.7:51834'"
    assert copies["s"].text == f"ss -tanpe {selected}"
    assert copies["x"].text == f"ss -K -tan {selected}"
    assert copies["t"].text == (
        "tcpdump -n -i any 'tcp and host 192.0.2.10 and port 443 and host 198.51.100.7 and port 51834'"
    )
    assert copies["i"].text == ("ip route get 198.51.100.7 from 192.0.2.10 uid 33 ipproto tcp sport 443 dport 51834")
    assert copies["k"].text == "kill -TERM 812"


def test_commands_run_in_the_network_namespace_that_is_shown_and_in_no_other():
    plain, named = forms(ACCEPTED), NamedNamespace(b"a b;c", is_process=False, is_gone=False)
    copies = forms(ACCEPTED, named=named)
    for letter in "stix":
        assert copies[letter].text == f"ip netns exec 'a b;c' {plain[letter].text}"
    assert copies["k"] == plain["k"]
    assert copies["r"].text.startswith("db1 netns a 'b;c' 2026-11-23T03:12:41Z tcp ")
    of_process = forms(ACCEPTED, MAPPED, named=NamedNamespace(b"812", is_process=True, is_gone=False))
    assert {line[:21] for line in of_process["i"].text.splitlines()} == {"nsenter -t 812 -n ip "}
    for lost in (replace(named, is_gone=True), replace(named, word=b"\x1b")):
        copies = forms(ACCEPTED, named=lost)
        assert {copies[letter].text for letter in "stix"} == {""}
        assert all("network namespace" in copies[letter].reason for letter in "stix")
    assert forms(BOUND, named=replace(named, is_gone=True))["x"].reason.startswith("ss lists no socket")


def test_of_a_listener_nothing_selects_its_clients_and_all_its_owners_are_named():
    copies = forms(LISTENER)
    assert copies["s"].text == "ss -tanpe 'src = 0.0.0.0:443 and dport = :0'"
    assert copies["t"].text == "tcpdump -n -i any 'tcp and port 443'"
    assert copies["k"].text == "kill -TERM 812 813"
    assert (copies["i"].text, copies["i"].reason) == ("", "nothing here has a remote endpoint")


def test_packets_carry_mapped_addresses_as_ipv4():
    copies = forms(MAPPED)
    assert "host 192.0.2.10 and port 443 and host 198.51.100.7" in copies["t"].text
    assert copies["i"].text.startswith("ip route get 198.51.100.7 from 192.0.2.10")
    assert "src = [::ffff:192.0.2.10]:443" in copies["s"].text


def test_a_link_local_address_has_its_interface_where_the_program_takes_one():
    copies = forms(LINK_LOCAL)
    assert copies["i"].text.startswith("ip route get fe80::2 from fe80::1 oif eth0")
    assert copies["s"].text == "ss -uanpe 'src = [fe80::1]:500 and dst = [fe80::2]:500'"


def test_several_rows_are_selected_together_and_each_thing_once():
    copies = forms(LISTENER, ACCEPTED, WAITING)
    assert copies["s"].text.startswith("ss -tuanpe '(src = 0.0.0.0:443 and dport = :0) or (src = 192.0.2.10:443")
    assert copies["k"].text == "kill -TERM 812 813"
    assert forms(WAITING, WAITING)["s"].text == "ss -uanpe 'src = [::]:53 and dport = :0'"


def test_what_is_not_to_be_had_says_why():
    copies = forms(BOUND)
    assert copies["s"] == Copy("s", "ss filter", "", "ss lists no socket that is only bound")
    assert copies["k"] == Copy("k", "kill", "", "no process holds it: the kernel, or a descriptor in flight")
    assert forms(BOUND, hidden=1)["k"].reason == "owner hidden: its process may not be read by this user"


def test_a_closed_connection_is_not_closed_again():
    interval = interval_of(ACCEPTED)
    interval.closed_at[0] = interval.sample.boot_time
    copies = {copy.letter: copy for copy in copies_of(RowTexts(interval), [0])}
    assert {copies[letter].reason for letter in "skx"} == {"it has closed"}
    assert copies["t"].text


def test_of_very_many_rows_the_first_are_copied():
    many = [row("tcp", f"192.0.2.10:{port}", "198.51.100.7:443", "ESTAB") for port in range(1000, 1000 + 2 * MOST_ROWS)]
    assert len(forms(*many)["r"].text.splitlines()) == MOST_ROWS


@pytest.mark.parametrize("name", [b"$(touch x)", b"`x`;x", b"a'b", b"x\n;reboot", b"\x1b]52;c;x\x07", b"a b", b"-x"])
def test_a_hostile_name_is_one_word_to_a_shell_and_one_line_to_a_terminal(name: bytes):
    processes = [Process(812, 1, name, 33)]
    network = Network(1, (link(1, "lo"), link(2, "eth0")), (address(2, "192.0.2.10/24"),))
    copies = forms(ACCEPTED, processes=processes, network=network, users={33: "$(id)"}, host="h;reboot")
    for copy in copies.values():
        assert copy.text.isprintable() or not copy.text
    assert len(shlex.split(copies["r"].text, posix=True)) == 12
    assert not set(shlex.split(copies["r"].text)) & {";", "reboot", "x;x"}
    shell = subprocess.run(
        ["sh", "-c", f"printf '%s\\n' {copies['r'].text}"], capture_output=True, text=True, check=True
    )
    assert "$(id)" in shell.stdout.splitlines()


@pytest.mark.parametrize("letter", ["r", "j"])
@pytest.mark.parametrize(
    "name", [b"$(touch made)", b"`touch made`", b'"$(touch made)', b"\\`touch made`", b"made;touch"]
)
def test_a_shell_that_is_given_a_row_does_nothing(letter: str, name: bytes, tmp_path: Path):
    processes = [Process(812, 1, name, 33)]
    network = Network(1, (link(1, "lo"), link(2, "$(touch${IFS}made)")), (address(2, "fe80::1/64"),))
    linked = row("udp", "[fe80::1]:500", "[fe80::2]:500", "ESTAB", device=2, owner=(812, 18))
    copies = forms(ACCEPTED, linked, processes=processes, network=network, users={33: "$(touch made)"})
    subprocess.run(["sh", "-c", copies[letter].text], cwd=tmp_path, capture_output=True, check=False)
    assert not list(tmp_path.iterdir())


def test_json_says_the_same_where_a_shell_would_obey_it():
    copied = forms(ACCEPTED, processes=[Process(812, 1, b"a$b`c!d", 33)])["j"].text
    assert not set(copied) & set("$`!")
    assert json.loads(copied)["owners"][0]["name"] == "a$b`c!d"


def test_zsh_gets_no_qualifiers_of_files_from_a_name():
    shared = row("tcp", "192.0.2.10:443", "198.51.100.7:51834", "ESTAB", owner=((812, 6), (813, 6)), uid=33)
    processes = [Process(812, 1, b"tmp(e:reboot:)", 33), Process(813, 1, b"tmp(e:reboot:)", 33)]
    assert "'tmp(e:reboot:) ×2'" in forms(shared, processes=processes)["r"].text


def test_a_hostile_interface_stays_one_word():
    network = Network(1, (link(1, "lo"), link(2, "x;reboot")), (address(2, "fe80::1/64"),))
    assert "oif 'x;reboot' uid 0 ipproto" in forms(LINK_LOCAL, network=network)["i"].text


def test_a_state_of_a_newer_kernel_is_copied_as_well():
    assert forms(of_state(77, ACCEPTED))["s"].text.startswith("ss -tanpe")


@pytest.mark.parametrize("case", [ACCEPTED, LISTENER, MAPPED, LINK_LOCAL, WAITING], ids=lambda case: str(case.owners))
def test_tcpdump_understands_its_expression(program: Callable[[str], str], case: Row):
    argv = shlex.split(forms(case)["t"].text)
    answer = subprocess.run([program("tcpdump"), "-d", argv[-1]], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket, socket.socket]]:
    """A listener on ::1, a client of it, and what was accepted."""
    with (
        socket.create_server(("::1", 0), family=socket.AF_INET6) as listener,
        socket.create_connection(listener.getsockname()[:2]) as client,
        listener.accept()[0] as accepted,
    ):
        yield listener, client, accepted


def live_forms(sock: socket.socket) -> dict[str, str]:
    interval = read_once()
    ports = [interval.table.local_port == sock.getsockname()[1], interval.table.inode == inode_of(sock)]
    (rows,) = np.nonzero(np.logical_and(*ports))
    assert len(rows) == 1
    return {copy.letter: copy.text for copy in copies_of(RowTexts(interval), rows.tolist())}


def inode_of(sock: socket.socket) -> int:
    return os.fstat(sock.fileno()).st_ino


@pytest.mark.kernel
def test_ss_lists_the_very_socket(pair: tuple[socket.socket, ...], program: Callable[[str], str]):
    program("ss")
    for sock in pair:
        argv = shlex.split(live_forms(sock)["s"])
        argv.insert(1, "-H")
        listed = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.splitlines()
        assert len(listed) == 1
        assert f"ino:{inode_of(sock)} " in listed[0]


@pytest.mark.kernel
def test_ip_route_get_answers(pair: tuple[socket.socket, ...], program: Callable[[str], str]):
    program("ip")
    answer = subprocess.run(shlex.split(live_forms(pair[1])["i"]), capture_output=True, text=True, check=True).stdout
    assert "dev lo" in answer


@pytest.mark.kernel
@pytest.mark.usefixtures("as_root")
def test_ss_closes_the_one_connection_and_not_its_listener(
    pair: tuple[socket.socket, ...], program: Callable[[str], str]
):
    program("ss")
    listener, client, accepted = pair
    subprocess.run(shlex.split(live_forms(accepted)["x"]), capture_output=True, check=True)
    with pytest.raises(ConnectionError):
        accepted.send(b"x")
    with socket.create_connection(listener.getsockname()[:2]) as another:
        assert another.getpeername() == listener.getsockname()
    assert client.fileno() >= 0
