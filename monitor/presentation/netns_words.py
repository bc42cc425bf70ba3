"""What a network namespace is called that was asked for by a word, in a text and in a document."""

from __future__ import annotations

from monitor.model.namespace import NamedNamespace
from monitor.presentation.safe_text import json_name, safe_text


def netns_text(named: NamedNamespace) -> str:
    """Name it: "netns blue", or "netns of pid 812"."""
    return f"netns {'of pid ' if named.is_process else ''}{safe_text(named.word)}"


def netns_document(named: NamedNamespace | None) -> dict[str, object]:
    """Make the field of a JSON document; null where the program has stayed in its own."""
    if named is None:
        return {"netns": None}
    return {"netns": {**json_name("name", named.word), "is_pid": named.is_process, "is_gone": named.is_gone}}
