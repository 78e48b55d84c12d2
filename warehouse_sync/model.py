"""The nouns every floor shares: values only, standard library only."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

Mode = Literal["mirror", "upsert", "delete"]
Hashing = Literal["on", "off", "auto"]
Problem = Literal["null_key", "duplicate_key"]
Verdict = Literal["ready", "hold", "clear"]
Action = Literal["add", "update", "remove"]
Status = Literal["succeeded", "failed", "in_doubt", "accepted", "aborted"]
Answer = Literal["pending", "succeeded", "failed", "partial", "in_doubt"]
Updates = Literal["add", "update", "replace"]
Removals = Literal["before_adds", "after_adds"]
Identity = Literal["identifiers", "record", "together", "key"]

IDENTIFIER_SLOTS = 8
"""How many identifier tokens one identity can have; the `identifier_1 …` columns of prepared, mirror and plan."""


def _nothing(_name: str) -> None:
    return None


@dataclass(frozen=True)
class Ports:
    """The outside world that tests own.

    `boundary` is called with a name before and after every statement and every request; production passes a no-op.
    `clock` gives monotonic seconds, `wall` seconds since 1970, `sleep` waits seconds, `random` draws from [0, 1).
    """

    boundary: Callable[[str], None] = _nothing
    clock: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random


@dataclass(frozen=True)
class Place:
    """Where in the project's files something was written; `line` counts from 1."""

    path: Path
    line: int


@dataclass(frozen=True)
class Mapped:
    """One destination field of a sync's mapping: filled from a warehouse `column`, or with a `static` value."""

    field: str
    column: str | None = None
    static: str | int | float | None = None


@dataclass(frozen=True)
class Source:
    """What a sync reads: a table or view by its name's parts, or the text of one SELECT.

    `node` is the dbt unique id of the model, seed, snapshot or source it was named by.
    """

    relation: tuple[str, ...] = ()
    query: str | None = None
    label: str = ""
    node: str | None = None


@dataclass(frozen=True)
class Gate:
    """What dbt's last invocation means for one run of a sync.

    `code` is None where the sync may run, else a code such as `dbt_model_failed`, with a sentence in `reason`.
    `once`: it may not where an earlier run has settled after the same invocation.
    """

    invocation_id: str | None = None
    code: str | None = None
    reason: str = ""
    once: bool = False


@dataclass(frozen=True)
class AudienceSpec:
    """The list a sync owns: an existing one by `id`, or one to find by exact `name` and else create.

    `settings` are the connector's own (description, customer file source …), already validated by it.
    """

    id: str | None = None
    name: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class GuardLimits:
    """Limits of design.md 3.3. Percentages are of 100; a row limit of None switches that guard off."""

    empty_source: bool = True
    removals_percent: float | None = 20
    removals_rows: int = 10
    rekeys_percent: float | None = 50
    rekeys_rows: int = 10
    config_change_removals: bool = True
    invalid_percent: float | None = 50
    field_invalid_percent: float | None = 50
    field_collapse_points: float | None = 50
    sample_rows: int = 20
    null_keys_percent: float | None = 1
    null_keys_rows: int | None = 100


