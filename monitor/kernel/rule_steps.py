"""The rules in their order, each with what became of it for one packet. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.kernel.policy_rules import PolicyRule, matching_rules
from monitor.kernel.route_question import RouteQuestion
from monitor.model.route import Rule
from monitor.model.routing import RuleFate, RuleStep


def rule_steps(
    rules: Sequence[PolicyRule], question: RouteQuestion, output: bytes | None, decided: Rule | None
) -> tuple[RuleStep, ...]:
    """Follow the rules.

    Args:
        rules: of the question's family, in order.
        question: what was asked.
        output: name of the interface that the question is bound to.
        decided: the rule that led to the answer; None where none did, or none could be derived.
    """
    met = {id(rule): is_certain for rule, is_certain in matching_rules(rules, question, output)}
    steps: list[RuleStep] = []
    is_over = False
    for rule in rules:
        if is_over:
            fate = RuleFate.NOT_REACHED
        elif id(rule) not in met:
            # Without having been met it may still fit: a goto led past it, or it is one itself.
            fate = RuleFate.NO_MATCH if rule.matches(question, output) is False else RuleFate.SKIPPED
        elif decided is not None and rule.rule == decided:
            fate, is_over = RuleFate.DECIDED, True
        elif met[id(rule)] and rule.rule.action == "to_tbl" and decided is not None:
            fate = RuleFate.NO_ROUTE
        else:
            fate = RuleFate.UNCERTAIN
        steps.append(RuleStep(rule.rule, fate))
    return tuple(steps)
