"""What a Redshift user still lacks, as the statements that give it.

Asked of the leader node's catalogue alone: privilege functions run only there (HAS_TABLE_PRIVILEGE,
docs.aws.amazon.com/redshift/latest/dg, read 2026-11-22).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlglot import exp

Ask = Callable[[str], list[tuple[Any, ...]]]

WHO = "SELECT CURRENT_USER, CURRENT_DATABASE(), HAS_DATABASE_PRIVILEGE(CURRENT_DATABASE(), 'create')"

SCHEMAS = """
SELECT n.nspname, HAS_SCHEMA_PRIVILEGE(n.nspname, 'usage'), HAS_SCHEMA_PRIVILEGE(n.nspname, 'create')
FROM pg_namespace AS n WHERE n.nspname IN ({names})
"""

RELATIONS = """
SELECT n.nspname, c.relname, HAS_TABLE_PRIVILEGE(c.oid, 'select'), HAS_TABLE_PRIVILEGE(c.oid, 'insert')
  AND HAS_TABLE_PRIVILEGE(c.oid, 'update') AND HAS_TABLE_PRIVILEGE(c.oid, 'delete'), c.relkind = 'r'
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v') AND ({which})
ORDER BY n.nspname, c.relname
"""


def missing(ask: Ask, schema: str, relations: Sequence[Sequence[str]]) -> list[str]:
    """GRANT statements for the state schema and the sources. `ask` runs a query; names come as the server spells them.

    Nothing is said of a source in another database, nor of one that is not there.
    """
    ((user, database, may_create),) = ask(WHO)
    to = f"TO {_name(user)}"
    sources = [found for found in (_here(parts, database) for parts in relations) if found]
    schemas = {name: (usage, create) for name, usage, create in ask(SCHEMAS.format(names=_list(schema, *sources)))}
    told: list[str] = []
    if schema not in schemas:
        told += [] if may_create else [f"GRANT CREATE ON DATABASE {_name(database)} {to}"]
    elif lacks := [word for word, has in zip(("USAGE", "CREATE"), schemas[schema], strict=True) if not has]:
        told.append(f"GRANT {', '.join(lacks)} ON SCHEMA {_name(schema)} {to}")
    own = ask(RELATIONS.format(which=_own(schema)))
    told += [
        f"GRANT {'SELECT, INSERT, UPDATE, DELETE' if table else 'SELECT'} ON {_name(schema)}.{_name(name)} {to}"
        for _, name, reads, writes, table in own
        if not (reads and (writes or not table))
    ]
    return list(dict.fromkeys(told + _readable(ask, sources, schemas, to)))


def _readable(ask: Ask, sources: list[tuple[str, str]], schemas: dict[str, tuple[bool, bool]], to: str) -> list[str]:
    told = [f"GRANT USAGE ON SCHEMA {_name(schema)} {to}" for schema, _ in sources if not schemas.get(schema, (1,))[0]]
    which = " OR ".join(f"n.nspname = {_text(schema)} AND c.relname = {_text(table)}" for schema, table in sources)
    found = ask(RELATIONS.format(which=which)) if sources else []
    return told + [
        f"GRANT SELECT ON {_name(schema)}.{_name(table)} {to}" for schema, table, reads, *_ in found if not reads
    ]


def _here(parts: Sequence[str], database: str) -> tuple[str, str] | None:
    *above, table = parts
    schema = above[-1] if above else "public"
    return (schema, table) if len(above) < 2 or above[-2] == database else None


def _own(schema: str) -> str:
    return f"n.nspname = {_text(schema)}"


def _list(schema: str, *sources: tuple[str, str]) -> str:
    return ", ".join(_text(name) for name in sorted({schema, *(name for name, _ in sources)}))


def _text(value: str) -> str:
    return exp.Literal.string(value).sql("redshift")


def _name(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql("redshift")
