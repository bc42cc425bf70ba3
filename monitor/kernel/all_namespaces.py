"""Finds the network namespaces of this machine: those that processes are in, and those that ip-netns(8) has named.

One that only a thread, a descriptor, a socket or a mount elsewhere keeps alive is not found.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from errno import ENOENT
from itertools import islice

from monitor.errors import KernelError
from monitor.kernel import namespaces
from monitor.kernel.container_files import ContainerFiles
from monitor.kernel.group_names import LONGEST_PATH, named_group, this_machine
from monitor.kernel.group_places import place_in
from monitor.kernel.proc_files import DENIED, list_pids, process_directory, read_file
from monitor.kernel.this_namespace import namespace_in
from monitor.model.control_group import ControlGroup
from monitor.model.namespace import FoundNamespaces, Namespace, with_titles

MOST_NAMES = 4096
"""Entries of the directory of names that are looked at."""
PIDS_KEPT = 4
"""Processes that are remembered of a namespace: one of them may have ended when it is entered."""

_OPERATION = "look for network namespaces"


def find_namespaces() -> FoundNamespaces:
    """Look at the names and at every process.

    Raises:
        KernelError: /proc does not tell, not even of this thread.
    """
    try:
        own = os.stat("/proc/thread-self/ns/net")  # noqa: PTH116 - as below
        pids, hidden = _pids()
    except OSError as error:
        raise KernelError(_OPERATION, error.errno or ENOENT) from None
    names, stale, has_more = _names(own.st_dev)
    found = [
        Namespace(number, number == own.st_ino, tuple(names.get(number, ())), tuple(pids.get(number, ())))
        for number in {own.st_ino} | names.keys() | pids.keys()
    ]
    found.sort(key=lambda one: (not one.is_own, not one.names, one.names, one.number))
    files = this_machine()
    return FoundNamespaces(with_titles(_with_group(one, files) for one in found), stale, hidden, has_more)


def _names(device: int) -> tuple[dict[int, list[bytes]], tuple[bytes, ...], bool]:
    """Give names by the number of their namespace, in order, those that lead to none, and whether there are more.

    Args:
        device: Of the file system that namespaces are files of.
    """
    found: defaultdict[int, list[bytes]] = defaultdict(list)
    stale: list[bytes] = []
    entries: list[os.DirEntry[bytes]] = []
    # Without the directory nothing has been named.
    with suppress(OSError), os.scandir(os.fsencode(namespaces.NAMES)) as listed:
        entries = list(islice(listed, MOST_NAMES + 1))
    for entry in sorted(entries[:MOST_NAMES], key=lambda entry: entry.name):
        try:
            stands = entry.stat()
        except OSError:
            stale.append(entry.name)
            continue
        if stands.st_dev == device:
            found[stands.st_ino].append(entry.name)
        else:
            stale.append(entry.name)
    return found, tuple(stale), len(entries) > MOST_NAMES


def _pids() -> tuple[dict[int, list[int]], int]:
    """Give some pids by the number of their namespace, and how many processes hide theirs."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    hidden = 0
    for pid in sorted(list_pids()):
        try:
            number = os.stat(f"/proc/{pid}/ns/net").st_ino  # noqa: PTH116 - a Path for each of thousands
        except OSError as error:
            hidden += error.errno in DENIED
            continue
        if len(found[number]) < PIDS_KEPT:
            found[number].append(pid)
    return found, hidden


def _with_group(namespace: Namespace, files: ContainerFiles) -> Namespace:
    """Add what the control group of a process in it tells, where nothing tells more."""
    group = None if namespace.is_own or namespace.names else _group(namespace.number, namespace.pids, files)
    if group is None:
        return namespace
    found = group.container
    container = None if found is None else group.container_name or found.short_id
    return replace(namespace, container=container, unit=group.unit)


def _group(number: int, pids: Sequence[int], files: ContainerFiles) -> ControlGroup | None:
    for pid in pids:
        with suppress(OSError), process_directory(pid) as inside:
            place = place_in(read_file("cgroup", inside))
            # The pid may be another process's by now.
            if namespace_in(inside) == number and place is not None and len(place.path) <= LONGEST_PATH:
                return named_group(place, files)
    return None
