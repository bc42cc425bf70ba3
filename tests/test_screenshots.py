from __future__ import annotations

import pytest

from screenshots.draw import FOLDER, SHOTS, Shot, draw
from screenshots.real import REAL_SHOTS, RealShot


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.path.stem)
async def test_the_picture_is_what_the_script_draws(shot: Shot):
    assert await draw(shot) == shot.path.read_text(encoding="utf-8")


@pytest.mark.parametrize("shot", REAL_SHOTS, ids=lambda shot: shot.path.stem)
def test_a_picture_of_real_sockets_shows_what_was_set_up(shot: RealShot):
    drawn = shot.path.read_text(encoding="utf-8")
    assert [text for text in shot.shows if text not in drawn] == []


def test_no_other_picture_lies_beside_the_scripts():
    assert {shot.path for shot in (*SHOTS, *REAL_SHOTS)} == set(FOLDER.glob("*.svg"))


@pytest.mark.parametrize("shot", [*SHOTS, *REAL_SHOTS], ids=lambda shot: shot.path.stem)
def test_a_picture_fetches_nothing(shot: Shot | RealShot):
    links = shot.path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert "://" not in links
