"""Rows of the state tables, column by column as their statements select them."""

from __future__ import annotations

from typing import NamedTuple


class SyncRow(NamedTuple):
    """A sync's row in `syncs`."""

    connector: str
    account: str
    audience_id: str | None
    audience_name: str | None
    key_columns: str | None
    key_types: str | None
    config_hash: str | None
    baseline_run_id: str | None
    newest_fence: int
    mirror_rows: int | None
    state_version: int
    suppression_salt: str


class RunRow(NamedTuple):
    """What a run's row in `runs` says it began with, and where it stands."""

    connection_id: str
    sync_run_id: str
    fence: int
    phase: str
    status: str
    kind: str
    baseline_run_id: str | None
    config_hash: str
    key_columns: str
    key_types: str
    fields: str
    engine: str
    suppressions: int
    mode: str
