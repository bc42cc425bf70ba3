"""What is typed as a question, word by word: "udp", "dev=eth0", or with the command's own dashes, "--dev eth0"."""

from __future__ import annotations

from collections.abc import Container, Iterator

from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP

PROTOCOLS = {"tcp": PROTOCOL_TCP, "udp": PROTOCOL_UDP}


def option_words(text: str, valued: Container[str]) -> Iterator[tuple[str, str]]:
    """Part what was typed: options by name with their value, which may be missing, and any other word without a name.

    Args:
        text: What was typed.
        valued: Names of the options that take a value; the protocol, which may be named alone, is "proto".
    """
    words = iter(text.split())
    for typed in words:
        name, equals, value = typed.removeprefix("--").partition("=")
        if not equals and name in PROTOCOLS:
            yield "proto", name
        elif name in valued:
            yield name, value if equals else next(words, "")
        else:
            yield "", typed
