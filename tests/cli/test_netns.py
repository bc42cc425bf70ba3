"""--netns: every command asks in the network namespace that was named, and says which one that is."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from monitor.cli.main import run
from monitor.kernel import namespaces
from monitor.kernel.namespaces import NamedPlace
from tests.cli.running import fourtuple
from tests.namespaces import give_name, network_namespace

pytestmark = pytest.mark.kernel


@pytest.fixture
def port(as_root, tmp_path, monkeypatch) -> Iterator[int]:
    """Name a namespace blue, in which somebody listens on a port of 127.0.0.1, where outside nobody does."""
    monkeypatch.setattr(namespaces, "NAMES", tmp_path)
    monkeypatch.setattr(NamedPlace, "here", None)
    with network_namespace() as made:
        give_name(tmp_path, "blue", made)
        with made.entered():
            server = socket.create_server(("127.0.0.1", 0))
        with server:
            yield server.getsockname()[1]


@pytest.fixture
def said(port, capsysbinary) -> Callable[..., bytes]:
    """Give a function that runs a command line on a thread of its own, which ends where it went."""

    def answer(*words: str, code: int = 0) -> bytes:
        with ThreadPoolExecutor(1) as thread:
            ended = thread.submit(run, [word.format(port=port) for word in words]).result()
        out, err = capsysbinary.readouterr()
        assert ended == code, err
        return out or err

    return answer


def test_every_command_asks_inside_and_its_document_names_the_namespace(said, port):
    answers = {
        words[0]: json.loads(said("--netns", "blue", *words, "--json"))
        for words in (
            ("list", "listen", ":{port}"),
            ("route", "127.0.0.1:{port}"),
            ("demux", "127.0.0.1:5", "127.0.0.1:{port}"),
            ("bind", "127.0.0.1:{port}"),
            ("process", str(os.getpid())),
        )
    }
    assert [answer["netns"] for answer in answers.values()] == [{"name": "blue", "is_pid": False, "is_gone": False}] * 5
    (listed,) = answers["list"]["sockets"]
    assert listed["local"] == f"127.0.0.1:{port}"
    assert answers["demux"]["socket"]["cookie"] == listed["cookie"]
    assert (answers["bind"]["ok"], answers["bind"]["errno"]) == (False, "EADDRINUSE")
    assert listed["cookie"] in {row["cookie"] for row in answers["process"]["sockets"]}


def test_the_last_line_names_it_and_without_the_option_nobody_listens_there(said):
    inside = said("list", "listen", ":{port}", "--netns", "blue").decode().splitlines()
    assert " netns blue 20" in inside[-1]
    assert inside[-1].endswith(", 1 sockets")
    NamedPlace.here = None
    outside = said("list", "listen", ":{port}").decode().splitlines()
    assert "netns" not in outside[-1]
    assert outside[-1].endswith(", 0 sockets")


def test_it_is_entered_before_the_rights_to_do_so_are_given_up(as_root):
    with network_namespace() as made, made.entered():
        inside = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    with inside:
        done = fourtuple("--read-only", "list", "--json", "--netns", str(inside.pid))
        inside.stdin.close()
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["namespace"] == made.inode
    assert document["netns"] == {"name": str(inside.pid), "is_pid": True, "is_gone": False}


def test_of_a_process_that_is_in_another_namespace_that_is_said(said):
    first, *_ = said("process", str(os.getpid()), "--netns", "blue").decode().splitlines()
    assert first.endswith(f" of this network namespace, and is in another one: --netns {os.getpid()} shows that.")
    NamedPlace.here = None
    first, *_ = said("process", str(os.getpid())).decode().splitlines()
    assert first.endswith(" sockets.")


def test_a_refusal_ends_with_the_code_of_the_command(said, tmp_path):
    (tmp_path / "stale").touch()
    assert said("list", "--netns", "stale", code=1).startswith(b'fourtuple: could not enter the network namespace "st')
    assert said("doctor", "--netns", "stale", code=3).startswith(b"fourtuple: could not enter")
    assert said("doctor", "--netns", "red", code=2).startswith(b'fourtuple: there is no network namespace named "red"')
