"""Which grants are missing, found by dry runs, which cost nothing, and told as statements an administrator may run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from warehouse_sync.errors import WarehouseError

if TYPE_CHECKING:
    from warehouse_sync.adapters.bigquery import BigQuery

PROBE = "wsync_check"


def missing(warehouse: BigQuery, schema: str, relations: Sequence[Sequence[str]]) -> list[str]:
    """The GRANT statements without which wsync could not run its jobs, keep its state or read these tables."""
    project, who = warehouse.client.project, _principal(warehouse)
    jobs = _denied(warehouse, "SELECT 1 AS one")  # and without jobs nothing else can be asked
    state = jobs or _lacks_state(warehouse, schema)
    unread = [each for each in relations if jobs or _denied(warehouse, f"SELECT 1 AS one FROM {_quoted(each)}")]
    return [
        *([_grant("jobUser", "PROJECT", [project], who)] if jobs else []),
        *([_state(warehouse, schema, who)] if state else []),
        *(_source(project, each, who) for each in unread),
    ]


def _lacks_state(warehouse: BigQuery, schema: str) -> bool:
    if not _there(warehouse, schema):
        return _denied(warehouse, f"CREATE SCHEMA {_quoted([schema])}")
    return _denied(warehouse, f"CREATE TABLE {_quoted([schema, PROBE])} (one INT64)")


def _there(warehouse: BigQuery, schema: str) -> bool:
    try:
        return warehouse.has_schema(schema)
    except WarehouseError as error:
        if error.code == "grants":
            return True
        raise


def _denied(warehouse: BigQuery, sql: str) -> bool:
    """Whether a dry run says that access is denied. Any other complaint about the statement is not about grants."""
    try:
        warehouse.estimate(sql, "check grants")
    except WarehouseError as error:
        if error.code in ("credentials", "connection"):
            raise
        return error.code == "grants"
    return False


def _state(warehouse: BigQuery, schema: str, who: str) -> str:
    """Where there is no dataset yet: the right to make one, which makes wsync its owner."""
    project = warehouse.client.project
    if _there(warehouse, schema):
        return _grant("dataEditor", "SCHEMA", [project, schema], who)
    return _grant("user", "PROJECT", [project], who)


def _source(project: str, relation: Sequence[str], who: str) -> str:
    whole = relation if len(relation) > 2 else [project, *relation]
    return _grant("dataViewer", "TABLE", whole, who)


def _grant(role: str, kind: str, name: Sequence[str], who: str) -> str:
    return f'GRANT `roles/bigquery.{role}` ON {kind} {_quoted(name)} TO "{who}"'


def _quoted(name: Sequence[str]) -> str:
    return ".".join(exp.to_identifier(part, quoted=True).sql("bigquery") for part in name)


def _principal(warehouse: BigQuery) -> str:
    """The account as GRANT names it: as BigQuery calls it, else as the credentials do, else a placeholder."""
    try:
        ((address,),) = warehouse.query("SELECT SESSION_USER() AS me", "check grants")
    except WarehouseError as error:
        if error.code != "grants":
            raise
        address = warehouse.account
    if not address or "@" not in address:
        return "user:YOUR_ACCOUNT"
    return f"{'serviceAccount' if address.endswith('.gserviceaccount.com') else 'user'}:{address}"
