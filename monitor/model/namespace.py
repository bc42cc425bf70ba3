"""NamedNamespace: the one network namespace that the user has asked for, by the word that he used.

Namespace: one of all of them, by what leads to it and what it is called. LeftOut: one that could not be read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum, auto

EVERY_NAMESPACE = "all"
"""In place of a name: all that are found. One that is called so is asked for by the pid of a process in it."""


@dataclass(frozen=True, slots=True)
class NamedNamespace:
    """The namespace in which all of a sample was read, where that is not simply the program's own."""

    word: bytes
    """A name of ip-netns(8), or a pid in decimal; untrusted."""
    is_process: bool
    """Whether it is the pid of a process that was in it."""
    is_gone: bool
    """Whether the word leads there no more: the name was deleted or given anew, the process has ended or gone on."""


@dataclass(frozen=True, slots=True)
class Namespace:
    """One of the network namespaces of this machine. All texts are untrusted bytes."""

    number: int
    """Its inode."""
    is_own: bool = False
    """Whether it is that of this program."""
    names: tuple[bytes, ...] = ()
    """Of ip-netns(8), in order."""
    pids: tuple[int, ...] = ()
    """Some processes that are in it, the smallest pids first."""
    container: bytes | None = None
    """Of the first of these processes: name, or id in short."""
    unit: bytes | None = None
    """Of the same process: systemd unit."""
    title: bytes = b""
    """What it is called where it stands beside others; see with_titles()."""

    @property
    def words(self) -> tuple[bytes, ...]:
        """All that it may be asked for by, what tells most first; its number last."""
        own = (b"own",) if self.is_own else ()
        made_by = tuple(word for word in (self.container, self.unit) if word)
        return (*own, *self.names, *made_by, *(b"pid %d" % pid for pid in self.pids), b"%d" % self.number)


def with_titles(namespaces: Iterable[Namespace]) -> tuple[Namespace, ...]:
    """Call each by the word that tells most; those with one word between them by their numbers, too."""
    every = tuple(namespaces)
    count = Counter(namespace.words[0] for namespace in every)
    return tuple(
        replace(one, title=word if count[word] == 1 else b"%s (%d)" % (word, one.number))
        for one, word in ((one, one.words[0]) for one in every)
    )


class WhyLeftOut(Enum):
    """What kept a namespace from being read."""

    REFUSED = auto()
    """This user may not enter it."""
    ENDED = auto()
    """Nothing leads there any more."""
    LATE = auto()
    """The time was spent on others."""
    FAILED = auto()
    """The kernel did not answer in it."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A namespace of which nothing was read."""

    namespace: Namespace
    why: WhyLeftOut
    error: str = ""
    """The kernel's refusal where it FAILED; clean text."""


@dataclass(frozen=True, slots=True)
class FoundNamespaces:
    """What a search for all of them gave."""

    namespaces: tuple[Namespace, ...]
    """The own one, then those with names in the order of these, then the others by number."""
    stale: tuple[bytes, ...] = ()
    """Names that lead to no namespace."""
    hidden_processes: int = 0
    """Processes of which this user may not see in which namespace they are."""
    has_more_names: bool = False
    """Whether there were more names than are looked at."""
