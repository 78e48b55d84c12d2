"""The steps of a run up to its plan, each repeatable: begin, changes, prepared rows, snapshot, plan, guards."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from .. import __version__
from ..errors import ConfigError
from ..model import IDENTIFIER_SLOTS, PreparedRow, Updates
from .core import STATE_VERSION, Ledger, Run


@dataclass(frozen=True)
class GuardFinding:
    """One guard's line: what was found, what is allowed, and whether that blocks the plan."""

    guard: str
    found: float | None
    allowed: float | None
    blocked: bool


def config_hash(ledger: Ledger) -> str:
    """A digest of everything in the configuration that decides what is sent for a row."""
    sync = ledger.sync
    options = sync.options.model_dump(mode="json") if hasattr(sync.options, "model_dump") else None
    told = {
        "connector": sync.connector,
        "source": [sync.source.relation, sync.source.query],
        "mapping": [[m.field, m.column, m.static] for m in sync.mapping],
        "hash": sync.hash,
        "normalize": sync.normalize,
        "options": options,
        "snapshot": sync.snapshot,
        "digest": ledger.shape.digest_key,
        "normalizer": ledger.normalizer_version,
    }
    return sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:32]


def begin(ledger: Ledger, run: Run, *, trigger: str) -> Run:
    """Find out what the run starts from, and write its row. Needs the source described and the sync claimed."""
    run = oriented(ledger, run)
    enter(ledger, run, trigger=trigger)
    if run.baseline is None:
        ledger.execute("run/empty_baseline", run)
    return run


def enter(ledger: Ledger, run: Run, *, trigger: str) -> None:
    """Write the row of a run that begins, unless it is there."""
    ledger.execute(
        "run/new_run",
        run,
        kind=run.kind,
        mode=ledger.sync.mode,
        trigger=trigger,
        baseline_run_id=run.baseline,
        fields=json.dumps(run.fields),
        engine=ledger.warehouse.engine,
        wsync_version=__version__,
        suppressions=run.suppressions,
        dbt_invocation_id=run.dbt_invocation_id,
    )


def oriented(ledger: Ledger, run: Run) -> Run:
    """The run, knowing its keys, its configuration and its baseline; nothing is written."""
    keys = json.dumps(ledger.shape.key)
    kinds = [c.kind for name in ledger.shape.key for c in ledger.source_types if c.name == name]
    types = json.dumps(["digest"] if ledger.shape.digest_key else kinds)
    return _from_baseline(ledger, replace(run, key_columns=keys, key_types=types, config_hash=config_hash(ledger)))


def _from_baseline(ledger: Ledger, run: Run) -> Run:
    known = ledger.known or ledger.remember()
    pointer, config_before = known.baseline_run_id, known.config_hash
    run = replace(run, config_changed=config_before is not None and config_before != run.config_hash)
    if pointer is None or ledger.tables.of_run("snapshot", pointer) not in ledger.listing():
        return _without_baseline(ledger, run)
    before = ledger.run_row(pointer)
    if before is None or (before.key_columns, before.key_types) != (run.key_columns, run.key_types):
        return _without_baseline(ledger, run)
    now = (run.config_hash, ledger.warehouse.engine, run.suppressions)
    fresh = (before.config_hash, before.engine, before.suppressions) != now
    if run.key is not None:
        # Its snapshot applies no suppression but its own: what an interrupted `forget` entered is still due.
        settled = before.suppressions + run.entered
        old = tuple(json.loads(before.fields))
        run = replace(run, config_hash=before.config_hash, config_changed=False, suppressions=settled, fields=old)
        fresh = True
    kept = ledger.kept_by(ledger.tables.of_run("snapshot", pointer))
    return replace(run, baseline=pointer, baseline_fields=tuple(json.loads(before.fields)), fresh=fresh, kept=kept)


def _without_baseline(ledger: Ledger, run: Run) -> Run:
    if run.key is not None and ledger.rows_of(ledger.tables.mirror):
        raise ConfigError(
            f"sync {ledger.sync.name} has members but no baseline that fits its key: one row alone cannot be told "
            f"apart from the others. Run `wsync run {ledger.sync.name}` first"
        )
    return replace(run, baseline=None)


