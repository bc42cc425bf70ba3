"""The filters of ss mean the same here: the same rows, of the same sockets."""

import re
import subprocess
from contextlib import closing

import pytest

from monitor.presentation.filter_parser import parse
from monitor.presentation.filters import mask
from monitor.sampling.intervals import advance
from monitor.sampling.live import LiveSource
from tests.kernel import socket_world

pytestmark = pytest.mark.kernel

LINES = (
    "sport = :5001",
    "sport == 5001",
    "sport eq :5001",
    "dport = :5002",
    "( sport = :5001 or dport = :5001 )",
    "sport = :5001 | dport = :5001",
    "sport ge :5003 and sport le :5006",
    "sport gt :1024 & sport lt 6000",
    "sport neq :5001",
    "dport != :5001",
    "dport lt :1024",
    "dport = :0",
    "not sport = :5001 dport gt :0",
    "! ( sport = :5001 or sport = :5002 )",
    "src 127/8",
    "src 127.0.0.1",
    "src 127.0/16",
    "src 127.0.0.1:5001",
    "src 127/8:5001",
    "src *:5001",
    "src = [::1]",
    "dst [::1]:5004",
    "src [::]:5003",
    "dst 0.0.0.0/0",
    "dst ::/0",
    "src ::/0",
    "src [::ffff:127.0.0.1]",
    "src inet:127.0.0.1",
    "dst 127.0.0.1 and not src 127.0.0.1:5001",
    "dev = lo",
    "dev != lo",
    "fwmark = 0x7",
    "fwmark = 0x1/0x3",
    "fwmark != 7",
    "state established",
    "state listening",
    "state listening state established",
    "state connected exclude syn-sent",
    "state synchronized",
    "state bucket",
    "state big",
    "exclude listening",
    "exclude listening exclude established sport gt :0",
    "state established ( sport = :5001 or dport = :5002 )",
    "state established sport = :5001 or sport = :5003",
    "state connected dst 127.0.0.1 and not ( sport = :5001 or dport = :5001 )",
)


def of_ss(ss, line):
    output = subprocess.run([ss, "-Htuane", *line.split()], capture_output=True, check=True, text=True).stdout
    return {int(cookie, 16) for cookie in re.findall(r"\bsk:(\w+)", output)}


def test_every_line_chooses_what_ss_chooses(namespace, program):
    ss = program("ss")
    with socket_world.sockets(), closing(LiveSource()) as source:
        interval = advance(None, source.sample(time_wait=True))
        table = interval.table
        # ss asks for no sockets that are only bound, and says nothing of the mark of buckets.
        is_listed = ~table.is_bound_only
        chosen = 0
        for line in LINES:
            ours = mask(parse(line), interval) & is_listed
            theirs = of_ss(ss, line)
            assert set(table.cookie[ours].tolist()) == theirs, line
            chosen += bool(theirs)
        assert chosen > len(LINES) * 2 // 3
