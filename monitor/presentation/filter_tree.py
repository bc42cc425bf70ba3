"""What a filter says, as a tree: conditions on one row, and how they are joined.

Filter
├── Everything                                 no condition
├── And, Or, Not                               of other filters
├── Text                                       a substring of any word of the row
├── StateIs, StateIn, ProtocolIs, FamilyIs,    what kind of row it is
│   DirectionIs
├── PortIs, PortIn, AddressIn, EndpointIs      where its ends are
├── PidIs, ProcessContains, UserIs,            whose it is, and by which interface
│   InterfaceIs, DeviceIs, GroupIs,
│   NamespaceIs, NameMatches
├── NumberIs, MarkIs                           numbers of it
└── ReachIs, IsAutobound, LeavesElsewhere,     what follows from it
    HasTrouble

What conditions consist of is defined beside it, and taken from here.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.presentation.filter_conditions import (
    AddressIn,
    DeviceIs,
    DirectionIs,
    EndpointIs,
    FamilyIs,
    GroupIs,
    HasTrouble,
    InterfaceIs,
    IsAutobound,
    LeavesElsewhere,
    MarkIs,
    NameMatches,
    NamespaceIs,
    NumberIs,
    PidIs,
    PortIn,
    PortIs,
    ProcessContains,
    ProtocolIs,
    ReachIs,
    StateIn,
    StateIs,
    Text,
    UserIs,
)
from monitor.presentation.filter_terms import Name, Number, Reach, Relation, Side

__all__ = [
    "AddressIn",
    "And",
    "DeviceIs",
    "DirectionIs",
    "EndpointIs",
    "Everything",
    "FamilyIs",
    "Filter",
    "GroupIs",
    "HasTrouble",
    "InterfaceIs",
    "IsAutobound",
    "LeavesElsewhere",
    "MarkIs",
    "Name",
    "NameMatches",
    "NamespaceIs",
    "Not",
    "Number",
    "NumberIs",
    "Or",
    "PidIs",
    "PortIn",
    "PortIs",
    "ProcessContains",
    "ProtocolIs",
    "Reach",
    "ReachIs",
    "Relation",
    "Side",
    "StateIn",
    "StateIs",
    "Text",
    "UserIs",
]


@dataclass(frozen=True, slots=True)
class Everything:
    """Every row."""


@dataclass(frozen=True, slots=True)
class And:
    """Rows that fulfil all parts."""

    parts: tuple[Filter, ...]
    """Two or more, in the order in which they were written."""


@dataclass(frozen=True, slots=True)
class Or:
    """Rows that fulfil at least one part."""

    parts: tuple[Filter, ...]
    """Two or more, in the order in which they were written."""


@dataclass(frozen=True, slots=True)
class Not:
    """Rows of which it is known that they do not fulfil the part."""

    part: Filter


Filter = (
    Everything
    | And
    | Or
    | Not
    | Text
    | StateIs
    | StateIn
    | PortIs
    | PortIn
    | AddressIn
    | EndpointIs
    | PidIs
    | ProcessContains
    | UserIs
    | InterfaceIs
    | DeviceIs
    | GroupIs
    | NamespaceIs
    | NameMatches
    | NumberIs
    | MarkIs
    | ReachIs
    | IsAutobound
    | HasTrouble
    | FamilyIs
    | ProtocolIs
    | DirectionIs
    | LeavesElsewhere
)