def source_bytes(ledger: Ledger, run: Run) -> int | None:
    """How many bytes reading the source costs, where the warehouse bills them and says so before."""
    once = ledger.warehouse.dialect.rendering.reads_cte_once
    name = "run/changes" if once else "run/source_rows"
    return ledger.warehouse.estimate(ledger.text(name, run, fresh=run.fresh), name)


def changes(ledger: Ledger, run: Run) -> None:
    """Read the source once and keep what changed, then make room for its prepared rows."""
    if not ledger.warehouse.dialect.rendering.reads_cte_once:
        ledger.execute("run/source_rows", run)
    ledger.execute("run/changes", run, fresh=run.fresh)
    ledger.execute("run/prepared", run)
    if not ledger.warehouse.dialect.rendering.reads_cte_once:
        ledger.drop(ledger.tables.of_run("source_rows", run.id))


def changed_rows(ledger: Ledger, run: Run) -> Iterator[list[tuple[Any, ...]]]:
    """The changed rows to prepare: (primary key, problem or None, mapped columns …), in lists."""
    return ledger.stream("run/changed_rows", run, ledger.warehouse.dialect.batch_rows)


def keep_prepared(ledger: Ledger, run: Run, rows: Iterable[PreparedRow], identifiers: int) -> None:
    """Append prepared rows, of which at most so many identifier columns are filled."""
    width = len(PreparedRow._fields) - IDENTIFIER_SLOTS + identifiers
    ledger.load("prepared", run, PreparedRow._fields[:width], [row[:width] for row in rows])


def snapshot(ledger: Ledger, run: Run) -> None:
    """Take the snapshot, and count it. The raw changes stay until the guards have judged the plan."""
    ledger.execute("run/snapshot", run, no_baseline=run.baseline is None)
    ledger.execute("run/count_changes", run)


def plan(
    ledger: Ledger, run: Run, *, page_rows: int, updates: Updates, later: bool = False, anew: bool = False
) -> None:
    """Wanted against members: numbered, paged operations, and their counts.

    `later`: the platform answers later. `anew`: what every member was goes before anything is added.
    """
    sync = ledger.sync
    after_adds = sync.removals == "after_adds" and not anew
    replaces = updates == "replace" or anew
    run = replace(run, slices=_slices(ledger))
    ledger.execute("run/wanted", run)
    ledger.execute("run/leaving", run, removes=_may_remove(ledger, run), later=later)

    def operations(attempt: int) -> None:
        if attempt:
            ledger.drop(ledger.tables.of_run("operations", run.id))
        ledger.execute("run/removals", run, forget=run.forget, after_adds=after_adds)
        ledger.execute(
            "run/additions",
            run,
            assume=sync.mode == "delete",
            retry=sync.retry_failed_records,
            retry_now=run.retry_now,
            resync=run.resync,
            update_action="add" if replaces else updates,
            replaces=replaces,
            later=later,
            after_adds=after_adds,
        )
        if replaces:
            ledger.execute("run/replaced", run, anew=anew)

    ledger.repeated(operations)
    ledger.execute("run/plan", run, page_rows=page_rows)
    ledger.execute("run/outcome", run)
    ledger.execute("run/count_plan", run)


def unplanned(ledger: Ledger, run: Run) -> int:
    """How many members the run's plan does not settle: it leaves them out, or their verdict is still to come."""
    return int(ledger.query("run/unplanned", run)[0][0])


def _slices(ledger: Ledger) -> tuple[tuple[str, datetime], ...]:
    """When members must have been sent last, by the first digit of their identity.

    The digits divide the second half of the period: who was sent at once is sent again in sixteen even slices.
    """
    if ledger.sync.reassert_every is None:
        return ()
    period, now = _period(ledger.sync.reassert_every), ledger.query("run/clock")[0][0]
    return tuple((f"{n:x}", now - period * (1 - n / 32)) for n in range(16))


def _period(text: str) -> timedelta:
    count, unit = text.split()
    return timedelta(**{f"{unit.rstrip('s')}s": int(count)})


