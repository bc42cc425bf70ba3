"""UserNames: the names of user ids."""

from __future__ import annotations

import pwd
from collections.abc import Iterable


class UserNames:
    """Looks up each user id once; an NSS back end (LDAP, sssd) may take seconds to answer."""

    def __init__(self) -> None:
        self._names: dict[int, str | None] = {}

    def names_of(self, uids: Iterable[int]) -> dict[int, str]:
        """Give the names by user id; ids that the machine has no name for are left out. Names are untrusted."""
        found = {uid: self._name_of(uid) for uid in set(uids)}
        return {uid: name for uid, name in found.items() if name is not None}

    def _name_of(self, uid: int) -> str | None:
        if uid not in self._names:
            try:
                self._names[uid] = pwd.getpwuid(uid).pw_name
            except (KeyError, OSError, OverflowError):
                self._names[uid] = None
        return self._names[uid]
