"""`wsync check`: warehouse, source, state schema, destination and schedule of every sync, each with its remedy."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from .adapters import Warehouse
from .config import Configuration
from .connectors import connector_of
from .dbt.files import DbtFiles, described
from .dbt.gate import gate
from .errors import ConfigError, DestinationError, Held, WarehouseError, WsyncError
from .ledger.source import describe_source
from .model import Check, Ports, Source, Sync
from .opening import ledger_of, open_warehouse
from .schedule import next_times
from .statements import Rendering


@dataclass(frozen=True)
class Finding:
    """One line of the check, and the exit code it means where it does not hold."""

    sync: str
    check: Check
    exit_code: int


def check(project: Configuration, syncs: tuple[Sync, ...], ports: Ports) -> Iterator[Finding]:
    """Look at everything a run needs, cheapest first; a run is not made, members are neither read nor changed."""
    yield Finding("", Check("configuration", ok=True, found=f"{len(project.syncs)} syncs"), 0)
    try:
        with open_warehouse(project) as warehouse:
            yield Finding("", Check("warehouse", ok=True, found=warehouse.engine), 0)
            yield _state(project, warehouse)
            for sync in syncs:
                yield _source(project, sync, warehouse, ports)
    except WsyncError as error:
        yield _failed("", "warehouse", error)
    if project.dbt is not None:
        yield from _dbt(project.dbt, syncs, ports)
    for sync in syncs:
        yield from _destination(sync, ports)


def _dbt(files: DbtFiles, syncs: tuple[Sync, ...], ports: Ports) -> Iterator[Finding]:
    """What dbt left, and every sync that its results would stop."""
    try:
        yield Finding("", Check("dbt", ok=True, found=described(files)), 0)
        for sync in syncs:
            found = gate(files, sync, ports.wall())
            if found.code:
                remedy = "mend it and run dbt again, or run with --no-gate"
                yield Finding(sync.name, Check("dbt gate", ok=False, found=found.reason, remedy=remedy), 7)
    except WsyncError as error:
        yield _failed("", "dbt", error)


def _looked(sync: str, what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(sync, Check(what, ok=True, found=look()), 0)
    except WsyncError as error:
        return _failed(sync, what, error)


def _failed(sync: str, what: str, error: WsyncError) -> Finding:
    return Finding(sync, Check(what, ok=False, found=str(error), remedy=_remedy(error)), error.exit_code)


def _remedy(error: WsyncError) -> str:
    if isinstance(error, Held):
        return "wait until the other process ends"
    if isinstance(error, ConfigError):
        return "correct the file it names"
    if isinstance(error, DestinationError):
        return "check the network, base_url and the credentials"
    if isinstance(error, WarehouseError) and error.code in REMEDIES:
        return REMEDIES[error.code]
    return "check the warehouse block of wsync.yml and the user's grants"


REMEDIES = {
    "catalog": "check the name, and that the warehouse's user may read it",
    "missing": "check the name, and that the warehouse's user may read it",
    "credentials": "check user, password or key in the warehouse block of wsync.yml",
    "connection": "check host, port, network and TLS settings in the warehouse block of wsync.yml",
    "quota": "try again later, or ask the administrator for more",
    "timeout": "try again, or allow statements more time",
    "statement": "correct the query",
}


def _state(project: Configuration, warehouse: Warehouse) -> Finding:
    """Make and drop a table in the state schema, as every run does."""
    finding = _looked("", f"schema {project.state_schema}", lambda: _write_once(project, warehouse))
    return _with_grants(finding, lambda: warehouse.missing_grants(project.state_schema, ()))


def _with_grants(finding: Finding, missing: Callable[[], list[str]]) -> Finding:
    """What failed, with the grants that are missing for it as its remedy, if there are any."""
    told = finding.check
    if told.ok:
        return finding
    try:
        grants = "; ".join(missing())
    except WsyncError:
        grants = ""
    return replace(finding, check=replace(told, remedy=grants)) if grants else finding


def _write_once(project: Configuration, warehouse: Warehouse) -> str:
    from sqlglot import exp

    dialect = warehouse.dialect.rendering.dialect
    spelled = warehouse.dialect.rendering.spelled
    schema = exp.Table(db=exp.to_identifier(spelled(project.state_schema), quoted=True))
    name = f"wsync_check_{secrets.token_hex(4)}"
    table = exp.table_(spelled(name), db=spelled(project.state_schema), quoted=True)
    made = exp.Create(this=table.copy(), kind="TABLE", expression=exp.select(exp.alias_(exp.convert(1), "one")))
    if not warehouse.has_schema(project.state_schema):
        warehouse.execute(exp.Create(this=schema, kind="SCHEMA", exists=True).sql(dialect), "create schema")
    warehouse.execute(made.sql(dialect), "check: create table")
    warehouse.execute(exp.Drop(tables=[table], kind="TABLE").sql(dialect), "check: drop table")
    return "tables can be made and dropped"


def _source(project: Configuration, sync: Sync, warehouse: Warehouse, ports: Ports) -> Finding:
    def look() -> str:
        ledger = describe_source(ledger_of(project, sync, warehouse, ports))
        key = ", ".join(ledger.shape.key)
        return f"key {key}, {len(ledger.shape.columns)} mapped columns"

    def missing() -> list[str]:
        of_state = warehouse.missing_grants(project.state_schema, ())
        read = relations(sync.source, warehouse.dialect.rendering)
        return [grant for grant in warehouse.missing_grants(project.state_schema, read) if grant not in of_state]

    return _with_grants(_looked(sync.name, f"source {sync.source.label}", look), missing)


def relations(source: Source, rendering: Rendering) -> list[tuple[str, ...]]:
    """The tables a source reads, by the parts of their names as the server spells them; a query's own CTEs left out."""
    if source.query is None:
        return [source.relation]
    import sqlglot
    from sqlglot import exp

    tree = rendering.folded(sqlglot.parse_one(source.query, read=rendering.dialect))
    found = [tuple(part.name for part in table.parts) for table in tree.find_all(exp.Table) if table.name]
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    return list(dict.fromkeys(parts for parts in found if len(parts) > 1 or parts[0] not in own))


def _destination(sync: Sync, ports: Ports) -> Iterator[Finding]:
    to = connector_of(sync)
    try:
        api = to.connect(sync, ports)
    except WsyncError as error:
        yield _failed(sync.name, sync.destination_name, error)
        return
    try:
        for line in to.check(api, sync.audience):
            yield Finding(sync.name, line, 0 if line.ok else DestinationError.exit_code)
    except WsyncError as error:
        yield _failed(sync.name, sync.destination_name, error)
    finally:
        close = getattr(api, "close", None)
        if close is not None:
            close()


def due(sync: Sync) -> tuple[datetime, ...]:
    """The next five times a sync is due; none for a manual schedule."""
    return next_times(sync.schedule, datetime.now(UTC), 5)
