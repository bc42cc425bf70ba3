"""What other processes' sockets have set: by a duplicate of their descriptor, held for the time of a few questions.

pidfd_getfd(2) needs the right to trace the process (PTRACE_MODE_ATTACH). The duplicate is asked and closed; nothing of
the socket is changed. Its cookie proves that it is the socket that was meant.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import groupby

from monitor.kernel.descriptors import is_socket
from monitor.kernel.proc_files import process_directory, read_file
from monitor.kernel.process_identity import ProcessStat
from monitor.kernel.tcp_option_bits import read_option_bits
from monitor.model.bind_facts import SocketHolder, SocketOptions, Unread

_SYS_PIDFD_GETFD = 438
"""The same on all architectures of Linux but alpha."""
_SO_COOKIE = 57
_IPPROTO_MPTCP = 262
_COOKIE = struct.Struct("=Q")

_REASONS = {
    errno.EPERM: Unread.NOT_PERMITTED,
    errno.EACCES: Unread.NOT_PERMITTED,
    errno.ENOSYS: Unread.NOT_OFFERED,
}
MOST_ASKED = 2000
"""Sockets of which options are asked: about ten microseconds each."""


Options = dict[int, SocketOptions]
"""By cookie."""


def read_options(asked: Sequence[SocketHolder]) -> tuple[Options, dict[int, Unread]]:
    """Ask for the options of sockets; gives them, and why those of the others are not known, both by cookie.

    Processes are asked for what they hold, the kernel's own list for the rest where that is permitted.
    """
    reader = _Reader()
    reader.read(asked)
    ports = {holder.port for holder in asked if holder.is_tcp and holder.cookie in reader.unread}
    if ports:
        kept = read_option_bits(ports.pop() if len(ports) == 1 else 0)
        reader.options.update({cookie: kept[cookie] for cookie in kept.keys() & reader.unread.keys()})
    return reader.options, {cookie: why for cookie, why in reader.unread.items() if cookie not in reader.options}


class _Reader:
    """Asks the processes that hold sockets, and keeps why one could not be asked."""

    def __init__(self) -> None:
        self.options: Options = {}
        self.unread: dict[int, Unread] = {}

    def read(self, holders: Iterable[SocketHolder]) -> None:
        """Ask for the options of these sockets."""
        asked = list(holders)
        for holder in asked[MOST_ASKED:]:
            self.unread[holder.cookie] = Unread.TOO_MANY
        by_process = sorted(asked[:MOST_ASKED], key=lambda holder: (holder.pid, holder.start_time))
        for (pid, start_time), held in groupby(by_process, lambda holder: (holder.pid, holder.start_time)):
            if pid:
                self._read_process(pid, start_time, list(held))
                continue
            for holder in held:
                self.unread[holder.cookie] = Unread.OWNER_UNKNOWN if holder.inode else Unread.NO_PROCESS

    def _read_process(self, pid: int, start_time: int, held: list[SocketHolder]) -> None:
        try:
            with held_process(pid, start_time) as pidfd:
                for holder in held:
                    self._read_socket(pidfd, holder)
        except OSError as error:
            reason = _REASONS.get(error.errno or 0, Unread.GONE)
            self.unread.update({holder.cookie: reason for holder in held if holder.cookie not in self.options})

    def _read_socket(self, pidfd: int, holder: SocketHolder) -> None:
        try:
            options = _options(pidfd, holder)
        except OSError as error:
            self.unread[holder.cookie] = _REASONS.get(error.errno or 0, Unread.GONE)
            return
        if options is None:
            self.unread[holder.cookie] = Unread.GONE
        else:
            self.options[holder.cookie] = options


@contextmanager
def held_process(pid: int, start_time: int) -> Iterator[int]:
    """Hold a process by its pidfd, and see that it is the one that started then."""
    with ExitStack() as stack:
        pidfd = os.pidfd_open(pid)
        stack.callback(os.close, pidfd)
        inside = stack.enter_context(process_directory(pid))
        if ProcessStat.parse(read_file("stat", inside)).start_time != start_time:
            raise ProcessLookupError(errno.ESRCH, os.strerror(errno.ESRCH))
        yield pidfd


def _options(pidfd: int, holder: SocketHolder) -> SocketOptions | None:
    """Ask a duplicate for its options; None where it is another socket."""
    with duplicated(pidfd, holder) as held:
        if held is None:
            return None
        is_ipv6 = held.family == socket.AF_INET6
        return SocketOptions(
            reuseaddr=bool(held.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)),
            reuseport=bool(held.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT)),
            v6only=is_ipv6 and bool(held.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)),
        )


@contextmanager
def duplicated(pidfd: int, holder: SocketHolder) -> Iterator[socket.socket | None]:
    """Hold a duplicate of a socket that a process has; None where its descriptor is something else by now.

    Raises:
        OSError: it is closed, this user may not look, or the kernel is too old.
    """
    # Another kind of file is not even held for a moment.
    if not is_socket(holder.pid, holder.fd, holder.inode):
        yield None
        return
    descriptor = _duplicate(pidfd, holder.fd)
    try:
        held = socket.socket(fileno=descriptor)
    except OSError:
        os.close(descriptor)
        raise
    with held:
        yield held if _is_meant(held, holder) else None


def _is_meant(held: socket.socket, holder: SocketHolder) -> bool:
    """Whether it is the socket that was asked for, and not another that took its descriptor meanwhile."""
    if held.proto == _IPPROTO_MPTCP:
        # Its rows are those of its TCP subflows, which have cookies of their own and its inode.
        return os.fstat(held.fileno()).st_ino == holder.inode
    cookie: int = _COOKIE.unpack(held.getsockopt(socket.SOL_SOCKET, _SO_COOKIE, _COOKIE.size))[0]
    return cookie == holder.cookie


def _duplicate(pidfd: int, descriptor: int) -> int:
    """Give a duplicate of another process's descriptor; the kernel makes it close-on-exec."""
    library = ctypes.CDLL(None, use_errno=True)
    duplicate: int = library.syscall(_SYS_PIDFD_GETFD, pidfd, descriptor, 0)
    if duplicate < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return duplicate
