"""A sample crosses the wire unchanged; of processes and network only what is new crosses again."""

from __future__ import annotations

from dataclasses import fields, replace

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import SourceError, WireError
from monitor.model.control_group import ControlGroup
from monitor.model.host_facts import DescriptorUse, HostFacts
from monitor.model.namespace import NamedNamespace
from monitor.model.owner_table import OwnerTable
from monitor.model.process import Process
from monitor.model.sample import Network, Sample
from monitor.model.socket_table import SocketTable
from monitor.sampling import messages
from monitor.sampling.frames import WIRE_VERSION
from monitor.sampling.sample_frames import SampleDecoder, SampleEncoder
from tests import machine_db1
from tests.sampling.test_frames import sent
from tests.scenes import address, link, row, sample_of

ROW = row("tcp", "192.0.2.10:443", "198.51.100.7:51834", "ESTAB", owner=(812, 17))


def encoded(encoder, sample):
    head, body = encoder.encode(sample, 1)
    return messages.encode(head), b"".join(body)


def crossed(samples):
    """Send samples through one stream."""
    encoder, decoder = SampleEncoder(), SampleDecoder()
    for sample in samples:
        head, body = encoded(encoder, sample)
        yield decoder.decode(messages.decode_answer(head, messages.SampleRead), memoryview(body))


def plain(value):
    """Make arrays and tables of arrays comparable."""
    if isinstance(value, np.ndarray):
        return value.dtype, value.tolist()
    if isinstance(value, SocketTable | OwnerTable | Sample):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return value


def sample_with(*pids, network=None, **changed):
    rows = [replace(ROW, owners=tuple((pid, 3) for pid in pids))]
    processes = [Process(pid, 1, changed.get(f"name_{pid}", b"nginx"), 33) for pid in pids]
    return sample_of(rows, processes=processes, network=network)


def test_a_sample_crosses_unchanged_in_every_column_and_owner():
    first, second = machine_db1.samples()
    samples = [first, replace(second, named=NamedNamespace(b"blue\xff", is_process=False, is_gone=True))]
    for sample, again in zip(samples, crossed(samples), strict=True):
        assert plain(again) == plain(sample)


def test_a_control_group_crosses_once_and_goes_once():
    nginx, web = ControlGroup(b"/nginx.service\xff"), ControlGroup(b"/docker/1", b"web", b"nginx:1")
    known = [{}, {7: nginx}, {7: nginx}, {7: nginx, (1 << 64) - 1: web}, {(1 << 64) - 1: web}]
    samples = [sample_of([ROW], control_groups=groups) for groups in known]
    assert [sample.control_groups for sample in crossed(samples)] == known
    encoder = SampleEncoder()
    heads = [encoder.encode(sample, 1)[0] for sample in samples]
    assert [[*head.groups_new] for head in heads] == [[], [7], [], [(1 << 64) - 1], []]
    assert [head.groups_gone for head in heads] == [[], [], [], [], [7]]


@pytest.mark.parametrize(
    "sample",
    [
        sample_of([]),
        sample_of(
            [], owners=OwnerTable.unread(), time_wait=None, notices=("a", "b"), has_udp=False, text_protocols=(6,)
        ),
        sample_of([ROW], hidden=7, closed=[1, (1 << 64) - 1], users={0: "root", (1 << 32) - 1: "ü\n"}),
        sample_of([row("tcp", "[fe80::1]:22", "[fe80::7]:1", "ESTAB", cookie=(1 << 64) - 1, inode=(1 << 32) - 1)]),
        sample_of([ROW], host="\x1b[31mdb1\n", uid=0xFFFF_FFFF, capabilities=(1 << 63) - 1, asleep_s=28_800.5),
    ],
)
def test_samples_at_the_edges_cross_unchanged(sample):
    assert plain(next(crossed([sample]))) == plain(sample)


