"""What a network namespace is called that was asked for by a word, in a text and in a document."""

from __future__ import annotations

import shlex

from monitor.model.namespace import NamedNamespace
from monitor.presentation.safe_text import is_clean, json_name, safe_text


def netns_text(named: NamedNamespace) -> str:
    """Name it: "netns blue", or "netns of pid 812"."""
    return f"netns {'of pid ' if named.is_process else ''}{safe_text(named.word)}"


def own_command(words: str, named: NamedNamespace | None) -> str:
    """Write a command of this program that looks into the same namespace: "fourtuple --netns blue process 812"."""
    if named is None or not is_clean(named.word):
        return f"fourtuple {words}"
    return f"fourtuple --netns {shlex.quote(safe_text(named.word))} {words}"


def entering(named: NamedNamespace | None) -> tuple[str, str]:
    """Give what goes before a shell's command that is to run there, and why there is nothing; one of them is empty.

    Both are where the program has stayed in its own.
    """
    if named is None:
        return "", ""
    if named.is_gone:
        return "", "the network namespace has lost the name by which another program could enter it"
    if not is_clean(named.word):
        return "", "the name of the network namespace cannot be typed"
    word = shlex.quote(safe_text(named.word))
    return (f"nsenter -t {word} -n " if named.is_process else f"ip netns exec {word} "), ""


def netns_document(named: NamedNamespace | None) -> dict[str, object]:
    """Make the field of a JSON document; null where the program has stayed in its own."""
    if named is None:
        return {"netns": None}
    return {"netns": {**json_name("name", named.word), "is_pid": named.is_process, "is_gone": named.is_gone}}
