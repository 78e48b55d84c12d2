"""dbt's `manifest.json`: its models, seeds, snapshots, sources and tests, as far as syncs need them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ..errors import ConfigError
from .artefacts import document, moment, word, words

VERSIONS = (10, 11, 12)
"""The schema versions that are read: dbt 1.6 wrote 10, 1.7 wrote 11, 1.8 and later write 12 (2026-11-22).

https://docs.getdbt.com/reference/artifacts/manifest-json
"""

KINDS = ("model", "seed", "snapshot", "source")
"""The resource types that a sync can read."""


@dataclass(frozen=True)
class Node:
    """One model, seed, snapshot or source of a manifest.

    `relation_name` is quoted as the warehouse wants it; None where dbt makes no relation (ephemeral). `database`,
    `schema` and `alias` are the same name in parts as dbt spells them; of a source, `alias` is its identifier.
    `tags` and `meta` are the node's own and its configuration's together. `columns` maps the documented columns to
    their declared types. `file` is where it is defined, `patch` the yml file that describes it (both relative to its
    package). `owner` is its group's, or `meta.owner`. `source_name` is set for sources only.
    """

    unique_id: str
    name: str
    package: str
    resource_type: str
    version: str | None = None
    latest_version: str | None = None
    relation_name: str | None = None
    database: str | None = None
    schema: str | None = None
    alias: str | None = None
    tags: tuple[str, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)
    depends_on: tuple[str, ...] = ()
    columns: Mapping[str, str | None] = field(default_factory=dict)
    materialized: str | None = None
    enabled: bool = True
    checksum: str | None = None
    file: str | None = None
    patch: str | None = None
    description: str = ""
    group: str | None = None
    owner: Mapping[str, str] = field(default_factory=dict)
    source_name: str | None = None

    @property
    def label(self) -> str:
        """What a user calls it: `ref('name')`, or `source('source', 'table')`."""
        if self.resource_type == "source":
            return f"source('{self.source_name}', '{self.name}')"
        return f"ref('{self.name}', v={self.version})" if self.version else f"ref('{self.name}')"


@dataclass(frozen=True)
class Test:
    """One data test or unit test: `severity` is `error` or `warn`, `depends_on` what it looks at."""

    __test__ = False

    unique_id: str
    name: str
    severity: str
    depends_on: tuple[str, ...]


@dataclass(frozen=True)
class Manifest:
    """What syncs need of one manifest. `nodes` are the enabled ones by unique id, `disabled` the others."""

    path: Path
    schema_version: int
    dbt_version: str
    adapter_type: str
    project_name: str
    generated_at: datetime | None
    invocation_id: str | None
    nodes: Mapping[str, Node]
    tests: Mapping[str, Test]
    disabled: Mapping[str, Node] = field(default_factory=dict)


def read_manifest(path: Path) -> Manifest:
    """The manifest in a file. Raises `ConfigError` where it cannot be read, or has a schema that is not known."""
    whole = document(path)
    told = whole.get("metadata") or {}
    version = schema_version(told, "manifest", VERSIONS, path)
    try:
        return _manifest(whole, told, path, version)
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        raise ConfigError(
            f"is not what dbt writes as manifest v{version} ({type(problem).__name__}); run `dbt parse` again",
            path=path,
        ) from None


def schema_version(metadata: Mapping[str, Any], kind: str, known: tuple[int, ...], path: Path) -> int:
    """The number in an artefact's `dbt_schema_version`. Raises `ConfigError` where it is not a known one."""
    said = word(metadata.get("dbt_schema_version")) or ""
    found = re.search(rf"/{kind}/v(\d+)\.json$", said)
    if found is None:
        raise ConfigError(f"is not a {kind} of dbt: its metadata has no dbt_schema_version of one", path=path)
    number = int(found[1])
    if number not in known:
        written = word(metadata.get("dbt_version")) or "unknown"
        raise ConfigError(
            f"has the {kind} schema v{number}, written by dbt {written}; wsync reads v{known[0]} to v{known[-1]}: "
            f"use a {'newer wsync' if number > known[-1] else 'newer dbt'}, or name tables in the syncs",
            path=path,
        )
    return number


