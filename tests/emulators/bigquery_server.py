"""Starts local-bigquery, by the Python of its own environment: `bigquery_server.py FOLDER PORT PROJECT`.

Its duckdb would fetch extensions from the net; they come from PyPI, and are put where it looks for them first. And it
looks for each table among all that were ever made, results of queries included, many times for each statement: here it
asks its catalog for the one.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import Any

EXTENSIONS = ("icu", "ducklake", "spatial")

FOUND = """
select t.table_name, 'TABLE', coalesce(n.record_count, 0) from {catalog}.ducklake_table as t
join {catalog}.ducklake_schema as s on s.schema_id = t.schema_id and s.end_snapshot is null
left join {catalog}.ducklake_table_stats as n on n.table_id = t.table_id
where s.schema_name = $1 and t.table_name = $2 and t.end_snapshot is null
union all
select v.view_name, 'VIEW', 0 from {catalog}.ducklake_view as v
join {catalog}.ducklake_schema as s on s.schema_id = v.schema_id and s.end_snapshot is null
where s.schema_name = $1 and v.view_name = $2 and v.end_snapshot is null
"""
REQUIRED = """
select c.column_name from {catalog}.ducklake_column as c
join {catalog}.ducklake_table as t on t.table_id = c.table_id and t.end_snapshot is null
join {catalog}.ducklake_schema as s on s.schema_id = t.schema_id and s.end_snapshot is null
where s.schema_name = $1 and t.table_name = $2 and c.end_snapshot is null and not c.nulls_allowed
"""
RESULTS = "emulator"
"""The database of query results; the others are DuckLakes, one for each project."""


def main(folder: Path, port: str, project: str) -> None:
    os.environ["HOME"] = str(folder)
    _give_extensions(folder)
    _look_up_directly()
    Thread(target=_outlive_nobody, args=(folder, os.getppid()), daemon=True).start()
    from local_bigquery import cli

    told = ["--host", "127.0.0.1", "--port", port, "--grpc-port", "0", "--project", project]
    cli.main(["serve", *told, "--dataset", "main", "--data-dir", str(folder / "data")])


def _outlive_nobody(folder: Path, parent: int) -> None:
    """A test session that is killed stops nothing: end with it, and take the folder (in memory) away."""
    while os.getppid() == parent:
        time.sleep(1)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def _give_extensions(folder: Path) -> None:
    import duckdb

    ((platform,),) = duckdb.sql("pragma platform").fetchall()
    target = folder / ".duckdb" / "extensions" / f"v{duckdb.__version__}" / platform
    target.mkdir(parents=True)
    for name in EXTENSIONS:
        spec = find_spec(f"duckdb_extension_{name}")
        assert spec and spec.origin, name
        for file in Path(spec.origin).parent.rglob("*.duckdb_extension"):
            shutil.copy(file, target / file.name)


def _look_up_directly() -> None:
    import duckdb
    from local_bigquery.engine import database

    every_object, plain_fetch = database.objects, database.fetch

    def catalog(project: str) -> str:
        return str(database.quote(f"__ducklake_metadata_{project}"))

    def objects(project: str, dataset: str, table: str | None = None) -> Any:
        if table is None:
            return every_object(project, dataset)
        if project != RESULTS:
            return plain_fetch(FOUND.format(catalog=catalog(project)), [dataset, table])
        try:
            ((rows,),) = plain_fetch(f"select count(*) from {database.quote(project, dataset, table)}")
        except duckdb.CatalogException:
            return []
        return [(table, "TABLE", rows)]

    def fetch(sql: str, params: Any = None) -> Any:
        if "FROM duckdb_columns()" not in sql or len(params) != 3:
            return plain_fetch(sql, params)
        project, dataset, table = params
        return [] if project == RESULTS else plain_fetch(REQUIRED.format(catalog=catalog(project)), [dataset, table])

    database.objects, database.fetch = objects, fetch


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
