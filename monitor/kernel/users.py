"""UserNames: the names of user ids, looked up beside the samples."""

from __future__ import annotations

import pwd
from collections.abc import Callable, Iterable
from threading import Condition, Thread
from time import monotonic

PATIENCE_S = 0.02
"""How long names are waited for: files answer at once, a directory service (LDAP, sssd) may take seconds or hang."""
RETRY_AFTER_S = 60.0
"""When an id without a name is looked up again: the service may have been out of reach, or the user is new."""


class UserNames:
    """Looks each user id up once, in a thread that lives as long as there are questions.

    Args:
        patience_s: longest time that one call waits.
        clock: seconds, for the retries.
    """

    def __init__(self, patience_s: float = PATIENCE_S, clock: Callable[[], float] = monotonic) -> None:
        self._patience_s = patience_s
        self._clock = clock
        # Holds the lock of all that follows, which both threads change.
        self._answered = Condition()
        self._names: dict[int, str] = {}
        self._missed_at: dict[int, float] = {}
        self._asked: set[int] = set()
        self._is_answering = False

    def names_of(self, uids: Iterable[int]) -> dict[int, str]:
        """Give the names by user id; ids without a name, or without one yet, are left out. Names are untrusted."""
        wanted = set(uids)
        with self._answered:
            if self._ask(wanted):
                # Only for new questions: a service that hangs does not hold up every sample.
                self._answered.wait_for(lambda: self._asked.isdisjoint(wanted), self._patience_s)
            return {uid: self._names[uid] for uid in wanted if uid in self._names}

    def _ask(self, wanted: set[int]) -> bool:
        """Have the thread look up what is neither known nor asked for; say whether there is such."""
        latest = self._clock() - RETRY_AFTER_S
        due = {uid for uid in wanted - self._names.keys() if self._missed_at.get(uid, latest) <= latest} - self._asked
        self._asked |= due
        if due and not self._is_answering:
            self._is_answering = True
            # A daemon: a program that ends does not wait for a service that hangs.
            Thread(target=self._answer, name="user names", daemon=True).start()
        return bool(due)

    def _answer(self) -> None:
        """Look up what was asked for until nothing is left; the body of the thread."""
        while True:
            with self._answered:
                if not self._asked:
                    self._is_answering = False
                    return
                uid = min(self._asked)
            name = _name_of(uid)
            with self._answered:
                self._asked.discard(uid)
                if name is None:
                    self._missed_at[uid] = self._clock()
                else:
                    self._names[uid] = name
                self._answered.notify_all()


def _name_of(uid: int) -> str | None:
    try:
        return pwd.getpwuid(uid).pw_name
    except (KeyError, OSError, OverflowError):
        return None
