"""`wsync check --ci`: what a change of the project would do, and whether dbt still gives every sync what it needs.

Compares files with files: the project and dbt's manifest now, with a copy of `target` kept from before. Neither
warehouse nor platform is asked.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from . import artefacts
from .artefacts import Declared, Manifest
from .config import Configuration
from .dbt.files import DbtFiles
from .dbt.manifest import Manifest as DbtManifest
from .dbt.manifest import Node
from .dbt.profiles import read_project
from .errors import ConfigError
from .lineage import Graph
from .model import Sync

Kind = Literal["new", "changed", "removed", "model"]


@dataclass(frozen=True)
class Change:
    """One sync that would do something else: `keys` are what is declared otherwise, `effects` what that means.

    `model`: the sync is as it was, but what it reads changed.
    """

    sync: str
    kind: Kind
    keys: tuple[str, ...]
    effects: tuple[str, ...]


@dataclass(frozen=True)
class Broken:
    """Something that a sync needs and dbt would not make any more."""

    sync: str
    place: str
    found: str
    remedy: str


@dataclass(frozen=True)
class Review:
    """What a pull request does to the project's syncs."""

    changes: tuple[Change, ...]
    broken: tuple[Broken, ...]

    @property
    def exit_code(self) -> int:
        """2 where something is broken: a file has to be edited."""
        return 2 if self.broken else 0


def review(project: Configuration, state: Path) -> Review:
    """Compare a project with what it was. Raises `ConfigError` where `state` has no manifest of wsync."""
    before = artefacts.read(state, Manifest)
    graphs = _graph(project.dbt.manifest_path if project.dbt else None), _graph(state / "manifest.json")
    now = {sync.name: artefacts.declared(project, sync) for sync in project.syncs}
    found = broken(project.syncs, before.syncs, now, *graphs)
    return Review(tuple(changes(before.syncs, now, *graphs)), tuple(found))


def lost_models(root: Path, state: Path) -> tuple[Broken, ...]:
    """What syncs needed before and dbt's manifest does not have now; for a project that cannot be read any more."""
    before, now, earlier = artefacts.read(state, Manifest), _graph(_manifest(root)), _graph(state / "manifest.json")
    if now is None:
        return ()
    return tuple(each for sync in before.syncs.values() for each in _dropped(sync, sync.source.nodes, now, earlier))


def _manifest(root: Path) -> Path | None:
    """Where dbt writes its manifest, as its own project says."""
    try:
        return DbtFiles(read_project(root, os.environ)).manifest_path
    except ConfigError:
        return None


def _graph(path: Path | None) -> Graph | None:
    return Graph(path) if path is not None and path.exists() else None


# -- what a sync needs -----------------------------------------------------------------------------------------------


def broken(
    syncs: Iterable[Sync],
    before: Mapping[str, Declared],
    now: Mapping[str, Declared],
    graph: Graph | None,
    earlier: Graph | None,
) -> Iterator[Broken]:
    """Models that are gone, and mapped columns that a model no longer has."""
    for sync in syncs if graph else ():
        assert graph is not None  # noqa: S101 - looked at above
        told = now[sync.name]
        was = before.get(sync.name)
        same = was is not None and (was.source.relation, was.source.query) == (told.source.relation, told.source.query)
        needed = was.source.nodes if was is not None and same else told.source.nodes
        yield from _dropped(told, needed, graph, earlier)
        if sync.source.query is None and len(told.source.nodes) == 1:
            yield from _lost(sync, told, graph, earlier)


def _dropped(sync: Declared, needed: Iterable[str], graph: Graph, earlier: Graph | None) -> Iterator[Broken]:
    for unique_id in needed:
        if unique_id in graph.manifest.nodes:
            continue
        old = earlier.manifest.nodes.get(unique_id) if earlier else None
        name = old.label if old else unique_id
        heir = _heir(old, graph.manifest, earlier.manifest) if old and earlier else None
        if heir:
            remedy = f"name {heir.label} in the sync, or keep the old name"
            yield Broken(sync.name, _place(sync), f"{name} was renamed to {heir.label}", remedy)
        else:
            what = "is disabled" if unique_id in graph.manifest.disabled else "was dropped"
            yield Broken(sync.name, _place(sync), f"{name} {what}", "keep it, or change or remove the sync")


def _heir(old: Node, graph: DbtManifest, earlier: DbtManifest) -> Node | None:
    """The new node with the text of one that is gone."""
    new = [node for key, node in graph.nodes.items() if key not in earlier.nodes]
    same = [node for node in new if node.checksum and node.checksum == old.checksum]
    return same[0] if len(same) == 1 else None


def _lost(sync: Sync, told: Declared, graph: Graph, earlier: Graph | None) -> Iterator[Broken]:
    (unique_id,) = told.source.nodes
    label = graph.manifest.nodes[unique_id].label
    columns = graph.columns(unique_id)
    documented, before = graph.declared(unique_id), earlier.declared(unique_id) if earlier else frozenset[str]()
    needed = dict.fromkeys(sync.primary_key, "primary_key")
    needed |= {each.column: f"mapping.{each.field}" for each in sync.mapping if each.column is not None}
    for name, key in needed.items():
        low = name.lower()
        gone = low not in columns if columns is not None else low in before and low not in documented
        if gone:
            line = sync.lines.get(key, told.line_number)
            remedy = "bring the column back, or change the mapping"
            yield Broken(sync.name, f"{told.path}:{line}", f"{key}: {label} has no column {name} any more", remedy)


def _place(sync: Declared) -> str:
    return f"{sync.path}:{sync.line_number}"


# -- what a change does ----------------------------------------------------------------------------------------------


