"""BpfWalk: a small program loaded into the kernel that writes a row for each entry of one of the kernel's own lists.

It needs CAP_BPF and CAP_PERFMON in the first user namespace, and Linux 5.8.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from contextlib import ExitStack
from mmap import MAP_PRIVATE, PROT_READ, mmap
from pathlib import Path
from typing import Self

import numpy as np

from monitor.errors import KernelError, WireError
from monitor.kernel import bpf
from monitor.kernel.btf import Btf
from monitor.kernel.netlink_messages import Records

_BTF = Path("/sys/kernel/btf/vmlinux")
_BPF_FUNC_SEQ_WRITE = 127
_META, _SEQ_FILE = 0, 0
"""In every struct bpf_iter__…, and there in struct bpf_iter_meta (include/linux/bpf.h)."""
CONTEXT = 6
"""Register that points to the struct bpf_iter__… of the entry; calls leave it alone."""
_READ_BYTES = 1 << 15
"""The kernel hands out eight pages at a time (bpf_seq_read() in kernel/bpf/bpf_iter.c)."""

Offsets = dict[tuple[str, str], int]
"""By structure and field: bytes from its beginning."""


class BpfWalk:
    """A loaded program; nothing of it is left once it is closed."""

    def __init__(self, program: int, link: int, row: np.dtype[np.void]) -> None:
        """Own the two descriptors from now on."""
        self._program = program
        self._link = link
        self._row = row

    @classmethod
    def load(
        cls,
        function: str,
        structures: Collection[str],
        row: np.dtype[np.void],
        body: Callable[[Offsets], list[bytes]],
    ) -> Self:
        """Have the kernel check and keep a program.

        Args:
            function: The list's bpf_iter_ function in the kernel.
            structures: Those of the kernel whose fields the program reads.
            row: What it writes for an entry. It must fill all of it.
            body: Puts the program together for the offsets of those fields. CONTEXT is set before it begins; where it
                ends, the program does.

        Raises:
            KernelError: it may not be loaded here, or the kernel refuses it.
            WireError: the kernel's description of its structures cannot be understood, or lacks one.
        """
        try:
            kernel = Btf.parse(_description(), structures, [function])
        except OSError as error:
            raise KernelError("read the kernel's structures", error.errno or 0) from error
        try:
            instructions, number = body(kernel.offsets), kernel.functions[function]
        except KeyError as missing:
            raise WireError(f"the kernel's description of its structures lacks {missing.args[0]}") from None
        with ExitStack() as on_failure:
            program = bpf.load_iterator([bpf.move(CONTEXT, 1), *instructions, bpf.number(0, 0), bpf.leave()], number)
            on_failure.callback(os.close, program)
            made = cls(program, bpf.link_iterator(program), row)
            on_failure.pop_all()
        return made

    def read(self) -> Records:
        """Walk through the whole list once.

        Raises:
            KernelError: the walk could not begin, or broke off.
        """
        return self._read(self._link)

    def read_process(self, pid: int) -> Records:
        """Walk through what belongs to one process; for lists of tasks and what they have.

        Raises:
            KernelError: as read(), or the kernel cannot narrow the walk (before Linux 6.1).
        """
        link = bpf.link_iterator(self._program, pid)
        try:
            return self._read(link)
        finally:
            os.close(link)

    def close(self) -> None:
        """Unload the program."""
        os.close(self._link)
        os.close(self._program)

    def _read(self, link: int) -> Records:
        iterator = bpf.open_iterator(link)
        parts = []
        try:
            while part := os.read(iterator, _READ_BYTES):
                parts.append(part)
        except OSError as error:
            raise KernelError("walk through a list of the kernel", error.errno or 0) from error
        finally:
            os.close(iterator)
        return np.frombuffer(b"".join(parts), self._row)


def _description() -> bytes | mmap:
    """Read the kernel's description of its structures, which is several megabytes long.

    Raises:
        OSError: it has none, or keeps it from us.
    """
    with _BTF.open("rb", buffering=0) as file:
        try:
            return mmap(file.fileno(), 0, MAP_PRIVATE, PROT_READ)
        except OSError:
            # Before Linux 6.16 it can't be mapped.
            return file.readall()


def write_row(row: np.dtype[np.void]) -> list[bytes]:
    """Hand out the row that lies at the end of the program's own memory; changes registers 0 to 5."""
    return [
        bpf.load(1, CONTEXT, _META, 8),
        bpf.load(1, 1, _SEQ_FILE, 8),
        bpf.move(2, bpf.FRAME),
        bpf.add(2, -row.itemsize),
        bpf.number(3, row.itemsize),
        bpf.call(_BPF_FUNC_SEQ_WRITE),
    ]
