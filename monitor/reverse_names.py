"""ReverseNames: asks this machine's resolver what addresses are called. It sends to the network; off unless asked for.

The system's own resolver is asked (getnameinfo(3)), with this process's rights: it knows /etc/hosts, the name services
of nsswitch.conf and which server is asked for which zone, and its answers are those that other programs get. It cannot
be called off and may take half a minute, so a few threads ask, and nobody waits for them.
"""

from __future__ import annotations

import os
import socket
from collections import OrderedDict, deque
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from threading import Condition, Thread
from time import monotonic

from monitor.model.endpoint import Address

MOST_AT_ONCE = 4
"""Questions that are under way."""
MOST_WAITING = 256
"""Addresses that wait to be asked for; of more those go that have waited longest, until they are shown again."""
MOST_KNOWN = 4096
"""Answers that are kept; of more those go that were not wanted for the longest time."""
KEPT_S = 600.0
"""How long a name holds."""
RETRY_AFTER_S = 60.0
"""How long it holds that there is none: the server may have been out of reach."""
_LONGEST_NAME = 253
"""Characters of a name in DNS (RFC 1035 section 2.3.4)."""

LookUp = Callable[[Address], str | None]
"""Asks for one name and waits; None where there is none."""


def system_look_up(address: Address) -> str | None:
    """Ask the system's resolver."""
    try:
        return socket.getnameinfo((str(address), 0), socket.NI_NAMEREQD)[0]
    except (OSError, UnicodeError):
        return None


class ReverseNames:
    """Knows the names of addresses that were wanted; may be used by any thread."""

    def __init__(self, look_up: LookUp = system_look_up, clock: Callable[[], float] = monotonic) -> None:
        """Ask nothing yet.

        Args:
            look_up: Asks for one name.
            clock: Seconds that never go back.
        """
        self._look_up = look_up
        self._clock = clock
        # Holds the lock of all that follows, which the threads change.
        self._wanted = Condition()
        self._known: OrderedDict[Address, tuple[float, bytes | None]] = OrderedDict()
        """By address: until when the answer holds, and the name."""
        self._waiting: deque[Address] = deque(maxlen=MOST_WAITING)
        self._asked: set[Address] = set()
        self._threads = 0
        self._is_closed = False
        self.answers = 0
        """How many names and absences of names have come."""

    def name_of(self, address: Address) -> bytes | None:
        """Give a name that is known, an old one too while it is asked for anew; else None, and ask for it."""
        if not _has_name(address):
            return None
        with self._wanted:
            until, name = self._known.get(address, (0.0, None))
            if address in self._known:
                self._known.move_to_end(address)
            if (address not in self._known or until <= self._clock()) and address not in self._asked:
                self._ask(address)
            return name

    def close(self) -> None:
        """Ask nothing more; what is under way ends by itself, and its answers are dropped."""
        with self._wanted:
            self._is_closed = True
            self._waiting.clear()

    def wait(self, seconds: float) -> bool:
        """Wait until nothing that was wanted is unanswered, for so long at most; say whether that is so."""
        with self._wanted:
            return self._wanted.wait_for(lambda: not self._waiting and not self._asked, seconds)

    def _ask(self, address: Address) -> None:
        if self._is_closed or address in self._waiting:
            return
        self._waiting.append(address)
        if self._threads < MOST_AT_ONCE:
            # A daemon: a program that ends does not wait for a server that is silent.
            thread = Thread(target=self._answer, name="names of addresses", daemon=True)
            # Where the machine has no thread left the address waits for a later one.
            with suppress(RuntimeError):
                thread.start()
                self._threads += 1

    def _answer(self) -> None:
        """Ask for what is wanted, the newest first, until nothing is left; the body of a thread."""
        while True:
            with self._wanted:
                if not self._waiting:
                    self._threads -= 1
                    return
                address = self._waiting.pop()
                self._asked.add(address)
            name = _checked(self._look_up(address))
            with self._wanted:
                self._asked.discard(address)
                if not self._is_closed:
                    self._keep(address, name)
                self._wanted.notify_all()

    def _keep(self, address: Address, name: bytes | None) -> None:
        self._known[address] = self._clock() + (RETRY_AFTER_S if name is None else KEPT_S), name
        self._known.move_to_end(address)
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
        self.answers += 1


def _has_name(address: Address) -> bool:
    """Tell whether an address may have a name that says more than itself: it is one host's, and not any host's."""
    return not (address.is_loopback or address.is_unspecified or address.is_multicast or address.is_link_local)


def _checked(name: str | None) -> bytes | None:
    """Refuse what is no name: an owner of an address can have it called like another address."""
    text = (name or "").rstrip(".")
    if not text or len(text) > _LONGEST_NAME or _is_address(text):
        return None
    return os.fsencode(text)


def _is_address(text: str) -> bool:
    try:
        return bool(ip_address(text.partition("%")[0]))
    except ValueError:
        return False
