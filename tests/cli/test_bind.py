"""fourtuple bind: what it prints, how it ends, and what it refuses."""

from __future__ import annotations

import os
from functools import partial

import pytest

from monitor.errors import InputError
from tests.binding import REUSEADDR, inode, really, socket_at, time_wait
from tests.cli import running

bind = partial(running.command, "bind")
document = partial(running.document, "bind")


@pytest.mark.kernel
def test_the_document_names_who_is_in_the_way(namespace, capsysbinary):
    with socket_at("127.0.0.1:8080") as held:
        held.listen()
        said, wanted = document(capsysbinary, "0.0.0.0:8080", "--reuseaddr"), inode(held)
    assert (said["schema"], said["ok"], said["errno"], said["call"]) == (
        "fourtuple.bind/1",
        False,
        "EADDRINUSE",
        "bind",
    )
    (conflict,) = said["conflicts"]
    assert conflict["inode"] == wanted
    assert conflict["owners"][0]["pid"] == os.getpid()
    assert (conflict["rule"], conflict["with_reuseaddr"], said["kernel_held"]) == (
        "ours-is-wildcard",
        "listens",
        False,
    )


@pytest.mark.kernel
def test_what_the_kernel_holds_is_said(namespace, capsysbinary):
    with time_wait("127.0.0.1:8080"):
        said = document(capsysbinary, "127.0.0.1:8080")
    assert said["kernel_held"]
    assert said["conflicts"][0]["inode"] == 0


@pytest.mark.kernel
def test_a_port_alone_asks_for_every_ipv4_address(namespace, capsysbinary):
    assert bind("8080") == 0
    said = capsysbinary.readouterr().out.decode()
    assert said.startswith("Yes: 0.0.0.0:8080 is free for tcp.\n  assumed      0.0.0.0, since no address is named")


@pytest.mark.kernel
def test_the_exit_status_answers_where_it_is_asked_for(namespace):
    with socket_at("127.0.0.1:8080", REUSEADDR):
        assert bind("127.0.0.1:8080") == 0
        assert bind("127.0.0.1:8080", "--exit-status") == 1
        assert bind("127.0.0.1:8080", "--reuseaddr", "--exit-status") == 0


@pytest.mark.kernel
def test_a_probe_confirms_and_leaves_nothing_behind(namespace, capsysbinary):
    assert bind("127.0.0.1:8080", "--probe") == 0
    assert b"confirmed by binding it for an instant" in capsysbinary.readouterr().out
    assert really("127.0.0.1:8080") is None
    with socket_at("127.0.0.1:8080"):
        said = document(capsysbinary, "127.0.0.1:8080", "--probe")
    assert (said["errno"], said["certainty"], said["overruled"]) == ("EADDRINUSE", "probed", None)


@pytest.mark.kernel
@pytest.mark.parametrize(
    "words",
    [
        ["127.0.0.1:8080", "--reuseaddr", "--reuseport", "--freebind", "--transparent", "--dev", "lo"],
        ["[::1]:8080", "--v6only", "0"],
        ["[::]:8080", "--v6only", "1"],
        ["127.0.0.1:0", "--no-port"],
    ],
)
def test_a_probe_sets_every_option_that_is_asked_for(namespace, capsysbinary, words):
    assert document(capsysbinary, *words, "--probe")["certainty"] == "probed"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["127.0.0.1:65536"], 'port 65536 is out of range in "127.0.0.1:65536"'),
        (["65536"], "port 65536 is out of range"),
        (["127.0.0.1"], "no port in"),
        (["example.org:80"], "is no IP address"),
        (["[::1]:80", "--uid", "-1"], "uid takes a number"),
        (["[::1]:80", "--uid", "root"], "uid takes a number"),
        (["127.0.0.1:53", "--proto", "udp", "--probe"], "--probe is for TCP"),
        (["127.0.0.1:80", "--uid", "12345", "--probe"], "--probe binds as you"),
    ],
)
def test_bad_words_are_one_sentence(words, sentence):
    with pytest.raises(InputError, match=sentence):
        bind(*words)


@pytest.mark.kernel
@pytest.mark.parametrize("words", [["127.0.0.1:80", "--dev", "nope0"], ["[fe80::1%nope0]:80"]])
def test_an_interface_that_is_not_there_is_a_mistake(namespace, words):
    with pytest.raises(InputError, match='no interface is named "nope0"'):
        bind(*words)


@pytest.mark.kernel
def test_a_missing_zone_is_an_answer(namespace, capsysbinary):
    assert document(capsysbinary, "[fe80::1]:80")["errno"] == "EINVAL"
