from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import pytest

from monitor.model.egress import Agreement, Reason
from monitor.presentation.agreement_words import agreement_text

MOVED = Agreement(
    Reason.OTHER_DEVICE,
    ip_address("192.0.2.10"),
    was=b"eth0",
    now=b"wg0",
    redialled_by=b"wg0",
    redialled_from=ip_address("203.0.113.2"),
)
ACCEPTED = replace(MOVED, redialled_by=None, redialled_from=None)


@pytest.mark.parametrize(
    ("agreement", "text"),
    [
        (MOVED, "~ would now leave by wg0 from 203.0.113.2; was eth0 (derived)"),
        (ACCEPTED, "~ leaves by wg0 today; was eth0 (derived)"),
        (
            replace(MOVED, redialled_by=b"eth2"),
            "~ leaves by wg0 today; was eth0 (derived); dialled anew by eth2 from 203.0.113.2",
        ),
        (
            replace(MOVED, reason=Reason.OTHER_SOURCE, redialled_by=b"eth0"),
            "~ would now leave by eth0 from 203.0.113.2; was 192.0.2.10",
        ),
        (replace(ACCEPTED, reason=Reason.REFUSED, errno="EINVAL"), "! no way today: EINVAL"),
        (replace(ACCEPTED, reason=Reason.ADDRESS_GONE), "! no interface has 192.0.2.10 any more"),
        (replace(ACCEPTED, reason=Reason.NOT_ASKED), "– not known whether it leaves so today"),
        (replace(ACCEPTED, reason=Reason.REMOTE_ON_LINK), "✓ leaves by wg0, in whose subnet its peer is"),
    ],
)
def test_agreement_says_its_mark_and_what_differs(agreement, text):
    assert agreement_text(agreement) == text


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words_even_where_no_value_is_known(reason):
    text = agreement_text(Agreement(reason, ip_address("192.0.2.10")))
    assert text[:2] in {"✓ ", "~ ", "! ", "– "}
    assert len(text) > 2


def test_hostile_interface_names_are_made_safe():
    assert agreement_text(replace(ACCEPTED, now=b"\x1b[2J\n")).isprintable()
