"""What the network namespace of this thread counts and where its limits stand, out of /proc/net and /proc/sys/net."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from monitor.kernel.net_settings import NetSettings, port_list, port_range, unread_reason
from monitor.kernel.proc_files import read_whole
from monitor.model.host_facts import HostFacts

_NET = Path("/proc/thread-self/net")

COUNTERS = {
    "TcpExt": (
        "ListenOverflows",
        "ListenDrops",
        "TCPReqQFullDrop",
        "TCPReqQFullDoCookies",
        "TCPBacklogDrop",
        "TCPRcvQDrop",
        "TCPTimeWaitOverflow",
        "TCPAbortOnMemory",
        "TCPMemoryPressures",
    ),
    "Tcp": ("OutSegs", "RetransSegs", "InErrs", "AttemptFails", "EstabResets"),
    "Udp": ("InErrors", "RcvbufErrors", "SndbufErrors", "InCsumErrors", "MemErrors"),
}
"""By their line in netstat or snmp: those that tell of something lost. UDP's are kept apart for IPv6, as Udp6."""

_UDP6 = {f"Udp6{name}".encode(): f"Udp6.{name}" for name in COUNTERS["Udp"]}

SETTINGS_AGE_S = 5.0
"""Settings are read again after this time."""


class HostCounters:
    """Reads the counters each time, and the settings, which hardly ever change, from time to time."""

    def __init__(self) -> None:
        self._settings_at: float | None = None
        self._settings = HostFacts()

    def read(self, now: float) -> HostFacts:
        """Read all of it; what cannot be read is None, with a sentence in `unread`, or missing among the counters.

        Args:
            now: Any clock in seconds that does not go back.
        """
        if self._settings_at is None or now - self._settings_at >= SETTINGS_AGE_S:
            self._settings_at, self._settings = now, _read_settings()
        reader, settings = _CounterFiles(), NetSettings()
        counters = dict(reader.counters())
        count = None if self._settings.conntrack_max is None else settings.read("netfilter/nf_conntrack_count", int)
        unread = (*self._settings.unread, *_sentences(reader.unread | settings.unread))
        return replace(self._settings, counters=counters, conntrack_count=count, unread=unread)


def _read_settings() -> HostFacts:
    settings = NetSettings()
    facts = HostFacts(
        somaxconn=settings.read("core/somaxconn", int),
        abort_on_overflow=settings.read("ipv4/tcp_abort_on_overflow", int),
        port_range=settings.read("ipv4/ip_local_port_range", port_range),
        reserved_ports=settings.read("ipv4/ip_local_reserved_ports", port_list),
        time_wait_reuse=settings.read("ipv4/tcp_tw_reuse", int),
        conntrack_max=settings.read("netfilter/nf_conntrack_max", int),
    )
    return replace(facts, unread=tuple(_sentences(settings.unread)))


class _CounterFiles:
    def __init__(self) -> None:
        self.unread: dict[str, str] = {}

    def counters(self) -> Iterator[tuple[str, int]]:
        """Give the counters of netstat and snmp, whose lines come in pairs, and of snmp6, with one in each line."""
        for file in ("netstat", "snmp"):
            lines = self._lines(file)
            for names, values in zip(lines[::2], lines[1::2], strict=False):
                yield from _of_pair(names, values)
        for line in self._lines("snmp6"):
            if line.startswith(b"Udp6"):
                name, _, value = line.partition(b" ")
                if name in _UDP6 and value.strip().isdigit():
                    yield _UDP6[name], int(value)

    def _lines(self, file: str) -> list[bytes]:
        try:
            return read_whole(_NET / file).splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            self.unread[f"/proc/net/{file}"] = unread_reason(error)
            return []


def _of_pair(names: bytes, values: bytes) -> Iterator[tuple[str, int]]:
    places = _places(names)
    told = values.split() if places else []
    for name, place in places:
        if place < len(told) and told[place].isdigit():
            yield name, int(told[place])


@lru_cache(maxsize=64)
def _places(names: bytes) -> list[tuple[str, int]]:
    """Find which words of a line are wanted; the line is the same as long as the kernel runs."""
    words = names.split()
    group = names.partition(b":")[0].decode("ascii", "replace")
    wanted = {name.encode(): f"{group}.{name}" for name in COUNTERS.get(group, ())}
    return [(wanted[word], place) for place, word in enumerate(words) if word in wanted]


def _sentences(unread: Mapping[str, str]) -> Iterator[str]:
    return (f"{name} could not be read: {reason}" for name, reason in unread.items())
