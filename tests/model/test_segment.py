from __future__ import annotations

import pytest

from monitor.model.endpoint import Endpoint
from monitor.model.segment import Reach, Segment

V4, V6 = Endpoint.parse("192.0.2.10:80"), Endpoint.parse("[2001:db8::10]:80")


def test_two_families_make_no_segment():
    with pytest.raises(ValueError, match="different families"):
        Segment(6, V4, V6)


def test_family_is_the_destinations():
    assert Segment(6, V4, None).is_ipv4
    assert not Segment(6, V6, V6).is_ipv4


def test_only_three_reaches_come_to_the_look_up():
    assert [reach for reach in Reach if reach.is_delivered] == [Reach.LOCAL, Reach.BROADCAST, Reach.MULTICAST]
    assert all(reach.is_delivered for reach in Reach if reach.is_to_many)
