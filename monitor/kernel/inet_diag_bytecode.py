"""Byte code by which the kernel leaves sockets out of a list: INET_DIAG_REQ_BYTECODE of linux/inet_diag.h. Pure.

Each operation goes on to the next one where it holds, and jumps `no` bytes from its own start where it does not. A
socket is listed where that ends exactly behind the code; four bytes further it is left out (inet_diag_bc_run). So a
piece of code that holds falls out of its end, and one that does not jumps four bytes beyond it.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from functools import reduce
from ipaddress import IPv4Network

from monitor.model.dump_narrowing import AddressWithin, AllOf, AnyOf, Condition, End, Negated, PortBetween

_OP = struct.Struct("=BBH")
"""struct inet_diag_bc_op: code, yes, no."""
_HOST = struct.Struct("=BBxxi")
"""struct inet_diag_hostcond up to its address: family, prefix length, port."""
_JUMP = 1
_GREATER_OR_EQUAL = {End.LOCAL: 2, End.REMOTE: 4}
_LESS_OR_EQUAL = {End.LOCAL: 3, End.REMOTE: 5}
_HOST_IS = {End.LOCAL: 7, End.REMOTE: 8}
_ANY_PORT = -1
_BEYOND = _OP.size
"""How far beyond its end code jumps that does not hold."""
_LAST_PORT = 0xFFFF
MOST_BYTES = 0xFFF8
"""Of code that an attribute and its jumps have room for."""


def byte_code(condition: Condition) -> bytes | None:
    """Compile a condition; None where it is too long."""
    try:
        code = _code(condition)
    except struct.error:
        # A jump is further than its 16 bits tell.
        return None
    return code if len(code) <= MOST_BYTES else None


def _code(condition: Condition) -> bytes:
    match condition:
        case PortBetween(end, first, last):
            return _ports(end, first, last)
        case AddressWithin(end, network):
            family = socket.AF_INET if isinstance(network, IPv4Network) else socket.AF_INET6
            address = network.network_address.packed
            host = _HOST.pack(family, network.prefixlen, _ANY_PORT) + address
            return _operation(_HOST_IS[end], host)
        case AllOf(parts):
            return reduce(_both, map(_code, parts))
        case AnyOf(parts):
            # From the last one on, so that each jump is over what follows.
            codes = [_code(part) for part in parts]
            return reduce(_either, reversed(codes))
        case Negated(part):
            return _opposite(_code(part))


def _ports(end: End, first: int, last: int) -> bytes:
    tests = [_operation(_GREATER_OR_EQUAL[end], _OP.pack(0, 0, first))] if first else []
    if last < _LAST_PORT or not tests:
        tests.append(_operation(_LESS_OR_EQUAL[end], _OP.pack(0, 0, last)))
    return reduce(_both, tests)


def _operation(code: int, operand: bytes) -> bytes:
    length = _OP.size + len(operand)
    return _OP.pack(code, length, length + _BEYOND) + operand


def _both(first: bytes, second: bytes) -> bytes:
    """Go on where the first holds; let its failures jump beyond the second."""
    return _lengthened(first, len(second)) + second


def _either(second: bytes, first: bytes) -> bytes:
    """Jump over the second where the first holds; its failures land behind that jump."""
    return first + _OP.pack(_JUMP, _OP.size, len(second) + _OP.size) + second


def _opposite(code: bytes) -> bytes:
    """Jump beyond the end where it holds; its failures land behind that jump, which is the end."""
    return code + _OP.pack(_JUMP, _OP.size, _OP.size + _BEYOND)


def _lengthened(code: bytes, by: int) -> bytes:
    """Let what jumps beyond the end of some code jump as far beyond what is put behind it."""
    patched = bytearray(code)
    for position in _positions(code):
        kind, yes, no = _OP.unpack_from(code, position)
        if position + no == len(code) + _BEYOND:
            _OP.pack_into(patched, position, kind, yes, no + by)
    return bytes(patched)


def _positions(code: bytes) -> Iterator[int]:
    """Give where each operation begins."""
    position = 0
    while position < len(code):
        yield position
        position += _OP.unpack_from(code, position)[1]
