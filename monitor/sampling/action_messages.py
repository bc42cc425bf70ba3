"""The messages of actions: what is prepared, confirmed, and asked for afterwards."""

from __future__ import annotations

from monitor.errors import WireError
from monitor.model.action import Asked, Caution, CloseAsked, Operator, Outcome, Prepared, SignalAsked, Target
from monitor.model.process import ProcessIdentity
from monitor.sampling.messages import Message


class AskPrepareSignal(Message, frozen=True, kw_only=True, tag="ask-prepare-signal"):
    """Prepare a signal."""

    asked: SignalAsked
    operator: Operator


class AskPrepareClose(Message, frozen=True, kw_only=True, tag="ask-prepare-close"):
    """Prepare the closing of a socket."""

    asked: CloseAsked
    operator: Operator


class AskConfirm(Message, frozen=True, kw_only=True, tag="ask-confirm"):
    """Do what was prepared."""

    token: int


class AskBecame(Message, frozen=True, kw_only=True, tag="ask-became"):
    """Look what became of a process that was signalled."""

    token: int


class PreparedRead(Message, frozen=True, kw_only=True, tag="prepared"):
    """A token with what was found, or why there is none."""

    refused: Outcome | None
    token: int = 0
    cautions: tuple[Caution, ...] = ()
    expires_in_s: float = 0.0
    target: Target | None = None

    @classmethod
    def of(cls, question: int, answer: Prepared | Outcome) -> PreparedRead:
        """Write down an answer without what was asked."""
        if isinstance(answer, Outcome):
            return cls(id=question, refused=answer)
        return cls(
            id=question,
            refused=None,
            token=answer.token,
            cautions=answer.cautions,
            expires_in_s=answer.expires_in_s,
            target=answer.target,
        )

    def answer_to(self, asked: Asked) -> Prepared | Outcome:
        """Give the answer back.

        Raises:
            WireError: it speaks of another process.
        """
        if self.refused is not None:
            return self.refused
        if isinstance(asked, SignalAsked) and not self._is_about(asked.process):
            raise WireError("what was prepared is not what was asked for")
        return Prepared(self.token, asked, self.cautions, self.expires_in_s, self.target)

    def _is_about(self, process: ProcessIdentity) -> bool:
        if self.target is None:
            return False
        found = self.target.process
        return (found.pid, found.start_time) == (process.pid, process.start_time)


class OutcomeRead(Message, frozen=True, kw_only=True, tag="outcome"):
    """What became of an action."""

    outcome: Outcome


ActionQuestion = AskPrepareSignal | AskPrepareClose | AskConfirm | AskBecame
