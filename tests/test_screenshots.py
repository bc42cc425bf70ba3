from __future__ import annotations

from pathlib import Path

import pytest

from screenshots import cost_curve
from screenshots.draw import FOLDER, SHOTS, Shot, draw
from screenshots.real import REAL_SHOTS, RealShot
from tests.benchmarks.figures import read_json


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.path.stem)
async def test_the_picture_is_what_the_script_draws(shot: Shot):
    assert await draw(shot) == shot.path.read_text(encoding="utf-8")


@pytest.mark.parametrize("shot", REAL_SHOTS, ids=lambda shot: shot.path.stem)
def test_a_picture_of_real_sockets_shows_what_was_set_up(shot: RealShot):
    drawn = shot.path.read_text(encoding="utf-8")
    assert [text for text in shot.shows if text not in drawn] == []


def test_the_curve_is_what_the_script_draws_of_the_kept_figures():
    figures = read_json(cost_curve.MEASURED)
    assert cost_curve.draw(figures) == cost_curve.PICTURE.read_text(encoding="utf-8")
    assert {figure.what for figure in figures} >= {series.what for series in cost_curve.SERIES}


PICTURES = [*(shot.path for shot in (*SHOTS, *REAL_SHOTS)), cost_curve.PICTURE]


def test_no_other_picture_lies_beside_the_scripts():
    assert set(PICTURES) == set(FOLDER.glob("*.svg"))


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.stem)
def test_a_picture_fetches_nothing(picture: Path):
    links = picture.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert "://" not in links