def test_names_of_any_bytes_cross_unchanged():
    hostile = Process(812, 1, b"\xff\x1b[2J\0", 33, b"/\xfe", b"a\0\x80b")
    sample = sample_of([ROW], processes=[hostile])
    assert next(crossed([sample])).owners.processes == {812: hostile}


def test_names_of_host_and_users_that_are_no_text_cross_written_out():
    sample = sample_of([ROW], host="db\udcff", users={33: "\udc80"})
    again = next(crossed([sample]))
    assert (again.host, again.users) == (r"db\xff", {33: r"\x80"})
    assert plain(again.table) == plain(sample.table)


def test_processes_come_change_and_go_over_several_frames():
    samples = [
        sample_with(1, 2),
        sample_with(1, 2),
        sample_with(1, 2, name_2=b"renamed"),
        sample_with(2, 3, name_2=b"renamed"),
        sample_with(),
        sample_with(1),
    ]
    for sample, again in zip(samples, crossed(samples), strict=True):
        assert again.owners.processes == sample.owners.processes


def test_only_processes_that_differ_cross_again():
    encoder = SampleEncoder()
    heads = [encoder.encode(sample, 1)[0] for sample in (sample_with(1, 2), sample_with(1, 2), sample_with(2, 3))]
    assert [sorted(process.pid for process in head.processes_changed) for head in heads] == [[1, 2], [], [3]]
    assert [head.processes_gone for head in heads] == [[], [], [1]]


def test_a_decoded_sample_keeps_its_processes_when_later_ones_differ():
    first, _ = crossed([sample_with(1), sample_with(2)])
    assert list(first.owners.processes) == [1]


def test_the_network_crosses_only_where_it_changed():
    networks = [
        Network(1, (link(1, "lo"),)),
        Network(1, (link(1, "lo"),)),
        Network(2, (link(1, "lo"), link(2, "eth0"))),
    ]
    samples = [sample_with(1, network=network) for network in networks]
    encoder = SampleEncoder()
    heads = [encoder.encode(sample, 1)[0] for sample in samples]
    assert [head.network is None for head in heads] == [False, True, False]
    assert [sample.network for sample in crossed(samples)] == networks


def test_a_column_that_this_program_does_not_know_is_skipped():
    head, body = SampleEncoder().encode(sample_of([ROW]), 1)
    place = len(head.columns)
    newer = msgspec.structs.replace(head, columns=[*head.columns, messages.ColumnBytes("pacing_rate", "<u8")])
    parts = [*body[:place], memoryview(b"12345678"), *body[place:]]
    again = SampleDecoder().decode(newer, memoryview(b"".join(parts)))
    assert plain(again) == plain(sample_of([ROW]))


def refused(**changed):
    head, body = SampleEncoder().encode(sample_of([ROW]), 1)
    with pytest.raises(WireError) as caught:
        SampleDecoder().decode(msgspec.structs.replace(head, **changed), memoryview(b"".join(body)))
    return str(caught.value)


def columns_with(name, dtype):
    head, _ = SampleEncoder().encode(sample_of([ROW]), 1)
    return [messages.ColumnBytes(name, dtype) if column.name == name else column for column in head.columns]


def test_numbers_that_do_not_fit_the_body_are_refused():
    assert "shorter" in refused(rows=2)
    assert "rows" in refused(rows=1 << 62)
    assert "rows" in refused(rows=-1)
    assert "shorter" in refused(closed=1)
    assert "rows" in refused(owner_rows=1 << 40)
    assert "shorter" in refused(owner_rows=1 << 19)
    assert "longer" in refused(owner_rows=0)


@pytest.mark.parametrize(
    "dtype",
    [
        "O",
        "S8",
        "V8",
        "<M8[ns]",
        "<c8",
        "nonsense",
        "",
        "<u8,<u4",
        "(1000000000,)u1",
        ",<u8",
        "<u4\n",
        "<f2",
        "<f8",
        ">u8",
    ],
)
def test_a_column_of_another_type_is_refused(dtype):
    assert "type" in refused(columns=columns_with("cookie", dtype))


