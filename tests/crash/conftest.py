"""The heavy sweeps run only when they are asked for."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """`pytest -m sweep` runs them; without a `-m` of its own a test run leaves them out."""
    if config.option.markexpr:
        return
    heavy = [each for each in items if each.get_closest_marker("sweep")]
    if heavy:
        config.hook.pytest_deselected(items=heavy)
        items[:] = [each for each in items if each not in heavy]
