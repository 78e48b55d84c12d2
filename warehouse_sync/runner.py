"""One run of one sync, step by step; knows neither SQL nor HTTP."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

from . import gating, polling, replacing
from .connectors import Connector
from .connectors.list_states import REFUSED_MIN_SIZE
from .delivery import Delivery, Sender, Wire, pages_of
from .errors import AudienceRefused, Held, WsyncError
from .fields import Preparer, without_collections
from .ledger import claims, forgetting, settling, steps, tasks
from .ledger.core import Ledger, Run
from .ledger.source import describe_source
from .ledger.steps import GuardFinding
from .model import IDENTIFIER_SLOTS, Gate, Ports, PreparedRow, Sync
from .owning import looked_into, own_audience
from .preparing import preparer_of

IDENTIFIERS = len(PreparedRow._fields) - IDENTIFIER_SLOTS
"""Where the identifier digests of a prepared row begin."""

Kind = Literal["run", "plan", "apply", "resync", "replace", "retry", "test-record", "forget", "poll"]


@dataclass(frozen=True)
class Progress:
    """How far a run is: the stage's name, and what is done of how much (rows), when known."""

    stage: str
    done: int = 0
    total: int | None = None
    pages: int = 0


@dataclass(frozen=True)
class Request:
    """What a run is asked to do. `key` is the text of one primary key, as the log shows it.

    `gate` is what dbt's artefacts say of the sync; with `gated` False nobody asks them.
    """

    kind: Kind = "run"
    run_id: str | None = None
    key: str | None = None
    trigger: str = "cli"
    gated: bool = True
    gate: Gate | None = None


@dataclass(frozen=True)
class Result:
    """How a run ended. `status`: succeeded, partial (some rows failed), planned, blocked, stopped or skipped.

    `prepared_at`: when a warehouse task prepared the changes that the run took over; None where it read the source.
    """

    sync: str
    run_id: str
    status: str
    exit_code: int
    counts: dict[str, Any] = field(default_factory=dict)
    guards: tuple[GuardFinding, ...] = ()
    recovered: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    error: WsyncError | None = None
    prepared_at: datetime | None = None


