"""Other ways to the same destination: the next hops beside the one that was taken, and other interfaces."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from monitor.kernel.route_asker import RouteAsker
from monitor.kernel.route_messages import Hop, RouteReply
from monitor.kernel.route_question import RouteQuestion
from monitor.model.endpoint import Address
from monitor.model.route import NextHop

_MOST_HOPS_ASKED = 32
_MOST_INTERFACES_ASKED = 16
"""Each costs two questions, half a millisecond."""


def alternatives(
    asker: RouteAsker, question: RouteQuestion, answer: RouteReply, matched: RouteReply | None
) -> tuple[NextHop, ...]:
    """List the other next hops of the route that matched, and other interfaces that could reach the destination."""
    if matched is None:
        return ()
    others = [hop for hop in matched.hops if hop != answer.hop and question.output in (0, hop.output)]
    found = [
        NextHop(asker.name(hop.output) or b"", hop.gateway, _source_by(asker, question, hop))
        for hop in others[:_MOST_HOPS_ASKED]
    ]
    taken = {answer.hop.output, *(hop.output for hop in others)}
    return (*found, *(_other_interfaces(asker, question, taken) if answer.type == "unicast" else ()))


def _other_interfaces(asker: RouteAsker, question: RouteQuestion, taken: Collection[int]) -> Iterator[NextHop]:
    """Ask by which other interfaces the destination could be reached, by a route and not by guessing."""
    if question.output:
        return
    possible = [
        link
        for link in asker.links.values()
        # What belongs to a bridge or a bond is not routed by itself.
        if link.is_up and not link.is_loopback and not link.master and link.index not in taken
    ]
    for link in possible[:_MOST_INTERFACES_ASKED]:
        by_link = replace(question, output=link.index)
        # Without any route there the plain answer takes the destination to be on that link; this one does not.
        matched = asker.matched(by_link)
        answer = asker.ask(by_link)
        if matched is None or isinstance(answer, int) or answer.hop.output != link.index:
            continue
        rule = asker.rule(by_link, matched)
        source = question.source or answer.preferred_source
        yield NextHop(link.name, answer.hop.gateway, source, rule=rule, metric=matched.metric)


def _source_by(asker: RouteAsker, question: RouteQuestion, hop: Hop) -> Address | None:
    if question.source is not None:
        return question.source
    reply = asker.ask(replace(question, output=hop.output))
    return None if isinstance(reply, int) else reply.preferred_source
