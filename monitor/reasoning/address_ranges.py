"""Whether the addresses of a column lie in a network, or are one address."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network

import numpy as np

from monitor.model.endpoint import Address, address_words
from monitor.model.socket_table import U64, Bools

_WORD = (1 << 64) - 1


def is_in(network: IPv4Network | IPv6Network, high: U64, low: U64) -> Bools:
    """Tell for each address, as its two words, whether it is one of the network's."""
    first = address_words(network.network_address)
    free = network.max_prefixlen - network.prefixlen
    fixed = ~((1 << free) - 1)
    is_high: Bools = (high & np.uint64((fixed >> 64) & _WORD)) == np.uint64(first[0])
    is_low: Bools = (low & np.uint64(fixed & _WORD)) == np.uint64(first[1])
    return is_high & is_low


def is_same(address: Address, high: U64, low: U64) -> Bools:
    """Tell for each address, as its two words, whether it is this one; IPv4 is the same in its mapped form."""
    words = address_words(address)
    found: Bools = (high == np.uint64(words[0])) & (low == np.uint64(words[1]))
    return found
