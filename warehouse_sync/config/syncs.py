"""One sync from its file: its blocks read by its connector's models and checked against what that can do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from ..connectors import ALIASES, Connector, connector, names
from ..errors import ConfigError
from ..fields import near as near_field
from ..fields import resolve
from ..model import AudienceSpec, GuardLimits, Mapped, Place, Source, Sync
from ..statements import Rendering
from .blocks import Desk, block, dotted, only, over, settings_of, text, without
from .complaints import ConfigErrors, near, shown
from .declared import Declared
from .models import AudienceName, DestinationFile, SyncFile
from .sources import Nodes, source
from .values import SYNC_NAME, seconds
from .yaml_places import Node, read

_ELSEWHERE = ("destination", "audience", "options")


@dataclass(frozen=True)
class Target:
    """A destination block: its connector, its settings as written, and as a model (None: not valid)."""

    name: str
    connector: Connector
    node: Node
    settings: BaseModel | None


@dataclass(frozen=True)
class Surroundings:
    """What a sync file is read in. A target or `rendering` of None is one that was complained about."""

    root: Path
    rendering: Rendering | None
    targets: Mapping[str, Target | None]
    defaults: Node | None
    nodes: Nodes = field(default_factory=Nodes)


def target(name: str, node: Node, key: str, desk: Desk) -> Target | None:
    """A destination block read, or None after a complaint where even its connector is not known."""
    kind = node.entries.get("type")
    if kind is None:
        desk.complain(f"needs a type; known: {', '.join(names())}", node.place, key)
        return None
    word = text(kind.node, f"{key}.type", desk)
    if word is None:
        return None
    if word not in (*names(), *ALIASES):
        desk.complain(
            f"there is no destination type {desk.echo(word)}; {near(word, names())}",
            kind.place,
            f"{key}.type",
        )
        return None
    found = connector(word)
    own = settings_of(node, found.destination)
    return Target(name, found, own, block(found.destination, own, key, desk, also=("type",)))


def sync_of(path: Path, around: Surroundings, desk: Desk) -> Sync | None:
    """The sync of one file, or None after a complaint."""
    try:
        node = read(path)
    except ConfigErrors as problem:
        desk.complaints.extend(problem.complaints)
        return None
    return _read(node, path.stem, around, desk)


def sync_from(declared: Declared, around: Surroundings, desk: Desk) -> Sync | None:
    """The sync that stands beside a dbt model, or None after complaints that name the model."""
    before = len(desk.complaints)
    sync = _read(declared.node, declared.name, around, desk)
    for complaint in desk.complaints[before:]:
        complaint.key = dotted(declared.owner, complaint.key or "")
    return sync


def _read(node: Node, stem: str, around: Surroundings, desk: Desk) -> Sync | None:
    """A sync's block as a sync; `stem` is its name where it gives none."""
    if around.defaults and node.entries:
        node = over(around.defaults, node)
    file = block(SyncFile, node, "", desk, later=_ELSEWHERE)
    aim = _aim(node, around.targets, desk)
    if aim is None:
        return None
    parts = _parts(node, aim, desk)
    name = _name(file, stem, node, desk) if file else None
    reads = _source(file, node, around, desk) if file else None
    if file is None or parts is None or name is None or reads is None:
        return None
    aim = parts.aim
    tags = _tags(file, reads, around)
    return _checked(replace(_assembled(file, name, reads, aim, parts, node), tags=tags), aim, node, desk)


def _tags(file: SyncFile, reads: Source, around: Surroundings) -> tuple[str, ...]:
    node = around.nodes.manifest.nodes.get(reads.node or "") if around.nodes.manifest else None
    return tuple(dict.fromkeys([*file.tags, *(node.tags if node else ())]))


