"""From where sockets that wait for anybody can be reached, by their local ends alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from monitor.model.route import Link
from monitor.model.socket_table import U8, Rows, SocketTable
from monitor.reasoning.columns import is_ipv4

LOOPBACK, ONE_ADDRESS, EVERY_ADDRESS = range(3)


def reach_of(table: SocketTable, rows: Rows, links: Sequence[Link]) -> U8:
    """Tell of each row from where it can be reached: this host only, one address, or every address."""
    high, low = table.local_high[rows], table.local_low[rows]
    ipv4 = is_ipv4(high, low)
    is_wildcard = ((high == 0) & (low == 0)) | (ipv4 & ((low & np.uint64(0xFFFF_FFFF)) == 0))
    in_loopback_net = ipv4 & (((low >> np.uint64(24)) & np.uint64(0xFF)) == np.uint64(127))
    is_loopback = in_loopback_net | ((high == 0) & (low == 1))
    lo = next((link.index for link in links if link.is_loopback), 0)
    is_loopback |= (table.device[rows] == lo) & (lo > 0)
    return np.where(is_loopback, LOOPBACK, np.where(is_wildcard, EVERY_ADDRESS, ONE_ADDRESS)).astype(np.uint8)
