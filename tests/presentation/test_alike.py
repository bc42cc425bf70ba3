import socket

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import InputError
from monitor.model.tcp import TcpState
from monitor.presentation.alike import STATES, TRAITS, condition_like, joined
from monitor.presentation.filter_description import describe
from monitor.presentation.filter_parser import parse
from monitor.presentation.filter_tree import And, Everything
from monitor.presentation.filters import mask
from tests.presentation.filter_trees import TREES
from tests.presentation.socket_rows import a_row, interval_of, intervals


def line_of(row, letter, **scene):
    return describe(condition_like(interval_of([row], **scene), np.array([0]), letter))


def sentence_of(row, letter, **scene):
    with pytest.raises(InputError) as caught:
        line_of(row, letter, **scene)
    return str(caught.value)


@given(intervals(), st.sampled_from(sorted(TRAITS)), st.data())
def test_rows_are_like_themselves_and_the_opposite_leaves_them_out(made, letter, data):
    _, interval = made
    rows = np.array(sorted(data.draw(st.sets(st.integers(0, len(interval.table) - 1), min_size=1))))
    try:
        condition = condition_like(interval, rows, letter)
    except InputError:
        return
    assert mask(condition, interval)[rows].all()
    assert not mask(condition_like(interval, rows, letter.upper()), interval)[rows].any()
    assert parse(describe(condition)) == condition


@pytest.mark.parametrize(
    ("letter", "line"),
    [
        ("p", "pid 990"),
        ("r", "remote 198.51.100.7"),
        ("o", "remote :51834"),
        ("l", "local 192.0.2.10:443"),
        ("v", "iface eth0"),
        ("u", "user www-data"),
        ("P", "not pid 990"),
        ("e", "estab"),
        ("W", "not time-wait"),
    ],
)
def test_a_letter_writes_what_could_have_been_typed(letter, line):
    assert line_of(a_row(inode=102, direction=1), letter) == line


def test_every_owner_of_a_shared_socket_is_named():
    assert line_of(a_row(inode=101), "p") == "pid 812 or pid 813"


def test_a_dialled_connection_has_its_local_port_to_itself():
    assert line_of(a_row(direction=2), "l") == "local 192.0.2.10"


def test_a_mapped_address_is_asked_for_as_packets_carry_it():
    row = a_row(family=socket.AF_INET6, local=("::ffff:192.0.2.10", 443), remote=("::ffff:198.51.100.7", 51834))
    assert line_of(row, "r") == "remote 198.51.100.7"


def test_a_link_local_address_is_asked_for_on_its_interface():
    row = a_row(family=socket.AF_INET6, local=("fe80::1", 443), remote=("fe80::2", 51834), interface=2)
    assert line_of(row, "r") == "remote fe80::2 iface eth0"


LISTENER = {"state": int(TcpState.LISTEN), "local": ("0.0.0.0", 22), "remote": ("0.0.0.0", 0), "interface": 0}


@pytest.mark.parametrize(
    ("row", "letter", "sentence"),
    [
        (a_row(inode=104), "p", "owner hidden: its process may not be read by this user"),
        (a_row(state=int(TcpState.TIME_WAIT), inode=0), "p", "the kernel's own, no process"),
        (a_row(state=int(TcpState.TIME_WAIT), inode=0), "u", "the kernel keeps no user for it, which no process has"),
        (a_row(**LISTENER), "r", "it has no remote endpoint"),
        (a_row(**LISTENER), "o", "it has no remote endpoint"),
        (
            a_row(**LISTENER),
            "v",
            "it belongs to no interface: it is bound to none, and its local address is no interface's",
        ),
        (a_row(interface=9), "v", "its interface is not known yet"),
    ],
)
def test_what_a_row_lacks_is_said_in_one_sentence(row, letter, sentence):
    assert sentence_of(row, letter, hidden=5) == sentence


def test_rows_that_differ_are_not_made_alike():
    interval = interval_of([a_row(), a_row(remote=("192.0.2.110", 80), inode=102, uid=0, interface=1)])
    for letter in "prouv":
        with pytest.raises(InputError, match="the 2 rows of this group"):
            condition_like(interval, np.array([0, 1]), letter)
    assert describe(condition_like(interval, np.array([0, 1]), "l")) == "local 192.0.2.10:443"


def test_without_a_row_only_states_can_be_asked_for():
    interval = interval_of([a_row()])
    with pytest.raises(InputError, match="no socket at the cursor"):
        condition_like(interval, np.zeros(0, np.intp), "p")
    assert [describe(condition_like(interval, np.zeros(0, np.intp), letter)) for letter in STATES] == [
        "estab", "syn-sent", "syn-recv", "close-wait", "time-wait"
    ]  # fmt: skip


@given(TREES, TREES, intervals())
def test_joined_conditions_choose_what_both_choose(former, condition, made):
    _, interval = made
    tree = joined(former, condition)
    assert mask(tree, interval).tolist() == (mask(former, interval) & mask(condition, interval)).tolist()


def test_what_is_asked_for_already_is_not_asked_twice():
    estab, nginx = parse("estab"), parse("nginx")
    both = joined(joined(joined(Everything(), nginx), estab), nginx)
    assert both == And((nginx, estab))
    assert joined(estab, estab) == estab
