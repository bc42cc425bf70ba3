"""`fourtuple config`: a file to start from, and what holds now."""

from __future__ import annotations

import json
from pathlib import Path

from monitor.config.reading import read_text
from monitor.config.settings import Configuration
from monitor.ui.key_map import KeyMap
from tests.cli.running import fourtuple


def test_what_it_prints_is_a_file_that_says_what_holds_without_it():
    done = fourtuple("config")
    assert (done.returncode, done.stderr) == (0, "")
    reading = read_text(done.stdout, Configuration(theme="light"))
    assert (reading.configuration, reading.complaints) == (Configuration(), ())


def test_the_keys_that_it_prints_are_those_of_the_table():
    _, _, section = fourtuple("config").stdout.partition("[keys]\n")
    lines = [line.removeprefix("# ") for line in section.splitlines() if " = " in line]
    reading = read_text("\n".join(["[keys]", *lines]), Configuration())
    own = KeyMap(reading.configuration.keys)
    assert (reading.complaints, own.complaints) == ((), [])
    assert [key.keys for key in own.table] == [key.keys for key in KeyMap().table]


def test_as_json_it_tells_what_holds_and_what_does_not_count(tmp_path: Path):
    file = tmp_path / "mine.toml"
    file.write_text('period = 2\nwhat = 1\n[keys]\npause = "zz"\n[filters]\nweb = ":443"')
    done = fourtuple("config", "--json", "--config", str(file))
    document = json.loads(done.stdout)
    assert document["path"] == str(file)
    assert document["complaints"] == [f"{file}: unknown and ignored: what", 'keys.pause: "zz" is no key']
    assert document["configuration"]["period"] == 2.0
    assert document["configuration"]["filters"] == {"web": ":443"}
    assert document["configuration"]["connections_density"] == "auto"


def test_a_file_that_is_named_and_missing_is_a_mistake_of_the_command_line(tmp_path: Path):
    done = fourtuple("config", "--json", "--config", str(tmp_path / "none.toml"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"fourtuple: there is no file {tmp_path / 'none.toml'}\n"
