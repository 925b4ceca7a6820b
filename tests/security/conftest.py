"""An Asterisk with nobody behind it, for attacks from the trunk."""

from collections.abc import Iterator

import pytest

from lab.api import Lab
from lab.asterisk import AsteriskNode
from lab.free_ports import free_base


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsteriskNode]:
    """Give one Asterisk node; nothing of it is left afterwards."""
    lab = Lab(tmp_path_factory.mktemp("lab"), free_base())
    try:
        lab.start("asterisk-a")
        yield lab.nodes()[0]
    finally:
        lab.remove()
