"""Structures and numbers of rtnetlink's messages about routes and interfaces (include/uapi/linux/rtnetlink.h)."""

from __future__ import annotations

import struct

RTM_NEWLINK, RTM_GETLINK = 16, 18
RTM_NEWROUTE, RTM_GETROUTE = 24, 26

IFINFO = struct.Struct("=BxHiII")
"""struct ifinfomsg: family, type, index, flags, changed flags."""

RTMSG = struct.Struct("=BBBBBBBBI")
"""struct rtmsg: family, lengths of destination and source, tos, table, protocol, scope, type, flags."""
RTNEXTHOP = struct.Struct("=HBBi")
"""struct rtnexthop: length, flags, weight, interface; its attributes follow."""
RTNH_F_DEAD = 0x1

RTM_F_CLONED = 0x200
"""Not a route of a table but what was learned from it: IPv6's exceptions."""
RTM_F_LOOKUP_TABLE = 0x1000
"""Say the table that the route was found in."""
RTM_F_FIB_MATCH = 0x2000
"""Answer with the route of the table rather than with what would be used for this destination."""
RTCF_LOCAL = 0x8000_0000
"""Flag of an answer: a copy of what is sent stays on this host (include/uapi/linux/in_route.h)."""

RTA_DST, RTA_SRC, RTA_IIF, RTA_OIF, RTA_GATEWAY, RTA_PRIORITY, RTA_PREFSRC, RTA_MULTIPATH = 1, 2, 3, 4, 5, 6, 7, 9
RTA_TABLE, RTA_MARK, RTA_VIA, RTA_UID, RTA_IP_PROTO, RTA_SPORT, RTA_DPORT = 15, 16, 18, 25, 27, 28, 29
