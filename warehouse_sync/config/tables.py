"""The tables of settings in the documents, from the models: name, default, meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from .. import adapters, connectors
from ..schedule import Schedule
from .limits import Guards
from .models import (
    AudienceName,
    DbtBlock,
    DbtConnection,
    MappedBlock,
    ProjectFile,
    Settings,
    SourceBlock,
    SyncFile,
    Task,
)

_TABLE = re.compile(r"(?<=<!-- settings: )(?P<name>[a-z ]+?)(?P<open> -->\n).*?(?=<!-- end -->)", re.DOTALL)


def models() -> dict[str, type[BaseModel]]:
    """Every block of settings that documents can show, by the name of its table."""
    own: dict[str, type[BaseModel]] = {
        "project": ProjectFile,
        "sync": SyncFile,
        "settings": Settings,
        "guards": Guards,
        "schedule": Schedule,
        "task": Task,
        "source": SourceBlock,
        "mapping": MappedBlock,
        "audience": AudienceName,
        "dbt": DbtBlock,
        "dbt connection": DbtConnection,
    }
    for name in adapters.BUILT_IN:
        own[name] = adapters.settings_model(name)
    for name in connectors.BUILT_IN:
        found = connectors.connector(name)
        blocks = {"destination": found.destination, "audience": found.audience, "options": found.options}
        own |= {f"{name} {block}": model for block, model in blocks.items()}
    return own


def rows(model: type[BaseModel]) -> Iterator[tuple[str, str, str]]:
    """Name, default and meaning of every setting of a model; of a sync file, those that only it can have."""
    elsewhere = {"type", *(Settings.model_fields if model is SyncFile else ())}
    for name, info in model.model_fields.items():
        if name in elsewhere:
            continue
        extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
        default = extra.get("default", info.get_default(call_default_factory=True, validated_data={}))
        yield name, "required" if info.is_required() else _shown(default), info.description or ""


def refreshed(text: str) -> str:
    """A document with every table between `<!-- settings: NAME -->` and `<!-- end -->` as the models have it now."""
    known = models()
    return _TABLE.sub(lambda found: f"{found['name']}{found['open']}{_table(known[found['name']])}", text)


def refresh(path: Path) -> None:
    """Brings the tables of a document up to date."""
    path.write_text(refreshed(path.read_text(encoding="utf-8")), encoding="utf-8")


def _table(model: type[BaseModel]) -> str:
    lines = [f"| `{name}` | {default} | {meaning} |" for name, default, meaning in rows(model)]
    return "\n".join(["| Setting | Default | Meaning |", "|---|---|---|", *lines, ""])


def _shown(default: object) -> str:
    if isinstance(default, bool):
        return "`on`" if default else "`off`"
    if isinstance(default, BaseModel):
        return "each its own"
    if isinstance(default, float):
        return f"`{default:g}`"
    if default is None:
        return "none"
    return f"`{default}`" if default != "" else "empty"
