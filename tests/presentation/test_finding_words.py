"""Findings in words: each kind has them, with the number and the limit beside it, and names that are safe."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import numpy as np
import pytest

from monitor.model.finding import FindingKind, Grade
from monitor.model.host_facts import HostFacts
from monitor.model.namespace import NamedNamespace
from monitor.model.socket_table import INODE_FOR_COOKIE, PAIR_FOR_COOKIE
from monitor.presentation.doctor_lines import doctor_lines
from monitor.presentation.finding_document import doctor_document
from monitor.presentation.finding_words import finding_text
from monitor.sampling.intervals import advance
from tests.presentation.finding_examples import EXAMPLES, INTERVAL, LEAK, PROXY, QUEUE, SERVICE, finding
from tests.scenes import BOOT_TIME, sample_of


@pytest.mark.parametrize(("found", "heading"), EXAMPLES, ids=lambda value: getattr(value, "kind", ""))
def test_the_heading_says_who_what_how_much_whose_and_how_sure(found, heading):
    text = finding_text(found, INTERVAL)
    assert text.heading == heading
    assert all(words.isprintable() for _, words in text.lines)


def test_every_kind_has_an_example():
    assert {found.kind for found, _ in EXAMPLES} == set(FindingKind)


@pytest.mark.parametrize("found", [found for found, _ in EXAMPLES], ids=lambda found: found.kind)
def test_a_finding_whose_rows_and_processes_have_gone_still_has_words(found):
    nothing = advance(None, sample_of([]))
    assert finding_text(found, nothing).heading


def test_what_to_look_at_is_looked_at_in_the_network_namespace_of_the_finding():
    blue = NamedNamespace(b"blue one", is_process=False, is_gone=False)
    inside = replace(INTERVAL, sample=replace(INTERVAL.sample, named=blue))
    commands = [
        words
        for found, _ in EXAMPLES
        for label, words in finding_text(found, inside).lines
        if label == "look at" and "fourtuple" in words
    ]
    assert len(commands) >= 5
    assert all("fourtuple --netns 'blue one' " in words for words in commands)


def lines_of(found):
    return dict(finding_text(found, INTERVAL).lines)


@pytest.mark.parametrize(
    ("somaxconn", "words"),
    [
        (4096, "511 is nginx's own (listen); net.core.somaxconn is 4,096, raising it changes nothing"),
        (511, "511 is net.core.somaxconn, which cuts what listen() is given: raise both, then listen anew"),
        (128, "511 was in force when it began to listen; net.core.somaxconn is 128 today"),
        (None, "511 is what listen() was given, or net.core.somaxconn where that was less"),
    ],
)
def test_the_limit_of_an_accept_queue_says_what_would_raise_it(somaxconn, words):
    numbers = replace(QUEUE, somaxconn=somaxconn)
    assert lines_of(finding(FindingKind.ACCEPT_QUEUE, SERVICE, numbers, 1))["limit"] == words


def test_clients_of_a_full_queue_hang_unless_the_host_resets_them():
    hang, reset = (
        lines_of(finding(FindingKind.ACCEPT_QUEUE, SERVICE, replace(QUEUE, has_resets=has_resets), 1))["means"]
        for has_resets in (False, True)
    )
    assert hang == "the program does not accept; clients hang and time out, they are not refused"
    assert reset == (
        "the program does not accept; clients are reset at the end of their handshake, or hang "
        "(net.ipv4.tcp_abort_on_overflow is 1)"
    )


def test_a_leak_says_what_is_not_known_yet_and_when_it_ends():
    known = replace(LEAK, per_minute=4.0)
    assert "doctor --for 1m" in lines_of(EXAMPLES[2][0])["unknown"]
    lines = lines_of(finding(FindingKind.CLOSE_WAIT, PROXY, known, 2))
    assert "unknown" not in lines
    assert lines["means"].endswith("it ends at 1,024 fds (144 now), in about 3h 40m")


def test_since_when_is_a_time_of_day_or_before_anybody_looked():
    found = EXAMPLES[0][0]
    assert "since before the first sample" in lines_of(found)["seen"]
    assert "since 03:12:11Z" in lines_of(replace(found, since=BOOT_TIME - 30))["seen"]


def test_the_first_line_of_doctor_is_the_whole_answer():
    both = [EXAMPLES[0][0], EXAMPLES[2][0], EXAMPLES[-1][0]]
    first, *rest = doctor_lines(both, INTERVAL, sample_of([], -5.02))
    assert first == (
        "2 found, and 1 note in 5s of watching: [::]:443 drops new clients; proxy[990] does not close connections."
    )
    assert [line for line in rest if line[:1].isdigit() or line.startswith("note")] == [
        f"1  {EXAMPLES[0][1]}",
        f"2  {EXAMPLES[2][1]}",
        f"note  {EXAMPLES[-1][1]}",
    ]
    assert next(doctor_lines([], INTERVAL, sample_of([], -60.0))) == "Nothing wrong found in 1m of watching."


def test_the_document_holds_every_number_and_is_json():
    document = json.loads(json.dumps(doctor_document([found for found, _ in EXAMPLES], INTERVAL, INTERVAL.sample)))
    for (found, heading), described in zip(EXAMPLES, document["findings"], strict=True):
        assert described["numbers"].keys() == {field.name for field in fields(found.numbers)}
        assert heading.startswith(described["title"])
        assert all(isinstance(cookie, str) for cookie in described["cookies"])
    assert document["troubles"] == sum(found.grade is Grade.TROUBLE for found, _ in EXAMPLES)


def test_the_document_takes_nothing_for_a_cookie_that_the_kernel_did_not_give():
    found = replace(EXAMPLES[0][0], cookies=np.array([7, INODE_FOR_COOKIE | 4711, PAIR_FOR_COOKIE | 1], np.uint64))
    (described,) = doctor_document([found], INTERVAL, INTERVAL.sample)["findings"]
    assert described["cookies"] == ["7"]


def test_the_document_names_what_a_finding_is_about():
    document = doctor_document([EXAMPLES[0][0], EXAMPLES[4][0], EXAMPLES[7][0]], INTERVAL, INTERVAL.sample)
    keys = ("service", "pid", "remote", "interface")
    assert [tuple(found[key] for key in keys) for found in document["findings"]] == [
        ("[::]:443", None, None, None),
        (None, 990, "198.51.100.20:5432", None),
        (None, None, None, "eth0"),
    ]


def test_at_the_end_stands_what_the_host_has_lost_and_what_could_not_be_read():
    facts = HostFacts(counters={"TcpExt.ListenOverflows": 214}, unread=("net.core.somaxconn could not be read: no",))
    before = HostFacts(counters={"TcpExt.ListenOverflows": 196})
    now = advance(None, sample_of([], host_facts=facts))
    *_, host, unread, _evidence = doctor_lines([], now, sample_of([], -5.0, host_facts=before))
    assert host == "  host     accept queues overflowed 214 (+18)"
    assert unread == "  unread   net.core.somaxconn could not be read: no"
