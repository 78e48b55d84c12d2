from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from warehouse_sync.config import load
from warehouse_sync.config import schemas as config_schemas
from warehouse_sync.config import tables as config_tables

DOCS = Path(__file__).parent.parent / "docs"
PAGE = (DOCS / "configuration.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["wsync", "sync"])
def test_the_schemas_checked_in_are_those_of_the_models(name: str) -> None:
    now = config_schemas.printed(config_schemas.schemas()[name])
    kept = (DOCS / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    assert kept == now, "renew them: config_schemas.write(Path('docs/schemas'))"


def test_the_tables_of_the_page_are_those_of_the_models() -> None:
    assert config_tables.refreshed(PAGE) == PAGE, "renew it: config_tables.refresh(Path('docs/configuration.md'))"


def test_the_page_has_a_table_of_every_block_of_settings() -> None:
    assert set(re.findall(r"<!-- settings: ([a-z ]+) -->", PAGE)) == set(config_tables.models())


def test_every_setting_has_a_meaning() -> None:
    for name, model in config_tables.models().items():
        for setting, _, meaning in config_tables.rows(model):
            assert meaning, f"{name}: {setting}"


def test_the_examples_of_the_page_are_a_project(tmp_path: Path) -> None:
    main, buyers = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "syncs").mkdir()
    (tmp_path / "wsync.yml").write_text(main)
    (tmp_path / "syncs" / "buyers.yml").write_text(buyers)
    project = load(tmp_path, {"META_TOKEN": "token"})
    assert [sync.name for sync in project.syncs] == ["buyers"]
    assert project.warnings == ()
    for name, text in {"wsync": main, "sync": buyers}.items():
        assert set(yaml.safe_load(text)) <= set(config_schemas.schemas()[name]["properties"])


def references(schema: Any) -> set[str]:
    if isinstance(schema, dict):
        own = {schema["$ref"]} if isinstance(schema.get("$ref"), str) else set[str]()
        return own.union(*(references(part) for part in schema.values()))
    return set[str]().union(*map(references, schema)) if isinstance(schema, list) else set()


@pytest.mark.parametrize("name", ["wsync", "sync"])
def test_every_reference_of_a_schema_leads_somewhere(name: str) -> None:
    schema = json.loads(config_schemas.printed(config_schemas.schemas()[name]))
    assert references(schema) <= {f"#/$defs/{key}" for key in schema["$defs"]}
