r"""Command lines without the secrets that people put into them.

    --password X   --token=X   PGPASSWORD=X   "Authorization: Bearer X"   https://user:X@host   mysql -pX   ghp_X

More is hidden than need be rather than less: a value ends where its argument ends, or at the next blank where the
argument is itself a line of words. What nothing marks as a secret, such as a positional argument, stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

MASK = "•••".encode()

_SECRET = rb"""
    passw(?:or)?d | passphrase | passcode | secret | credential | api[-_]?key | authorization | connection[-_]?string
    | token(?!iz) | (?:access|private|account|encryption|signing|master|shared)[-_]?key | bearer | psk(?![a-z])
    | (?<![a-z])(?:pass|pwd|auth|cookie|pin|otp|dsn)(?![a-z]) | (?<=db)(?:pass|pwd)(?![a-z]) | sess(?:ion)?[-_]?id
"""
_NAME_CHARACTERS = rb"[\w.-]{0,64}"
_HARMLESS_END = rb"(?<!file)(?<!path)(?<!dir)(?<!stdin)(?<!ttl)(?<!timeout)(?<!policy)(?<!type)(?<!length)"
_NAME = _NAME_CHARACTERS + rb"(?:" + _SECRET + rb")" + _NAME_CHARACTERS + rb"(?![\w.-])" + _HARMLESS_END
_QUOTED = rb"(?: \"(?:\\.|[^\"\\])*\"? | '[^']*'? )"
_FLAGS = re.IGNORECASE | re.VERBOSE | re.DOTALL

_OPTION = re.compile(rb"-{1,2}" + _NAME, _FLAGS)
_WHOLE_ASSIGNMENT = re.compile(rb"([-/]{0,2}" + _NAME + rb"[\"']?\s*[=:]\s*)(.+)", _FLAGS)
_ASSIGNMENT = re.compile(
    rb"((?<![\w.-])-{0,2}" + _NAME + rb"[\"']?\s*[=:]\s*)" + _QUOTED + rb"?(?:(?:bearer|basic|digest|token)\s+)?\S*",
    _FLAGS,
)
_QUOTED_OPTION = re.compile(rb"((?<!\S)-{1,2}" + _NAME + rb"\s+)" + _QUOTED + rb"\S*", _FLAGS)
_HEADER = re.compile(rb"((?:authorization|cookie|x-[\w-]{1,64})\s*:)[^\"']+", _FLAGS)
_BEARER = re.compile(rb"\b(bearer\s+)\S{8,}", _FLAGS)
_USER_INFO = re.compile(rb"((?:^|(?<=[\s\"'=,(/<]))[^\s:@/\"'=,(]{0,256}:)(?!//)\S+@", _FLAGS)
_LONG_USER_INFO = re.compile(rb"(://)[^\s:@/]{20,}@", _FLAGS)
# An argument list that was cut may end inside a password, before its "@"; a port is no password.
_CUT_USER_INFO = re.compile(rb"(://[^\s:@/\[\]]+:)(?![0-9]{1,5}(?:[/?#,\s\"']|$))[^\s@]+$", _FLAGS)
_TOKEN = re.compile(
    rb"""\b(?: (?:gh[pousr]|github_pat|glpat|xox[abposr]|sk|pk|rk|hvs|npm|pypi)[-_][\w-]{16,}
    | (?:AKIA|ASIA)[A-Z0-9]{16} | eyJ[\w-]{8,}\.[\w.-]+ | AIza[\w-]{30,} )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class _Client:
    """A program that takes a password behind one letter."""

    name: re.Pattern[bytes]
    attached: re.Pattern[bytes]
    """The option with the password in one word: -pX; its first group is the option."""
    alone: re.Pattern[bytes] | None
    """The option whose password is the next word; None where a bare option asks for it at the terminal."""


def _client(names: bytes, letters: bytes, *, takes_next: bool = True) -> _Client:
    return _Client(
        re.compile(names),
        re.compile(rb"(-[" + letters + rb"]).+", re.DOTALL),
        re.compile(rb"-[A-Za-z]*[" + letters + rb"]") if takes_next else None,
    )


_CLIENTS = (
    _client(rb"(?:mysql|mariadb)[\w-]*", b"p", takes_next=False),
    _client(rb"7z[arz]?|rar|unrar", b"p", takes_next=False),
    # "login" is a sub-command: `docker login -p X`, while the -p of `docker run` names ports.
    _client(rb"sshpass|mongo\w*|login", b"p"),
    _client(rb"redis-cli|valkey-cli", b"a"),
    _client(rb"curl|smbclient", b"uU"),
    _client(rb"ldap[\w-]*", b"w"),
    _client(rb"zip|unzip", b"P"),
    _client(rb"snmp\w*", b"AXc"),
)


def masked(command_line: bytes) -> bytes:
    """Give a command line, arguments parted by NUL, with every secret that shows itself replaced by "•••"."""
    return b"\0".join(_masked_words(command_line.split(b"\0"), _masked_argument))


def _masked_argument(argument: bytes) -> bytes:
    whole = _WHOLE_ASSIGNMENT.fullmatch(argument)
    if whole is not None:
        return whole[1] + MASK
    for pattern in (_HEADER, _ASSIGNMENT, _QUOTED_OPTION, _BEARER, _CUT_USER_INFO):
        argument = pattern.sub(rb"\1" + MASK, argument)
    for pattern in (_USER_INFO, _LONG_USER_INFO):
        argument = pattern.sub(rb"\1" + MASK + b"@", argument)
    words = re.split(rb"(\s+)", _TOKEN.sub(MASK, argument))
    if len(words) > 1:
        words[::2] = _masked_words(words[::2], lambda word: word)
    return b"".join(words)


def _masked_words(words: Iterable[bytes], mask: Callable[[bytes], bytes]) -> Iterator[bytes]:
    """Mask what the option before it, or a letter of a program that was named, makes a secret; the rest one by one."""
    client: _Client | None = None
    is_secret_next = False
    for word in words:
        if is_secret_next:
            is_secret_next = False
            yield MASK
            continue
        bare = word.strip(b"\"'")
        client = _client_named(bare) or client
        is_secret_next = _asks_for_next(bare, client)
        attached = client.attached.fullmatch(bare) if client is not None and not is_secret_next else None
        yield mask(word) if attached is None else attached[1] + MASK


def _asks_for_next(word: bytes, client: _Client | None) -> bool:
    if _OPTION.fullmatch(word) is not None:
        return True
    return client is not None and client.alone is not None and client.alone.fullmatch(word) is not None


def _client_named(word: bytes) -> _Client | None:
    name = word.rpartition(b"/")[2]
    return next((client for client in _CLIENTS if client.name.fullmatch(name)), None)
