"""One fixed sync and run, for which every canonical statement is rendered into `tests/golden/sql/`."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tests.engine import a_sync
from warehouse_sync import adapters
from warehouse_sync.adapters import ColumnType
from warehouse_sync.ledger.core import Ledger, Run
from warehouse_sync.ledger.source import with_source
from warehouse_sync.model import Ports, Source
from warehouse_sync.statements import Literal

RUN = Run(
    id="20261122090000abcd",
    fence=7,
    kind="run",
    config_hash="0123456789abcdef",
    key_columns='["id"]',
    key_types='["integer"]',
    fields=("EMAIL", "PHONE", "CITY"),
    baseline="20261121090000abcd",
    baseline_fields=("EMAIL", "PHONE", "CITY"),
    kept=("email", "phone"),
)

COLUMNS = (
    ColumnType("id", "BIGINT", "integer"),
    ColumnType("email", "VARCHAR", "text"),
    ColumnType("phone", "VARCHAR", "text"),
    ColumnType("city", "VARCHAR", "text"),
)

VALUES: dict[str, Literal] = {
    "fresh": False,
    "no_baseline": False,
    "removes": True,
    "forget": False,
    "assume": False,
    "retry": True,
    "retry_now": False,
    "resync": False,
    "update_action": "add",
    "replaces": False,
    "later": False,
    "after_adds": False,
    "anew": False,
    "page_rows": 10000,
    "config_changed": False,
    "missing": "aborted",
    "retain": True,
    "status": "succeeded",
    "error_code": None,
    "refusal": "refused_min_size",
    "guard_verdict": None,
    "finished": True,
    "phase": "sending",
    "released": 0,
    "rows": 20,
    "old": "people_before",
    "new": "people_after",
    "before": datetime(2026, 11, 15, 9, 0, tzinfo=UTC),
    "normalizer_version": 1,
    "lease_seconds": 120,
    "kind": "run",
    "mode": "mirror",
    "trigger": "cli",
    "baseline_run_id": "20261121090000abcd",
    "fields": '["EMAIL", "PHONE", "CITY"]',
    "engine": "engine 1",
    "wsync_version": "0.1.0",
    "suppressions": 0,
    "dbt_invocation_id": None,
    "connector": "members",
    "account": "1",
    "state_version": 1,
    "audience_id": "42",
    "audience_name": "People",
    "empty_source": 0,
    "removals_percent": 20,
    "removals_rows": 10,
    "rekeys_percent": 50,
    "rekeys_rows": 10,
    "config_change_removals": 0,
    "null_keys_percent": 1,
    "null_keys_rows": 100,
    "sample_rows": 20,
    "invalid_percent": 50,
    "field_invalid_percent": 50,
    "field_collapse_points": 50,
    "statement_version": "0123456789abcdef",
    "source_columns": '[["id", "BIGINT", "integer"]]',
    "filled": "+.+",
}


class Nowhere:
    """A warehouse that is only rendered for."""

    engine = "engine 1"

    def __init__(self, dialect: adapters.Dialect) -> None:
        self.dialect = dialect


def ledger(dialect: str) -> Ledger:
    """A ledger that renders for a dialect without a connection; the source keeps its rows, to show those columns."""
    warehouse: Any = Nowhere(adapters.dialect(dialect))
    sync = replace(a_sync(snapshot="rows"), source=Source(("main", "people"), label="main.people"))
    return with_source(Ledger(warehouse, "wsync", sync, Ports()), COLUMNS)


def rendered(name: str, dialect: str) -> str:
    """A canonical statement for the fixed sync and run."""
    made = ledger(dialect)
    named = ("renamed", "abandoned", "copied", "counted", "sized")
    own = {each: made.tables.table(f"{each}_people") for each in named}
    own["original"] = made.tables.table("mirror_people_before")
    return made.text(name, RUN, tables=own, **VALUES) + "\n"
