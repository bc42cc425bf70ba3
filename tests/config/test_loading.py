"""Files are looked for where the user has said, and nobody else's decides."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from monitor.config.loading import load, save
from monitor.config.places import MOST_BYTES, config_path, state_path
from monitor.config.settings import Configuration
from monitor.errors import InputError, MonitorError

STRANGER = 4242


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    (tmp_path / ".config/fourtuple").mkdir(parents=True)
    return {"HOME": str(tmp_path)}


def config_in(home: dict[str, str]) -> Path:
    path = config_path(home)
    assert path is not None
    return path


def test_the_places_are_those_of_xdg_and_a_relative_one_is_none():
    assert config_path({"HOME": "/h"}) == Path("/h/.config/fourtuple/config.toml")
    assert config_path({"HOME": "/h", "XDG_CONFIG_HOME": "/x"}) == Path("/x/fourtuple/config.toml")
    assert state_path({"HOME": "/h", "XDG_STATE_HOME": "x"}) == Path("/h/.local/state/fourtuple/state.toml")
    assert config_path({}) is None


def test_without_files_the_defaults_hold_and_nothing_is_said(home: dict[str, str]):
    assert load(home, None) == (Configuration(), ())
    assert load({}, None) == (Configuration(), ())


def test_what_is_remembered_wins_over_what_is_configured(home: dict[str, str]):
    config_in(home).write_text('remember = true\nconnections.sort = "idle"\nevents.sort = "what"')
    save(Configuration(connections_sort="rtt", theme="light"), home)
    configuration, complaints = load(home, None)
    assert (configuration.connections_sort, configuration.events_sort, configuration.theme) == ("rtt", "", "auto")
    assert configuration.remember
    assert complaints == ()


def test_what_is_kept_is_its_owners_alone_and_is_replaced_in_one_step(home: dict[str, str]):
    path = save(Configuration(filters={"a": "nginx"}), home)
    assert save(Configuration(filters={"b": ":443"}), home) == path
    assert load(home, None)[0].filters == {"b": ":443"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.write_bytes(b"# \xff"), "byte 2 is not UTF-8"),
        (lambda path: path.write_text("#" * (MOST_BYTES + 1)), "longer than"),
        (lambda path: path.mkdir(), "no regular file"),
        (os.mkfifo, "no regular file"),
        (lambda path: (path.write_text(""), path.chmod(0o666)), "others may write to it"),
    ],
    ids=["bytes", "long", "folder", "pipe", "writable"],
)
def test_what_is_no_file_of_this_users_is_not_read_and_that_is_said(home: dict[str, str], make, words: str):
    make(config_in(home))
    configuration, complaints = load(home, None)
    assert configuration == Configuration()
    assert [words in complaint for complaint in complaints] == [True]
    assert complaints[0].startswith(str(config_in(home)))


def needs_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root gives files to another user")


def test_root_does_not_read_a_users_file_unless_it_is_named(home: dict[str, str]):
    needs_root()
    config_in(home).write_text("mouse = false")
    os.chown(config_in(home), STRANGER, STRANGER)
    configuration, complaints = load(home, None)
    assert configuration.mouse
    assert f"belongs to uid {STRANGER}" in complaints[0]
    assert load(home, config_in(home)) == (Configuration(mouse=False), ())


def test_root_keeps_nothing_in_a_users_home(tmp_path: Path):
    needs_root()
    os.chown(tmp_path, STRANGER, STRANGER)
    with pytest.raises(MonitorError, match=f"belongs to uid {STRANGER}"):
        save(Configuration(), {"HOME": str(tmp_path)})
    assert list(tmp_path.iterdir()) == []


def test_a_named_file_that_is_not_there_is_a_mistake(tmp_path: Path):
    with pytest.raises(InputError, match="there is no file"):
        load({}, tmp_path / "config.toml")
