"""Who holds back the sending of connections, a word each: the column "limited", and its order."""

from __future__ import annotations

import numpy as np

from monitor.model.sample import Interval
from monitor.model.socket_table import Rows
from monitor.presentation.formats import UNKNOWN, share_text
from monitor.presentation.row_text import RowTexts
from monitor.presentation.sorting import Keys, where_known
from monitor.presentation.view import Cell, Role
from monitor.reasoning.row_limits import NETWORK, PEER_WINDOW, PROGRAM, SEND_BUFFER, limit_shares

_WORDS = {PROGRAM: "program", PEER_WINDOW: "window", SEND_BUFFER: "buffer", NETWORK: "network"}
_ROLES = {PROGRAM: Role.DIM, PEER_WINDOW: Role.NOTE, SEND_BUFFER: Role.NOTE, NETWORK: Role.PLAIN}
_ORDER = (PEER_WINDOW, SEND_BUFFER, NETWORK, PROGRAM)
"""What somebody can mend first."""
_RANKS = np.argsort(_ORDER)
_CELLS = {limit: Cell(word, _ROLES[limit]) for limit, word in _WORDS.items()}
_UNKNOWN = Cell(UNKNOWN, Role.DIM)


def limit_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Name who had the largest share of the last seconds; a dash where that is not known."""
    shares = limit_shares(texts.interval, rows)
    # Where none is known every share is NaN, and the first the largest.
    largest, is_known = shares.argmax(axis=0).tolist(), (~np.isnan(shares[0])).tolist()
    return [_CELLS[limit] if known else _UNKNOWN for limit, known in zip(largest, is_known, strict=True)]


def limit_keys(interval: Interval, rows: Rows) -> Keys:
    """Order by who it was, those that others hold back first; then by how much of the time."""
    shares = limit_shares(interval, rows)
    largest, is_known = shares.argmax(axis=0), ~np.isnan(shares[0])
    return where_known(_RANKS[largest], is_known), where_known(-shares.max(axis=0), is_known)


def limits_text(interval: Interval, row: int) -> str:
    """Give all shares of a row, the largest first: "window 71 %, network 20 %, program 9 %"; empty where unknown."""
    shares = limit_shares(interval, np.array([row]))[:, 0].tolist()
    if np.isnan(shares[0]):
        return ""
    by_share = sorted(_WORDS, key=lambda limit: -shares[limit])
    return ", ".join(f"{_WORDS[limit]} {share_text(shares[limit])} %" for limit in by_share if shares[limit])
