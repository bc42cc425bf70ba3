"""What the network namespace of this thread counts and where its limits stand, out of /proc/net and /proc/sys/net."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from monitor.model.host_facts import HostFacts

_NET = Path("/proc/thread-self/net")
_SETTINGS = Path("/proc/sys/net")

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

_ValueT = TypeVar("_ValueT")


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
        reader = _Reader()
        counters = dict(reader.counters())
        count = None if self._settings.conntrack_max is None else reader.setting("netfilter/nf_conntrack_count", int)
        unread = (*self._settings.unread, *reader.unread)
        return replace(self._settings, counters=counters, conntrack_count=count, unread=unread)


def _read_settings() -> HostFacts:
    reader = _Reader()
    return HostFacts(
        somaxconn=reader.setting("core/somaxconn", int),
        port_range=reader.setting("ipv4/ip_local_port_range", _pair),
        reserved_ports=reader.setting("ipv4/ip_local_reserved_ports", port_list),
        time_wait_reuse=reader.setting("ipv4/tcp_tw_reuse", int),
        conntrack_max=reader.setting("netfilter/nf_conntrack_max", int),
        unread=tuple(reader.unread),
    )


def port_list(text: bytes) -> tuple[tuple[int, int], ...]:
    """Read first and last port of each part of "8080,9000-9005".

    Raises:
        ValueError: it is no such list.
    """
    parts = [part.partition(b"-") for part in text.strip().split(b",") if part]
    return tuple((int(first), int(last or first)) for first, _, last in parts)


class _Reader:
    def __init__(self) -> None:
        self.unread: list[str] = []

    def setting(self, name: str, parse: Callable[[bytes], _ValueT]) -> _ValueT | None:
        """Read a setting; a kernel without the feature has none, and that is no lack."""
        try:
            return parse((_SETTINGS / name).read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            self.unread.append(f"net.{name.replace('/', '.')} could not be read: {_reason(error)}")
            return None

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
            return (_NET / file).read_bytes().splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            self.unread.append(f"/proc/net/{file} could not be read: {_reason(error)}")
            return []


def _of_pair(names: bytes, values: bytes) -> Iterator[tuple[str, int]]:
    group = names.partition(b":")[0].decode("ascii", "replace")
    wanted = COUNTERS.get(group)
    if wanted is None:
        return
    told = dict(zip(names.split(), values.split(), strict=False))
    for name in wanted:
        value = told.get(name.encode(), b"")
        if value.isdigit():
            yield f"{group}.{name}", int(value)


def _pair(text: bytes) -> tuple[int, int]:
    first, last = text.split()
    return int(first), int(last)


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror or "unknown error") if isinstance(error, OSError) else "it holds no number"
