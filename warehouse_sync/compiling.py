"""`wsync compile`: every statement of a run as text, by letting the real steps run against a warehouse of paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import adapters
from .adapters import ColumnType, Dialect, TaskScript
from .config import Configuration
from .connectors import connector_of
from .errors import ConfigError
from .ledger import settling, steps, task_script
from .ledger.core import STATE_VERSION, Ledger, Run
from .ledger.source import describe_source, with_source
from .model import Ports, Sync
from .opening import ledger_of, open_ledger
from .preparing import preparer_of

FOLDER = Path("target", "wsync", "compiled")
TASKS = Path("target", "wsync", "tasks")
RUN_ID, BASELINE = "yyyymmddhhmmssxxxx", "yyyymmddhhmmssbase"
"""Stand where a run's id and that of its baseline will be."""
RUN_KINDS = ("run/", "settle/", "state/")


@dataclass
class Paper:
    """A `Warehouse` that writes down what it is asked and answers as a sync with one settled run would."""

    dialect: Dialect
    answers: dict[str, list[tuple[Any, ...]]]
    columns: list[ColumnType]
    names: set[str] = field(default_factory=set)
    engine: str = "engine"
    written: list[tuple[str, str]] = field(default_factory=list)

    def execute(self, sql: str, statement: str) -> None:
        self.written.append((statement, sql))

    def query(self, sql: str, statement: str) -> list[tuple[Any, ...]]:
        self.written.append((statement, sql))
        return self.answers.get(statement, [])

    def stream(self, sql: str, statement: str, rows: int) -> Iterator[list[tuple[Any, ...]]]:
        self.written.append((statement, sql))
        return iter(())

    def load(self, schema: str, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        raise AssertionError("nothing is loaded while statements are written")

    def describe(self, sql: str, statement: str) -> list[ColumnType]:
        return self.columns

    def has_schema(self, schema: str) -> bool:
        return False

    def missing_grants(self, schema: str, relations: Sequence[Sequence[str]]) -> list[str]:
        return []

    def estimate(self, sql: str, statement: str) -> int | None:
        return None

    def tables(self, schema: str) -> set[str]:
        return self.names

    def close(self) -> None:
        return None


def statements(project: Configuration, sync: Sync) -> list[tuple[str, str]]:
    """(name, text) of every canonical statement of an ordinary run, in order, each once."""
    ledger = paper_ledger(project, sync)
    paper = ledger.warehouse
    assert isinstance(paper, Paper)  # noqa: S101 - it was made so
    paper.names = {ledger.tables.of_run("snapshot", run_id) for run_id in (BASELINE, RUN_ID)}
    _walk(ledger, sync)
    known = [(name, sql) for name, sql in paper.written if name.startswith(RUN_KINDS)]
    return list(dict(known).items())


def paper_ledger(project: Configuration, sync: Sync) -> Ledger:
    """A sync's ledger without a connection, its source described as far as the configuration tells."""
    dialect = adapters.dialect(str(getattr(project.warehouse, "type", "")))
    paper = Paper(dialect, _answers(), _columns(sync))
    return with_source(ledger_of(project, sync, paper, Ports()), paper.columns)


def _answers() -> dict[str, list[tuple[Any, ...]]]:
    row = ("", "", "audience", None, "[]", "[]", "", BASELINE, 1, 0, STATE_VERSION, "")
    run = ("", BASELINE, 1, "settled", "succeeded", "run", None, "", "", "[]", "[]", "engine", 0, "mirror")
    return {
        "run/sync_row": [row],
        "run/run_row": [run],
        "run/size": [(0,)],
        "run/held_keys": [(0,)],
        "run/clock": [(datetime(2000, 1, 1, tzinfo=UTC),)],
    }


def _columns(sync: Sync) -> list[ColumnType]:
    """The source's columns as far as the configuration tells; their types are not known without a connection."""
    mapped = (each.column for each in sync.mapping if each.column is not None)
    return [ColumnType(name, "text", "text") for name in dict.fromkeys((*sync.primary_key, *mapped))]


def _walk(ledger: Ledger, sync: Sync) -> None:
    """The steps of a run that has a baseline, as `Runner` takes them."""
    to = connector_of(sync)
    ledger.prepare_schema()
    run = Run(RUN_ID, 2, "run", "", "", "", (), None)
    ledger.execute("run/claim", run, lease_seconds=sync.lease_seconds)
    ledger.execute("run/fence", run)
    steps.check_mirror(ledger)
    steps.suppressions(ledger)
    run = steps.begin(ledger, run, trigger="cli")
    steps.changes(ledger, run)
    list(steps.changed_rows(ledger, run))
    steps.snapshot(ledger, run)
    steps.plan(ledger, run, page_rows=to.rows, updates=to.updates, later=to.poll is not None)
    steps.guard(ledger, run)
    settling.phase(ledger, run, "sending", "running")
    list(settling.pages(ledger, run))
    settling.settle(ledger, run, missing="aborted")
    settling.prune(ledger, run)
    ledger.execute("run/heartbeat", run, released=1)


def compile_sync(project: Configuration, sync: Sync) -> Path:
    """Write a sync's statements as `NN_step.sql`, earlier ones replaced, and return their folder."""
    folder = project.root / FOLDER / sync.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("[0-9][0-9]_*.sql"):
            old.unlink()
        for number, (name, sql) in enumerate(statements(project, sync), start=1):
            path = folder / f"{number:02d}_{name.split('/')[1]}.sql"
            path.write_text(f"-- {name}\n{sql};\n", encoding="utf-8")
    except OSError as problem:
        raise ConfigError(f"cannot be written ({type(problem).__name__})", path=folder) from None
    return folder


def compile_task(project: Configuration, sync: Sync) -> Path:
    """Write what the warehouse can run by itself, as it schedules things, to one file, and return that.

    Looks at the source's columns: their names are written as the warehouse spells them. Raises `ConfigError` where the
    warehouse has nothing that runs a script, or the file cannot be written.
    """
    with open_ledger(project, sync) as ledger:
        text = task_text(describe_source(ledger), mapped_fields(sync), project.warehouse)
    path = project.root / TASKS / f"{sync.name}.sql"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise ConfigError(f"cannot be written ({type(problem).__name__})", path=path) from None
    return path


def task_text(ledger: Ledger, fields: Sequence[str], settings: Any = None) -> str:
    """A sync's task as its warehouse wants it. Needs the source described; `fields` as `mapped_fields` gives them."""
    dialect, sync = ledger.warehouse.dialect, ledger.sync
    statements = [sql for _, sql in task_script.script(ledger, fields)]
    scheduler = dialect.task
    assert scheduler is not None  # noqa: S101 - there would be no script
    spelled = dialect.rendering.spelled
    name, schema = spelled(f"task_{ledger.tables.token}"), spelled(ledger.schema)
    return scheduler.write(
        TaskScript(sync.name, name, schema, sync.task_cron, (*scheduler.session, *statements), settings)
    )


def mapped_fields(sync: Sync) -> tuple[str, ...]:
    """A sync's mapped fields in the order of a snapshot's `filled` marks."""
    return preparer_of(sync, connector_of(sync), salt=sync.name).fields
