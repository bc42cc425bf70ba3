import os

import pytest

from monitor.config.places import check_way, read_own_file
from monitor.errors import MonitorError


def test_a_way_that_somebody_else_laid_is_not_gone(tmp_path, as_root):
    theirs = tmp_path / "home"
    theirs.mkdir()
    os.chown(theirs, 12345, 12345)
    (theirs / "config.toml").write_text("period = 5\n")
    with pytest.raises(MonitorError, match="belongs to uid 12345"):
        read_own_file(theirs / "config.toml")
    with pytest.raises(MonitorError, match="belongs to uid 12345"):
        check_way(theirs / "fourtuple" / "state.toml")
