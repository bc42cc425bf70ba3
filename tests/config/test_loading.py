"""Files are looked for where the user has said, and nobody else's decides."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
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
    assert load(home, None) == (Configuration(), (), Configuration())
    assert load({}, None) == (Configuration(), (), Configuration())


def test_what_is_remembered_wins_over_what_is_configured(home: dict[str, str]):
    config_in(home).write_text('remember = true\nconnections.sort = "idle"\nevents.sort = "what"')
    written = load(home, None).written
    save(replace(written, connections_sort="rtt", events_sort="", theme="light"), written, home)
    configuration, complaints, _ = load(home, None)
    assert (configuration.connections_sort, configuration.events_sort, configuration.theme) == ("rtt", "", "auto")
    assert configuration.remember
    assert complaints == ()


def test_what_is_kept_is_its_owners_alone_and_is_replaced_in_one_step(home: dict[str, str]):
    path = save(Configuration(filters={"a": "nginx"}), Configuration(), home)
    assert save(Configuration(filters={"b": ":443"}), Configuration(), home) == path
    assert load(home, None).configuration.filters == {"b": ":443"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_a_filter_that_was_dropped_stays_so_until_it_is_written_anew_and_others_stay_the_files_own(
    home: dict[str, str],
):
    config_in(home).write_text('[filters]\nweb = ":443"\ndb = ":5432"')
    written = load(home, None).written
    path = save(replace(written, filters={"db": ":5432", "mine": "nginx"}), written, home)
    assert "5432" not in path.read_text()
    assert load(home, None).configuration.filters == {"db": ":5432", "mine": "nginx"}
    config_in(home).write_text('[filters]\nweb = ":8443"\ndb = ":3306"')
    assert load(home, None).configuration.filters == {"web": ":8443", "db": ":3306", "mine": "nginx"}


def of_another_group(path: Path) -> None:
    """Give a file to a group that is not this user's own; a plain user has only one such, if any."""
    others = {STRANGER} if os.geteuid() == 0 else set(os.getgroups()) - {os.getegid()}
    if not others:
        pytest.skip("this user is in no other group")
    os.chown(path, -1, others.pop())


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.write_bytes(b"# \xff"), "byte 2 is not UTF-8"),
        (lambda path: path.write_text("#" * (MOST_BYTES + 1)), "longer than"),
        (lambda path: path.mkdir(), "no regular file"),
        (os.mkfifo, "no regular file"),
        (lambda path: (path.write_text(""), path.chmod(0o666)), "others may write to it (mode 666"),
        (lambda path: (path.write_text(""), path.chmod(0o660), of_another_group(path)), "others may write to it (mode"),
    ],
    ids=["bytes", "long", "folder", "pipe", "writable", "of a group"],
)
def test_what_is_no_file_of_this_users_is_not_read_and_that_is_said(home: dict[str, str], make, words: str):
    make(config_in(home))
    configuration, complaints, _ = load(home, None)
    assert configuration == Configuration()
    assert [words in complaint for complaint in complaints] == [True]
    assert complaints[0].startswith(str(config_in(home)))


def needs_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root gives files to another user")


def test_a_plain_users_own_group_may_write_to_his_file_and_another_may_not(
    home: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    needs_root()
    path = config_in(home)
    path.write_text("mouse = false")
    path.chmod(0o660)
    monkeypatch.setattr(os, "geteuid", lambda: STRANGER)
    assert not load(home, None).complaints
    os.chown(path, -1, STRANGER)
    assert "others may write to it" in load(home, None).complaints[0]


def test_root_does_not_read_a_users_file_unless_it_is_named(home: dict[str, str]):
    needs_root()
    config_in(home).write_text("mouse = false")
    os.chown(config_in(home), STRANGER, STRANGER)
    configuration, complaints, _ = load(home, None)
    assert configuration.mouse
    assert f"belongs to uid {STRANGER}" in complaints[0]
    assert load(home, config_in(home)).configuration == Configuration(mouse=False)


def test_root_keeps_nothing_in_a_users_home(tmp_path: Path):
    needs_root()
    os.chown(tmp_path, STRANGER, STRANGER)
    with pytest.raises(MonitorError, match=f"belongs to uid {STRANGER}"):
        save(Configuration(), Configuration(), {"HOME": str(tmp_path)})
    assert list(tmp_path.iterdir()) == []


def test_a_named_file_that_is_not_there_is_a_mistake(tmp_path: Path):
    with pytest.raises(InputError, match="there is no file"):
        load({}, tmp_path / "config.toml")
