"""The rules and tables behind the routes of db1, with a tunnel that nobody's packets take."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

from monitor.model.route import Flow, Rule
from monitor.model.routing import Routing, RuleFate, RuleStep, TableRoute
from tests import machine_db1
from tests.machine_db1 import MAIN_RULE

LOCAL = Rule(2, 0, "to_tbl", 255, "from all lookup local")
TUNNEL = Rule(2, 100, "to_tbl", 51820, "from all uidrange 1001-1001 lookup 51820")
STEPS = (
    RuleStep(LOCAL, RuleFate.NO_ROUTE),
    RuleStep(TUNNEL, RuleFate.NO_MATCH),
    RuleStep(MAIN_RULE, RuleFate.DECIDED),
)
ROUTER = ip_address("192.0.2.1")


def route(prefix: str, device: bytes | None = b"eth0", **changed: object) -> TableRoute:
    return replace(TableRoute(prefix, "unicast", device, None, None, None, 2, 1, is_matched=False), **changed)


MAIN = (
    route("default", gateway=ROUTER, metric=100, protocol=16, is_matched=True),
    route("default", b"eth1", gateway=ip_address("203.0.113.1"), metric=200, protocol=4),
    route("192.0.2.0/24", source=ip_address("192.0.2.10")),
)
TABLES = {254: MAIN, 51820: (route("default", b"wg0", protocol=3),), 255: ()}


def routing_of(flow: Flow, table: int | None) -> Routing:
    listed = 254 if table is None else table
    return Routing(machine_db1.route_to(flow), STEPS, listed, TABLES[listed], is_cut=False)
