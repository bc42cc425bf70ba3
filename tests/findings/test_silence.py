"""Machines on which nothing is wrong: no trouble is told, however long one looks."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.model.host_facts import HostFacts
from monitor.model.process import Process
from tests.many_sockets import many_sockets
from tests.reasoning.watching import Watch, troubles
from tests.scenes import ANY, ANY6, row, traffic

TICKS = 300
NGINX = (Process(811, 1, b"nginx", 0, parent=1), *(Process(pid, 2, b"nginx", 33, parent=811) for pid in (812, 813)))
FACTS = HostFacts(port_range=(32_768, 60_999), reserved_ports=(), time_wait_reuse=2, somaxconn=4096)


def troubles_of(make, **told):
    """Look at what a function makes of each second; give all trouble that is ever told."""
    watch = Watch()
    return {kind for tick in range(TICKS) for kind in troubles(watch.see_rows(make(tick), host_facts=FACTS, **told))}


def test_a_wildcard_server_with_sessions_that_idle_all_day():
    rows = [
        row("tcp", "0.0.0.0:22", ANY, "LISTEN", owner=(700, 3), queue=(0, 128)),
        row("tcp", "[::]:22", ANY6, "LISTEN", owner=(700, 4), queue=(0, 128)),
        *(
            row(
                "tcp",
                "192.0.2.10:22",
                f"198.51.100.{n}:60022",
                "ESTAB",
                owner=(3300 + n, 4),
                timer=2,
                **traffic(sent=9, idle_s=86_400),
            )
            for n in range(5)
        ),
    ]
    assert troubles_of(lambda _: rows) == set()


def test_a_server_that_forks_before_it_serves():
    shared = ((811, 6), (812, 6), (813, 6))
    listener = row("tcp", "0.0.0.0:443", ANY, "LISTEN", owner=shared, queue=(0, 511))

    def served(tick):
        clients = (
            row(
                "tcp",
                "192.0.2.10:443",
                f"198.51.100.7:{50_000 + (tick * 20 + n) % 10_000}",
                "ESTAB",
                owner=(812, n),
                **traffic(sent=9),
            )
            for n in range(60)
        )
        return [listener, *clients]

    assert troubles_of(served, processes=NGINX) == set()


def test_a_database_for_this_host_alone():
    rows = [row("tcp", "127.0.0.1:5432", ANY, "LISTEN", owner=(22_113, 5), queue=(0, 244))]
    for n in range(40):
        ends = f"127.0.0.1:{40_000 + n}", "127.0.0.1:5432"
        rows.append(row("tcp", *ends, "ESTAB", owner=(1204, n), **traffic(sent=9, idle_s=9_000)))
        rows.append(row("tcp", *ends[::-1], "ESTAB", owner=(22_114 + n, 9), **traffic(sent=9, idle_s=9_000)))
    watch = Watch()
    assert all(watch.see_rows(rows, host_facts=FACTS) == () for _ in range(TICKS))


def test_an_idle_pool_without_keepalive_is_a_note_after_hours():
    def pool(idle_s):
        return [
            row(
                "tcp",
                f"192.0.2.10:{40_000 + n}",
                "198.51.100.20:5432",
                "ESTAB",
                owner=(990, n),
                **traffic(sent=9, idle_s=idle_s),
            )
            for n in range(50)
        ]

    watch = Watch()
    assert all(watch.see_rows(pool(600 + tick), host_facts=FACTS) == () for tick in range(TICKS))
    assert troubles_of(lambda tick: pool(40_000 + tick)) == set()


def test_a_paused_download_and_a_slow_client():
    client = row(
        "tcp", "192.0.2.10:443", "198.51.100.7:50000", "ESTAB", owner=(812, 9), timer=4, **traffic(unsent=90_000)
    )
    download = row(
        "tcp",
        "192.0.2.10:40000",
        "198.51.100.20:80",
        "ESTAB",
        owner=(990, 3),
        **(traffic(received=900_000, is_dialled=True) | {"queue": (200_000, 0)}),
    )
    web = row("tcp", "192.0.2.10:443", ANY, "LISTEN", owner=(812, 6), queue=(0, 511))
    assert troubles_of(lambda _: [web, client, download]) == set()


def test_a_pool_whose_server_has_gone_is_no_leak_yet():
    rows = [
        row(
            "tcp",
            f"192.0.2.10:{40_000 + n}",
            "198.51.100.20:5432",
            "CLOSE-WAIT",
            owner=(990, n),
            **(traffic(sent=9, idle_s=900) | {"queue": (1, 0)}),
        )
        for n in range(10)
    ]
    assert troubles_of(lambda _: rows) == set()


@pytest.mark.parametrize("local", ["192.0.2.10", "127.0.0.1"])
def test_five_thousand_time_wait(local):
    remote = "127.0.0.1:80" if local == "127.0.0.1" else "198.51.100.20:80"
    rows = [row("tcp", f"{local}:{33_000 + n}", remote, "TIME-WAIT") for n in range(5_000)]
    watch = Watch()
    found = {kind for _ in range(30) for kind in troubles(watch.see_rows(rows, host_facts=FACTS, has_time_wait=True))}
    assert found == set()


def test_ten_thousand_connections_of_which_five_hundred_change_each_second():
    watch = Watch()
    numbers = np.arange(10_000)
    for tick in range(TICKS):
        numbers[(tick * 500) % 10_000 :][:500] = 10_000 + tick * 500 + np.arange(500)
        assert troubles(watch.see(many_sockets(numbers.copy(), float(tick)))) == []


def test_a_noisy_start():
    def starting(tick):
        if tick > 20:
            return [
                row("tcp", f"192.0.2.10:{8_000 + n}", ANY, "LISTEN", owner=(900 + n, 3), queue=(0, 128))
                for n in range(20)
            ]
        burst = 129 if tick % 3 == 0 else 0
        listeners = [
            row("tcp", f"192.0.2.10:{8_000 + n}", ANY, "LISTEN", owner=(900 + n, 3), queue=(burst, 128))
            for n in range(tick)
        ]
        dialling = [
            row(
                "tcp",
                f"192.0.2.10:{40_000 + tick * 10 + n}",
                "198.51.100.20:5432",
                "SYN-SENT",
                owner=(900 + n, 5),
                timer=1,
                timer_tries=1,
            )
            for n in range(10)
        ]
        return listeners + dialling

    assert troubles_of(starting) == set()
