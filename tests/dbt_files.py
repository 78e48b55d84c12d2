"""What dbt leaves behind, small and made by hand, for tests that only need its graph."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

SCHEMA = "https://schemas.getdbt.com/dbt/manifest/v12.json"


def model(name: str, *made_from: str, columns: Sequence[str] = (), **more: Any) -> dict[str, Any]:
    """A model of the package shop, whose relation is `main.NAME` unless `alias` says otherwise."""
    alias = more.pop("alias", name)
    return {
        "unique_id": f"model.shop.{name}",
        "name": name,
        "package_name": "shop",
        "resource_type": "model",
        "database": "shop",
        "schema": "main",
        "alias": alias,
        "relation_name": f'"shop"."main"."{alias}"',
        "depends_on": {"nodes": [each if "." in each else f"model.shop.{each}" for each in made_from]},
        "columns": {column: {"name": column} for column in columns},
        "checksum": {"name": "sha256", "checksum": f"sum of {name}"},
        "config": {"materialized": "table"},
        "original_file_path": f"models/{name}.sql",
        **more,
    }


def source(name: str, table: str) -> dict[str, Any]:
    """A table of a source of the package shop."""
    return {
        "unique_id": f"source.shop.{name}.{table}",
        "name": table,
        "source_name": name,
        "package_name": "shop",
        "resource_type": "source",
        "database": "shop",
        "schema": name,
        "identifier": table,
        "relation_name": f'"shop"."{name}"."{table}"',
    }


def write(folder: Path, *nodes: Mapping[str, Any]) -> Path:
    """A dbt project in this folder whose manifest, and profile, dbt might have written."""
    (folder / "dbt_project.yml").write_text("name: shop\nprofile: shop\n")
    (folder / "profiles.yml").write_text("shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb}}}\n")
    return manifest(folder / "target" / "manifest.json", *nodes)


def manifest(path: Path, *nodes: Mapping[str, Any]) -> Path:
    told = {
        "metadata": {
            "dbt_schema_version": SCHEMA,
            "dbt_version": "1.11.16",
            "adapter_type": "duckdb",
            "project_name": "shop",
            "generated_at": "2026-11-22T06:00:00Z",
            "invocation_id": "aaaa",
        },
        "nodes": {each["unique_id"]: each for each in nodes if each["resource_type"] != "source"},
        "sources": {each["unique_id"]: each for each in nodes if each["resource_type"] == "source"},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told))
    return path
