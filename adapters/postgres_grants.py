"""PostgreSQL: the GRANT statements that a role still lacks, asked of the server for the role we are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlglot import exp

Query = Callable[[str], list[tuple[Any, ...]]]

STATE = """
select
  'grant create on database ' || quote_ident(current_database()) || ' to ' || quote_ident(current_user) as told
where not exists (select from pg_namespace where nspname = {schema})
  and not has_database_privilege(current_database(), 'CREATE')
union all
select 'grant usage, create on schema ' || quote_ident(nspname) || ' to ' || quote_ident(current_user)
from pg_namespace
where nspname = {schema} and not (has_schema_privilege(oid, 'USAGE') and has_schema_privilege(oid, 'CREATE'))
union all
select distinct 'grant ' || quote_ident(pg_get_userbyid(c.relowner)) || ' to ' || quote_ident(current_user)
from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
where n.nspname = {schema} and c.relkind in ('r', 'v') and not pg_has_role(c.relowner, 'USAGE')
"""
"""Tables that another role made there can only be dropped by a member of that role."""

SOURCE = """
with named as (
  select c.oid, n.oid as schema, n.nspname, c.relname
  from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
  join (
    select case when trim(s) = '"$user"' then current_user else trim(s, ' "') end as name, place
    from unnest(string_to_array({path}, ',')) with ordinality as p(s, place)
  ) as looked on looked.name = n.nspname
  where c.relname = {table} and c.relkind in ('r', 'p', 'v', 'm', 'f')
  order by looked.place
  limit 1
)
select 'grant usage on schema ' || quote_ident(nspname) || ' to ' || quote_ident(current_user)
from named where not has_schema_privilege(schema, 'USAGE')
union all
select 'grant select on ' || quote_ident(nspname) || '.' || quote_ident(relname) || ' to ' || quote_ident(current_user)
from named where not has_table_privilege(oid, 'SELECT')
"""
"""The path is the role's own, or the one schema that the name tells; `to_regclass` raises where USAGE is missing."""

PATH = "select reset_val from pg_settings where name = 'search_path'"


def missing(query: Query, schema: str, relations: Sequence[Sequence[str]]) -> list[str]:
    """The grants that wsync's schema and these relations still need, in the order in which they are given."""
    told = [grant for (grant,) in query(STATE.format(schema=_text(schema)))]
    path = query(PATH)[0][0] if relations else ""
    for *above, name in relations:
        looked = f'"{above[-1]}"' if above else path
        told += [grant for (grant,) in query(SOURCE.format(path=_text(looked), table=_text(name)))]
    return list(dict.fromkeys(told))


def _text(value: str) -> str:
    return exp.Literal.string(value).sql("postgres")
