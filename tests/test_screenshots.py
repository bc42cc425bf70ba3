from __future__ import annotations

import pytest

from screenshots.draw import FOLDER, SHOTS, Shot, draw


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.path.stem)
async def test_the_picture_is_what_the_script_draws(shot: Shot):
    assert await draw(shot) == shot.path.read_text(encoding="utf-8")


def test_no_other_picture_lies_beside_the_script():
    assert {shot.path for shot in SHOTS} == set(FOLDER.glob("*.svg"))


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.path.stem)
def test_a_picture_fetches_nothing(shot: Shot):
    links = shot.path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert "://" not in links