@pytest.mark.parametrize("ports", [(-1, 5), (5, 4), (1, 1 << 16)])
def test_a_range_of_ports_that_is_none_is_refused(ports):
    assert "range of ports" in refused(host_facts=HostFacts(port_range=ports))
    assert "range of ports" in refused(host_facts=HostFacts(reserved_ports=((7, 7), ports)))


def test_what_the_host_counts_crosses_only_when_it_changed():
    facts = HostFacts(
        counters={"TcpExt.ListenDrops": 1 << 63}, port_range=(1, 2), reserved_ports=((3, 4),), unread=("a",)
    )
    use = {812: DescriptorUse(500, None)}
    samples = [sample_of([ROW], second, host_facts=facts, descriptors=use) for second in (0, 1)]
    samples.append(sample_of([ROW], 2.0))
    assert [(one.host_facts, one.descriptors) for one in crossed(samples)] == [
        (facts, use),
        (facts, use),
        (HostFacts(), {}),
    ]
    encoder = SampleEncoder()
    heads = [encoder.encode(sample, 1)[0] for sample in samples]
    assert [head.host_facts for head in heads] == [facts, None, HostFacts()]
    assert [head.descriptors for head in heads] == [use, None, {}]


@pytest.mark.parametrize("number", [-1, 1 << 31, 1 << 63])
def test_pids_and_interfaces_that_no_kernel_gives_are_refused(number):
    assert "out of range" in refused(processes_changed=[Process(number, 1, b"", 0)])
    assert "out of range" in refused(network=Network(1, (link(number, "lo"),)))
    assert "out of range" in refused(network=Network(1, (), (address(number, "192.0.2.10/24"),)))


@pytest.mark.parametrize("name", ["generation", "routing_generation"])
@pytest.mark.parametrize("number", [-1, 1 << 63])
def test_generations_that_fit_no_column_are_refused(name, number):
    assert "generation" in refused(network=Network(**{name: number}))


def test_a_missing_column_is_named():
    head, _ = SampleEncoder().encode(sample_of([ROW]), 1)
    assert "cookie" in refused(columns=[column for column in head.columns if column.name != "cookie"], rows=0)


def test_owners_out_of_order_are_refused():
    head, body = SampleEncoder().encode(sample_with(1, 2), 1)
    disordered = [*body[:-3], memoryview(np.array([9, 3], "<u4")).cast("B"), *body[-2:]]
    with pytest.raises(WireError, match="order"):
        SampleDecoder().decode(head, memoryview(b"".join(disordered)))


def test_an_owner_whom_no_frame_has_named_is_refused():
    head, body = SampleEncoder().encode(sample_with(1, 2), 1)
    unnamed = msgspec.structs.replace(head, processes_changed=head.processes_changed[:1])
    with pytest.raises(WireError, match="named"):
        SampleDecoder().decode(unnamed, memoryview(b"".join(body)))


STATES = st.lists(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 3)), unique_by=lambda described: described[0], max_size=30),
    min_size=1,
    max_size=5,
)


@given(STATES)
def test_rows_that_come_go_move_and_change_cross_unchanged(states):
    """By cookie, and what waits in the queue."""
    samples = [
        sample_of(
            [
                row("tcp", "192.0.2.10:443", f"198.51.100.7:{cookie}", "ESTAB", cookie=cookie, queue=(waiting, 0))
                for cookie, waiting in rows
            ]
        )
        for rows in states
    ]
    for sample, again in zip(samples, crossed(samples), strict=True):
        assert plain(again) == plain(sample)


def busy_rows(*busy):
    return [
        row("tcp", "192.0.2.10:443", f"198.51.100.7:{port}", "ESTAB", cookie=port, queue=(port in busy, 0))
        for port in range(1, 1001)
    ]