def doubt_members(ledger: Ledger, run: Run) -> None:
    """The platform's list lost its members: every one of them is in doubt, and added again."""
    ledger.execute("run/doubt", run)


def _may_remove(ledger: Ledger, run: Run) -> bool:
    if ledger.sync.mode == "upsert" and not run.forget:
        return False
    return run.baseline is not None or ledger.query("run/held_keys", run)[0][0] == 0


def guard(ledger: Ledger, run: Run) -> list[GuardFinding]:
    """Judge the plan. A guard whose numbers cannot be computed blocks."""
    limits = ledger.sync.guards
    off = 10**15
    rows = ledger.query(
        "run/guard",
        run,
        config_changed=run.config_changed,
        empty_source=0 if limits.empty_source else off,
        removals_percent=limits.removals_percent or 0,
        removals_rows=off if limits.removals_percent is None else limits.removals_rows,
        rekeys_percent=limits.rekeys_percent or 0,
        rekeys_rows=off if limits.rekeys_percent is None else limits.rekeys_rows,
        config_change_removals=0 if limits.config_change_removals else off,
        null_keys_percent=off if limits.null_keys_percent is None else limits.null_keys_percent,
        null_keys_rows=off if limits.null_keys_rows is None else limits.null_keys_rows,
        sample_rows=limits.sample_rows,
        invalid_percent=100 if limits.invalid_percent is None else limits.invalid_percent,
        field_invalid_percent=100 if limits.field_invalid_percent is None else limits.field_invalid_percent,
        field_collapse_points=off if limits.field_collapse_points is None else limits.field_collapse_points,
    )
    return [
        GuardFinding(name, _number(found), _number(allowed), bool(blocked)) for name, found, allowed, blocked in rows
    ]


def _number(value: Any) -> float | None:
    return None if value is None else round(float(value), 2) + 0.0


def drop_changes(ledger: Ledger, run: Run) -> None:
    """The raw mapped values go: their rows are prepared, the snapshot and the plan stand."""
    ledger.drop(ledger.tables.of_run("changes", run.id))


def check_owner(ledger: Ledger, *, account: str) -> None:
    """Raises `ConfigError` for state of a newer version, and for an audience of another account.

    A sync that has no audience yet may have tried a wrong account: it is free to take another.
    """
    sync = ledger.sync
    row = ledger.remember()
    if row.state_version > STATE_VERSION:
        raise ConfigError(
            f"sync {sync.name} was last run by a newer wsync (state version {row.state_version}); upgrade wsync"
        )
    if row.audience_id is not None and (row.connector, row.account) != (sync.connector, account):
        raise ConfigError(
            f"sync {sync.name} owns an audience of {row.connector} account {row.account}; another account is another "
            f"sync: give it another name, or give this one up with `wsync abandon {sync.name}`"
        )


def adopt(ledger: Ledger, run: Run, audience: str, *, account: str) -> None:
    """Record the audience as the sync's own.

    Raises `ConfigError` where another sync owns it: each would remove what the other adds.
    """
    sync = ledger.sync
    owned: dict[str, Any] = {"connector": sync.connector, "account": account, "audience_id": audience}
    others = ledger.query("run/audience_owner", **owned)
    if others:
        raise ConfigError(
            f"the audience of sync {sync.name} belongs to sync {others[0][0]} already: one audience is one "
            f"sync's. If that sync has a new name, run `wsync rename {others[0][0]} {sync.name}`"
        )
    ledger.execute("run/adopt_audience", run, audience_name=sync.audience.name, **owned)


def suppressions(ledger: Ledger) -> list[str]:
    """The suppressed digests of this sync."""
    return [digest for (digest,) in ledger.query("run/suppressions")]


def check_mirror(ledger: Ledger) -> None:
    """Compare the mirror with what the last settle recorded. Raises `ConfigError` where rows are missing."""
    recorded = ledger.remember().mirror_rows or 0
    found = ledger.rows_of(ledger.tables.mirror)
    if found < recorded:
        raise ConfigError(
            f"the mirror of sync {ledger.sync.name} has {found} rows where its last run recorded {recorded}: somebody "
            "changed it, and what is missing could never be removed. Restore the table, or abandon the sync"
        )
