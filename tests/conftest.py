"""Fixtures that several test files share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import warehouses
from tests.emulators import bigquery as bigquery_emulator
from tests.engine import Engine
from tests.places import Place
from tests.postgres_server import running_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[dict[str, str | int]]:
    """Connection settings of a real PostgreSQL, started once."""
    with running_postgres() as settings:
        yield settings


@pytest.fixture(scope="session")
def bigquery() -> Iterator[str]:
    """The address of an emulated BigQuery, started once."""
    with bigquery_emulator.running() as address:
        yield address


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """A sync of the table `people` into the tiny destination, on a fresh duckdb file."""
    return Engine(tmp_path)


@pytest.fixture(params=[each.name for each in warehouses.chosen()])
def place(request: pytest.FixtureRequest) -> Place:
    """A fresh warehouse of every engine in turn."""
    return warehouses.place_of(warehouses.engine(request.param), request)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """`pytest -m sweep` runs the heavy sweeps; without a `-m` of its own a test run leaves them out."""
    heavy = [] if config.option.markexpr else [each for each in items if each.get_closest_marker("sweep")]
    if heavy:
        config.hook.pytest_deselected(items=heavy)
        items[:] = [each for each in items if each not in heavy]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line per warehouse: what ran there, and what did not and why."""
    reports = [report for kind in ("passed", "failed", "skipped") for report in terminalreporter.getreports(kind)]
    lines = warehouses.told(reports)
    if lines:
        terminalreporter.write_sep("=", warehouses.TITLE)
        for line in lines:
            terminalreporter.write_line(line)
