"""What makes a PostgreSQL server, or Redshift's adapter on one, raise each kind of error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

from tests.places import Fault
from warehouse_sync import adapters
from warehouse_sync.adapters import Warehouse


def faults(name: str, settings: Mapping[str, Any], poor: Mapping[str, Any], **patience: int) -> dict[str, Fault]:
    """The faults of a database; `patience` are the settings that end a statement's waiting after a second."""

    def opened(**told: Any) -> Warehouse:
        model = adapters.settings_model(name)
        return adapters.connect(model.model_validate({"type": name, **settings, **patience, **told}))

    def credentials() -> None:
        opened(user="nobody_of_this_name")

    def grants() -> None:
        with closing(opened()) as own, closing(opened(user=poor["user"])) as warehouse:
            own.execute("create table public.not_yours (id integer)", "test")
            warehouse.query("select * from public.not_yours", "test")

    def timeout() -> None:
        with closing(opened()) as warehouse:
            warehouse.query("select pg_sleep(20)", "test")

    return {"credentials": credentials, "grants": grants, "busy": lambda: busy(settings, opened), "timeout": timeout}


def busy(settings: Mapping[str, Any], opened: Callable[[], Warehouse]) -> None:
    """Waits for a table that another connection has locked."""
    import psycopg

    with psycopg.connect(**settings) as other, closing(opened()) as warehouse:
        other.execute("create table public.locked (id integer)")
        other.commit()
        other.execute("lock table public.locked")
        warehouse.query("select * from public.locked", "test")
