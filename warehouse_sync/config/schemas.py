"""JSON Schemas of the two files a user writes, from the models: for editors, and for review."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from .. import adapters, connectors
from ..connectors import Connector, connector
from .models import AudienceName, DbtConnection, ProjectFile, Settings, SyncFile

Schema = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_VARIABLE = {"type": "string", "pattern": r"\{\{\s*env_var\(.*\)\s*\}\}"}


def schemas() -> dict[str, Schema]:
    """The schemas of `wsync.yml` and of a sync file, with every built-in warehouse and connector."""
    known = tuple(connector(name) for name in connectors.BUILT_IN)
    return {"wsync": _project(known), "sync": _sync(known)}


def write(folder: Path) -> None:
    """Writes both schemas as they are checked in: `NAME.schema.json` in the folder."""
    for name, schema in schemas().items():
        (folder / f"{name}.schema.json").write_text(printed(schema), encoding="utf-8")


def printed(schema: Schema) -> str:
    """A schema as the text of its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


class _Definitions:
    """The `$defs` of one schema: every model under a name that no other has."""

    def __init__(self) -> None:
        self.all: Schema = {}

    def add(self, prefix: str, model: type[BaseModel]) -> Schema:
        """The model's schema, what it refers to added under the prefix."""
        schema = model.model_json_schema(ref_template=f"#/$defs/{prefix}{{model}}")
        for name, inner in schema.pop("$defs", {}).items():
            self.all[prefix + name] = inner
        return schema

    def refer(self, name: str, schema: Schema) -> Schema:
        """A reference to the schema, kept under this name."""
        self.all[name] = schema
        return {"$ref": f"#/$defs/{name}"}


def _project(known: tuple[Connector, ...]) -> Schema:
    defs = _Definitions()
    schema = defs.add("", ProjectFile)
    warehouses = [
        defs.refer(f"warehouse_{name}", _typed(defs.add(f"{name}_", adapters.settings_model(name)), name))
        for name in adapters.BUILT_IN
    ]
    destinations = [
        defs.refer(f"destination_{each.name}", _typed(defs.add(f"{each.name}_", each.destination), each.name))
        for each in known
    ]
    properties = schema["properties"]
    warehouses += [{"const": "dbt"}, _from_dbt(defs)]
    properties["warehouse"] = _said(properties["warehouse"], {"oneOf": warehouses})
    properties["destinations"]["additionalProperties"] = {"oneOf": destinations}
    properties["defaults"] = _said(properties["defaults"], defs.refer("defaults", defs.add("", Settings)))
    return _finished("wsync.yml", schema, defs)


def _from_dbt(defs: _Definitions) -> Schema:
    """The connection of dbt's profile, with settings of the warehouse's own beside it."""
    linked = defs.refer("warehouse_dbt", defs.add("", DbtConnection))
    return {"type": "object", "properties": {"dbt": linked}, "required": ["dbt"], "not": {"required": ["type"]}}


def _sync(known: tuple[Connector, ...]) -> Schema:
    defs = _Definitions()
    schema = defs.add("", SyncFile)
    properties = schema["properties"]
    changed = [_overrides(defs.add(f"{each.name}_", each.destination)) for each in known]
    properties["destination"] = _said(properties["destination"], {"anyOf": [{"type": "string"}, *changed]})
    audiences = [_audience(defs, each) for each in known]
    properties["audience"] = _said(properties["audience"], {"anyOf": audiences})
    options = [defs.refer(f"options_{each.name}", defs.add(f"{each.name}_", each.options)) for each in known]
    properties["options"] = _said(properties["options"], {"anyOf": options})
    mapped = defs.refer("mapped", properties["mapping"]["additionalProperties"])
    properties["mapping"]["additionalProperties"] = mapped
    properties["mapping"]["properties"] = {
        field.name: {**mapped, "description": field.label} for each in known for field in each.fields
    }
    return _finished("A sync of wsync", schema, defs)


def _said(old: Schema, new: Schema) -> Schema:
    """The new schema with the old one's words."""
    return {"description": old["description"], **new}


def _or_variable(part: Schema) -> Schema:
    """A setting as it may be written: its own way, or with an environment variable."""
    words: Schema = {key: part[key] for key in ("title", "description", "default") if key in part}
    rules = {key: value for key, value in part.items() if key not in words}
    return {**words, "anyOf": [rules, _VARIABLE]}


def _typed(schema: Schema, name: str) -> Schema:
    """A block that has to say its `type`."""
    written = {name: _or_variable(part) for name, part in schema["properties"].items()}
    properties = {**written, "type": {"const": name}}
    required = sorted({*schema.get("required", ()), "type"})
    return {**schema, "properties": properties, "required": required}


def _overrides(destination: Schema) -> Schema:
    """A destination named with some of its settings changed: none of them is required."""
    properties = {name: _or_variable(part) for name, part in destination["properties"].items() if name != "type"}
    named = {"name": {"type": "string", "description": "A destination of wsync.yml."}, **properties}
    return {"type": "object", "additionalProperties": False, "properties": named, "required": ["name"]}


def _audience(defs: _Definitions, to: Connector) -> Schema:
    which, settings = defs.add("", AudienceName), defs.add(f"{to.name}_", to.audience)
    properties = {**which["properties"], **settings.get("properties", {})}
    one = [{"required": ["id"], "not": {"required": ["name"]}}, {"required": ["name"], "not": {"required": ["id"]}}]
    block = {**settings, "properties": properties, "oneOf": one}
    return defs.refer(f"audience_{to.name}", block)


def _finished(title: str, schema: Schema, defs: _Definitions) -> Schema:
    return {"$schema": _DIALECT, **schema, "title": title, "$defs": dict(sorted(defs.all.items()))}
