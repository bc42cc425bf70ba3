"""NamedNamespace: the network namespace that the user has asked for, by the word that he used."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NamedNamespace:
    """The namespace in which all of a sample was read, where that is not simply the program's own."""

    word: bytes
    """A name of ip-netns(8), or a pid in decimal; untrusted."""
    is_process: bool
    """Whether it is the pid of a process that was in it."""
    is_gone: bool
    """Whether the word leads there no more: the name was deleted or given anew, the process has ended or gone on."""