@dataclass
class Runner:
    """Runs one sync over one open warehouse."""

    ledger: Ledger
    connector: Connector
    ports: Ports
    progress: Callable[[Progress], None] = lambda _progress: None
    stopping: Callable[[], WsyncError | None] = lambda: None
    warnings: list[str] = field(default_factory=list)
    offer: tasks.Offer | None = None
    """What a warehouse task prepared, as long as this run means to take it over."""

    @property
    def sync(self) -> Sync:
        return self.ledger.sync

    def run(self, request: Request) -> Result:
        """Do what is asked, and end the lease whatever happens. Raises the `WsyncError` that stopped it."""
        found = self.connector
        self.ledger.prepare_schema()
        run = Run(request.run_id or new_run_id(), 0, request.kind, "", "", "", (), None)
        run = replace(run, dbt_invocation_id=request.gate.invocation_id if request.gate else None)
        account = found.account(self.sync.destination)
        run = claims.claim(self.ledger, run, account=account)
        lease = claims.Lease(self.ledger, run)
        with self._released(lease):
            steps.check_owner(self.ledger, account=account)
            if request.kind == "replace":
                replacing.check_possible(self.sync, found)
            recovered = tuple(settling.recover(self.ledger, run))
            gated = gating.stopped(self.ledger, run, request.gate, trigger=request.trigger)
            if gated:
                return Result(self.sync.name, run.id, "skipped", gated.exit_code, recovered=recovered, error=gated)
            if request.kind == "apply":
                return self._apply(found, run, lease, recovered)
            if request.kind == "poll":
                return replace(self._poll(found, run, lease), recovered=recovered)
            steps.check_mirror(self.ledger)
            result = self._fresh(found, run, lease, request)
            prepared_at = self.offer.marker.prepared_at if self.offer else None
            return replace(result, recovered=recovered, prepared_at=prepared_at)

    @contextmanager
    def _released(self, lease: claims.Lease) -> Iterator[None]:
        """Prune and end the lease after a run that came to an end of its own; leave a lost warehouse to recovery."""
        try:
            yield
        except (WsyncError, KeyboardInterrupt):
            self._end_quietly(lease)
            raise
        settling.prune(self.ledger, lease.run)
        lease.end()

    def _end_quietly(self, lease: claims.Lease) -> None:
        try:
            lease.end()
        except WsyncError:
            self.warnings.append("the lease could not be ended; it expires by itself")

    # -- a run of another kind -----------------------------------------------------------------------------------

    def _poll(self, found: Connector, run: Run, lease: claims.Lease) -> Result:
        with self._wire(found, run, create=False) as wire:
            counts = polling.ask_again(wire, self.ledger, run, lease, self.warnings)
        return Result(self.sync.name, run.id, "succeeded", 0, counts, warnings=tuple(self.warnings))

    # -- a run with a plan of its own ----------------------------------------------------------------------------

    def _fresh(self, found: Connector, run: Run, lease: claims.Lease, request: Request) -> Result:
        with self._wire(found, run, create=request.kind not in ("plan", "forget")) as wire:
            settling.drop_plans(self.ledger, run)
            polling.ask_again(wire, self.ledger, run, lease, self.warnings)
            polling.refill(wire, self.ledger, run, self.warnings)
            run = _asked(run, request)
            self.offer = tasks.offered(self.ledger, run)
            self.ledger = self.offer.ledger if self.offer else describe_source(self.ledger)
            prepare, run = self._preparer(found, run)
            if request.kind == "forget":
                # Older snapshots still have the key; they go when this run is over.
                self.ledger = replace(self.ledger, sync=replace(self.sync, snapshots=1))
                entered = self._suppress(run, prepare)
                prepare, run = self._preparer(found, replace(run, entered=entered))
            run = steps.begin(self.ledger, run, trigger=request.trigger)
            return self._planned_and_sent(wire, run, prepare, lease, request)

    def _planned_and_sent(
        self, wire: Wire, run: Run, prepare: Preparer, lease: claims.Lease, request: Request
    ) -> Result:
        found = wire.connector
        read = steps.source_bytes(self.ledger, run) if request.kind == "plan" and self.offer is None else None
        self._changes(run, request)
        self._prepare(run, prepare, lease)
        self.progress(Progress("plan"))
        steps.snapshot(self.ledger, run)
        later = found.poll is not None
        anew = run.kind == "replace" and not replacing.has_own_way(found)
        steps.plan(self.ledger, run, page_rows=found.rows, updates=found.updates, later=later, anew=anew)
        guards = tuple(steps.guard(self.ledger, run))
        steps.drop_changes(self.ledger, run)
        blocked = any(each.blocked for each in guards) and request.kind != "forget"
        if blocked or request.kind == "plan":
            planned = self._planned(run, guards, blocked=blocked)
            return planned if read is None else replace(planned, counts={**planned.counts, "source_bytes": read})
        self._stop_if_asked()
        return replace(self._send(wire, run, lease), guards=guards)

    def _stop_if_asked(self) -> None:
        stopped = self.stopping()
        if stopped is not None:
            raise stopped

    def _preparer(self, found: Connector, run: Run) -> tuple[Preparer, Run]:
        suppressed = steps.suppressions(self.ledger)
        made = preparer_of(self.sync, found, salt=forgetting.salt(self.ledger), suppressed=suppressed)
        return made, replace(run, fields=made.fields, suppressions=len(suppressed))

    def _suppress(self, run: Run, prepare: Preparer) -> int:
        """Enter the key of a run that forgets, with what the platform and the source know it by."""
        known = prepare.prepare(forgetting.source_rows(self.ledger, run), self._columns(prepare))
        tokens = {token for row in known for token in row[IDENTIFIERS:] if token}
        return forgetting.suppress(self.ledger, run, tokens)

    def _columns(self, prepare: Preparer) -> list[str]:
        """The columns of a changed row, as the preparer spells them."""
        known = {name.lower(): name for name in prepare.columns}
        return [name if name in prepare.columns else known[name.lower()] for name in self.ledger.shape.columns]

    def _changes(self, run: Run, request: Request) -> None:
        """The task's changes where they still fit, else the run's own."""
        self.progress(Progress("changes"))
        if self.offer is None:
            steps.changes(self.ledger, run)
        elif not tasks.adopt(self.ledger, run, self.offer, trigger=request.trigger):
            self.offer = None
            self.ledger = tasks.again(self.ledger)
            steps.changes(self.ledger, run)

    def _prepare(self, run: Run, prepare: Preparer, lease: claims.Lease) -> None:
        done = 0
        columns = self._columns(prepare)
        for batch in steps.changed_rows(self.ledger, run):
            steps.keep_prepared(self.ledger, run, prepare.prepare(batch, columns), prepare.identifiers)
            lease.keep()
            self._stop_if_asked()
            done += len(batch)
            self.progress(Progress("prepare", done))

    def _planned(self, run: Run, guards: tuple[GuardFinding, ...], *, blocked: bool) -> Result:
        verdict = json.dumps([asdict(each) for each in guards])
        status = "blocked" if blocked else "planned"
        settling.phase(self.ledger, run, status, status, guard_verdict=verdict, finished=True)
        counts = settling.counts(self.ledger, run)
        return Result(self.sync.name, run.id, status, AudienceRefused.exit_code if blocked else 0, counts, guards)

    # -- the audience --------------------------------------------------------------------------------------------

    @contextmanager
    def _wire(self, found: Connector, run: Run, *, create: bool) -> Iterator[Wire]:
        """The connection to the sync's own audience, closed at the end."""
        api = found.connect(self.sync, self.ports)
        try:
            yield Wire(found, api, own_audience(self.ledger, found, api, run, create=create))
        finally:
            close = getattr(api, "close", None)
            if close is not None:
                close()

    # -- sending and settling ------------------------------------------------------------------------------------

    def _apply(self, found: Connector, run: Run, lease: claims.Lease, recovered: tuple[str, ...]) -> Result:
        steps.check_mirror(self.ledger)
        self.ledger = describe_source(self.ledger)
        suppressed = len(steps.suppressions(self.ledger))
        run = settling.approved(self.ledger, run, steps.config_hash(self.ledger), suppressed)
        with self._wire(found, run, create=True) as wire:
            return replace(self._send(wire, run, lease), recovered=recovered)

    def _send(self, wire: Wire, run: Run, lease: claims.Lease) -> Result:
        if run.kind == "replace":
            replacing.check_planned(self.ledger, run)
        self.ledger.let_go()
        settling.phase(self.ledger, run, "sending", "running")
        lease.confirm()
        done = self._delivered(wire, run, lease)
        done.stopped_by = looked_into(wire.connector, wire.api, wire.audience, done.stopped_by)
        self.progress(Progress("settle"))
        error = done.stopped_by
        if isinstance(error, Held):
            raise error  # the run that took over settles this one
        settling.settle(self.ledger, run, missing="aborted", error_code=_code(error))
        return self._settled(run, done)

    def _delivered(self, wire: Wire, run: Run, lease: claims.Lease) -> Delivery:
        """Every page of the plan, sent; what replaces a list empties it first, or with its first page."""
        if run.kind == "replace":
            lease.keep(wire.request_seconds)
            error = replacing.emptied(wire)
            if error is not None:
                return Delivery(stopped_by=error)
            wire = replacing.replacing(wire)
        total = settling.requested_rows(self.ledger, run)
        self.progress(Progress("send", 0, total))
        sender = Sender(
            wire,
            self.sync.concurrency,
            keep=lambda: lease.keep(wire.request_seconds),
            record=lambda outcomes: settling.record(self.ledger, run, outcomes),
            progress=lambda done: self.progress(Progress("send", done.rows, total, done.pages)),
            stopping=self.stopping,
        )
        with without_collections():
            return sender.send(pages_of(settling.pages(self.ledger, run), wire.identifiers))

    def _settled(self, run: Run, done: Delivery) -> Result:
        counts = settling.counts(self.ledger, run)
        for page, received, invalid in settling.page_warnings(self.ledger, run):
            self.warnings.append(
                f"page {page}: the platform calls {invalid} of {received} entries invalid (its count is approximate)"
            )
        if self.sync.mode == "delete" and run.baseline is None:
            self.warnings.append(
                "mode delete: the first run sends nothing; it remembers who is wanted, and later runs remove who leaves"
            )
        bad = sum(counts.get(name) or 0 for name in ("failed_insert", "failed_update", "failed_delete"))
        bad += (counts.get("in_doubt_rows") or 0) + (counts.get("aborted_rows") or 0)
        bad += (counts.get("invalid_rows") or 0) - (counts.get("held_keys") or 0)
        bad -= settling.refused_again(self.ledger, run, REFUSED_MIN_SIZE)
        status = "stopped" if done.stopped_by else "partial" if bad > 0 else "succeeded"
        settling.phase(self.ledger, run, "settled", status, error_code=_code(done.stopped_by), finished=True)
        code = done.stopped_by.exit_code if done.stopped_by else 6 if bad > 0 else 0
        return Result(
            self.sync.name,
            run.id,
            status,
            code,
            {**counts, "status": status},
            warnings=(*self.warnings, *self.ledger.notes),
            error=done.stopped_by,
        )


def _asked(run: Run, request: Request) -> Run:
    return replace(
        run,
        key=request.key,
        resync=request.kind in ("resync", "replace", "test-record"),
        retry_now=request.kind in ("retry", "resync", "replace", "test-record"),
        forget=request.kind == "forget",
    )


def _code(error: WsyncError | None) -> str | None:
    return None if error is None else getattr(error, "code", type(error).__name__.lower())


def new_run_id() -> str:
    """A run's id: its start in UTC to the second, and four random hex digits."""
    return f"{datetime.now(UTC):%Y%m%d%H%M%S}{secrets.token_hex(2)}"


def key_shape(sync: Sync, found: Connector) -> bool:
    """Whether wsync's tables hold the key's SHA-256: it is mapped to a field that the platform wants hashed."""
    if sync.log_primary_key is not None:
        return sync.log_primary_key == "digest"
    hashed = {each.name for each in found.fields if each.hash}
    key = {name.lower() for name in sync.primary_key}
    return any((m.column or "").lower() in key and m.field in hashed for m in sync.mapping)
