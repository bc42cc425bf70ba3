import socket

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.endpoint import Endpoint, address_words
from monitor.presentation.address_texts import host_texts


@given(st.lists(st.ip_addresses(), max_size=8))
def test_many_texts_at_once_are_the_endpoints_own(addresses):
    words = np.array([address_words(address) for address in addresses], np.uint64).reshape(-1, 2)
    family = np.array([{4: socket.AF_INET, 6: socket.AF_INET6}[address.version] for address in addresses], np.uint8)
    expected = [str(Endpoint(address, 7)).removesuffix(":7") for address in addresses]
    assert host_texts(words[:, 0], words[:, 1], family) == expected
