"""Snowflake: the GRANT statements that a role still lacks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlglot import exp

Query = Callable[[str, str], list[tuple[Any, ...]]]
Held = set[tuple[str, str, str]]
"""What the session's roles hold: (object type, its name as `schema.object`, privilege)."""


def missing(query: Query, schema: str, database: str, warehouse: str, relations: Sequence[Sequence[str]]) -> list[str]:
    """The grants that wsync's schema and its sources still need; all names as Snowflake spells them.

    Privileges count from every role of the session, inherited ones too
    (docs.snowflake.com/en/sql-reference/functions/is_role_in_session, read 2026-11-22).
    """
    ((role, reached, in_use),) = query("SELECT CURRENT_ROLE(), CURRENT_DATABASE(), CURRENT_WAREHOUSE()", "read grants")
    to = f"TO ROLE {_quoted(role)}"
    told = [] if in_use else [f"GRANT USAGE ON WAREHOUSE {_quoted(warehouse)} {to}"]
    if not reached:
        return [*told, f"GRANT USAGE ON DATABASE {_quoted(database)} {to}"]
    told += _for_state(query, database, schema, to)
    for parts in relations:
        told += [grant for grant in _for_source(query, database, parts, to) if grant not in told]
    return told


def _for_state(query: Query, database: str, schema: str, to: str) -> list[str]:
    held = _held(query, database)
    there = any(kind == "SCHEMA" and name == schema for kind, name, _ in held)
    if not there and not _has(held, "DATABASE", database, "CREATE SCHEMA"):
        return [f"GRANT CREATE SCHEMA ON DATABASE {_quoted(database)} {to}"]
    wanted = ("USAGE", "CREATE TABLE", "CREATE VIEW") if there else ()
    return [
        f"GRANT {privilege} ON SCHEMA {_quoted(database, schema)} {to}"
        for privilege in wanted
        if not _has(held, "SCHEMA", schema, privilege)
    ]


def _for_source(query: Query, database: str, parts: Sequence[str], to: str) -> list[str]:
    if len(parts) < 2:
        return []
    schema, name = parts[-2:]
    catalog = parts[-3] if len(parts) > 2 else database
    held = _held(query, catalog) if _is_visible(query, catalog) else set()
    told = []
    if not held:
        told.append(f"GRANT USAGE ON DATABASE {_quoted(catalog)} {to}")
    if not _has(held, "SCHEMA", schema, "USAGE"):
        told.append(f"GRANT USAGE ON SCHEMA {_quoted(catalog, schema)} {to}")
    whole = f"{schema}.{name}"
    if not any(_has(held, kind, whole, "SELECT") for kind in ("TABLE", "VIEW", "MATERIALIZED VIEW")):
        told.append(f"GRANT SELECT ON TABLE {_quoted(catalog, schema, name)} {to}")
    return told


def _has(held: Held, kind: str, name: str, privilege: str) -> bool:
    return (kind, name, privilege) in held or (kind, name, "OWNERSHIP") in held


def _is_visible(query: Query, database: str) -> bool:
    named = exp.select("1").from_("INFORMATION_SCHEMA.DATABASES").where(exp.column("DATABASE_NAME").eq(database))
    return bool(query(named.sql("snowflake"), "read grants"))


def _held(query: Query, database: str) -> Held:
    """What the roles of this session hold on a database and what is in it."""
    rows = query(
        "SELECT OBJECT_TYPE, OBJECT_SCHEMA, OBJECT_NAME, PRIVILEGE_TYPE "
        f"FROM {_quoted(database)}.INFORMATION_SCHEMA.OBJECT_PRIVILEGES WHERE IS_ROLE_IN_SESSION(GRANTEE)",
        "read grants",
    )
    above = ("DATABASE", "SCHEMA")
    return {
        (kind, name if kind in above or not schema else f"{schema}.{name}", privilege)
        for kind, schema, name, privilege in rows
    }


def _quoted(*parts: str) -> str:
    return ".".join(exp.to_identifier(part, quoted=True).sql("snowflake") for part in parts)
