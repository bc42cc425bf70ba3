"""Which interface a socket belongs to: the device it is bound to, else the one that owns its local address."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from monitor.model.endpoint import address_words
from monitor.model.sample import Network
from monitor.model.socket_table import U64, Rows, SocketTable
from monitor.reasoning.columns import is_ipv4

NO_INTERFACE = 0
NOT_KNOWN = -1

_LOOPBACK_NET = np.uint64(0x7F)
_WORD = np.uint64(0x9E37_79B9_7F4A_7C15)


def interfaces(table: SocketTable, network: Network, rows: Rows | None = None) -> npt.NDArray[np.int32]:
    """Give each row's interface index: 0 where no interface owns its address, -1 where that is not known.

    It is not known before addresses were read, where several interfaces own the address, and where none does and the
    row does not know its device.

    Args:
        table: The sockets.
        network: Links and addresses.
        rows: Of which rows to tell, in this order; None for all.
    """
    which = slice(None) if rows is None else rows
    device, high, low = table.device[which], table.local_high[which], table.local_low[which]
    if not network.is_read:
        return np.where(device > 0, device.astype(np.int32), np.int32(NOT_KNOWN))
    found = _address_owners(high, low, network)
    loopback = next((link.index for link in network.links if link.is_loopback), NO_INTERFACE)
    # All of 127.0.0.0/8 is local through lo, though as a rule only 127.0.0.1 is listed.
    in_loopback_net = ((low >> np.uint64(24)) & np.uint64(0xFF)) == _LOOPBACK_NET
    found[(found == NO_INTERFACE) & in_loopback_net & is_ipv4(high, low)] = loopback
    found[(found == NO_INTERFACE) & ~table.knows_device[which]] = NOT_KNOWN
    return np.where(device > 0, device.astype(np.int32), found)


def _address_owners(high: U64, low: U64, network: Network) -> npt.NDArray[np.int32]:
    found = np.full(len(high), NO_INTERFACE, np.int32)
    if not network.addresses:
        return found
    owner_of: dict[tuple[int, int], int] = {}
    for address in network.addresses:
        words_of = address_words(address.address)
        # Where several links own it, which of them the kernel takes is not in the table.
        owner_of[words_of] = address.link if owner_of.get(words_of, address.link) == address.link else NOT_KNOWN
    words = np.array(list(owner_of), np.uint64)
    links = np.array(list(owner_of.values()), np.int32)
    keys = _key(words[:, 0], words[:, 1])
    order = np.argsort(keys, kind="stable")
    place = np.searchsorted(keys, _key(high, low), sorter=order)
    place[place == len(keys)] = 0
    owner = order[place]
    is_same = (words[owner, 0] == high) & (words[owner, 1] == low)
    found[is_same] = links[owner][is_same]
    return found


def _key(high: U64, low: U64) -> U64:
    mixed: U64 = (high * _WORD) ^ low
    return mixed
