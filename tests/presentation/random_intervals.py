"""Intervals of two random samples: sockets of every kind, shared, opened, closed and unseen, with traffic."""

from dataclasses import replace

from hypothesis import strategies as st

from monitor.model.process import Process
from monitor.model.sample import Network
from monitor.sampling.intervals import advance
from tests.scenes import ANY, ANY6, address, link, row, sample_of, traffic

NETWORK = Network(
    1,
    (link(1, "lo"), link(2, "eth0"), link(3, "eth1")),
    (address(1, "127.0.0.1/8", 254), address(2, "192.0.2.10/24"), address(2, "fe80::10/64", 253)),
)
PROCESSES = (Process(812, 50, b"nginx", 33), Process(813, 51, b"nginx", 33), Process(990, 52, b"pr\xffoxy", 1001))
PAIR_STATES = ("ESTAB", "SYN-SENT", "SYN-RECV", "NEW-SYN-RECEIVED", "CLOSE-WAIT", "TIME-WAIT", "LAST-ACK")
V4 = ("192.0.2.10", "127.0.0.1", "198.51.100.7")
V6 = ("[fe80::10]", "[::ffff:192.0.2.10]", "[2001:db8::7]")
OWNERS = ((), (812, 5), (990, 7), ((812, 5), (812, 6)), ((812, 5), (813, 5)), ((813, 5), (990, 5)))


@st.composite
def _rows(draw, cookie):
    addresses = draw(st.sampled_from((V4, V6)))
    port = st.sampled_from((443, 5432, 8080))
    local, remote = (f"{draw(st.sampled_from(addresses))}:{draw(port)}" for _ in range(2))
    kind = draw(st.sampled_from(("pair", "pair", "pair", "listener", "bound", "udp", "udp pair")))
    state = {"pair": draw(st.sampled_from(PAIR_STATES)), "listener": "LISTEN", "bound": "BOUND", "udp": "UNCONN"}
    counters = traffic(
        received=draw(st.integers(0, 5_000)),
        sent=draw(st.integers(0, 90_000)),
        resent=draw(st.sampled_from((0, 3_000))),
        rtt_ms=draw(st.sampled_from((0.0, 0.4, 23.0))),
        idle_s=draw(st.sampled_from((0.0, 7.0))),
    )
    counters["queue"] = draw(st.tuples(st.integers(0, 9), st.integers(0, 9)))
    return row(
        "udp" if kind.startswith("udp") else "tcp",
        local,
        remote if kind.endswith("pair") else (ANY if addresses is V4 else ANY6),
        state.get(kind, "ESTAB"),
        owner=draw(st.sampled_from(OWNERS)),
        cookie=cookie,
        uid=draw(st.sampled_from((0, 33, 1001))),
        device=draw(st.sampled_from((0, 0, 3))),
        **({"inode": 0} if draw(st.integers(0, 4)) == 0 else {}),
        **counters,
    )


@st.composite
def intervals(draw):
    """Two samples five seconds apart; some rows are only in the first, some only in the second."""
    rows = [draw(_rows(number + 1)) for number in range(draw(st.integers(0, 10)))]
    fates = [draw(st.sampled_from(("stays", "stays", "stays", "comes", "goes", "closes"))) for _ in rows]
    before = [made for made, fate in zip(rows, fates, strict=True) if fate != "comes"]
    now = [_grown(made) for made, fate in zip(rows, fates, strict=True) if fate in ("stays", "comes")]
    closed = [made.columns["cookie"] for made, fate in zip(rows, fates, strict=True) if fate == "closes"]
    told = {"processes": PROCESSES, "network": NETWORK, "users": {33: "www-data"}, "has_time_wait": True}
    first = advance(None, sample_of(before, **told))
    return advance(first, sample_of(now, 5.0, closed=closed, hidden=draw(st.sampled_from((0, 3))), **told))


def _grown(made):
    names = ("bytes_received", "bytes_acked", "bytes_sent")
    more = {name: made.columns[name] + 1_000 for name in names if name in made.columns}
    return replace(made, columns={**made.columns, **more})
