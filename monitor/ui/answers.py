"""Hands the sampler's answers to the screens that may have asked; each knows whether it is the one."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.sampling.sampler_events import (
    BindAnswered,
    EnvironmentAnswered,
    ProcessAnswered,
    ReceiversAnswered,
    RouteAnswered,
    RoutingAnswered,
    SocketAnswered,
)
from monitor.ui.contracts import (
    ShowsBind,
    ShowsEnvironment,
    ShowsProcess,
    ShowsReceivers,
    ShowsRoutes,
    ShowsRules,
    ShowsSocket,
)

Answered = (
    RouteAnswered
    | RoutingAnswered
    | ProcessAnswered
    | EnvironmentAnswered
    | SocketAnswered
    | BindAnswered
    | ReceiversAnswered
)


def hand_on(answer: Answered, screens: Iterable[object]) -> None:
    """Give an answer to each screen that takes such answers."""
    for screen in screens:
        match answer:
            case ProcessAnswered(pid, facts, error) if isinstance(screen, ShowsProcess):
                screen.show_facts(pid, facts, error)
            case EnvironmentAnswered(pid, environment, error) if isinstance(screen, ShowsEnvironment):
                screen.show_environment(pid, environment, error)
            case SocketAnswered(socket, details, error) if isinstance(screen, ShowsSocket):
                screen.show_details(socket, details, error)
            case BindAnswered(attempt, decided_bind, error) if isinstance(screen, ShowsBind):
                screen.show_decision(attempt, decided_bind, error)
            case ReceiversAnswered(question, decided, error) if isinstance(screen, ShowsReceivers):
                screen.show_receivers(question, decided, error)
            case RoutingAnswered(flow, table, routing, error) if isinstance(screen, ShowsRules):
                screen.show_routing(flow, table, routing, error)
            case RouteAnswered(flow, decision, error) if isinstance(screen, ShowsRoutes):
                from monitor.presentation.routing_text import RouteAnswer  # noqa: PLC0415 - it brings numpy

                screen.show_route(RouteAnswer(flow, decision, error))
