"""Filters read row by row, slowly and plainly: what the masks are compared with."""

import fnmatch
import math
import os
from functools import partial
from ipaddress import ip_address, ip_network

from monitor.model.endpoint import Endpoint, address_words
from monitor.model.tcp import KERNEL_HELD, state_name
from monitor.presentation.filter_tree import (
    AddressIn,
    And,
    Name,
    Not,
    Number,
    Or,
    Reach,
    Relation,
    Side,
)
from monitor.reasoning.ownership import is_unaccepted
from tests.presentation.socket_rows import CONTROL_GROUPS, PORT_RANGE, TROUBLED, USERS

GROUP_NAMES = {
    Name.CGROUP: {number: [os.fsdecode(group.path)] for number, group in CONTROL_GROUPS.items()},
    Name.UNIT: {71: ["nginx.service", "nginx"]},
    Name.CONTAINER: {72: ["shop-1/Nginx\udcff", "shop-1", "Nginx\udcff", "0d" * 32, "0d" * 6]},
    Name.SLICE: {71: ["system.slice"], 73: ["user.slice", "user-1000.slice"]},
    Name.IMAGE: {72: ["docker.io/library/nginx:1", "nginx:1"]},
}
"""By number of the control group."""


class SlowReader:
    """Reads one row after another and answers True, False, or None where it is not known."""

    def __init__(self, described, interval):
        self.described = described
        self.interval = interval

    def mask(self, tree):
        return [self.answer(tree, row) is True for row in range(len(self.described))]

    def answer(self, tree, row):
        if isinstance(tree, And):
            return self.every([self.answer(part, row) for part in tree.parts])
        if isinstance(tree, Or):
            return self.opposite(self.every([self.opposite(self.answer(part, row)) for part in tree.parts]))
        if isinstance(tree, Not):
            return self.opposite(self.answer(tree.part, row))
        return getattr(self, type(tree).__name__)(tree, row)

    @staticmethod
    def every(answers):
        return False if False in answers else None if None in answers else True

    @staticmethod
    def opposite(answer):
        return None if answer is None else not answer

    def endpoints(self, row, side=Side.EITHER):
        table = self.interval.table
        local = [table.local(row)] if side in (Side.EITHER, Side.LOCAL) else []
        has_remote = bool(table.is_pair[row]) if side in (Side.EITHER, Side.REMOTE) else side is Side.PEER
        remote = [table.remote(row)] if has_remote else []
        return local + remote

    def processes(self, row):
        return [owner.process for owner in self.interval.owners.owners_of(self.described[row]["inode"])]

    def knows_owners(self, row):
        owners = self.interval.owners
        is_kernels = (
            self.described[row]["inode"] == 0 and not is_unaccepted(self.interval.table, self.interval.listener)[row]
        )
        return bool(self.processes(row)) or is_kernels or (owners.is_read and not owners.hidden_processes)

    def user(self, row):
        described = self.described[row]
        return None if described["inode"] == 0 or described["state"] in KERNEL_HELD else described["uid"]

    def interface_name(self, row):
        return {1: "lo", 2: "eth0"}.get(self.described[row]["interface"])

    def state(self, row):
        return state_name(self.described[row]["protocol"], self.described[row]["state"])

    def Everything(self, tree, row):  # noqa: N802 - named after the conditions
        return True

    def Text(self, tree, row):  # noqa: N802
        words = [str(Endpoint(endpoint.address, endpoint.port)) for endpoint in self.endpoints(row)]
        words += [self.state(row)]
        words += [process.name.decode("utf-8", "surrogateescape") for process in self.processes(row)]
        uid = self.user(row)
        words += [] if uid is None else [USERS.get(uid, str(uid))]
        words += [self.interface_name(row) or ""]
        words += {71: ["nginx.service"], 72: ["shop-1/Nginx\udcff"]}.get(self.described[row]["cgroup"], [])
        return any(tree.needle.casefold() in word.casefold() for word in words)

    def StateIs(self, tree, row):  # noqa: N802
        return self.state(row) == tree.name

    def PortIs(self, tree, row):  # noqa: N802
        return any(endpoint.port == tree.port for endpoint in self.endpoints(row, tree.side))

    def StateIn(self, tree, row):  # noqa: N802
        return self.state(row) in tree.names

    def PortIn(self, tree, row):  # noqa: N802
        return any(tree.first <= endpoint.port <= tree.last for endpoint in self.endpoints(row, tree.side))

    def AddressIn(self, tree, row):  # noqa: N802
        def is_in(address):
            if address.version == 6 and tree.network.version == 4:
                address = address.ipv4_mapped or address
            return address in tree.network

        return any(is_in(endpoint.address) for endpoint in self.endpoints(row, tree.side))

    def EndpointIs(self, tree, row):  # noqa: N802
        network = AddressIn(ip_network(tree.endpoint.address), tree.side)
        zone = {0: None, 1: "lo", 2: "eth0"}[self.described[row]["device"]]
        is_there = any(
            endpoint.port == tree.endpoint.port and self.AddressIn(network, row) and self.is_same(endpoint, tree)
            for endpoint in self.endpoints(row, tree.side)
        )
        return is_there and tree.endpoint.zone in (None, zone)

    @staticmethod
    def is_same(endpoint, tree):
        return address_words(endpoint.address) == address_words(tree.endpoint.address)

    def PidIs(self, tree, row):  # noqa: N802
        if not self.knows_owners(row):
            return None
        return tree.pid in [process.pid for process in self.processes(row)]

    def ProcessContains(self, tree, row):  # noqa: N802
        if not self.knows_owners(row):
            return None
        names = [process.name.decode("utf-8", "surrogateescape").casefold() for process in self.processes(row)]
        return any(tree.needle.casefold() in name for name in names)

    def UserIs(self, tree, row):  # noqa: N802
        uid = self.user(row)
        return None if uid is None else tree.name in (USERS.get(uid), str(uid))

    def InterfaceIs(self, tree, row):  # noqa: N802
        if self.described[row]["interface"] == 0:
            return False
        name = self.interface_name(row)
        return None if name is None else name == tree.name

    def DeviceIs(self, tree, row):  # noqa: N802
        device = self.described[row]["device"]
        return tree.name in (str(device), {1: "lo", 2: "eth0"}.get(device))

    def NamespaceIs(self, tree, row):  # noqa: N802
        # What else the own namespace is called nobody has looked up.
        return True if tree.name == "own" else None

    def NameMatches(self, tree, row):  # noqa: N802
        if tree.name is Name.NETNS:
            return True if fnmatch.fnmatchcase("own", tree.pattern.casefold()) else None
        names = {
            Name.PROCESS: self.process_names,
            Name.USER: self.user_names,
            **{name: partial(self.group_names, name) for name in GROUP_NAMES},
            Name.INTERFACE: self.interface_names,
            Name.DEVICE: lambda row: [
                {1: "lo", 2: "eth0"}[device] for device in [self.described[row]["device"]] if device
            ],
        }[tree.name](row)
        if names is None:
            return None
        return any(fnmatch.fnmatchcase(name.casefold(), tree.pattern.casefold()) for name in names)

    def process_names(self, row):
        if not self.knows_owners(row):
            return None
        return [process.name.decode("utf-8", "surrogateescape") for process in self.processes(row)]

    def GroupIs(self, tree, row):  # noqa: N802
        names = self.group_names(tree.name, row)
        return None if names is None else tree.value in names

    def group_names(self, name, row):
        number = self.described[row]["cgroup"]
        return GROUP_NAMES[name].get(number, []) if number in CONTROL_GROUPS else None

    def user_names(self, row):
        uid = self.user(row)
        return None if uid is None else [str(uid), *([USERS[uid]] if uid in USERS else [])]

    def interface_names(self, row):
        if self.described[row]["interface"] == 0:
            return []
        name = self.interface_name(row)
        return None if name is None else [name]

    def NumberIs(self, tree, row):  # noqa: N802
        least, most = self.number(tree.number, row)
        if math.isnan(least):
            return None
        holds = {
            Relation.EQUAL: lambda number: number == tree.value,
            Relation.ABOVE: lambda number: number > tree.value,
            Relation.AT_LEAST: lambda number: number >= tree.value,
            Relation.BELOW: lambda number: number < tree.value,
            Relation.AT_MOST: lambda number: number <= tree.value,
        }[tree.relation]
        # Of a number between two, what holds at both ends holds; equality, where it may be any, holds at neither.
        ends = {holds(least), holds(most)}
        if least != most and tree.relation is Relation.EQUAL:
            return None if least <= tree.value <= most else False
        return ends.pop() if len(ends) == 1 else None

    def number(self, number, row):
        described, table = self.described[row], self.interval.table
        is_tcp_pair = bool(table.is_pair[row]) and described["info"]
        exact = {
            Number.RTT: described["rtt_us"] if described["info"] and described["rtt_us"] else math.nan,
            Number.RETRANSMITS: described["resent"] if is_tcp_pair else math.nan,
            Number.RATE: described["rates"][0] + described["rates"][1],
            Number.RECEIVED: described["rates"][0],
            Number.SENT: described["rates"][1],
            Number.IDLE: self.idle_us(row),
            Number.RECV_Q: math.nan if table.is_listener[row] else described["queues"][0],
            Number.SEND_Q: math.nan if table.is_listener[row] else described["queues"][1],
        }
        if number is not Number.AGE:
            return exact[number], exact[number]
        if described["age_s"] is not None:
            return described["age_s"] * 1e6, described["age_s"] * 1e6
        least = max(described["idle_ms"]) * 1_000.0
        is_told = not math.isnan(self.idle_us(row)) and self.state(row) != "TIME-WAIT" and least >= 1_000_000
        return (least, math.inf) if is_told else (math.nan, math.nan)

    def idle_us(self, row):
        described = self.described[row]
        is_told = described["info"] and self.interval.table.is_pair[row] and self.state(row) != "SYN-SENT"
        return min(described["idle_ms"]) * 1_000.0 if is_told else math.nan

    def MarkIs(self, tree, row):  # noqa: N802
        mark = self.described[row]["mark"]
        return None if mark is None else mark & tree.mask == tree.mark

    def ReachIs(self, tree, row):  # noqa: N802
        table, local = self.interval.table, self.interval.table.local(row).address
        local = getattr(local, "ipv4_mapped", None) or local
        if not (table.is_listener[row] or table.is_udp_unconnected[row]):
            return False
        is_loopback = local.is_loopback or self.described[row]["device"] == 1
        everywhere = local in (ip_address("0.0.0.0"), ip_address("::"))
        reach = Reach.LOOPBACK if is_loopback else Reach.EVERYWHERE if everywhere else Reach.ADDRESS
        return tree.reach is reach

    def IsAutobound(self, tree, row):  # noqa: N802
        return PORT_RANGE[0] <= self.described[row]["local"][1] <= PORT_RANGE[1]

    def HasTrouble(self, tree, row):  # noqa: N802
        return int(self.interval.table.cookie[row]) == TROUBLED

    def FamilyIs(self, tree, row):  # noqa: N802
        return self.described[row]["family"] == tree.family

    def ProtocolIs(self, tree, row):  # noqa: N802
        return self.described[row]["protocol"] == tree.protocol

    def DirectionIs(self, tree, row):  # noqa: N802
        direction = self.described[row]["direction"]
        return None if direction == 0 else (direction == 1) == tree.is_accepted
