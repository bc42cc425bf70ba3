"""UserNames: names by user id."""

from __future__ import annotations

import os
import pwd

import pytest

from monitor.kernel import users
from monitor.kernel.users import UserNames


def test_root_has_its_name():
    assert UserNames().names_of([0]) == {0: "root"}


def test_an_id_without_a_name_is_left_out():
    used = {entry.pw_uid for entry in pwd.getpwall()}
    nameless = next(uid for uid in range(60_000, 65_000) if uid not in used)
    assert UserNames().names_of([0, nameless, nameless, 0]) == {0: "root"}


@pytest.mark.parametrize("uid", [2**32 - 1, 2**32, 2**64])
def test_an_id_beyond_all_users_is_left_out(uid):
    assert UserNames().names_of([uid]) == {}


def test_each_id_is_looked_up_once(monkeypatch):
    asked = []

    def getpwuid(uid):
        asked.append(uid)
        if uid:
            raise KeyError(uid)
        return pwd.struct_passwd(("root", "x", 0, 0, "", "/", "/bin/sh"))

    monkeypatch.setattr(users.pwd, "getpwuid", getpwuid)
    names = UserNames()
    for _ in range(3):
        assert names.names_of([0, 7]) == {0: "root"}
    assert sorted(asked) == [0, 7]


def test_a_directory_service_that_fails_leaves_the_name_out(monkeypatch):
    def getpwuid(uid):
        raise OSError(os.strerror(5))

    monkeypatch.setattr(users.pwd, "getpwuid", getpwuid)
    assert UserNames().names_of([0]) == {}
