"""Of what /proc/net lists it is not known whether it is bound to a device, and no filter takes that for known."""

from __future__ import annotations

import pytest

from monitor.model.socket_table import INODE_FOR_COOKIE
from monitor.presentation.filters import mask, parse
from monitor.sampling.intervals import advance
from tests.scenes import ANY, ANY6, row, sample_of

TEXT = INODE_FOR_COOKIE | 7
BY_TEXT = row("tcp", "0.0.0.0:22", ANY, "LISTEN", cookie=TEXT)
BY_KERNEL = row("tcp", "0.0.0.0:22", ANY, "LISTEN", cookie=7)
LOCAL_BY_TEXT = row("tcp", "127.0.0.1:22", ANY, "LISTEN", cookie=TEXT)
LINK_LOCAL_BY_TEXT = row("tcp", "[fe80::1]:22", ANY6, "LISTEN", cookie=TEXT)


@pytest.mark.parametrize(
    ("line", "described"),
    [
        ("dev = eth0", BY_TEXT),
        ("dev ~ e*", BY_TEXT),
        ("dev = 7", BY_TEXT),
        ("reach all", BY_TEXT),
        ("via eth0", BY_TEXT),
        ("src [fe80::1%eth0]:22", LINK_LOCAL_BY_TEXT),
    ],
)
def test_a_filter_by_device_neither_chooses_it_nor_under_not(line, described):
    interval = advance(None, sample_of([described]))
    for asked in (line, f"not ({line})"):
        assert not mask(parse(asked), interval).any()


def test_what_does_not_hang_on_the_device_is_known_all_the_same():
    assert mask(parse("reach lo"), advance(None, sample_of([LOCAL_BY_TEXT]))).all()
    assert mask(parse("not src [fe80::2%eth0]:22"), advance(None, sample_of([LINK_LOCAL_BY_TEXT]))).all()
    assert mask(parse("reach all and not dev = eth0"), advance(None, sample_of([BY_KERNEL]))).all()
