"""fourtuple doctor: what it prints, and its exit code."""

from __future__ import annotations

import json
import socket
import time

import pytest

from monitor.cli import doctor
from monitor.cli.main import run
from monitor.errors import InputError, KernelError
from monitor.reasoning.finding_conditions import QUEUE_FULL_FOR_S
from monitor.sampling.live import LiveSource
from tests.cli.running import command, fourtuple


def lines_of(capsysbinary) -> list[str]:
    return capsysbinary.readouterr().out.decode().splitlines()


@pytest.mark.kernel
def test_a_full_accept_queue_is_told_in_the_first_line(namespace, full_accept_queue, capsysbinary):
    assert command("doctor", "--for", "3s") == 1
    first, *rest = lines_of(capsysbinary)
    service = f"127.0.0.1:{full_accept_queue.listener.port}"
    assert first == f"1 found in 3s of watching: {service} drops new clients."
    assert any(line.startswith(f"1  {service} drops new clients: accept queue full, 3/2. This host, ") for line in rest)
    assert any(f"fourtuple process {full_accept_queue.listener.pid}" in line for line in rest)


@pytest.mark.kernel
def test_nothing_is_wrong_where_nothing_is(namespace, service, capsysbinary):
    assert command("doctor", "--for", "1") == 0
    assert lines_of(capsysbinary)[0] == "Nothing wrong found in 1s of watching."


@pytest.mark.kernel
def test_the_document_has_numbers_with_their_limits(namespace, full_accept_queue, capsysbinary):
    assert command("doctor", "--for", "3s", "--json") == 1
    document = json.loads(capsysbinary.readouterr().out)
    (finding,) = document["findings"]
    assert (document["schema"], document["troubles"]) == ("fourtuple.doctor/1", 1)
    assert (finding["kind"], finding["grade"], finding["certainty"]) == ("accept-queue", "trouble", "certain")
    assert (finding["numbers"]["queued"], finding["numbers"]["limit"]) == (3, 2)
    assert finding["cookies"] == [str(full_accept_queue.listener.cookie)]


@pytest.mark.kernel
@pytest.mark.parametrize("has_json", [False, True])
def test_what_is_over_before_the_end_was_found_all_the_same(namespace, monkeypatch, capsysbinary, scene, has_json):
    server = scene.enter_context(socket.create_server(("127.0.0.1", 0), backlog=1))
    for _ in range(2):
        scene.enter_context(socket.create_connection(server.getsockname()))

    def ticks(start, seconds):
        time.sleep(QUEUE_FULL_FOR_S)
        yield
        for _ in range(2):
            scene.enter_context(server.accept()[0])
        yield

    monkeypatch.setattr(doctor, "_ticks", ticks)
    assert command("doctor", *["--json"] * has_json) == 1
    if has_json:
        document = json.loads(capsysbinary.readouterr().out)
        (over,) = document["over"]
        assert (document["troubles"], document["findings"], over["kind"]) == (0, [], "accept-queue")
        assert over["until"] <= document["taken_at"]
    else:
        first, _, over, *_ = lines_of(capsysbinary)
        title = f"127.0.0.1:{server.getsockname()[1]} drops new clients"
        assert first.startswith("Nothing wrong now, 1 found and over in ")
        assert first.endswith(f" of watching: {title}.")
        assert over.startswith(f"over  {title}: accept queue full, 2/1. This host, ")
        assert " Since before the first sample until " in over


def test_who_cannot_look_says_so_by_the_exit_code(monkeypatch, capsys):
    def refuse(source):
        raise KernelError("open a netlink socket", 1)

    monkeypatch.setattr(LiveSource, "__init__", refuse)
    assert run(["doctor"]) == 3
    assert capsys.readouterr().err.startswith("fourtuple: could not open a netlink socket")


@pytest.mark.parametrize("written", ["0", "0.5s", "25h", "5 s", "-5", "soon", "1e3", "nan"])
def test_a_time_that_is_none_is_refused(written):
    with pytest.raises(InputError):
        command("doctor", f"--for={written}")


def test_a_wrong_argument_is_neither_trouble_nor_blindness():
    assert fourtuple("doctor", "--for", "soon").returncode == 2
