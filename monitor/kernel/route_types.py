"""Types of routes by their numbers, and the errno that a refusing one stands for."""

from __future__ import annotations

import errno

ROUTE_TYPES = {
    1: "unicast",
    2: "local",
    3: "broadcast",
    4: "anycast",
    5: "multicast",
    6: "blackhole",
    7: "unreachable",
    8: "prohibit",
    9: "throw",
    10: "nat",
}
"""RTN_* of linux/rtnetlink.h in the words of ip-route(8)."""

REFUSALS = {"blackhole": errno.EINVAL, "unreachable": errno.EHOSTUNREACH, "prohibit": errno.EACCES}
"""What connect() says where such a route matches. An unreachable *rule* says ENETUNREACH instead."""
