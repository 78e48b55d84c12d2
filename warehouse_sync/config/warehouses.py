"""The `warehouse:` block: one of our own types, or the connection that dbt's profile describes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel

from .. import adapters
from ..dbt.connections import Connection, connection
from ..dbt.files import DbtFiles, GateSettings
from ..dbt.manifest import Manifest
from ..dbt.profiles import PROJECT_FILE, Choice, read_profile, read_project
from ..errors import ConfigError
from ..model import Place
from .blocks import Desk, block, filled, settings_of, text, validated, without
from .complaints import near
from .models import DbtBlock, DbtConnection
from .values import seconds
from .yaml_places import Entry, Node, planted


@dataclass(frozen=True)
class Linked:
    """The dbt project beside a project of ours, if any, and what `warehouse.dbt` says of its connection."""

    files: DbtFiles | None = None
    connection: DbtConnection = field(default_factory=DbtConnection)


def linked(node: Node, root: Path, desk: Desk) -> Linked:
    """The dbt project that the settings name, or the one in the project's own folder."""
    entry, chosen = node.entries.get("dbt"), _connection_of(node)
    own = block(DbtBlock, _at(entry), "dbt", desk) if entry else DbtBlock()
    plain = chosen is None or chosen.value is None
    link = DbtConnection() if plain or chosen is None else block(DbtConnection, chosen, "warehouse.dbt", desk)
    if own is None or link is None:
        return Linked()
    said = link.project_dir or own.project_dir
    folder = root / (said or "")
    if said is None and chosen is None and not (folder / PROJECT_FILE).exists():
        return Linked()
    try:
        project = read_project(folder, desk.environ)
    except ConfigError as problem:
        desk.complaints.append(problem)
        return Linked()
    age = seconds(own.max_age) if own.max_age else None
    return Linked(DbtFiles(project, GateSettings(own.gate, own.not_run, own.consumed, age)), link)


def warehouse_of(node: Node, root: Path, dbt: Linked, desk: Desk) -> BaseModel | None:
    """The settings of the warehouse's adapter, or None after a complaint. Without a block it is dbt's."""
    entry = node.entries.get("warehouse")
    if entry is None and dbt.files is None:
        desk.complain("is missing; in a dbt project it may be left out", node.place, "warehouse")
        return None
    if entry is not None and _connection_of(node) is None:
        return _own(entry, root, desk)
    beside = Node(entry.place, without(_at(entry), "dbt").value) if entry else Node(node.place, {})
    return _from_dbt(beside, dbt.connection, dbt.files, root, desk) if dbt.files else None


def _connection_of(node: Node) -> Node | None:
    """The block `warehouse.dbt` (empty for `warehouse: dbt`), or None where the warehouse is not dbt's."""
    entry = node.entries.get("warehouse")
    if entry is None:
        return None
    if entry.node.value == "dbt":
        return Node(entry.place, None)
    found = entry.node.entries.get("dbt")
    return _at(found) if found and "type" not in entry.node.entries else None


def _from_dbt(beside: Node, link: DbtConnection, dbt: DbtFiles, root: Path, desk: Desk) -> BaseModel | None:
    """The profile's settings with those that stand beside `dbt` laid over them."""
    folder = (root / link.profiles_dir).absolute() if link.profiles_dir else None
    try:
        profile = read_profile(dbt.project, Choice(link.profile, link.target, folder), desk.environ)
        found = connection(profile, dbt.project.root)
    except ConfigError as problem:
        desk.complaints.append(problem)
        return None
    desk.hidden |= profile.hidden
    desk.warnings.extend(found.warnings)
    model = adapters.settings_model(found.type)
    over = filled(model, beside, "warehouse", desk)
    if over is None:
        return None
    place = Place(profile.path, 1)
    merged = Node(place, {**_entries(found, place), **over.entries})
    settings = validated(model, merged, "warehouse", desk)
    return from_root(settings, root, over.entries) if settings else None


def _entries(found: Connection, place: Place) -> Mapping[str, Entry]:
    return planted({"type": found.type, **found.settings}, place).entries


def _own(entry: Entry, root: Path, desk: Desk) -> BaseModel | None:
    kind = entry.node.entries.get("type")
    if kind is None:
        desk.complain(f"needs a type; known: {', '.join(adapters.names())}, or dbt", entry.place, "warehouse")
        return None
    word = text(kind.node, "warehouse.type", desk)
    if word is None:
        return None
    if word not in adapters.names():
        message = f"there is no warehouse type {desk.echo(word)}; {near(word, adapters.names())}"
        desk.complain(message, kind.place, "warehouse.type")
        return None
    model = adapters.settings_model(word)
    settings = block(model, settings_of(_at(entry), model), "warehouse", desk, also=("type",))
    return from_root(settings, root, tuple(type(settings).model_fields)) if settings else None


def from_root(settings: BaseModel, root: Path, names: Collection[str]) -> BaseModel:
    """The settings with a database file's path, and every setting that is a path, as seen from the project's folder."""
    paths: dict[str, object] = {
        name: root / value for name, value in settings if isinstance(value, Path) and name in names
    }
    path = getattr(settings, "path", None)
    if "path" in names and isinstance(path, str) and not path.startswith(":"):
        paths["path"] = str(root / path)
    return settings.model_copy(update=paths)


def _at(entry: Entry) -> Node:
    return Node(entry.place, entry.node.value)


def manifest_of(dbt: Linked, desk: Desk) -> Manifest | None:
    """The manifest of the dbt project; None where there is none, or after a complaint."""
    try:
        return dbt.files.manifest() if dbt.files else None
    except ConfigError as problem:
        desk.complaints.append(problem)
        return None


def sole_database(settings: BaseModel) -> str:
    """The one database that a connection can read; empty where it can read others, or where the server chooses."""
    kind = getattr(settings, "type", "")
    if kind == "duckdb":
        return Path(str(getattr(settings, "path", ""))).stem
    return str(getattr(settings, "dbname", None) or "") if kind == "postgres" else ""
