"""A project's files as values: `wsync.yml`, one file per sync, everything checked before the first query."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from .. import adapters
from ..connectors import connector
from ..dbt.files import DbtFiles
from ..errors import ConfigError
from ..model import AudienceSpec, Place, Source, Sync
from .blocks import Desk, block, dotted
from .complaints import ConfigErrors, near, shown
from .declared import declarations
from .models import ProjectFile, Settings
from .sources import Nodes
from .syncs import Surroundings, Target, destination_file, sync_from, sync_of, target
from .values import SYNC_NAME
from .warehouses import Linked, linked, manifest_of, sole_database, warehouse_of
from .yaml_places import Node, read

__all__ = ["FILE", "ConfigErrors", "Configuration", "load", "load_destination_file", "select"]

FILE = "wsync.yml"
"""The name of a project's main file; the sync files are beside it, in the folder `syncs`."""


@dataclass(frozen=True)
class Configuration:
    """A project as configured and validated. Its `repr` shows no secret.

    `warehouse` is the settings object of the warehouse's adapter. `warnings` are sentences for the user about
    what works but should be changed. `accounts` are the destinations of `wsync.yml`, each as a sync that reads nothing,
    so that they can be looked at before there is a sync. `dbt` are the files of the dbt project beside it, if any.
    """

    root: Path
    warehouse: BaseModel
    state_schema: str
    syncs: tuple[Sync, ...]
    warnings: tuple[str, ...] = ()
    accounts: tuple[Sync, ...] = ()
    dbt: DbtFiles | None = None


def load(project_dir: Path | str, environ: Mapping[str, str] | None = None, *, secrets: bool = True) -> Configuration:
    """The project in a folder. `environ` is where `env_var` looks, by default the process's environment.

    Without `secrets`, those that are not in the environment are made up: to look at a project, not to connect.
    Raises `ConfigErrors` with everything that is wrong in any of its files.
    """
    root = Path(project_dir)
    desk = Desk(os.environ if environ is None else environ, secrets=secrets)
    node = _main_file(root)
    if not isinstance(node.value, Mapping):
        desk.complain("must be a block of settings (key: value)", node.place)
        desk.close()
    top = block(ProjectFile, node, "", desk, later=("warehouse", "dbt", "defaults", "destinations"))
    dbt = linked(node, root, desk)
    warehouse = warehouse_of(node, root, dbt, desk)
    around = _surroundings(node, root, warehouse, dbt, desk)
    syncs = tuple(_syncs(root, around, desk))
    _refuse_doubles(syncs, desk)
    desk.close()
    if top is None or warehouse is None:  # pragma: no cover - either was complained about
        raise ConfigError("cannot be read", path=root / FILE)
    return Configuration(
        root, warehouse, top.state_schema, syncs, tuple(desk.warnings), tuple(_accounts(around)), dbt.files
    )


def select(project: Configuration, names: Iterable[str] = ()) -> tuple[Sync, ...]:
    """The syncs of these names, in this order, each once, enabled or not; without names, every enabled sync.

    Raises `ConfigErrors` for names that no sync has.
    """
    wanted = tuple(dict.fromkeys(names))
    if not wanted:
        return tuple(sync for sync in project.syncs if sync.enabled)
    known = {sync.name: sync for sync in project.syncs}
    missing = [name for name in wanted if name not in known]
    if missing:
        raise ConfigErrors([ConfigError(f"there is no sync {shown(name)!r}; {near(name, known)}") for name in missing])
    return tuple(known[name] for name in wanted)


def load_destination_file(path: Path | str, environ: Mapping[str, str] | None = None) -> Sync:
    """A destination block and a mapping in one file, for a preview without a project.

    The sync has no source and no primary key, and an empty audience where the file names none.
    Raises `ConfigErrors`.
    """
    desk = Desk(os.environ if environ is None else environ)
    sync = destination_file(Path(path), desk)
    desk.close()
    if sync is None:  # pragma: no cover - it was complained about
        raise ConfigError("cannot be read", path=path)
    return sync


