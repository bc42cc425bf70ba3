"""What is asked about bind(), as words: "8080 udp reuseaddr dev=eth0", or with the command's own dashes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.errors import InputError
from monitor.model.bind import BindAttempt
from monitor.model.endpoint import Endpoint, parse_port
from monitor.model.links import link_named
from monitor.model.route import Link
from monitor.model.tcp import PROTOCOL_TCP
from monitor.presentation.option_words import PROTOCOLS, option_words
from monitor.presentation.safe_text import safe_text

FLAGS = ("reuseaddr", "reuseport", "freebind", "transparent", "no-port")
VALUED = ("v6only", "dev", "uid", "proto")
"""Options that take a value: "dev=eth0", or as the command has it "--dev eth0"."""
_UID = re.compile(r"[0-9]{1,10}", re.ASCII)
_MAX_UID = 0xFFFF_FFFE
_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class BindQuestion:
    """An attempt in the user's words: interfaces by name, and what was left out still out."""

    endpoint: Endpoint
    is_bare_port: bool = False
    """Whether no address was named; 0.0.0.0 stands in."""
    protocol: int = PROTOCOL_TCP
    device: str | None = None
    uid: int | None = None
    """None for whoever asks."""
    v6only: bool | None = None
    flags: frozenset[str] = frozenset()
    """Of FLAGS."""

    def attempt(self, links: Sequence[Link], asker: int) -> BindAttempt:
        """Put it in the kernel's terms.

        Args:
            links: Interfaces of the namespace.
            asker: Effective user of whoever asks.

        Raises:
            InputError: it names an interface that does not exist.
        """
        zone = self.endpoint.zone
        return BindAttempt(
            endpoint=self.endpoint,
            protocol=self.protocol,
            uid=asker if self.uid is None else self.uid,
            device=0 if self.device is None else link_named(self.device, links).index,
            zone=0 if zone is None else link_named(zone, links).index,
            v6only=self.v6only,
            reuseaddr="reuseaddr" in self.flags,
            reuseport="reuseport" in self.flags,
            freebind="freebind" in self.flags,
            transparent="transparent" in self.flags,
            no_port="no-port" in self.flags,
        )


def parse_target(text: str) -> tuple[Endpoint, bool]:
    """Read an endpoint, or a port alone, which stands for 0.0.0.0; tells whether it was a port alone.

    Raises:
        InputError: the text is neither; the message says which part is wrong.
    """
    if text.isascii() and text.isdigit():
        return Endpoint.parse(f"0.0.0.0:{parse_port(text)}"), True
    return Endpoint.parse(text), False


def parse_uid(text: str) -> int:
    """Read a user's number.

    Raises:
        InputError: no number, or one that no user has.
    """
    if not _UID.fullmatch(text) or int(text) > _MAX_UID:
        raise InputError(f'uid takes a number from 0 to {_MAX_UID}, not "{safe_text(text, _SHOWN)}"')
    return int(text)


def parse_question(text: str) -> BindQuestion:
    """Read what was typed: an endpoint or a port, and options in any order; of one given twice the last counts.

    Raises:
        InputError: a word is none of these; the message names it.
    """
    target: str | None = None
    options: dict[str, str] = {}
    for name, value in option_words(text, VALUED):
        word = value.removeprefix("--")
        if name:
            options[name] = _checked(name, value)
        elif word in FLAGS:
            options[word] = ""
        elif not _may_be_endpoint(value):
            raise InputError(_unknown(word))
        elif target is None:
            target = value
        else:
            raise InputError(f'one endpoint at a time: "{_said(target)}" and "{_said(value)}"')
    if target is None:
        raise InputError("a port or an endpoint is missing: 8080, 192.0.2.10:8080 or [::]:8080")
    endpoint, is_bare_port = parse_target(target)
    return BindQuestion(
        endpoint=endpoint,
        is_bare_port=is_bare_port,
        protocol=PROTOCOLS[options.get("proto", "tcp")],
        device=options.get("dev"),
        uid=parse_uid(options["uid"]) if "uid" in options else None,
        v6only=options["v6only"] == "1" if "v6only" in options else None,
        flags=frozenset(options).intersection(FLAGS),
    )


def _checked(name: str, value: str) -> str:
    choices = {"v6only": ("0", "1"), "proto": tuple(PROTOCOLS)}.get(name)
    if not value or (choices is not None and value not in choices):
        raise InputError(f"{name} takes {' or '.join(choices) if choices else 'a value'}: {name}={_EXAMPLES[name]}")
    return value


_EXAMPLES = {"v6only": "1", "proto": "udp", "dev": "eth0", "uid": "33"}


def _may_be_endpoint(word: str) -> bool:
    return not word.startswith("-") and (word[0].isdigit() or any(sign in word for sign in ":[.%"))


def _unknown(word: str) -> str:
    if word == "probe":
        return "probe really binds: only the command does it, fourtuple bind … --probe"
    longer = [name for name in (*PROTOCOLS, *FLAGS, *VALUED) if word and name.startswith(word)]
    return f'"{_said(word)}" is no option' + (f"; {' or '.join(longer)}?" if longer else "")


def _said(word: str) -> str:
    return safe_text(word, _SHOWN)
