"""wsync's own artefacts beside dbt's: `target/wsync/manifest.json` and `run_results.json`, versioned, without values.

What is declared, and how the last run went. Settings that may hold anything (a destination's, its options) are
there as digests: enough to tell that they changed.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from . import __version__
from .compiling import FOLDER as COMPILED
from .compiling import compile_sync, paper_ledger
from .config import Configuration
from .config.schemas import printed
from .connectors import connector
from .errors import ConfigError, WsyncError
from .executing import Report, worst
from .ledger.steps import config_hash
from .lineage import nodes_of
from .model import Sync

FOLDER = Path("target", "wsync")
MANIFEST, RUN_RESULTS = "manifest.json", "run_results.json"


class Part(BaseModel):
    """A part of an artefact. Keys that a newer version added are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Metadata(Part):
    """Who wrote the file, and when (UTC)."""

    wsync_version: str = Field(description="The version of wsync that wrote the file.")
    generated_at: datetime = Field(description="When it was written, in UTC.")
    warehouse: str = Field(description="The warehouse's type.")
    state_schema: str = Field(description="The schema of wsync's tables.")


class DeclaredSource(Part):
    """What a sync reads."""

    label: str = Field(description="As a user calls it.")
    relation: list[str] | None = Field(default=None, description="The parts of a table's name; null for a query.")
    query: str | None = Field(default=None, description="A digest of the query's text; null for a table.")
    node: str | None = Field(default=None, description="The dbt unique id that it was named by.")
    nodes: list[str] = Field(default=[], description="The dbt unique ids of everything that it reads.")


class Declared(Part):
    """One sync as declared."""

    name: str = Field(description="The sync's name.")
    path: str | None = Field(description="The file that declares it, relative to the project.")
    line_number: int | None = Field(description="The line in it.")
    enabled: bool = Field(description="Whether runs without a name take it.")
    tags: list[str] = Field(description="Its tags, and those of the dbt model it reads.")
    source: DeclaredSource
    primary_key: list[str] = Field(description="The columns that name a row.")
    destination: str = Field(description="The destination's name in wsync.yml.")
    connector: str = Field(description="The platform.")
    account: str = Field(description="The account of the audience.")
    audience: dict[str, str] = Field(description="The `id` or the `name` of the audience.")
    mapping: dict[str, str | None] = Field(description="Field to column; null where the value is static.")
    settings: dict[str, Any] = Field(description="Mode, schedule, guards and the other settings.")
    digests: dict[str, str] = Field(description="Of what is not written out: destination, audience, options, statics.")
    prepares: str = Field(description="Changes when a run would prepare every row again.")
    compiled_path: str = Field(description="Where `wsync compile` and `wsync plan` write its SQL.")

    def line(self) -> tuple[Any, ...]:
        """A line of `wsync list`."""
        place = ":".join(str(part) for part in (self.path, self.line_number) if part)
        audience = next(iter(self.audience.values()), "")
        schedule = self.settings["schedule"]
        told = schedule if isinstance(schedule, str) else " ".join(f"{key} {value}" for key, value in schedule.items())
        tags = ", ".join(self.tags)
        return (self.name, self.enabled, place, self.source.label, self.destination, audience, tags, told)


class Manifest(Part):
    """`manifest.json`: the project's syncs as declared."""

    schema_version: Literal["manifest/v1"] = Field(default="manifest/v1", description="The form of this file.")
    metadata: Metadata
    syncs: dict[str, Declared] = Field(description="Every sync by name.")


class Ended(Part):
    """What ended a run early. Of an unexpected error only its class."""

    kind: str = Field(description="The error's class.")
    exit_code: int = Field(description="The exit code it means.")
    message: str | None = Field(default=None, description="What was said; null for an unexpected error.")


class Guard(Part):
    """One guard's line."""

    guard: str
    found: float | None
    allowed: float | None
    blocked: bool


class Ran(Part):
    """How one sync fared."""

    sync: str = Field(description="The sync's name.")
    run_id: str | None = Field(description="Its run in `runs`; null where none came to its end.")
    status: str = Field(
        description="succeeded, partial (some rows failed), planned, blocked, stopped, failed, skipped or not_started."
    )
    exit_code: int = Field(description="What a command of this sync alone would have ended with.")
    started_at: datetime | None = Field(description="When it started, in UTC.")
    seconds: float = Field(description="How long it took.")
    counts: dict[str, int] = Field(description="Counts by the names of the columns of `runs`.")
    guards: list[Guard] = Field(description="What the guards found.")
    warnings: list[str] = Field(description="What works but should be looked at.")
    error: Ended | None = Field(description="What ended it early.")


