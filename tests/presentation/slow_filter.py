"""Filters read row by row, slowly and plainly: what the masks are compared with."""

from ipaddress import ip_network

from monitor.model.endpoint import Endpoint, address_words
from monitor.model.tcp import KERNEL_HELD, state_name
from monitor.presentation.filter_tree import (
    AddressIn,
    And,
    Not,
    Or,
    Side,
)
from monitor.reasoning.ownership import is_unaccepted
from tests.presentation.socket_rows import USERS


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
        local = [table.local(row)] if side is not Side.REMOTE else []
        remote = [table.remote(row)] if side is not Side.LOCAL and table.is_pair[row] else []
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
        return any(tree.needle.casefold() in word.casefold() for word in words)

    def StateIs(self, tree, row):  # noqa: N802
        return self.state(row) == tree.name

    def PortIs(self, tree, row):  # noqa: N802
        return any(endpoint.port == tree.port for endpoint in self.endpoints(row, tree.side))

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

    def ProtocolIs(self, tree, row):  # noqa: N802
        return self.described[row]["protocol"] == tree.protocol

    def DirectionIs(self, tree, row):  # noqa: N802
        direction = self.described[row]["direction"]
        return None if direction == 0 else (direction == 1) == tree.is_accepted
