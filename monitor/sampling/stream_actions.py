"""The Source's actions, over a stream: what is prepared and held is the collector's, and forgotten with it."""

from __future__ import annotations

from monitor.errors import WireError
from monitor.model.action import Asked, Operator, Outcome, Prepared, SignalAsked
from monitor.sampling import action_messages as messages
from monitor.sampling.conversation import Conversation, broken


class StreamActions:
    """Each method is the Source's of the same name."""

    def __init__(self, conversation: Conversation) -> None:
        self._ask, self._id = conversation.ask, conversation.next_id

    def prepare(self, asked: Asked, operator: Operator) -> Prepared | Outcome:
        """Have the target looked at and held."""
        question: messages.ActionQuestion
        if isinstance(asked, SignalAsked):
            question = messages.AskPrepareSignal(id=self._id(), asked=asked, operator=operator)
        else:
            question = messages.AskPrepareClose(id=self._id(), asked=asked, operator=operator)
        try:
            return self._ask(question, messages.PreparedRead)[0].answer_to(asked)
        except WireError as error:
            raise broken(error) from None

    def confirm(self, token: int) -> Outcome:
        """Have it done."""
        return self._ask(messages.AskConfirm(id=self._id(), token=token), messages.OutcomeRead)[0].outcome

    def became(self, token: int) -> Outcome:
        """Ask what became of it."""
        return self._ask(messages.AskBecame(id=self._id(), token=token), messages.OutcomeRead)[0].outcome
