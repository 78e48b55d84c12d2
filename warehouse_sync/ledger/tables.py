"""The names of wsync's tables: one place that builds them and reads them back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from sqlglot import exp

STATE = ("syncs", "runs", "sync_log", "suppressed")
VIEWS = ("sync_log_latest", "failed_keys", "membership_history")
SHARED = tuple(f"state/{name}" for name in (*STATE, *VIEWS, "mirror"))
"""Statements that make what may be there already: another first run made it a moment ago."""
RUN_TABLES = (
    "source_rows",
    "changes",
    "prepared",
    "wanted",
    "leaving",
    "operations",
    "plan",
    "outcome",
    "verdict",
    "empty",
    "asked",
    "polled",
)
TASK_TABLES = ("source_rows", "changes", "marker")
RUN_ID = r"\d{14}[0-9a-f]{4}"


def token(sync: str, limit: int = 63) -> str:
    """The sync's name as part of a table name: what cannot stand there, or is too long, is told apart by a digest."""
    longest = limit - len("source_rows_") - 1 - 18
    plain = re.sub(r"[^a-z0-9_]", "_", sync.lower())
    if plain == sync.lower() and len(plain) <= longest:
        return plain
    return f"{plain[: longest - 9]}_{sha256(sync.lower().encode()).hexdigest()[:8]}"


@dataclass(frozen=True)
class Tables:
    """The tables of one sync in one state schema; `spelled` is how the server writes such names."""

    schema: str
    sync: str
    limit: int = 63
    spelled: Callable[[str], str] = str

    @property
    def token(self) -> str:
        return token(self.sync, self.limit)

    def table(self, name: str) -> exp.Table:
        return exp.table_(self.spelled(name), db=self.spelled(self.schema), quoted=True)

    def of_run(self, kind: str, run_id: str) -> str:
        return f"{kind}_{self.token}_{run_id}"

    @property
    def mirror(self) -> str:
        return f"mirror_{self.token}"

    @property
    def baseline_view(self) -> str:
        return f"baseline_{self.token}"

    def of_task(self, kind: str) -> str:
        """A table of the sync's warehouse task: one of `TASK_TABLES`."""
        return f"task_{kind}_{self.token}"

    def claim(self, fence: int) -> str:
        return f"claim_{self.token}_{fence:08d}"

    def fence_of(self, name: str) -> int | None:
        """The fence of a claim table of this sync; None for any other table."""
        found = re.fullmatch(rf"claim_{re.escape(self.token)}_(\d{{8,}})", name)
        return int(found[1]) if found else None

    def run_of(self, name: str) -> tuple[str, str] | None:
        """(kind, run id) of a run's table of this sync; None for any other table."""
        kinds = "|".join((*RUN_TABLES, "snapshot"))
        found = re.fullmatch(rf"({kinds})_{re.escape(self.token)}_({RUN_ID})", name)
        return (found[1], found[2]) if found else None
