"""Visiting a network namespace: this thread enters it, asks, and comes back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from errno import ESRCH
from pathlib import Path

from monitor.errors import KernelError, SourceError
from monitor.kernel import namespaces
from monitor.kernel.proc_files import GONE
from monitor.model.namespace import Namespace

_OPERATION = "enter a network namespace"


@contextmanager
def visit(namespace: Namespace) -> Iterator[None]:
    """Have this thread be in a namespace meanwhile, and what it opens belong there; nothing to do for the own one.

    Raises:
        KernelError: before anything was asked; errno is of GONE where nothing leads there any more, of DENIED where
            this user may not look or enter.
        SourceError: this thread could not come back.
    """
    if namespace.is_own:
        yield
        return
    try:
        back = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise KernelError(_OPERATION, error.errno or 0) from None
    try:
        _enter(namespace)
        try:
            yield
        finally:
            _return(back)
    finally:
        os.close(back)


def _enter(namespace: Namespace) -> None:
    descriptor = open_namespace(namespace)
    try:
        namespaces.move(descriptor, _OPERATION)
    finally:
        os.close(descriptor)


def _return(back: int) -> None:
    try:
        namespaces.move(back, "return to the own network namespace")
    except KernelError as error:
        # Whatever were asked from now on would be told of the wrong one.
        raise SourceError(str(error)) from None


def open_namespace(namespace: Namespace) -> int:
    """Open one by the first name or process that still leads there; raises KernelError as visit() does."""
    refusal = ESRCH
    names = (namespaces.NAMES / os.fsdecode(name) for name in namespace.names)
    for path in (*names, *(Path(f"/proc/{pid}/ns/net") for pid in namespace.pids)):
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError as error:
            refusal = refusal if error.errno in GONE else error.errno or refusal
            continue
        if os.fstat(descriptor).st_ino == namespace.number:
            return descriptor
        os.close(descriptor)
    raise KernelError(_OPERATION, refusal)
