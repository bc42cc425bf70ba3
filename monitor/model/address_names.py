"""AddressNames: what addresses are called, as far as somebody asks."""

from __future__ import annotations

from typing import Protocol

from monitor.model.endpoint import Address


class AddressNames(Protocol):
    """Names of addresses."""

    def name_of(self, address: Address) -> bytes | None:
        """Give the name of an address, untrusted; None where it has none, or none yet.

        To want a name is to ask for it: only what is shown calls this.
        """
        ...