def changes(
    before: Mapping[str, Declared], now: Mapping[str, Declared], graph: Graph | None, earlier: Graph | None
) -> Iterator[Change]:
    """New, changed and removed syncs, by name."""
    for name in sorted({*before, *now}):
        old, new = before.get(name), now.get(name)
        if old is None and new is not None:
            yield Change(name, "new", (), tuple(_begins(new, before, now)))
        elif new is None and old is not None:
            yield Change(name, "removed", (), tuple(_ends(old, before, now)))
        elif old is not None and new is not None:
            yield from _changed(old, new, graph, earlier)


def _begins(new: Declared, before: Mapping[str, Declared], now: Mapping[str, Declared]) -> Iterator[str]:
    old = next((each for name, each in before.items() if name not in now and _same_list(each, new)), None)
    if old:
        yield f"it has the audience of {old.name}: `wsync rename {old.name} {new.name}` moves what is known of it"
        return
    who = "the audience" if "id" in new.audience else f"the audience {new.audience['name']!r}, found or created,"
    if new.settings["mode"] == "delete":
        yield f"its first run sends nothing; later runs remove from {who} who leaves {new.source.label}"
    else:
        yield f"its first run adds everybody of {new.source.label} to {who} in account {new.account}"


def _ends(old: Declared, before: Mapping[str, Declared], now: Mapping[str, Declared]) -> Iterator[str]:
    heir = next((each for name, each in now.items() if name not in before and _same_list(old, each)), None)
    if heir is None:
        yield "nobody is removed: its members stay in the audience"
        yield f"`wsync abandon {old.name} --yes` drops what is known of them"


def _same_list(one: Declared, other: Declared) -> bool:
    mine, theirs = ((each.connector, each.account, each.audience) for each in (one, other))
    return mine == theirs


def _changed(old: Declared, new: Declared, graph: Graph | None, earlier: Graph | None) -> Iterator[Change]:
    keys = differences(old, new)
    below = tuple(_models(new, graph, earlier))
    if keys:
        yield Change(new.name, "changed", keys, (*_effects(old, new, keys), *below))
    elif below:
        yield Change(new.name, "model", (), below)


def differences(old: Declared, new: Declared) -> tuple[str, ...]:
    """What is declared otherwise, as a user writes it; where it stands in its file is not looked at.

    Settings that the older manifest does not know are passed over: it was written by another version of wsync.
    """
    found = tuple(_differences(old, new))
    return found or (("the rules of this version of wsync",) if old.prepares != new.prepares else ())


def _differences(old: Declared, new: Declared) -> Iterator[str]:
    if (old.source.relation, old.source.query) != (new.source.relation, new.source.query):
        yield "source"
    for name in ("primary_key", "destination", "connector", "account", "audience", "enabled", "tags"):
        if getattr(old, name) != getattr(new, name):
            yield name
    missing = object()
    for field in sorted({*old.mapping, *new.mapping}):
        if old.mapping.get(field, missing) != new.mapping.get(field, missing):
            yield f"mapping.{field}"
    guards = [each.settings.get("guards") or {} for each in (old, new)]
    yield from _different("", *({**each.settings, "guards": None} for each in (old, new)))
    yield from _different("guards.", *guards)
    words = {"destination": "destination settings", "audience": "audience settings", "statics": "static values"}
    yield from (words.get(name, name) for name in _different("", old.digests, new.digests))


def _different(prefix: str, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[str]:
    yield from (f"{prefix}{name}" for name in sorted({*old} & {*new}) if old[name] != new[name])


def _effects(old: Declared, new: Declared, keys: tuple[str, ...]) -> Iterator[str]:
    if old.account != new.account or old.connector != new.connector or ("id" in new.audience and "audience" in keys):
        yield "runs are refused: another account or audience is another sync; give it another name"
    elif "audience" in keys:
        yield "nothing is sent for the audience's name: the sync keeps the one that it owns"
    if "primary_key" in keys:
        yield "keys are compared anew: every row is prepared again, and a run with held keys removes nobody"
    elif old.prepares != new.prepares:
        yield "every row is prepared again; who stays the same costs no request"
    if old.prepares != new.prepares and new.settings["guards"].get("config_change_removals"):
        yield "a run that would remove or rekey anybody is blocked once: look at it, then `wsync apply`"
    yield from _modes(old, new)
    if "enabled" in keys:
        yield "runs take it again" if new.enabled else "runs leave it out; members stay as they are"
    if keys and old.prepares == new.prepares and set(keys) <= {*new.settings, "tags", *_guards(new)} - {"mode"}:
        yield "nothing is prepared or sent for that alone"


def _guards(new: Declared) -> set[str]:
    return {f"guards.{name}" for name in new.settings["guards"]}


MODES = {
    "mirror": "who left the source since is removed, under the guards",
    "upsert": "nobody is removed any more; who leaves the source stays a member",
    "delete": "nobody is added any more; who leaves the source is removed",
}


def _modes(old: Declared, new: Declared) -> Iterator[str]:
    if old.settings.get("mode") != new.settings["mode"]:
        yield f"mode {new.settings['mode']}: {MODES[new.settings['mode']]}"


def _models(new: Declared, graph: Graph | None, earlier: Graph | None) -> Iterator[str]:
    """The models that a sync reads and whose text, or name in the warehouse, is another."""
    for unique_id in new.source.nodes if graph and earlier else ():
        assert graph and earlier  # noqa: S101 - looked at above
        now, was = graph.manifest.nodes.get(unique_id), earlier.manifest.nodes.get(unique_id)
        if now and was and now.checksum != was.checksum:
            yield f"{now.label} is made otherwise: `wsync plan {new.name}` on what it makes shows who comes and goes"
        if now and was and now.relation_name != was.relation_name:
            yield f"{now.label} is another table now: {now.relation_name}"