@dataclass(frozen=True)
class Sync:
    """One sync as configured: everything a run needs to know, validated.

    `destination` is the connector's own settings object (with this sync's overrides applied), `options` its sync-level
    options (data origin, identifier type, default country …). Neither shows secrets in its `repr`.
    """

    name: str
    source: Source
    primary_key: tuple[str, ...]
    connector: str
    destination_name: str
    destination: Any
    audience: AudienceSpec
    mapping: tuple[Mapped, ...]
    options: Any = None
    mode: Mode = "mirror"
    hash: Hashing = "on"
    normalize: str = "on"
    enabled: bool = True
    retry_failed_records: bool = True
    retain_logs: bool = True
    log_retention_days: int = 7
    snapshots: int = 2
    snapshot: Literal["keys", "rows"] = "keys"
    log_primary_key: Literal["plain", "digest"] | None = None
    reassert_every: str | None = None
    removals: Removals = "before_adds"
    schedule: Mapping[str, Any] | None = None
    guards: GuardLimits = field(default_factory=GuardLimits)
    lease_seconds: int = 120
    takeover_wait_seconds: int = 30
    concurrency: int = 4
    task_cron: str = "47 * * * *"
    task_max_age_seconds: int = 86400
    tags: tuple[str, ...] = ()
    """The sync's own tags, then those of the dbt node it reads, each once."""
    owner: Mapping[str, str] | None = None
    """`name`, `email`, or both, of who answers for it."""
    place: Place | None = None
    """Where it is declared: its file, or the yml file of the dbt model that has it under `meta`."""
    lines: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)
    """Where in the file of `place` a key stands, such as `primary_key` and `mapping.EMAIL`."""

    @property
    def declared_in(self) -> Place | None:
        """Where it is declared, as `place`."""
        return self.place


class PreparedRow(NamedTuple):
    """One changed source row after normalise, validate and hash: a row of the `prepared` table, in its column order.

    `verdict`: `ready` (has an identity), `hold` (refused, its key keeps the last identity), `clear` (refused or
    empty, nothing is wanted for its key). `error_reason` is fixed text naming field and setting, never a value.
    `filled` has one mark per mapped field: `.` empty, `+` valid, `!` filled in but invalid, `-` denies consent.
    `identity`, `payload`, `page_group` and the identifier digests are 32 hex digits (16 bytes). `tokens` is a JSON
    object, field name to value exactly as it travels, identifiers first; `identifier_1 …` are the digests of its
    identifier tokens in that order, None beyond the last.
    """

    primary_key: Any
    verdict: Verdict
    error_code: str | None
    error_reason: str | None
    field_notes: str | None
    filled: str
    identity: str | None
    payload: str | None
    page_group: str | None
    tokens: str | None
    identifier_1: str | None = None
    identifier_2: str | None = None
    identifier_3: str | None = None
    identifier_4: str | None = None
    identifier_5: str | None = None
    identifier_6: str | None = None
    identifier_7: str | None = None
    identifier_8: str | None = None


class PlanRow(NamedTuple):
    """One row of a page: `seq` is its number in the plan, `tokens` what travels (left-out fields removed)."""

    seq: int
    tokens: Mapping[str, Any]


@dataclass(frozen=True)
class Page:
    """Rows of one action that travel in one request; all have the same page-role values."""

    number: int
    action: Action
    rows: tuple[PlanRow, ...]


@dataclass(frozen=True)
class Receipt:
    """The platform's own success answer to one request, received whole and parsed.

    `accepted` means the verdict comes later, under `reference`. `rejected` maps positions in the request to
    (error code, fixed reason), `doubtful` those of which nobody knows whether they took effect.
    `received` and `invalid` are the platform's counts, when it gives them.
    """

    http_status: int
    request_id: str | None = None
    accepted: bool = False
    reference: str | None = None
    rejected: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    doubtful: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    received: int | None = None
    invalid: int | None = None


class Outcome(NamedTuple):
    """What is known of a page (`seq` None) or of one plan row: a row of the `outcome` table, in its column order."""

    page: int
    seq: int | None
    status: Status
    error_code: str | None = None
    error_reason: str | None = None
    http_status: int | None = None
    request_id: str | None = None
    reference: str | None = None
    received: int | None = None
    invalid: int | None = None


class Later(NamedTuple):
    """What a platform says later of a request that it accepted.

    `partial`: some of its rows were refused, and nobody says which. `in_doubt`: the verdict can no longer be had.
    """

    status: Answer
    error_code: str | None = None
    error_reason: str | None = None


@dataclass(frozen=True)
class Audience:
    """A list as the platform describes it. `facts` are the connector's own, for display."""

    id: str
    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """One line of `wsync check`: what was looked at, whether it holds, and what to do when it does not."""

    what: str
    ok: bool
    found: str = ""
    remedy: str = ""
