"""What a user types wrongly: one sentence, exit code 2, and nothing is looked up or sent."""

from __future__ import annotations

import socket

import pytest

from monitor.cli.main import run
from tests import machine_db1
from tests.ui.stage import monitor_of


@pytest.fixture
def refused(capsys):
    """Give a function that runs a command line which must be refused, and gives what is said."""

    def refuse(*arguments: str) -> str:
        assert run(arguments) == 2, arguments
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith("fourtuple: ")
        assert said.err.count("\n") == 1
        assert said.err.strip().isprintable()
        return said.err

    return refuse


@pytest.mark.parametrize(
    "port", ["65536", "-1", "8_0", "1e3", "9" * 4000, "90-80", "80-", "+80", "٣", "0x50"], ids=lambda port: port[:6]
)
def test_fu_02_a_port_that_is_none_is_named(refused, port):
    for words in (("list", f":{port}"), ("bind", f"127.0.0.1:{port}"), ("route", f"192.0.2.1:{port}")):
        said = refused(*words)
        assert "port" in said
        assert len(said) < 300


@pytest.mark.parametrize("address", ["999.1.1.1", "01.1.1.1", "1.1", "192.0.2.1\n", "0x7f.1", "1.1.1.1.1", "::1::"])
def test_fu_03_an_address_that_is_none_is_named(refused, address):
    assert "address" in refused("route", address)
    assert "column 1" in refused("list", f'local:"{address}"')


@pytest.mark.parametrize("prefix", ["192.0.2.7/33", "2001:db8::/129", "::/-0", "192.0.2.7/-1", "192.0.2.7/", "300.1/8"])
def test_fu_04_a_prefix_that_is_none_is_named(refused, prefix):
    assert "column 1" in refused("list", f"local:{prefix}")


@pytest.mark.kernel
def test_fu_04_a_prefix_may_have_host_bits(capsys):
    assert run(["list", "192.0.2.7/24"]) == 0
    assert "sockets" in capsys.readouterr().out


@pytest.mark.parametrize("line", ["(" * 2000, "!" * 2000, "(" * 2000 + ")" * 2000, "not " * 1000])
def test_fu_05_brackets_beyond_counting_are_refused(refused, line):
    assert "nests at most 100 deep" in refused("list", line)


def test_fu_06_a_filter_of_a_megabyte_is_refused_and_an_escape_is_written_out(refused):
    assert "at most 4,096 characters" in refused("list", "x" * 1_000_000)
    assert r"\x1b" in refused("list", "pid:\x1b[31m")


@pytest.mark.kernel
def test_fu_06_a_filter_of_blanks_is_none(capsys):
    assert run(["list", "   \t "]) == 0
    assert "sockets" in capsys.readouterr().out


def test_fu_09_an_unknown_field_is_told_its_neighbours(refused):
    said = refused("list", "prot==tcp")
    assert 'no field is called "prot"' in said
    assert "proto" in said


@pytest.mark.parametrize("line", ['pid == "abc"', 'port ~ "x"', "port:http/s", "uid:root:x", "state:17x"])
def test_fu_10_a_value_of_another_type_is_no_empty_list(refused, line):
    assert "column 1" in refused("list", line)


async def test_fu_11_a_filter_that_matches_nothing_says_so_and_how_to_undo_it():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.type("/nosuchthing")
        await stage.press("enter")
        await stage.sees("nothing matches; Esc widens again")
        await stage.press("escape")
        await stage.until(lambda: "nothing matches" not in stage.text)


@pytest.mark.parametrize("name", ["example.com", "localhost", "db1", "xn--bcher-kva.example."])
def test_fu_13_a_name_is_refused_and_nothing_is_looked_up(refused, monkeypatch, name):
    def looked_up(*_: object, **__: object) -> None:
        raise AssertionError("a name was looked up")

    for call in ("getaddrinfo", "gethostbyname", "gethostbyaddr", "getnameinfo", "create_connection"):
        monkeypatch.setattr(socket, call, looked_up)
    for words in (("route", name), ("demux", f"{name}:1", "127.0.0.1:2"), ("bind", f"{name}:80")):
        assert "names are never looked up" in refused(*words)


@pytest.mark.parametrize("period", ["0", "-1", "nan", "inf", "1e-9", "1e9", "", "1s", "0.0999", "3600.1"])
def test_fu_14_a_period_that_is_impossible_is_refused(refused, period):
    assert "seconds" in refused("--period", period)


@pytest.mark.parametrize(
    "arguments", [["--bogus"], ["list", "--bogus"], ["--period"], ["--pid"], ["route"], ["bind"], ["x"]]
)
def test_fu_01_what_is_missing_or_unknown_is_told_with_where_to_look(refused, arguments):
    assert "--help" in refused(*arguments)
