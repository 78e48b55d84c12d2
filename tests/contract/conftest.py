"""What the contract suite's files share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.places import Place
from warehouse_sync.adapters import Warehouse


@pytest.fixture
def warehouse(place: Place) -> Iterator[Warehouse]:
    """A connection to the place."""
    opened = place.open()
    yield opened
    opened.close()
