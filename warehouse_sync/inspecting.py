"""What is known of syncs, runs and keys: read, never changed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .config import Configuration, select
from .connectors import connector_of
from .connectors.list_states import REFUSED_MIN_SIZE, STATES
from .executing import masked
from .ledger import reads, tasks
from .ledger.core import Ledger
from .ledger.rows import SyncRow
from .ledger.source import describe_source
from .ledger.steps import suppressions
from .model import Ports, Sync
from .opening import ledger_of, open_ledger, open_warehouse, stored_key
from .preparing import preparer_of
from .schedule import next_times, shown

WAITING = ("planned", "blocked")


@dataclass(frozen=True)
class Standing:
    """Where one sync stands. `run` holds the newest run's columns; `waiting` is a plan that can be applied."""

    sync: str
    enabled: bool
    audience_id: str | None = None
    audience_name: str | None = None
    run: dict[str, Any] | None = None
    waiting: str | None = None
    unsettled: bool = False
    members: dict[str, int] = field(default_factory=dict)
    oldest_removal: datetime | None = None
    kept_by_size: int = 0
    list_state: str | None = None
    next_due: datetime | None = None
    task: tasks.Waiting | None = None
    next_times: tuple[datetime, ...] = ()

    def line(self) -> tuple[Any, ...]:
        """A line of the table."""
        run = self.run or {}
        return (
            self.sync,
            self.audience_id or self.audience_name,
            run.get("sync_run_id"),
            run.get("status", "never ran") if self.enabled else "disabled",
            run.get("finished_at"),
            *(self.members.get(state, 0) for state in ("member", "in_doubt", "rejected")),
            self.next_due,
        )

    def remarks(self) -> list[str]:
        """What deserves a sentence."""
        said = []
        if self.waiting:
            said.append(f"a plan waits to be sent: wsync apply {self.waiting}")
        if self.unsettled:
            said.append("a run was interrupted while sending; the next run settles it first")
        if self.task:
            said.append(_task(self.task))
        if self.list_state:
            said.append(f"{self.list_state}: {STATES[self.list_state]}")
        if self.kept_by_size:
            said.append(f"{REFUSED_MIN_SIZE}, {self.kept_by_size:,} members: {STATES[REFUSED_MIN_SIZE]}")
        if self.oldest_removal:
            said.append(f"a removal is not acknowledged since {self.oldest_removal:%Y-%m-%d %H:%M} UTC")
        if self.next_times:
            said.append(f"due {shown(self.next_times)}")
        return said


def _task(task: tasks.Waiting) -> str:
    if task.why is None:
        prepared = f"{task.changed_keys or 0:,} changed keys at {task.prepared_at:%Y-%m-%d %H:%M} UTC"
        return f"the warehouse's task prepared {prepared}; the next run takes them over"
    return f"what the warehouse's task left is not taken over: {task.why}"


def standings(project: Configuration, syncs: Iterable[Sync]) -> list[Standing]:
    """Where syncs stand."""
    with open_warehouse(project) as warehouse:
        ports = Ports()
        return [_standing(project, sync, warehouse, ports) for sync in syncs]


def _standing(project: Configuration, sync: Sync, warehouse: Any, ports: Ports) -> Standing:
    ledger = ledger_of(project, sync, warehouse, ports)
    known = reads.sync_row(ledger)
    times = next_times(sync.schedule, datetime.now(UTC))
    due = next(iter(times), None)
    if known is None:
        audience = (sync.audience.id, sync.audience.name)
        return Standing(sync.name, sync.enabled, *audience, next_due=due, next_times=times)
    newest = reads.runs(ledger, rows=1)
    run = newest[0] if newest else None
    phase = run["phase"] if run else None
    members = reads.members(ledger)
    removals = [each.oldest_removal for each in members if each.oldest_removal]
    return Standing(
        sync.name,
        sync.enabled,
        known.audience_id,
        known.audience_name or sync.audience.name,
        run,
        run["sync_run_id"] if run and phase in WAITING else None,
        phase == "sending",
        {each.state: each.identities for each in members},
        min(removals, default=None),
        sum(each.kept_by_size for each in members),
        run["error_code"] if run and run["error_code"] in STATES else None,
        due,
        tasks.waiting(ledger),
        times,
    )


def log_lines(project: Configuration, sync: str | None, **wanted: Any) -> list[reads.LogLine]:
    """The newest lines of the log, of one sync or of all: `run_id`, `status`, `key` and `rows` choose among them."""
    if sync is not None:
        select(project, [sync])
    if not project.syncs:
        return []
    with open_ledger(project, project.syncs[0]) as ledger:
        return reads.log(ledger, sync=sync, **wanted) if reads.has_state(ledger) else []


def answers(project: Configuration, sync: Sync, run_id: str) -> list[reads.LogLine]:
    """The log of one run, for its few rows."""
    return log_lines(project, sync.name, run_id=run_id, rows=20)


@dataclass(frozen=True)
class Explained:
    """What source, snapshot, mirror and log know of one key. No values: fields are told by what was made of them."""

    sync: str
    primary_key: str
    source: tuple[dict[str, Any], ...]
    snapshot: reads.InBaseline | None
    members: tuple[dict[str, Any], ...]
    log: tuple[reads.LogLine, ...]


def explain(project: Configuration, sync: Sync, typed: str, *, as_logged: bool = False) -> Explained:
    """Everything known of one key, under the rights of who asks."""
    with open_ledger(project, sync) as opened:
        key = stored_key(opened, typed, as_logged=as_logged)
        ledger = describe_source(opened)
        row = reads.sync_row(ledger)
        baseline = row.baseline_run_id if row else None
        return Explained(
            sync.name,
            key,
            tuple(_judged(ledger, found, key, row) for found in reads.in_source(ledger, key)),
            reads.in_baseline(ledger, key, baseline),
            tuple(_member(each) for each in reads.mirrored(ledger, key, baseline)) if row else (),
            tuple(reads.log(ledger, sync=sync.name, key=key, rows=10)) if row else (),
        )


def _judged(ledger: Ledger, found: tuple[Any, ...], key: str, row: SyncRow | None) -> dict[str, Any]:
    """What a run would make of one source row, field by field."""
    sync, to = ledger.sync, connector_of(ledger.sync)
    salt = row.suppression_salt if row else sync.name
    prepare = preparer_of(sync, to, salt=salt, suppressed=suppressions(ledger) if row else ())
    places = {name.lower(): at for at, name in enumerate(ledger.shape.columns, start=1)}
    values = [found[places[name.lower()]] for name in prepare.columns]
    done = prepare.prepare([(key, None, *values)])[0]
    marks = dict(zip(prepare.fields, (MARKS[mark] for mark in done.filled), strict=True))
    return {
        "verdict": done.verdict,
        "error_code": done.error_code,
        "error_reason": done.error_reason,
        "field_notes": done.field_notes,
        "fields": marks,
        "columns": {each.field: each.column for each in sync.mapping},
        "sent": masked(json.loads(done.tokens or "{}")),
    }


MARKS = {".": "empty", "+": "valid", "!": "invalid", "-": "denied"}


def _member(found: reads.Member) -> dict[str, Any]:
    return {**found._asdict(), "tokens": masked(found.tokens)}
