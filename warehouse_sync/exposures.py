"""The project's syncs as exposures of dbt: where its lineage ends. The same project gives the same bytes.

https://docs.getdbt.com/reference/exposure-properties (2026-11-22): `meta` and `tags` belong under `config`; dbt 1.7
takes them there, too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import yaml

from .artefacts import place_of
from .config import Configuration
from .connectors import connector
from .dbt.manifest import Manifest, Node
from .lineage import nodes_of
from .model import Sync

HEAD = """\
# Written by `wsync dbt exposures`: change the syncs and write it anew, `wsync dbt exposures --check` compares.
"""
NOBODY = {"name": "wsync"}
"""dbt wants every exposure to have an owner."""


def text(project: Configuration, manifest: Manifest) -> str:
    """A yml file for the folder `models`: one exposure for each sync, by name."""
    names = _names([sync.name for sync in project.syncs])
    syncs = sorted(project.syncs, key=lambda sync: sync.name)
    told = [exposure(project, sync, names[sync.name], manifest) for sync in syncs]
    body = yaml.safe_dump({"version": 2, "exposures": told}, sort_keys=False, allow_unicode=True, width=10_000)
    return HEAD + body


def exposure(project: Configuration, sync: Sync, name: str, manifest: Manifest) -> dict[str, Any]:
    """One sync as an exposure."""
    to, fed = connector(sync.connector), nodes_of(project, sync, manifest)
    audience = {"id": sync.audience.id} if sync.audience.id else {"name": sync.audience.name}
    meta = {
        "sync": sync.name,
        "declared_in": place_of(project, sync)[0],
        "platform": to.label,
        "account": to.account(sync.destination),
        "audience": audience,
        "mode": sync.mode,
        "columns": sorted({each.column for each in sync.mapping if each.column}),
    }
    config = {"enabled": sync.enabled, "tags": sorted(sync.tags), "meta": {"wsync": meta}}
    return {
        "name": name,
        "label": f"{to.label}: {sync.audience.name or sync.name}",
        "type": "application",
        "description": f"The sync {sync.name} keeps an audience of {to.label} equal to {sync.source.label}.",
        "depends_on": [reference(node, manifest) for node in fed],
        "owner": _owner(sync, fed),
        "config": config,
    }


def reference(node: Node, manifest: Manifest) -> str:
    """A node as another model would name it."""
    if node.resource_type == "source":
        return f"source('{node.source_name}', '{node.name}')"
    package = "" if node.package == manifest.project_name else f"'{node.package}', "
    version = f", v={_number(node.version)}" if node.version else ""
    return f"ref({package}'{node.name}'{version})"


def _number(version: str) -> str:
    return version if version.isdigit() else f"'{version}'"


def _owner(sync: Sync, fed: Sequence[Node]) -> Mapping[str, str]:
    """The owner of the sync, else that of its model, as dbt knows it."""
    known = sync.owner or next(
        (node.owner for node in fed if node.owner.get("name") or node.owner.get("email")), NOBODY
    )
    return {key: known[key] for key in ("name", "email") if known.get(key)}


def _names(syncs: Sequence[str]) -> dict[str, str]:
    """A name for each sync as dbt allows it (letters, digits, _), each another."""
    plain = {name: "wsync_" + re.sub(r"\W", "_", name) for name in syncs}
    doubled = {name for name in plain.values() if list(plain.values()).count(name) > 1}
    return {
        sync: f"{name}_{sha256(sync.encode()).hexdigest()[:6]}" if name in doubled and "-" in sync else name
        for sync, name in plain.items()
    }