def destination_file(path: Path, desk: Desk) -> Sync | None:
    """A destination and a mapping in one file, as a sync that reads nothing; None after a complaint."""
    node = read(path)
    file = block(DestinationFile, node, "", desk, later=_ELSEWHERE)
    entry = node.entries.get("destination")
    aim = target(path.stem, _at(entry.node, entry.place), "destination", desk) if entry else None
    parts = _parts(node, aim, desk) if aim else None
    if file is None or parts is None:
        return None
    aim = parts.aim
    sync = Sync(
        name=path.stem,
        source=Source(),
        primary_key=(),
        connector=aim.connector.name,
        destination_name=aim.name,
        destination=aim.settings,
        audience=parts.audience or AudienceSpec(),
        mapping=_mapping(file.mapping, aim),
        options=parts.options,
        hash=file.hash,
        normalize=file.normalize,
        place=Place(path, node.place.line),
    )
    return _checked(sync, aim, node, desk)


@dataclass(frozen=True)
class _Parts:
    aim: Target
    audience: AudienceSpec | None
    options: BaseModel


def _at(node: Node, place: Place) -> Node:
    return replace(node, place=place)


def _aim(node: Node, targets: Mapping[str, Target | None], desk: Desk) -> Target | None:
    """The target a sync names, with the sync's own settings laid over it."""
    entry = node.entries.get("destination")
    if entry is None:
        return None
    named = entry.node.entries.get("name") if entry.node.entries else entry
    if named is None:
        desk.complain("needs the name of a destination of wsync.yml", entry.place, "destination.name")
        return None
    name = text(named.node, "destination", desk)
    if name is None:
        return None
    if name not in targets:
        message = f"there is no destination {desk.echo(name)} in wsync.yml; {near(name, targets)}"
        desk.complain(message, named.place, "destination")
    aim = targets.get(name)
    changes = without(_at(entry.node, entry.place), "name")
    if aim is None or not changes.entries:
        return aim
    model = aim.connector.destination
    settings = block(model, over(aim.node, changes), "destination", desk, also=("name",)) if aim.settings else None
    return replace(aim, settings=settings)


def _parts(node: Node, aim: Target, desk: Desk) -> _Parts | None:
    audience = _audience(node, aim.connector, desk)
    written = node.entries.get("options")
    options_node = _at(written.node, written.place) if written else Node(node.place, {})
    options = block(aim.connector.options, options_node, "options", desk)
    if options is None or ("audience" in node.entries and audience is None) or aim.settings is None:
        if aim.connector.fit is None:
            _fields_fit(node, aim.connector, desk)
        return None
    aim = replace(aim, connector=aim.connector.fitted(aim.settings, audience or AudienceSpec(), options))
    return _Parts(aim, audience, options) if _fields_fit(node, aim.connector, desk) else None


def _audience(node: Node, to: Connector, desk: Desk) -> AudienceSpec | None:
    entry = node.entries.get("audience")
    if entry is None:
        return None
    written = _at(entry.node, entry.place)
    if not written.entries:
        desk.complain("must be a block with the id or the name of the audience", entry.place, "audience")
        return None
    settings = block(to.audience, without(written, "id", "name"), "audience", desk, also=("id", "name"))
    named = only(written, "id", "name")
    if settings is None and not named.entries:
        return None
    which = block(AudienceName, named, "audience", desk)
    if which is None or settings is None:
        return None
    return AudienceSpec(which.id, which.name, settings.model_dump())


def _fields_fit(node: Node, to: Connector, desk: Desk) -> bool:
    """Whether every key of the mapping names a field of the connector, and none twice."""
    before, filled = len(desk.complaints), dict[str, str]()
    entry = node.entries.get("mapping")
    for key, value in (entry.node.entries if entry else {}).items():
        where = dotted("mapping", shown(key))
        found = resolve(to.fields, key)
        if found is None:
            meant = near_field(to.fields, key)
            help_on = f"did you mean {meant}?" if meant else f"known: {', '.join(f.name for f in to.fields)}"
            desk.complain(f"is not a field of {to.label}; {help_on}", value.place, where)
        elif found.name in filled:
            desk.complain(f"is the field {found.name}, as is {filled[found.name]} above", value.place, where)
        else:
            filled[found.name] = shown(key)
    return len(desk.complaints) == before


def _name(file: SyncFile, stem: str, node: Node, desk: Desk) -> str | None:
    name = file.name or stem
    if SYNC_NAME.fullmatch(name):
        return name
    rule = "a letter, then at most 62 letters, digits, _ and -"
    desk.complain(f"the file's name {shown(stem)!r} is not a sync name: {rule}", Place(node.place.path, 1), "name")
    return None