class RunResults(Part):
    """`run_results.json`: how every sync of the last run fared."""

    schema_version: Literal["run_results/v1"] = Field(default="run_results/v1", description="The form of this file.")
    metadata: Metadata
    command: str = Field(description="run, retry, resync or apply.")
    exit_code: int = Field(description="What the command ended with.")
    results: list[Ran] = Field(description="One for every sync of the command, in its order.")


KINDS: Mapping[str, type[BaseModel]] = {MANIFEST: Manifest, RUN_RESULTS: RunResults}
Artefact = TypeVar("Artefact", Manifest, RunResults)


# -- made ----------------------------------------------------------------------------------------------------------


def manifest_of(project: Configuration) -> Manifest:
    """The manifest of a project as it is declared now."""
    return Manifest(metadata=_metadata(project), syncs={sync.name: declared(project, sync) for sync in project.syncs})


def results_of(project: Configuration, command: str, reports: Sequence[Report]) -> RunResults:
    """The results of one command."""
    code = worst(report.exit_code for report in reports)
    results = [_ran(report) for report in reports]
    return RunResults(metadata=_metadata(project), command=command, exit_code=code, results=results)


def declared(project: Configuration, sync: Sync) -> Declared:
    """One sync as its project declares it."""
    path, line = place_of(project, sync)
    return Declared(
        name=sync.name,
        path=path,
        line_number=line,
        enabled=sync.enabled,
        tags=list(sync.tags),
        source=_source(project, sync),
        primary_key=list(sync.primary_key),
        destination=sync.destination_name,
        connector=sync.connector,
        account=connector(sync.connector).account(sync.destination),
        audience={"id": sync.audience.id} if sync.audience.id else {"name": sync.audience.name or ""},
        mapping={each.field: each.column for each in sync.mapping},
        settings=_settings(sync),
        digests=_digests(sync),
        prepares=config_hash(paper_ledger(project, sync)),
        compiled_path=(COMPILED / sync.name).as_posix(),
    )


def place_of(project: Configuration, sync: Sync) -> tuple[str | None, int | None]:
    """The file, relative to the project where it is in it, and the line that declare a sync."""
    if sync.place is None:
        return None, None
    path, root = sync.place.path.resolve(), project.root.resolve()
    told = path.relative_to(root) if path.is_relative_to(root) else Path(path.name)
    return told.as_posix(), sync.place.line


def _metadata(project: Configuration) -> Metadata:
    return Metadata(
        wsync_version=__version__,
        generated_at=datetime.now(UTC).replace(microsecond=0),
        warehouse=str(getattr(project.warehouse, "type", "")),
        state_schema=project.state_schema,
    )


def _source(project: Configuration, sync: Sync) -> DeclaredSource:
    source, graph = sync.source, project.dbt.manifest() if project.dbt else None
    return DeclaredSource(
        label=source.label,
        relation=list(source.relation) or None,
        query=_digest(source.query) if source.query is not None else None,
        node=source.node,
        nodes=[node.unique_id for node in nodes_of(project, sync, graph)] if graph else [],
    )


SETTINGS = ("mode", "hash", "normalize", "retry_failed_records", "retain_logs", "log_retention_days", "snapshots",
            "snapshot", "log_primary_key", "reassert_every", "removals", "concurrency")  # fmt: skip


def _settings(sync: Sync) -> dict[str, Any]:
    told = {name: getattr(sync, name) for name in SETTINGS}
    return {**told, "schedule": dict(sync.schedule) if sync.schedule else "manual", "guards": vars(sync.guards)}


def _digests(sync: Sync) -> dict[str, str]:
    """Digests of settings; a secret counts as being there, whatever it is."""
    statics = {each.field: each.static for each in sync.mapping if each.column is None}
    told = {"destination": _plain(sync.destination), "audience": dict(sync.audience.settings), "statics": statics}
    options = {f"options.{name}": value for name, value in _plain(sync.options).items()}
    return {name: _digest(value) for name, value in {**told, **options}.items()}


def _plain(settings: Any) -> dict[str, Any]:
    return settings.model_dump(mode="json") if isinstance(settings, BaseModel) else {}


