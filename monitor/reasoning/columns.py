"""Look-ups over whole columns that several verdicts need: rows by identity, groups of equal rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from monitor.model.socket_table import U64, Bools, Rows, SocketTable

_MIX = (
    np.uint64(0x9E37_79B9_7F4A_7C15),
    np.uint64(0xC2B2_AE3D_27D4_EB4F),
    np.uint64(0x1656_67B1_9E37_79F9),
    np.uint64(0xFF51_AFD7_ED55_8CCD),
)
"""Odd constants; their products spread a few columns over 64 bits."""

_FEW = 500
"""Up to so many rows a set is quicker than numpy."""
MAPPED_HIGH_BITS = np.uint64(0xFFFF)


def is_ipv4(high: U64, low: U64) -> Bools:
    """Tell which address words are IPv4, plain or mapped: those whose packets are IPv4."""
    found: Bools = (high == 0) & ((low >> np.uint64(32)) == MAPPED_HIGH_BITS)
    return found


def group_rows(columns: tuple[npt.NDArray[np.generic], ...]) -> tuple[Rows, Rows]:
    """Group rows that are equal in all the columns.

    Returns:
        The first row of every group, and for every row the number of its group.
    """
    rows = len(columns[0])
    mixed = np.zeros(rows, np.uint64)
    for column, factor in zip(columns, _MIX, strict=False):
        mixed ^= column.astype(np.uint64) * factor
        mixed ^= mixed >> np.uint64(29)
    order, is_start = _ordered_by_hash(mixed)
    for column in columns:
        ordered = column[order]
        if bool((ordered[1:] != ordered[:-1])[~is_start[1:]].any()):
            order, is_start = _ordered_by_all(columns)
            break
    group = np.empty(rows, np.intp)
    group[order] = np.cumsum(is_start) - 1
    return order[is_start], group


def count_different(columns: tuple[npt.NDArray[np.generic], ...]) -> int:
    """Count the rows that differ from each other in any of the columns."""
    if len(columns[0]) > _FEW:
        return len(group_rows(columns)[0])
    return len(set(zip(*(column.tolist() for column in columns), strict=True)))


def _ordered_by_hash(mixed: U64) -> tuple[Rows, Bools]:
    """Order rows by the high bits of a hash; tells also at which of them another hash begins."""
    # With the row's number in its low bits a hash is sorted by value, several times faster than rows by their hash.
    row_bits = np.uint64(max(len(mixed) - 1, 0).bit_length())
    rows = (np.uint64(1) << row_bits) - np.uint64(1)
    both = (mixed & ~rows) | np.arange(len(mixed), dtype=np.uint64)
    both.sort()
    hashes = both >> row_bits
    is_start = np.ones(len(mixed), np.bool_)
    is_start[1:] = hashes[1:] != hashes[:-1]
    return (both & rows).astype(np.intp), is_start


def _ordered_by_all(columns: tuple[npt.NDArray[np.generic], ...]) -> tuple[Rows, Bools]:
    """Do so by the columns themselves, for where two different rows meet in one hash."""
    order = np.lexsort(columns[::-1])
    is_start = np.zeros(len(order), np.bool_)
    is_start[:1] = True
    for column in columns:
        ordered = column[order]
        is_start[1:] |= ordered[1:] != ordered[:-1]
    return order, is_start


def local_columns(table: SocketTable, rows: Rows) -> tuple[npt.NDArray[np.generic], ...]:
    """Give what names a local endpoint with its device, for group_rows."""
    port_and_device = (table.device[rows].astype(np.uint64) << np.uint64(16)) | table.local_port[rows]
    return table.local_high[rows], table.local_low[rows], port_and_device


def service_columns(table: SocketTable, rows: Rows) -> tuple[U64, U64, U64, U64]:
    """Give what names the endpoint at which a socket waits, for group_rows: kind, device and port, address."""
    kind = (
        (table.protocol[rows].astype(np.uint64) << np.uint64(16))
        | (table.family[rows].astype(np.uint64) << np.uint64(8))
        | table.v6only[rows]
    )
    place = (table.device[rows].astype(np.uint64) << np.uint64(16)) | table.local_port[rows]
    return kind, place, table.local_high[rows], table.local_low[rows]


def sum_known(group: Rows, values: npt.NDArray[np.float64], groups: int) -> npt.NDArray[np.float64]:
    """Sum the known values of each group; NaN where none is known.

    Args:
        group: For each value the number of its group.
        values: NaN for unknown.
        groups: How many groups there are.
    """
    is_known = ~np.isnan(values)
    known = np.bincount(group[is_known], minlength=groups)
    sums = np.bincount(group[is_known], weights=values[is_known], minlength=groups)
    return np.where(known > 0, sums, np.nan)
