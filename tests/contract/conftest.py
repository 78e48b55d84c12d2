"""What the contract suite's files share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import warehouses
from tests.places import Place
from warehouse_sync.adapters import Warehouse


@pytest.fixture
def warehouse(place: Place) -> Iterator[Warehouse]:
    """A connection to the place."""
    opened = place.open()
    yield opened
    opened.close()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What an engine is slow at is for the sweeps, but for the first case of each test."""
    seen = set[tuple[str, str]]()
    for item in items:
        case = (getattr(item, "originalname", ""), warehouses.engine_of(item))
        if warehouses.is_for_sweeps(*case, again=case in seen):
            item.add_marker(pytest.mark.sweep)
        elif told := warehouses.only_a_part(case[1]):
            item.user_properties.append((warehouses.LINE, told))
        seen.add(case)