def _digest(value: object) -> str:
    return sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _ran(report: Report) -> Ran:
    result = report.result
    return Ran(
        sync=report.sync,
        run_id=report.run_id,
        status=report.status,
        exit_code=report.exit_code,
        started_at=report.started_at,
        seconds=round(report.seconds, 3),
        counts={name: n for name, n in report.counts.items() if isinstance(n, int) and not isinstance(n, bool)},
        guards=[Guard(**vars(each)) for each in result.guards] if result else [],
        warnings=list(result.warnings) if result else [],
        error=_ended(report.error),
    )


def _ended(error: Exception | None) -> Ended | None:
    if error is None:
        return None
    if isinstance(error, WsyncError):
        return Ended(kind=type(error).__name__, exit_code=error.exit_code, message=str(error))
    return Ended(kind=type(error).__name__, exit_code=1)


# -- kept ----------------------------------------------------------------------------------------------------------


RUNS = ("run", "retry", "resync", "replace", "apply")
"""The commands whose results are kept."""


def keep(project: Configuration, command: str, reports: Sequence[Report]) -> tuple[str, ...]:
    """Write what a plan or a run leaves: the manifest, the SQL of its syncs, after a run the results.

    Returns a sentence where that cannot be: what was sent is sent, and known to the warehouse.
    """
    try:
        if command in (*RUNS, "plan"):
            write(project, manifest_of(project))
        if command in RUNS:
            write(project, results_of(project, command, reports))
        names = {report.sync for report in reports if report.result} if command in (*RUNS, "plan") else ()
        for sync in project.syncs:
            if sync.name in names:
                compile_sync(project, sync)
    except ConfigError as problem:
        return (f"artefacts: {problem}",)
    except Exception as fault:  # noqa: BLE001 - a fault of ours here must not hide how the runs went
        return (f"artefacts: unexpected {type(fault).__name__}",)
    return ()


def write(project: Configuration, artefact: Manifest | RunResults) -> Path:
    """Write an artefact in place of an earlier one, whole or not at all. Raises `ConfigError`."""
    name = MANIFEST if isinstance(artefact, Manifest) else RUN_RESULTS
    path = project.root / FOLDER / name
    draft = path.with_name(f".{name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(artefact.model_dump_json(indent=2) + "\n", encoding="utf-8")
        draft.replace(path)
    except OSError as problem:
        raise ConfigError(f"cannot be written ({type(problem).__name__})", path=path) from None
    return path


def read(folder: Path, kind: type[Artefact]) -> Artefact:
    """An artefact from a folder: `target/wsync`, or a kept copy of `target`. Raises `ConfigError`."""
    name = MANIFEST if kind is Manifest else RUN_RESULTS
    path = next((each for each in (folder / "wsync" / name, folder / name) if each.exists()), folder / name)
    try:
        document = json.loads(path.read_bytes()) if path.exists() else None
    except (OSError, ValueError) as problem:
        raise ConfigError(f"cannot be read ({type(problem).__name__})", path=path) from None
    if document is None or _is_dbts(document):
        told = f"there is no {name} of wsync here; `wsync plan` and `wsync run` write it"
        raise ConfigError(told, path=folder)
    said = document.get("schema_version") if isinstance(document, dict) else None
    known = kind.model_fields["schema_version"].default
    if said != known:
        raise ConfigError(f"is not an artefact of wsync in the form {known}; write it anew with this wsync", path=path)
    try:
        return kind.model_validate(document)
    except ValidationError as invalid:
        where = ".".join(str(part) for part in invalid.errors()[0]["loc"])
        raise ConfigError(f"is not what wsync writes as {known}", path=path, key=where) from None


def _is_dbts(document: Any) -> bool:
    """Whether this is dbt's file of the same name."""
    metadata = document.get("metadata") if isinstance(document, dict) else None
    return isinstance(metadata, dict) and "dbt_schema_version" in metadata


def schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schemas of the artefacts, by name."""
    return {
        name.removesuffix(".json"): {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **kind.model_json_schema(mode="serialization"),
            "title": f"{name} of wsync",
        }
        for name, kind in KINDS.items()
    }


def write_schemas(folder: Path) -> None:
    """Writes the schemas as they are checked in: `NAME.schema.json` in the folder."""
    for name, schema in schemas().items():
        (folder / f"{name}.schema.json").write_text(printed(schema), encoding="utf-8")