def test_what_did_not_change_does_not_cross_again():
    """Bytes of the bodies: all of it, nothing of the same again, two rows of one column, all rows but the first."""
    encoder = SampleEncoder()
    tables = [busy_rows(), busy_rows(), busy_rows(7, 9), busy_rows(7, 9)[1:]]
    whole, same, two, moved = (sum(len(part) for part in encoder.encode(sample_of(rows), 1)[1]) for rows in tables)
    assert whole > 30 * len(tables[0])
    assert same == 0
    assert two == 2 * (4 + 4)
    assert moved == 8


def test_columns_in_which_nothing_changed_are_those_of_the_sample_before():
    first, second = crossed([sample_of([ROW]), sample_of([ROW], 1.0)])
    assert second.table.cookie is first.table.cookie
    assert second.owners is first.owners


def test_a_frame_that_builds_on_another_is_refused_alone():
    encoder = SampleEncoder()
    encoded(encoder, sample_of([ROW]))
    head, body = encoded(encoder, sample_of([ROW], 1.0))
    with pytest.raises(WireError, match="not there"):
        SampleDecoder().decode(messages.decode_answer(head, messages.SampleRead), memoryview(body))


@pytest.mark.parametrize(
    ("rows", "runs"),
    [(3, [(0, 2)]), (2, [(1, 2)]), (2, [(5, 2)]), (2, [(0, 1), (2, 1)]), (1, [(0, 2)]), (4, [(0, (1 << 32) - 1)])],
)
def test_runs_of_rows_that_were_not_there_are_refused(rows, runs):
    encoder, decoder = SampleEncoder(), SampleDecoder()
    two = busy_rows()[:2]
    for _ in range(2):
        head, body = encoder.encode(sample_of(two), 1)
        decoder.decode(head, memoryview(b"".join(body)))
    moved = msgspec.structs.replace(head, rows=rows, runs=len(runs))
    with pytest.raises(WireError, match="rows"):
        decoder.decode(moved, memoryview(np.array(runs, "<u4").tobytes()))


def test_changes_of_rows_that_are_not_there_are_refused():
    encoder, decoder = SampleEncoder(), SampleDecoder()
    for rows in (busy_rows(), busy_rows(7)):
        head, body = encoder.encode(sample_of(rows), 1)
        data = b"".join(body)
        if len(data) > 8:
            decoder.decode(head, memoryview(data))
    beyond = np.array([1000, 1], "<u4").tobytes()
    with pytest.raises(WireError, match="not there"):
        decoder.decode(head, memoryview(beyond))


def decoded(data):
    frame = sent(data)
    answer = messages.decode_answer(frame.head, messages.SampleRead)
    return SampleDecoder().decode(answer, frame.body) if isinstance(answer, messages.SampleRead) else answer


def test_every_cut_and_every_flipped_bit_of_a_frame_is_read_or_refused():
    head, body = encoded(SampleEncoder(), sample_of([ROW], closed=[5]))
    whole = messages_frame(head, body)
    assert plain(decoded(whole)) == plain(sample_of([ROW], closed=[5]))
    for length in range(1, len(whole)):
        with pytest.raises(SourceError):
            decoded(whole[:length])
    refusals = 0
    for place in range(len(whole)):
        for bit in range(8):
            try:
                decoded(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
            except (WireError, SourceError):
                refusals += 1
    assert refusals > len(whole)


def test_every_flipped_bit_of_a_frame_that_builds_on_another_is_read_or_refused():
    encoder = SampleEncoder()
    first = encoder.encode(sample_of(busy_rows()[:9]), 1)
    head, body = encoder.encode(sample_of(busy_rows(3)[2:9]), 1)
    data, refusals = b"".join(body), 0
    assert head.runs == 1
    for place in range(len(data)):
        for bit in range(8):
            decoder = SampleDecoder()
            decoder.decode(first[0], memoryview(b"".join(first[1])))
            try:
                decoder.decode(head, memoryview(data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]))
            except WireError:
                refusals += 1
    assert refusals > 0


def messages_frame(head, body):
    return b"4t" + bytes([WIRE_VERSION, 0]) + len(head).to_bytes(4, "big") + len(body).to_bytes(4, "big") + head + body
