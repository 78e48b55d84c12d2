"""Starts local-bigquery, by the Python of its own environment: `bigquery_server.py FOLDER PORT PROJECT`.

Its duckdb would fetch extensions from the net; they come from PyPI, and are put where it looks for them first.
"""

from __future__ import annotations

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

EXTENSIONS = ("icu", "ducklake", "spatial")


def main(folder: Path, port: str, project: str) -> None:
    os.environ["HOME"] = str(folder)
    import duckdb

    ((platform,),) = duckdb.sql("pragma platform").fetchall()
    target = folder / ".duckdb" / "extensions" / f"v{duckdb.__version__}" / platform
    target.mkdir(parents=True)
    for name in EXTENSIONS:
        spec = find_spec(f"duckdb_extension_{name}")
        assert spec and spec.origin, name
        for file in Path(spec.origin).parent.rglob("*.duckdb_extension"):
            shutil.copy(file, target / file.name)
    from local_bigquery import cli

    told = ["--host", "127.0.0.1", "--port", port, "--grpc-port", "0", "--project", project]
    cli.main(["serve", *told, "--dataset", "main", "--data-dir", str(folder / "data")])


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