def _source(file: SyncFile, node: Node, around: Surroundings, desk: Desk) -> Source | None:
    if around.rendering is None:
        return None
    entry = node.entries["source"]
    entry = entry.node.entries.get("query_file", entry)
    try:
        return source(file.source, around.root, around.rendering, around.nodes)
    except ConfigError as problem:
        if file.source.dbt is not None:
            desk.complain(problem.message, entry.place, "source")
            return None
        name = str(file.source.query_file)
        inside = isinstance(problem.path, Path) and problem.line is not None and name not in desk.hidden
        if inside:
            desk.complaints.append(problem)
        else:
            desk.complain(f"{desk.echo(name)} {problem.message}", entry.place, "source.query_file")
        return None


def _mapping(mapping: Mapping[str, Any], aim: Target) -> tuple[Mapped, ...]:
    fields = aim.connector.fields
    found = ((resolve(fields, key), value) for key, value in mapping.items())
    given = {field.name: Mapped(field.name, value.column, value.static) for field, value in found if field}
    others = (each for each in fields if each.default is not None and each.name not in given)
    return (*given.values(), *(Mapped(each.name, static=each.default) for each in others))


def _assembled(file: SyncFile, name: str, reads: Source, aim: Target, parts: _Parts, node: Node) -> Sync:
    return Sync(
        name=name,
        source=reads,
        primary_key=tuple(file.primary_key),
        connector=aim.connector.name,
        destination_name=aim.name,
        destination=aim.settings,
        audience=parts.audience or AudienceSpec(),
        mapping=_mapping(file.mapping, aim),
        options=parts.options,
        mode=file.mode,
        hash=file.hash,
        normalize=file.normalize,
        enabled=file.enabled,
        retry_failed_records=file.retry_failed_records,
        retain_logs=file.retain_logs,
        log_retention_days=file.log_retention_days,
        snapshots=file.snapshots,
        snapshot=file.snapshot,
        log_primary_key=file.log_primary_key,
        reassert_every=file.reassert_every if "reassert_every" in node.entries else aim.connector.reassert_every,
        removals=file.removals,
        schedule=file.schedule.model_dump(exclude_none=True) if file.schedule else None,
        guards=GuardLimits(**file.guards.model_dump()),
        lease_seconds=file.lease,
        takeover_wait_seconds=file.takeover_wait,
        concurrency=file.concurrency,
        task_cron=file.task.cron,
        task_max_age_seconds=seconds(file.task.max_age),
        owner=file.owner.model_dump(exclude_none=True) if file.owner else None,
        place=node.place,
        lines=dict(_lines(node, aim)),
    )


def _lines(node: Node, aim: Target) -> Iterator[tuple[str, int]]:
    """Where the keys stand that only the warehouse can find fault with."""
    yield "primary_key", node.entries["primary_key"].place.line
    for key, entry in node.entries["mapping"].node.entries.items():
        if found := resolve(aim.connector.fields, key):
            yield f"mapping.{found.name}", entry.place.line


def _checked(sync: Sync, aim: Target, node: Node, desk: Desk) -> Sync | None:
    """The sync, unless its connector has no such profile, or finds its settings and its mapping at odds."""
    profiles = ("on", "off", *aim.connector.profiles)
    if sync.normalize not in profiles:
        message = f"is {desk.echo(sync.normalize)}, but must be one of {', '.join(dict.fromkeys(profiles))}"
        desk.complain(message, node.entries["normalize"].place, "normalize")
        return None
    complaint = aim.connector.validate(sync)
    if complaint is None:
        return sync
    key, words = _keyed(complaint)
    desk.complain(words, node.entries[key.partition(".")[0]].place, key)
    return None


def _keyed(complaint: str) -> tuple[str, str]:
    """A connector's complaint and the key it is about: one it begins with, as `audience.id`, else the mapping."""
    first, _, words = complaint.partition(" ")
    return (first, words) if first.startswith("audience.") else ("mapping", complaint)
