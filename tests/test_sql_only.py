"""Golden SQL for warehouses without an adapter; `WSYNC_GOLDEN=write` renews `tests/golden/sql_only/`."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlglot

from tests.engine import a_sync
from tests.golden_case import COLUMNS, RUN, VALUES, Nowhere
from tests.sql_only import DATABRICKS, TRINO
from warehouse_sync.adapters import Dialect
from warehouse_sync.ledger.core import Ledger
from warehouse_sync.ledger.source import with_source
from warehouse_sync.model import Ports, Source

GOLDEN = Path(__file__).parent / "golden" / "sql_only"
NAMES = ("run/source_rows", "run/changes", "run/snapshot")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dialect", [DATABRICKS, TRINO], ids=lambda dialect: dialect.name)
def test_changes_and_snapshot_without_an_adapter(dialect: Dialect, name: str) -> None:
    warehouse: Any = Nowhere(dialect)
    sync = replace(a_sync(snapshot="rows"), source=Source(("main", "people"), label="main.people"))
    made = with_source(Ledger(warehouse, "wsync", sync, Ports()), COLUMNS)
    text = made.text(name, RUN, **VALUES) + "\n"
    path = GOLDEN / dialect.name / f"{name}.sql"
    if os.environ.get("WSYNC_GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text
    assert len(sqlglot.parse(text, read=dialect.rendering.dialect)) == 1
