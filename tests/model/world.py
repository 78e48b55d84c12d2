"""A warehouse in memory that stays open, a platform that tells what it answered, and a process that dies on demand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.engine import a_sync
from tests.members import Fault, Members, connector
from tests.model.model import Settings
from tests.model.rows import COLUMNS, Tokens, identifiers
from warehouse_sync.adapters import duckdb as duckdb_adapter
from warehouse_sync.connectors import Connector
from warehouse_sync.errors import Rejected, Unavailable, WsyncError
from warehouse_sync.ledger.core import Ledger
from warehouse_sync.model import Action, Answer, Later, Mapped, PlanRow, Ports, Receipt, Sync
from warehouse_sync.runner import Request, Result, Runner
from warehouse_sync.statements import Shape


class Crash(BaseException):
    """The process dies here: nothing that it would do afterwards happens."""


@dataclass
class Seen:
    """What one run did, as far as it came: rows as the warehouse had them when the plan stood, and the answers."""

    run_id: str = ""
    fence: int = 0
    snapshot: list[tuple[Any, ...]] = field(default_factory=list)
    plan: dict[int, dict[str, Any]] = field(default_factory=dict)
    identities: dict[Any, Tokens] = field(default_factory=dict)
    payloads: dict[Any, Tokens] = field(default_factory=dict)
    answers: list[tuple[str, tuple[int, ...], tuple[Tokens, ...]]] = field(default_factory=list)
    result: Result | None = None
    error: WsyncError | None = None
    crashed_at: str | None = None
    planned: bool = False
    references: dict[int, str] = field(default_factory=dict)
    verdicts: dict[str, Answer] = field(default_factory=dict)
    learned: list[str] = field(default_factory=list)

    @property
    def operations(self) -> list[tuple[str, str, str]]:
        """The plan in plain words: (action, reason, the values that travel), sorted."""
        return sorted(
            (row["action"], row["reason"], " ".join(value for _, value in sent(row))) for row in self.plan.values()
        )

    @property
    def status(self) -> str:
        assert self.result is not None, self.error
        return self.result.status


def as_tokens(text: str | Mapping[str, Any]) -> Tokens:
    found: Mapping[str, Any] = json.loads(text) if isinstance(text, str) else text
    return tuple((name, str(value)) for name, value in found.items())


def sent(row: Mapping[str, Any]) -> Tokens:
    """What of a plan row travels: its tokens without the identifiers left out, or nothing."""
    tokens = as_tokens(row["tokens"])
    left_out = {token for place, token in enumerate(identifiers(tokens)) if (row["left_out"] or 0) >> place & 1}
    return () if row["page"] is None else tuple(token for token in tokens if token not in left_out)


class World:
    """One warehouse, one source, one platform, one sync; settings may change between runs."""

    def __init__(self, kind: Any = "entries", page_rows: int = 2, **settings: Any) -> None:
        self.warehouse = duckdb_adapter.connect(duckdb_adapter.Settings(path=":memory:", threads=1))
        self.members = Members(kind=kind)
        self.sync: Sync = a_sync(**settings)
        self.slept: list[float] = []
        self.ports = Ports(boundary=self._boundary, sleep=self.slept.append)
        self.page_rows = page_rows
        self.digest_key = False
        self.runs = 0
        self.seen = Seen()
        self.crash_at: int | str | None = None
        self.boundaries = 0
        self.faults: list[Fault | None] = []
        self.at: dict[str, Callable[[], object]] = {}
        self.members.fault = lambda _action: self.faults.pop(0) if self.faults else None
        self.source([])

    def close(self) -> None:
        self.warehouse.close()

    def sql(self, text: str) -> list[tuple[Any, ...]]:
        return self.warehouse.query(text, "test")

    def rows(self, text: str) -> list[dict[str, Any]]:
        """The rows of a SELECT, by column name."""
        found = self.warehouse.connection.execute(text)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def source(self, rows: Iterable[Sequence[Any]]) -> None:
        self.warehouse.execute(
            "create or replace table main.people (id bigint, email text, phone text, city text)", "test"
        )
        self.warehouse.load("main", "people", ("id", "email", "phone", "city"), list(rows))

    def now(self, *rows: Sequence[Any], kind: Any = "run", **how: Any) -> Seen:
        """The source holds these rows (id, e-mail, phone, city; the last may be left away), and a run meets them."""
        self.source([(*row, None, None, None)[:4] for row in rows])
        return self.run(kind, **how)

    def log(self, seen: Seen, columns: str = "primary_key, operation, status, reason") -> list[tuple[Any, ...]]:
        """The log of one run, sorted."""
        rows = self.sql(f"select {columns} from wsync.sync_log where sync_run_id = '{seen.run_id}'")
        return sorted(rows, key=lambda row: [str(cell) for cell in row])

    def mirror(self) -> dict[str, str]:
        """Every identity the platform has or may have, by its identifiers' values, with its state."""
        rows = self.sql("select tokens, state from wsync.mirror_people")
        named = {as_tokens(tokens): state for tokens, state in rows}
        return {" ".join(value for _, value in identifiers(t) or t): state for t, state in named.items()}

    def members_now(self) -> list[str]:
        """What the platform holds, entry by entry."""
        return sorted(" ".join(value for _, value in sorted(entry)) for entry in self.members.entries)

    def configure(self, settings: Settings) -> None:
        names = {"EMAIL": "email", "PHONE": "phone", "CITY": "city"}
        mapping = tuple(Mapped(name, names[name]) for name in COLUMNS if name in settings.fields)
        removals: Any = "after_adds" if settings.after_adds else "before_adds"
        retry = settings.retry
        self.sync = replace(
            self.sync, mapping=mapping, mode=settings.mode, retry_failed_records=retry, removals=removals
        )
        self.members.later = settings.later

    # -- a run -----------------------------------------------------------------------------------------------------

    def run(
        self, kind: Any = "run", *, crash_at: int | str | None = None, faults: Sequence[Any] = (), **request: Any
    ) -> Seen:
        """One run; it dies at the boundary of this number or name, its requests meet these `faults` in order."""
        self.runs += 1
        self.seen = Seen(run_id=request.pop("run_id", None) or f"20261101000000{self.runs:04x}")
        self.crash_at, self.boundaries, self.faults = crash_at, 0, list(faults)
        shape = Shape(digest_key=self.digest_key)
        ledger = Ledger(self.warehouse, "wsync", self.sync, self.ports, shape=shape)
        runner = Runner(ledger, self._connector(), self.ports)
        try:
            self.seen.result = runner.run(Request(kind, run_id=self.seen.run_id, **request))
        except WsyncError as error:
            self.seen.error = error
        except Crash:
            pass
        self.crash_at = None
        self.seen.fence = self._fence()
        return self.seen

    def _connector(self) -> Connector:
        made = connector(self.members, self.page_rows)
        return replace(
            made,
            send=self._send,
            poll=self._poll if made.poll else None,
            clear=self._clear if made.clear else None,
            replace=self._replace if made.replace else None,
        )

    def _poll(self, api: Members, _audience: str, reference: str) -> Later:
        self._boundary("before poll")
        answer = api.poll(reference)
        if answer.status != "pending":
            self.seen.verdicts[reference] = answer.status
        self._boundary("after poll")
        return answer

    def _clear(self, api: Members, _audience: str) -> Receipt:
        self._boundary("before clear")
        receipt = api.clear()
        self._boundary("after clear")
        return receipt

    def _replace(self, api: Members, _audience: str, rows: Sequence[PlanRow]) -> Receipt:
        return self._answered(lambda: api.replace(rows), rows)

    def _send(self, api: Members, _audience: str, action: Action, rows: Sequence[PlanRow]) -> Receipt:
        return self._answered(lambda: api.send(action, rows), rows)

    def _answered(self, ask: Callable[[], Receipt], rows: Sequence[PlanRow]) -> Receipt:
        self._boundary("before request")
        answer = "lost"
        try:
            receipt = ask()
            answer = "accepted" if receipt.accepted else "succeeded"
            if receipt.reference:
                self.seen.references |= {row.seq: receipt.reference for row in rows}
        except Rejected as error:
            answer = "failed" if error.whole or len(rows) == 1 else "undecided"
            raise
        except Unavailable:
            raise
        finally:
            told = tuple(as_tokens(row.tokens) for row in rows)
            self.seen.answers.append((answer, tuple(row.seq for row in rows), told))
        self._boundary("after request")
        return receipt

    # -- boundaries ------------------------------------------------------------------------------------------------

    def _boundary(self, name: str) -> None:
        if self.seen.crashed_at is not None:
            raise Crash
        if name.startswith("after poll/"):
            self.seen.learned.append(name.removeprefix("after "))
        if self.crash_at in (self.boundaries, name):
            self.seen.crashed_at = name
            raise Crash
        self.boundaries += 1
        self.at.pop(name, int)()
        if name == "after run/count_plan":
            self._look()

    def _look(self) -> None:
        """Note snapshot and plan while they stand; a settled run's tables are dropped at its end."""
        seen, run = self.seen, f"people_{self.seen.run_id}"
        seen.planned = True
        seen.snapshot = self.sql(
            f"select cast(primary_key as text), operation, identity, error_code, fingerprint is null "
            f"from wsync.snapshot_{run}"
        )
        seen.plan = {row["seq"]: row for row in self.rows(f"select * from wsync.plan_{run}")}
        told = f"select identity, payload, tokens from wsync.prepared_{run} where verdict = 'ready'"
        for row in self.rows(f"{told} union all select identity, payload, tokens from wsync.mirror_people"):
            seen.identities[row["identity"]] = as_tokens(row["tokens"])
            seen.payloads[row["payload"]] = as_tokens(row["tokens"])

    def _fence(self) -> int:
        rows = self.sql("select newest_fence from wsync.syncs") if "syncs" in self.warehouse.tables("wsync") else []
        return int(rows[0][0]) if rows else 0