def _main_file(root: Path) -> Node:
    path = root / FILE
    if not path.exists():
        raise ConfigErrors(
            [
                ConfigError(
                    f"there is no {FILE} here; `wsync init` writes one, --project-dir names another folder", path=root
                )
            ]
        )
    return read(path)


def _surroundings(node: Node, root: Path, warehouse: BaseModel | None, dbt: Linked, desk: Desk) -> Surroundings:
    dialect = adapters.dialect(str(getattr(warehouse, "type", ""))) if warehouse else None
    nodes = Nodes(
        manifest_of(dbt, desk),
        dbt.files.project.root if dbt.files else None,
        dialect.name if dialect else "",
        sole_database(warehouse) if warehouse else "",
    )
    rendering = dialect.rendering if dialect else None
    return Surroundings(root, rendering, _targets(node, desk), _defaults(node, desk), nodes)


def _targets(node: Node, desk: Desk) -> dict[str, Target | None]:
    entry, targets = node.entries.get("destinations"), dict[str, Target | None]()
    for name, found in (entry.node.entries if entry else {}).items():
        key = dotted("destinations", shown(name))
        if not SYNC_NAME.fullmatch(name):
            desk.complain("is not a name: a letter, then at most 62 letters, digits, _ and -", found.place, key)
        targets[name] = target(name, Node(found.place, found.node.value), key, desk)
    return targets


def _accounts(around: Surroundings) -> Iterator[Sync]:
    for aim in around.targets.values():
        if aim is not None:
            yield Sync("", Source(), (), aim.connector.name, aim.name, aim.settings, AudienceSpec(), ())


def _defaults(node: Node, desk: Desk) -> Node | None:
    entry = node.entries.get("defaults")
    if entry is None or block(Settings, Node(entry.place, entry.node.value), "defaults", desk) is None:
        return None
    return entry.node


def _syncs(root: Path, around: Surroundings, desk: Desk) -> Iterator[Sync]:
    folder = root / "syncs"
    paths = sorted(path for path in folder.glob("*") if path.suffix in {".yml", ".yaml"})
    declared = tuple(declarations(around.nodes.manifest, around.nodes.root or root, desk))
    if not paths and not declared:
        desk.warnings.append(_none(folder, around.nodes))
    elif around.nodes.root is not None and around.nodes.manifest is None:
        desk.warnings.append("dbt has written no manifest yet (`dbt parse`): syncs beside its models are not seen")
    for path in paths:
        sync = sync_of(path, around, desk)
        if sync is not None:
            yield sync
    for each in declared:
        sync = sync_from(each, around, desk)
        if sync is not None:
            yield sync


def _none(folder: Path, nodes: Nodes) -> str:
    if nodes.root is None:
        return f"{folder} holds no sync (a file NAME.yml each)"
    seen = "and no model of dbt's manifest" if nodes.manifest else "and dbt has written no manifest yet (`dbt parse`)"
    return f"{folder} holds no sync (a file NAME.yml each), {seen} has one under its meta"


def _refuse_doubles(syncs: Iterable[Sync], desk: Desk) -> None:
    """Complains about two syncs of one name, or of one audience: each would undo what the other does."""
    names: dict[str, Sync] = {}
    audiences: dict[tuple[str, ...], Sync] = {}
    for sync in syncs:
        place = sync.place or Place(Path(), 1)
        other = names.setdefault(sync.name.casefold(), sync)
        if other is not sync:
            desk.complain(f"the sync {other.name} has this name, too ({_where(other)})", place, "name")
        other = audiences.setdefault(_owned(sync), sync)
        if other is not sync:
            desk.complain(f"the sync {other.name} owns this audience already ({_where(other)})", place, "audience")


def _owned(sync: Sync) -> tuple[str, ...]:
    account = connector(sync.connector).account(sync.destination)
    kind = "id" if sync.audience.id else "name"
    return (sync.connector, account, kind, sync.audience.id or sync.audience.name or "")


def _where(sync: Sync) -> str:
    return f"{sync.place.path}:{sync.place.line}" if sync.place else "unknown"
