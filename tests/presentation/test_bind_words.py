"""The first line of a bind decision is the whole answer; the lines below say why and what helps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.model.bind import BindAttempt, BindDecision, Certainty
from monitor.model.bind_facts import BindFacts, LocalKind, LocalPrefix, SocketOptions, Unread
from monitor.model.endpoint import Endpoint
from monitor.model.process import Process
from monitor.model.sample import Network
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP
from monitor.presentation.bind_document import bind_document
from monitor.presentation.bind_words import answer, lines
from monitor.presentation.row_text import RowTexts
from monitor.reasoning.bind import decide_bind
from monitor.sampling.decide_bind import confirmed
from monitor.sampling.intervals import advance
from tests.scenes import ANY, BOOT_TIME, address, link, row, sample_of

NETWORK = Network(1, (link(1, "lo"), link(2, "eth0")), (address(1, "127.0.0.1/8", 254), address(2, "192.0.2.10/24")))
PROCESSES = (
    Process(5120, int((BOOT_TIME - 7200) * 100), b"python3", 0),
    Process(5133, int((BOOT_TIME - 60) * 100), b"sle\x1bep", 33),
)
UNSET = SocketOptions(reuseaddr=False, reuseport=False, v6only=False)
LISTENER = row("tcp", "192.0.2.10:8080", ANY, "LISTEN", owner=((5120, 3), (5133, 3)), cookie=1)
BUCKET = row("tcp", "192.0.2.10:8080", "198.51.100.7:51834", "TIME-WAIT", cookie=2, timer=3, timer_ms=41_000)
BOUND = row("tcp", "192.0.2.10:8080", ANY, "BOUND", owner=(5120, 4), cookie=3)
ORPHAN = row("tcp", "192.0.2.10:8080", "198.51.100.7:51835", "FIN-WAIT-2", cookie=4, inode=0)
UDP = row("udp", "0.0.0.0:53", ANY, "UNCONN", owner=(5120, 5), cookie=5)
HIDDEN = row("tcp", "192.0.2.10:8080", ANY, "BOUND", cookie=6, uid=33)


def judged(rows, where: str, **values: object) -> tuple[BindDecision, RowTexts, BindFacts]:
    sample = sample_of(rows, processes=PROCESSES, network=NETWORK, users={0: "root", 33: "www-data"})
    known = {described.columns["cookie"]: UNSET for described in rows if described not in (BUCKET, HIDDEN)}
    facts = BindFacts(
        local_prefixes=(
            LocalPrefix(0x7F00_0000, 8, LocalKind.LOCAL, 255),
            LocalPrefix(0xC000_020A, 32, LocalKind.LOCAL, 255),
        ),
        options=known,
        unread={2: Unread.NO_PROCESS, 6: Unread.NOT_PERMITTED},
    ).beside(sample)
    asked = replace(BindAttempt(endpoint=Endpoint.parse(where), protocol=PROTOCOL_TCP, uid=0), **values)
    return decide_bind(sample.table, asked, facts), RowTexts(advance(None, sample)), facts


def first_line(rows, where: str, **values: object) -> str:
    decision, texts, _ = judged(rows, where, **values)
    return answer(decision, texts)


@pytest.mark.parametrize(
    ("rows", "where", "values", "expected"),
    [
        ([], "192.0.2.10:8080", {}, "Yes: 192.0.2.10:8080 is free for tcp."),
        ([], "192.0.2.10:0", {}, "Yes: 192.0.2.10:0 gets one of 28,232 free tcp ports."),
        (
            [],
            "192.0.2.10:0",
            {"no_port": True},
            "Yes: 192.0.2.10:0 takes no tcp port before connect() chooses one.",
        ),
        (
            [LISTENER, BUCKET],
            "0.0.0.0:8080",
            {},
            "No, EADDRINUSE: python3[5120] (one of 2) listens on 192.0.2.10:8080; one TIME-WAIT is in the way as well.",
        ),
        (
            [LISTENER, BOUND, ORPHAN],
            "0.0.0.0:8080",
            {},
            "No, EADDRINUSE: python3[5120] (one of 2) listens on 192.0.2.10:8080; 2 more sockets in the way.",
        ),
        (
            [BUCKET],
            "192.0.2.10:8080",
            {},
            "No, EADDRINUSE: TIME-WAIT holds 192.0.2.10:8080 → 198.51.100.7:51834, 41s left.",
        ),
        (
            [ORPHAN],
            "192.0.2.10:8080",
            {},
            "No, EADDRINUSE: FIN-WAIT-2 without a process holds 192.0.2.10:8080 → 198.51.100.7:51835.",
        ),
        ([BOUND], "0.0.0.0:8080", {}, "No, EADDRINUSE: python3[5120] holds 192.0.2.10:8080 without listening."),
        ([UDP], "192.0.2.10:53", {"protocol": PROTOCOL_UDP}, "No, EADDRINUSE: python3[5120] has 0.0.0.0:53."),
        (
            [BUCKET],
            "192.0.2.10:8080",
            {"reuseaddr": True},
            "Not certain, EADDRINUSE unless it has set SO_REUSEADDR, which is not visible: "
            "TIME-WAIT holds 192.0.2.10:8080 → 198.51.100.7:51834, 41s left.",
        ),
        (
            [HIDDEN],
            "192.0.2.10:8080",
            {},
            "No, EADDRINUSE: a process of www-data holds 192.0.2.10:8080 without listening.",
        ),
        ([], "198.51.100.1:80", {}, "No, EADDRNOTAVAIL: 198.51.100.1 is no address of this host."),
        (
            [],
            "192.0.2.10:80",
            {"uid": 33},
            "No, EACCES: port 80 is privileged, and uid 33 lacks CAP_NET_BIND_SERVICE.",
        ),
        (
            [],
            "[fe80::1]:80",
            {},
            "No, EINVAL: fe80::1 is valid on one link only, so name the interface: [fe80::1%eth0]:80.",
        ),
    ],
)
def test_the_first_line_is_the_whole_answer(rows, where, values, expected):
    assert first_line(rows, where, **values) == expected


def test_the_lines_say_who_why_and_what_helps():
    decision, texts, facts = judged([LISTENER, BUCKET], "0.0.0.0:8080")
    assert lines(decision, texts, facts) == [
        (
            "1",
            "LISTEN     192.0.2.10:8080                        python3[5120] (yours, up 2h, fd 3) and "
            r"sle\x1bep[5133] (www-data, up 1m, fd 3): one socket, inherited or handed on",
        ),
        ("", "the wildcard meets every address on the port"),
        ("2", "TIME-WAIT  192.0.2.10:8080 → 198.51.100.7:51834   the kernel's, no process, 41s left"),
        ("", "the wildcard meets every address on the port"),
        (
            "to get it",
            r"stop python3[5120] and sle\x1bep[5133]; then SO_REUSEADDR, if the old server had set it too "
            "(not visible), or wait 41s",
        ),
        ("no use", "SO_REUSEADDR (1: it listens); SO_REUSEPORT (1: not set there); being root"),
        ("free now", "127.0.0.1:8080"),
    ]


@pytest.mark.parametrize(("uid", "who"), [(0, "whatever has 2"), (33, "whatever has 2 (root can name it)")])
def test_process_out_of_sight_is_named_by_what_it_has(uid, who):
    decision, texts, facts = judged([BOUND, HIDDEN], "0.0.0.0:8080")
    seen_by = RowTexts(replace(texts.interval, sample=replace(texts.interval.sample, uid=uid)))
    assert dict(lines(decision, seen_by, facts))["to get it"] == f"stop python3[5120] and {who}"


def test_what_is_not_visible_is_said_with_its_reason():
    decision, texts, facts = judged([HIDDEN], "192.0.2.10:8080", reuseaddr=True)
    said = dict(lines(decision, texts, facts))
    assert decision.certainty is Certainty.NOT_VISIBLE
    assert said["to know"] == "root can read what is set; binding for an instant (--probe) tells"
    assert said[""] == "what it has set is not visible: this user may not look into the process (ptrace)"


def test_the_kernels_word_is_said_to_be_its_own():
    decision, texts, facts = judged([], "192.0.2.10:8080")
    assert answer(confirmed(decision, None), texts).endswith(
        "is free for tcp (confirmed by binding it for an instant)."
    )
    refused = confirmed(decision, "EACCES")
    assert answer(refused, texts).startswith("No, EACCES: the kernel refuses, and no table says why (confirmed")
    assert dict(lines(refused, texts, facts))["differs"].startswith("the rules say ok: ")


def test_the_document_keeps_its_contract():
    decision, texts, facts = judged([LISTENER, BUCKET], "0.0.0.0:8080")
    document = bind_document(decision, texts, facts)
    assert (document["ok"], document["errno"], document["kernel_held"], document["certain"]) == (
        False,
        "EADDRINUSE",
        True,
        True,
    )
    listener, bucket = document["conflicts"]
    assert (listener["inode"], listener["cookie"], listener["state"]) == (1, "1", "LISTEN")
    assert [owner["pid"] for owner in listener["owners"]] == [5120, 5133]
    assert (bucket["inode"], bucket["local"], bucket["remote"]) == (0, "192.0.2.10:8080", "198.51.100.7:51834")
    assert (bucket["reuseaddr"], bucket["options_reason"], bucket["timer_ms"]) == (None, "no-process", 41_000)
