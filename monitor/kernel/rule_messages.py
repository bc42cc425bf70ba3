"""pyroute2's rule messages as PolicyRules, with the text that `ip rule` writes."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network

from pyroute2.netlink.rtnl.fibmsg import fibmsg

from monitor.kernel.policy_rules import PolicyRule, Range
from monitor.kernel.route_messages import Message, name_bytes
from monitor.model.route import Rule

ACTIONS = {1: "to_tbl", 2: "goto", 3: "nop", 6: "blackhole", 7: "unreachable", 8: "prohibit"}
"""FR_ACT_* of linux/fib_rules.h, in lower case."""
TABLE_NAMES = {253: "default", 254: "main", 255: "local"}
_PROTOCOL_NAMES = {1: "icmp", 6: "tcp", 17: "udp", 58: "ipv6-icmp"}

_FIB_RULE_INVERT = 0x2
_FIB_RULE_FIND_SADDR = 0x10000
_NOT_SUPPRESSED = 0xFFFF_FFFF
_NO_MASK = 0xFFFF_FFFF
_NO_PORT_MASK = 0xFFFF

_MISSING_RULE_ATTRIBUTES = (
    (25, "FRA_DSCP", "uint8"),
    (26, "FRA_FLOWLABEL", "be32"),
    (27, "FRA_FLOWLABEL_MASK", "be32"),
    (28, "FRA_SPORT_MASK", "uint16"),
    (29, "FRA_DPORT_MASK", "uint16"),
    (30, "FRA_DSCP_MASK", "uint8"),
)


def complete_rule_attributes() -> None:
    """Teach pyroute2 the attributes after FRA_DPORT_RANGE; must run before the first rule is read."""
    known = {entry[0] for entry in fibmsg.nla_map}
    fibmsg.nla_map = (*fibmsg.nla_map, *(entry for entry in _MISSING_RULE_ATTRIBUTES if entry[0] not in known))


def policy_rule_of(message: Message) -> PolicyRule:
    """Read an RTM_NEWRULE."""
    action = ACTIONS.get(message["action"], f"action-{message['action']}")
    table = message.get("FRA_TABLE") or message["table"]
    suppressed = message.get("FRA_SUPPRESS_PREFIXLEN")
    finds_source = bool(message["flags"] & _FIB_RULE_FIND_SADDR)
    rule = Rule(
        family=message["family"],
        priority=message.get("FRA_PRIORITY") or 0,
        action=action,
        table=table,
        text=_text(message, action, table),
    )
    return PolicyRule(
        rule=rule,
        source=None if finds_source else _network(message.get("FRA_SRC"), message["src_len"]),
        destination=_network(message.get("FRA_DST"), message["dst_len"]),
        input=_name(message.get("FRA_IIFNAME")),
        output=_name(message.get("FRA_OIFNAME")),
        mark=_mark(message),
        tos=message["tos"] or None,
        uids=_range(message.get("FRA_UID_RANGE")),
        protocol=message.get("FRA_IP_PROTO"),
        source_ports=_range(message.get("FRA_SPORT_RANGE")),
        remote_ports=_range(message.get("FRA_DPORT_RANGE")),
        goto=message.get("FRA_GOTO") if action == "goto" else None,
        suppressed_length=None if suppressed in (None, _NOT_SUPPRESSED) else suppressed,
        is_inverted=bool(message["flags"] & _FIB_RULE_INVERT),
        has_unknown_selector=_has_unknown_selector(message),
    )


def _has_unknown_selector(message: Message) -> bool:
    # With FIND_SADDR `from` is compared only after a source was picked.
    if message["flags"] & _FIB_RULE_FIND_SADDR or any(name == "UNKNOWN" for name, _ in message["attrs"]):
        return True
    names = ("FRA_L3MDEV", "FRA_TUN_ID", "FRA_DSCP", "FRA_FLOWLABEL")
    # A single port comes with a mask of all bits since Linux 6.15, which changes nothing.
    ports = (message.get("FRA_SPORT_MASK"), message.get("FRA_DPORT_MASK"))
    return (
        any(message.get(name) for name in names)
        or any(mask not in (None, _NO_PORT_MASK) for mask in ports)
        or message.get("FRA_SUPPRESS_IFGROUP") not in (None, _NOT_SUPPRESSED)
    )


def _text(message: Message, action: str, table: int) -> str:
    words = ["not"] if message["flags"] & _FIB_RULE_INVERT else []
    words += ["from", _prefix_text(message.get("FRA_SRC"), message["src_len"]) or "all"]
    selectors = {
        "to": _prefix_text(message.get("FRA_DST"), message["dst_len"]),
        "tos": f"{message['tos']:#04x}" if message["tos"] else None,
        "fwmark": _mark_text(message),
        "iif": _name_text(message.get("FRA_IIFNAME")),
        "oif": _name_text(message.get("FRA_OIFNAME")),
        "uidrange": _range_text(message.get("FRA_UID_RANGE"), always_both=True),
        "ipproto": _protocol_text(message.get("FRA_IP_PROTO")),
        "sport": _range_text(message.get("FRA_SPORT_RANGE")),
        "dport": _range_text(message.get("FRA_DPORT_RANGE")),
    }
    for label, value in selectors.items():
        words += [label, value] if value is not None else []
    return " ".join([*words, *_action_words(message, action, table)])


def _action_words(message: Message, action: str, table: int) -> list[str]:
    if action == "goto":
        return ["goto", str(message.get("FRA_GOTO"))]
    if action != "to_tbl":
        return [action]
    if message.get("FRA_L3MDEV"):
        return ["lookup", "[l3mdev-table]"]
    suppressed = message.get("FRA_SUPPRESS_PREFIXLEN")
    suppressor = [] if suppressed in (None, _NOT_SUPPRESSED) else ["suppress_prefixlength", str(suppressed)]
    return ["lookup", TABLE_NAMES.get(table, str(table)), *suppressor]


def _network(address: str | None, length: int) -> IPv4Network | IPv6Network | None:
    return None if address is None or length == 0 else ip_network(f"{address}/{length}", strict=False)


def _prefix_text(address: str | None, length: int) -> str | None:
    if address is None:
        return None
    network = ip_network(f"{address}/{length}", strict=False)
    return address if length == network.max_prefixlen else f"{address}/{length}"


def _mark(message: Message) -> tuple[int, int] | None:
    mark, mask = message.get("FRA_FWMARK"), message.get("FRA_FWMASK")
    return None if mark is None and mask is None else (mark or 0, _NO_MASK if mask is None else mask)


def _mark_text(message: Message) -> str | None:
    pair = _mark(message)
    if pair is None:
        return None
    return f"{pair[0]:#x}" if pair[1] == _NO_MASK else f"{pair[0]:#x}/{pair[1]:#x}"


def _range(text: str | None) -> Range | None:
    if text is None:
        return None
    first, last = text.split(":")
    return int(first), int(last)


def _range_text(text: str | None, *, always_both: bool = False) -> str | None:
    limits = _range(text)
    if limits is None:
        return None
    return str(limits[0]) if limits[0] == limits[1] and not always_both else f"{limits[0]}-{limits[1]}"


def _protocol_text(number: int | None) -> str | None:
    return None if number is None else _PROTOCOL_NAMES.get(number, f"ipproto-{number}")


def _name(name: str | bytes | None) -> bytes | None:
    return None if name is None else name_bytes(name)


def _name_text(name: str | bytes | None) -> str | None:
    return None if name is None else name_bytes(name).decode("utf-8", "backslashreplace")
