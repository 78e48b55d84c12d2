"""Looks at the state that change nothing: runs, plans, the log, the mirror, one key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from .core import Ledger, Run
from .rows import SyncRow


class PlanLine(NamedTuple):
    """How many identities a plan treats alike, and the pages they travel in (0: nothing is asked of the platform)."""

    operation: str
    reason: str
    action: str
    identities: int
    pages: int


class Refused(NamedTuple):
    """Rows refused before planning, by code."""

    error_code: str
    error_reason: str
    rows: int


class Noted(NamedTuple):
    """Fields left out of rows that are sent all the same."""

    field_notes: str
    rows: int


class Sampled(NamedTuple):
    """One row of a plan. `tokens` are as planned: mask them before showing any."""

    primary_key: str | None
    operation: str
    reason: str
    tokens: Mapping[str, Any]


class LogLine(NamedTuple):
    """One line of `sync_log`."""

    connection_id: str
    sync_run_id: str
    primary_key: str | None
    operation: str | None
    status: str
    reason: str | None
    error_code: str | None
    error_reason: str | None
    field_notes: str | None
    attempt: int | None
    page: int | None
    http_status: int | None
    request_id: str | None
    logged_at: datetime


class LogCount(NamedTuple):
    """Lines of one run's log that are alike."""

    operation: str | None
    status: str
    reason: str | None
    error_code: str | None
    keys: int


class Members(NamedTuple):
    """Identities of the mirror in one state, with the time of the oldest removal not yet acknowledged.

    `kept_by_size`: so many of them stay because the platform refuses to make the list that small.
    """

    state: str
    identities: int
    oldest_removal: datetime | None
    kept_by_size: int


class Member(NamedTuple):
    """What the mirror knows of one identity. Mask the tokens before showing any."""

    state: str
    planned_action: str
    attempts: int
    last_error_code: str | None
    tokens: Mapping[str, Any]
    first_planned_at: datetime
    last_planned_at: datetime
    last_sent_at: datetime | None
    planned_run_id: str
    primary_key: str | None


class InBaseline(NamedTuple):
    """What the newest settled snapshot knows of one key."""

    operation: str | None
    error_code: str | None
    filled: str | None
    has_identity: bool


def a_run(run_id: str, baseline: str | None = None) -> Run:
    """A run by its id, for statements that only name its tables."""
    return Run(run_id, 0, "", "", "", "", (), baseline)


def has_state(ledger: Ledger) -> bool:
    """Whether any sync ever ran here."""
    return {"syncs", "runs", "sync_log"} <= ledger.listing()


def sync_row(ledger: Ledger) -> SyncRow | None:
    """The sync's row in `syncs`, or None before its first run."""
    return ledger.sync_row() if has_state(ledger) else None


def owner(ledger: Ledger, run_id: str) -> str | None:
    """The sync whose run this is."""
    rows = ledger.query("read/run_owner", run_id=run_id) if has_state(ledger) else []
    return str(rows[0][0]) if rows else None


def runs(ledger: Ledger, *, run_id: str | None = None, rows: int = 1) -> list[dict[str, Any]]:
    """The sync's newest runs, by column name."""
    names = [column.name for column in ledger.columns_of_runs()]
    found = ledger.query("read/runs", run_id=run_id, rows=rows)
    return [dict(zip(names, row, strict=True)) for row in found]


def plan_summary(ledger: Ledger, run_id: str) -> list[PlanLine]:
    return [PlanLine(*row) for row in ledger.query("read/plan_summary", a_run(run_id))]


def plan_sample(ledger: Ledger, run_id: str, rows: int) -> list[Sampled]:
    found = ledger.query("read/plan_sample", a_run(run_id), rows=rows)
    return [Sampled(key, operation, reason, json.loads(tokens)) for key, operation, reason, tokens, _ in found]


def refused(ledger: Ledger, run_id: str) -> list[Refused]:
    return [Refused(*row) for row in ledger.query("read/refused_summary", a_run(run_id))]


def noted(ledger: Ledger, run_id: str) -> list[Noted]:
    return [Noted(*row) for row in ledger.query("read/notes_summary", a_run(run_id))]


def log_counts(ledger: Ledger, run_id: str) -> list[LogCount]:
    return [LogCount(*row) for row in ledger.query("read/log_counts", a_run(run_id))]


def log(
    ledger: Ledger,
    *,
    sync: str | None,
    run_id: str | None = None,
    status: str | None = None,
    key: str | None = None,
    rows: int = 50,
) -> list[LogLine]:
    """The newest lines of the log; `sync` None: of every sync."""
    found = ledger.query("read/log", sync=sync, run_id=run_id, status=status, key=key, rows=rows)
    return [LogLine(*row) for row in found]


def members(ledger: Ledger) -> list[Members]:
    """The mirror counted by state; empty where there is no mirror."""
    if ledger.tables.mirror not in ledger.listing():
        return []
    return [Members(*row) for row in ledger.query("read/members")]


def mirrored(ledger: Ledger, key: str, baseline: str | None) -> list[Member]:
    """What the mirror knows of one key, newest first. `key` as wsync's tables hold it; needs a baseline."""
    if ledger.tables.mirror not in ledger.listing():
        return []
    name = "read/explain_mirror" if baseline else "read/explain_mirror_alone"
    found = ledger.query(name, a_run("", baseline) if baseline else None, key=key)
    return [Member._make((*row[:4], json.loads(row[4]), *row[5:])) for row in found]


def in_baseline(ledger: Ledger, key: str, baseline: str | None) -> InBaseline | None:
    """What the newest settled snapshot knows of one key."""
    if baseline is None or ledger.tables.of_run("snapshot", baseline) not in ledger.listing():
        return None
    found = ledger.query("read/explain_baseline", a_run("", baseline), key=key)
    return InBaseline._make((*found[0][:3], bool(found[0][3]))) if found else None


def in_source(ledger: Ledger, key: str) -> list[tuple[Any, ...]]:
    """The source's rows of one key: (key, mapped columns …). Values: show which are filled, never what they are."""
    return ledger.query("read/explain_source", key=key)
