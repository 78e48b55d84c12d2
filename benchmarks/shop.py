"""The benchmarks' customers in duckdb, and a sync of them into the sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from warehouse_sync import adapters
from warehouse_sync.adapters import Warehouse
from warehouse_sync.connectors import Connector, connector
from warehouse_sync.ledger.core import Ledger
from warehouse_sync.model import AudienceSpec, Mapped, Ports, Source, Sync
from warehouse_sync.runner import Request, Result, Runner

COLUMNS = ("email", "phone", "first_name", "last_name", "zip", "country", "updated_at")
FIELDS = {"EMAIL": "email", "PHONE": "phone", "FN": "first_name", "LN": "last_name", "ZIP": "zip", "COUNTRY": "country"}

CUSTOMERS = """
create table {name} as
select
  i as id,
  'some.customer' || i || '@example' || (i % 50) || '.com' as email,
  '+1 (415) ' || (i // 10000) || '-' || (i % 10000) as phone,
  'name' || (i % 5000) as first_name,
  'family' || (i % 9000) as last_name,
  (10000 + i % 40000)::varchar as zip,
  'US' as country,
  timestamp '2026-01-01' + to_seconds(i % 10000000) as updated_at
from range(0, {rows}) as t(i)
"""

POSTGRES_CUSTOMERS = """
create table {name} as
select
  i as id,
  'some.customer' || i || '@example' || (i % 50) || '.com' as email,
  '+1 (415) ' || (i / 10000) || '-' || (i % 10000) as phone,
  'name' || (i % 5000) as first_name,
  'family' || (i % 9000) as last_name,
  cast(10000 + i % 40000 as text) as zip,
  'US' as country,
  timestamp '2026-01-01' + (i % 10000000) * interval '1 second' as updated_at
from generate_series(0, {rows} - 1) as t(i)
"""

CHANGED = """
create table {name} as
select id, email, case when id % 100 = 7 then phone || '1' else phone end as phone, first_name, last_name, zip, country,
  case when id % 100 = 7 then updated_at + interval '1' day else updated_at end as updated_at
from {before}
where id % 100 <> 3
union all
select id + {rows}, 'new.' || email, phone, first_name, last_name, zip, country, updated_at
from {before}
where id % 100 = 5
"""


def opened(path: Path, memory_limit: str | None = None) -> Warehouse:
    settings = adapters.settings_model("duckdb").model_validate(
        {"path": str(path), "memory_limit": memory_limit, "threads": 2}
    )
    return adapters.connect(settings)


def make(warehouse: Warehouse, rows: int) -> None:
    """`customers`, and `changed`: the same a day later, one in a hundred inserted, updated and deleted."""
    warehouse.execute(CUSTOMERS.format(name="customers", rows=rows), "make")
    warehouse.execute(CHANGED.format(name="changed", before="customers", rows=rows), "make")


def facebook() -> Connector:
    return connector("facebook")


def sync(url: str, **settings: Any) -> Sync:
    """A sync of the table `customers` to an audience of the stand-in at `url`."""
    facts = {"ad_account_id": "1000000001", "access_token": "sandbox-token", "base_url": url}
    told: dict[str, Any] = {
        "name": "customers",
        "source": Source(("main", "customers"), label="customers"),
        "primary_key": ("id",),
        "connector": "facebook",
        "destination_name": "ads",
        "destination": facebook().destination.model_validate(facts),
        "audience": AudienceSpec(name="Customers"),
        "mapping": tuple(Mapped(field, column) for field, column in FIELDS.items()),
        "options": facebook().options.model_validate({}),
    }
    return Sync(**(told | settings))


def run(warehouse: Warehouse, one: Sync, ports: Ports | None = None, **request: Any) -> Result:
    """One run, as the command line makes it."""
    ports = ports or Ports()
    return Runner(Ledger(warehouse, "wsync", one, ports), facebook(), ports).run(Request(**request))
