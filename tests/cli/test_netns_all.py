"""--netns all: one list over every network namespace, each row with its own, and what is at its other end in another.

own, 192.0.2.1 ══ 192.0.2.11, blue        pid N: without a cable, and without a name
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import NamedTuple

import pytest

from monitor.cli.main import run
from monitor.kernel import all_namespaces, namespaces
from monitor.kernel.read_only import give_up_rights
from tests.far_hosts import HOSTS, FarHosts, far_hosts
from tests.namespaces import NetworkNamespace, give_name, network_namespace

ENDPOINT = "127.0.0.1:8080"


class Scene(NamedTuple):
    """Three namespaces, in each of which somebody listens on ENDPOINT and has accepted a connection."""

    own: NetworkNamespace
    blue: NetworkNamespace
    nameless: NetworkNamespace
    inside: int
    """Pid of who listens in the last one."""
    hosts: FarHosts


@pytest.fixture
def scene(namespace, ip, program, tmp_path, monkeypatch) -> Iterator[Scene]:
    monkeypatch.setattr(namespaces, "NAMES", tmp_path)
    with ExitStack() as stack:
        hosts = stack.enter_context(far_hosts(ip))
        give_name(tmp_path, "blue", hosts.namespace)
        nameless = stack.enter_context(network_namespace())
        _serve(stack)
        with hosts.namespace.entered():
            _serve(stack)
        with nameless.entered(), socket.create_server(("127.0.0.1", 8080)) as listener:
            inside = subprocess.Popen([program("cat")], stdin=subprocess.PIPE, pass_fds=[listener.fileno()])
            stack.enter_context(inside)
            stack.callback(inside.stdin.close)
            stack.enter_context(socket.create_connection(("127.0.0.1", 8080)))
        # Other tests have namespaces of their own meanwhile.
        monkeypatch.setattr(all_namespaces, "list_pids", lambda: [os.getpid(), inside.pid])
        yield Scene(namespace, hosts.namespace, nameless, inside.pid, hosts)


@pytest.fixture
def said(capsysbinary) -> Callable[..., tuple[str, str]]:
    """Give a function that lists all namespaces and gives what it prints, and prints of errors."""

    def answer(*words: str) -> tuple[str, str]:
        assert run(["list", "--netns", "all", *words]) == 0
        out, err = capsysbinary.readouterr()
        return out.decode(), err.decode()

    return answer


@pytest.mark.kernel
def test_each_row_is_of_its_namespace_and_nothing_is_joined_by_address_across(scene, said):
    (pair,) = scene.hosts.connect(HOSTS[0])
    document = json.loads(said("--json")[0])
    title = f"pid {scene.inside}"
    assert [(one["name"], one["inode"], one["is_own"], one["left_out"]) for one in document["namespaces"]] == [
        ("own", scene.own.inode, True, None),
        ("blue", scene.blue.inode, False, None),
        (title, scene.nameless.inode, False, None),
    ]
    assert sum(one["sockets"] for one in document["namespaces"]) == document["count"] == len(document["sockets"])
    listeners = [row for row in document["sockets"] if (row["state"], row["local"]) == ("LISTEN", ENDPOINT)]
    assert [row["netns"]["name"] for row in listeners] == ["own", "blue", title]
    assert [[owner["pid"] for owner in row["owners"]] for row in listeners] == [
        [os.getpid()],
        [os.getpid()],
        [scene.inside],
    ]
    # One side of the last connection waits in the queue of a listener that has an owner in that namespace alone.
    waiting = [row for row in document["sockets"] if row["owners_reason"] == "accept-queue"]
    assert [(row["netns"]["name"], row["owners"][0]["pid"]) for row in waiting] == [(title, scene.inside)]
    near, far = (f"{host}:{port}" for host, port in (pair.near.getsockname(), pair.far.getsockname()))
    ends = {row["local"]: row for row in document["sockets"] if row["other_ends"]}
    assert ends.keys() == {near, far}
    for here, there in ((near, far), (far, near)):
        place = {name: ends[there][name] for name in ("netns", "cookie")}
        assert ends[here]["other_ends"] == [{**place, "certain": True}]
        assert ends[here]["interface"] in ("here0", "there0")
    (alone,) = json.loads(said("--json", "dst", far)[0])["sockets"]
    assert alone == ends[near] | {name: alone[name] for name in ("idle_ms", "counters")}


@pytest.mark.kernel
def test_the_text_names_the_namespace_first_and_the_last_line_counts_them(scene, said):
    head, *rows, last = said("listen", f"local {ENDPOINT}")[0].splitlines()
    assert head.split()[:3] == ["netns", "proto", "state"]
    assert [row.partition(" tcp ")[0].strip() for row in rows] == ["own", "blue", f"pid {scene.inside}"]
    assert last.endswith(", 3 sockets of 3 namespaces")
    (found,) = said("listen", f"local {ENDPOINT}", "netns", "blue")[0].splitlines()[1:-1]
    assert found.split()[0] == "blue"
    backwards = said("listen", f"local {ENDPOINT}", "--csv", "--columns", "netns,pid", "--sort", "netns", "--reverse")[
        0
    ]
    assert backwards.splitlines() == [
        "netns,pid",
        f"pid {scene.inside},{scene.inside}",
        f"blue,{os.getpid()}",
        f"own,{os.getpid()}",
    ]


@pytest.mark.kernel
def test_what_takes_another_reading_is_asked_inside_each_namespace(scene, said):
    scene.hosts.connect(HOSTS[0])
    found = json.loads(said("not elsewhere dport 8080 or rate >= 0", "--json")[0])
    assert {row["netns"]["name"] for row in found["sockets"]} == {"own", "blue", f"pid {scene.inside}"}


@pytest.mark.kernel
def test_without_the_right_to_enter_the_own_one_is_shown_and_the_others_are_named(scene, said):
    def without_rights() -> tuple[str, str]:
        give_up_rights()
        return said("listen", f"local {ENDPOINT}", "--count")

    with ThreadPoolExecutor(1) as thread:
        counted, notices = thread.submit(without_rights).result()
    assert counted == "1\n"
    assert notices == (
        "fourtuple: 2 network namespaces left out, since entering takes CAP_SYS_ADMIN (root, or sudo): "
        f"blue, pid {scene.inside}\n"
    )


@pytest.mark.kernel
def test_a_name_that_leads_nowhere_and_one_that_is_hostile_are_told(scene, said, tmp_path):
    (tmp_path / "stale").touch()
    give_name(tmp_path, "a\x1b[31m", scene.blue)
    document = json.loads(said("--count", "--json")[0])
    assert document["sockets"] == []
    assert document["notices"] == ["1 name of /run/netns leading to no network namespace: stale"]
    assert document["namespaces"][1]["name"] == "a\\x1b[31m"
    assert document["namespaces"][1]["names"] == ["a\\x1b[31m", "blue"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["list", "--read-only", "--netns", "all"], "--netns all and --read-only exclude each other: to enter"),
        (["--read-only", "--netns", "all"], "--netns all and --read-only exclude each other: to enter"),
        (["--netns", "all", "doctor"], "`fourtuple doctor` looks into one network namespace: name it"),
        (["--netns", "all", "route", "192.0.2.1"], "`fourtuple route` looks into one network namespace: name it"),
        (["--netns", "all"], "the monitor looks into one network namespace: name it"),
    ],
)
def test_what_looks_into_one_namespace_says_so_in_one_sentence(words, sentence, capsys):
    assert run(words) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(f"fourtuple: {sentence}")


def _serve(stack: ExitStack) -> None:
    """Listen on ENDPOINT, and accept a connection."""
    listener = stack.enter_context(socket.create_server(("127.0.0.1", 8080)))
    stack.enter_context(socket.create_connection(("127.0.0.1", 8080)))
    stack.enter_context(listener.accept()[0])