def upstream(manifest: Manifest, unique_id: str) -> frozenset[str]:
    """Everything that a node is made from, directly or not, without itself; sources included."""
    found: set[str] = set()
    ahead = [unique_id]
    while ahead:
        node = manifest.nodes.get(ahead.pop())
        new = set(node.depends_on) - found if node else set()
        found |= new
        ahead.extend(new)
    return frozenset(found - {unique_id})


def _manifest(whole: Mapping[str, Any], told: Mapping[str, Any], path: Path, version: int) -> Manifest:
    owners = {group["name"]: _owner(group.get("owner")) for group in (whole.get("groups") or {}).values()}
    every = {**whole["nodes"], **(whole.get("sources") or {})}
    nodes = {key: _node(raw, owners) for key, raw in every.items() if raw["resource_type"] in KINDS}
    disabled = {
        key: _node(raw, owners, enabled=False)
        for key, copies in (whole.get("disabled") or {}).items()
        for raw in copies[:1]
        if raw["resource_type"] in KINDS and key not in nodes
    }
    return Manifest(
        path=path,
        schema_version=version,
        dbt_version=str(told.get("dbt_version") or "unknown"),
        adapter_type=str(told.get("adapter_type") or ""),
        project_name=str(told.get("project_name") or ""),
        generated_at=moment(told.get("generated_at")),
        invocation_id=word(told.get("invocation_id")),
        nodes=nodes,
        tests={test.unique_id: test for test in _tests(whole)},
        disabled=disabled,
    )


def _node(raw: Mapping[str, Any], owners: Mapping[str, Mapping[str, str]], *, enabled: bool = True) -> Node:
    config = raw.get("config") or {}
    meta = {**(raw.get("meta") or {}), **(config.get("meta") or {})}
    group = word(raw.get("group")) or word(config.get("group"))
    checksum = raw.get("checksum") or {}
    return Node(
        unique_id=raw["unique_id"],
        name=raw["name"],
        package=raw["package_name"],
        resource_type=raw["resource_type"],
        version=word(raw.get("version")),
        latest_version=word(raw.get("latest_version")),
        relation_name=word(raw.get("relation_name")),
        database=word(raw.get("database")),
        schema=word(raw.get("schema")),
        alias=word(raw.get("identifier") or raw.get("alias")),
        tags=tuple(dict.fromkeys([*words(raw.get("tags")), *words(config.get("tags"))])),
        meta=meta,
        depends_on=words((raw.get("depends_on") or {}).get("nodes")),
        columns={name: word(column.get("data_type")) for name, column in (raw.get("columns") or {}).items()},
        materialized=word(config.get("materialized")),
        enabled=enabled,
        checksum=word(checksum.get("checksum")),
        file=word(raw.get("original_file_path")),
        patch=(word(raw.get("patch_path")) or "").rpartition("://")[2] or None,
        description=word(raw.get("description")) or "",
        group=group,
        owner=owners.get(group or "") or _owner(meta.get("owner")),
        source_name=word(raw.get("source_name")),
    )


def _owner(said: object) -> dict[str, str]:
    """An owner as dbt's groups write it (`{name, email}`), or one plain word."""
    if isinstance(said, Mapping):
        return {str(key): str(value) for key, value in said.items() if isinstance(value, str)}
    return {"name": said} if isinstance(said, str) and said else {}


def _tests(whole: Mapping[str, Any]) -> Iterator[Test]:
    for raw in whole["nodes"].values():
        if raw["resource_type"] == "test":
            severity = word((raw.get("config") or {}).get("severity")) or "error"
            yield Test(raw["unique_id"], raw["name"], severity.lower(), words(raw["depends_on"].get("nodes")))
    for raw in (whole.get("unit_tests") or {}).values():
        yield Test(raw["unique_id"], raw["name"], "error", words((raw.get("depends_on") or {}).get("nodes")))
