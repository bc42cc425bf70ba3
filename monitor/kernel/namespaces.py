"""Entering another network namespace, by a name of ip-netns(8) or by the pid of a process that is in it.

What a thread opens belongs to the namespace that it is in, and threads and processes that it starts are in it too. So
a program is in it whole that enters before it starts or opens anything. What it opens keeps the namespace alive.
"""

from __future__ import annotations

import os
from errno import EACCES, EINVAL, ENOENT, EPERM, ESRCH
from pathlib import Path
from typing import ClassVar

from monitor.errors import InputError, KernelError, MonitorError
from monitor.kernel.this_namespace import namespace_number
from monitor.model.endpoint import shown
from monitor.model.namespace import NamedNamespace

NAMES = Path("/run/netns")
"""Where ip-netns(8) mounts namespaces under their names."""

_CLONE_NEWNET = 0x4000_0000
"""include/uapi/linux/sched.h."""
_LAST_PID_DIGITS = 7
"""PID_MAX_LIMIT is 4 million."""
_HINTS_TO_LOOK = dict.fromkeys((EACCES, EPERM), "looking at it takes root, or sudo")
_HINTS_TO_ENTER = {
    EPERM: "entering it takes CAP_SYS_ADMIN: root, or sudo",
    EINVAL: "what stands under that name is no network namespace, or is what a deleted one has left",
}


def enter(word: str, number: int | None = None) -> Path:
    """Have this thread be in a namespace, and all that it starts and opens from now on; one that is so already stays.

    Args:
        word: A name; where no namespace has it, the pid of a process.
        number: The inode that the namespace has to have. Who is in that one stays, wherever the word leads by now.

    Returns:
        Where the namespace was found.

    Raises:
        InputError: there is no such name and no such process.
        KernelError: it may not be looked at or not be entered, or is none.
        MonitorError: it is another one than that of the number.
    """
    place, operation = _place_of(word), f'enter the network namespace "{shown(word)}"'
    inside = namespace_number()
    if number is not None and number == inside:
        return place
    try:
        # Who may write there could have put a pipe, which opens only once somebody writes to it.
        descriptor = os.open(place, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        if error.errno in {ENOENT, ESRCH}:
            raise _missing(word) from None
        raise KernelError(operation, error.errno or 0, _HINTS_TO_LOOK.get(error.errno or 0, "")) from None
    try:
        found = os.fstat(descriptor).st_ino
        if number is not None and found != number:
            raise MonitorError(f'the word "{shown(word)}" leads to another network namespace by now')
        if found != inside:
            move(descriptor, operation)
    finally:
        os.close(descriptor)
    return place


def _place_of(word: str) -> Path:
    """Tell where a namespace of that name or of that process would stand."""
    if word in {"", ".", ".."} or "/" in word or "\0" in word:
        raise InputError(f'"{shown(word)}" is neither a name of a network namespace nor a process id')
    if _is_pid(word) and not os.access(NAMES / word, os.F_OK):
        return Path(f"/proc/{word}/ns/net")
    return NAMES / word


def _is_pid(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= _LAST_PID_DIGITS


def _missing(word: str) -> InputError:
    if not _is_pid(word):
        return InputError(f'there is no network namespace named "{shown(word)}"; `ip netns` lists those with names')
    if Path(f"/proc/{word}").exists():
        return InputError(f"process {word} has ended, and is in no network namespace any more")
    return InputError(f"there is neither a process {word} nor a network namespace of that name")


def move(descriptor: int, operation: str) -> None:
    """Move this thread, as setns(2) does."""
    import ctypes  # noqa: PLC0415 - most starts stay where they are, and the first sample waits for every import

    library = ctypes.CDLL(None, use_errno=True)
    if library.setns(descriptor, _CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise KernelError(operation, number, _HINTS_TO_ENTER.get(number, ""))


class NamedPlace:
    """The namespace that this program was asked to be in, and whether the word for it still leads there."""

    here: ClassVar[NamedPlace | None] = None
    """The one in which it is, a fact of the whole process as its directory is; None where it has stayed."""

    def __init__(self, word: str, number: int | None) -> None:
        """Enter it; arguments and errors are those of enter()."""
        self._place = enter(word, number)
        self.number = namespace_number()
        """Its inode."""
        self._word = os.fsencode(word)

    def look(self) -> NamedNamespace:
        """Look where the word leads to now; as long as that may not be seen, it counts as leading here."""
        try:
            is_gone = self._place.stat().st_ino != self.number
        except OSError as error:
            is_gone = error.errno in {ENOENT, ESRCH}
        return NamedNamespace(self._word, is_process=self._place.parent != NAMES, is_gone=is_gone)


def settle(word: str, number: int | None = None) -> int:
    """Have this program be in a namespace from now on, before it opens or starts anything; gives its inode.

    Arguments and errors are those of enter().
    """
    NamedPlace.here = NamedPlace(word, number)
    return NamedPlace.here.number


def named_namespace() -> NamedNamespace | None:
    """Tell of the namespace that this program was asked to be in."""
    return None if NamedPlace.here is None else NamedPlace.here.look()
