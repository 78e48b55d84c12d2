"""`wsync forget`: one person taken off the platform, kept off it, and a receipt that names nobody."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from .config import Configuration
from .errors import WsyncError
from .executing import Report, run_one
from .ledger import reads
from .model import Ports, Sync
from .opening import World, open_ledger, stored_key
from .runner import Request, Result

RECEIPTS = Path("target", "wsync", "receipts")


@dataclass(frozen=True)
class Receipt:
    """What `forget` did, without personal data.

    `complete`: the platform acknowledged every removal. `requests` have action, status, HTTP status and the platform's
    request id. `identities_removed` were taken off the platform, `without_request` needed none (all their identifiers
    belong to others, too). `other_syncs` have members of the same key, which stay.
    """

    receipt_id: str
    sync: str
    connector: str
    audience_id: str | None
    run_id: str
    finished_at: str
    complete: bool
    identities_removed: int
    without_request: int
    in_doubt: int
    requests: tuple[dict[str, Any], ...]
    other_syncs: tuple[str, ...]
    remains: tuple[str, ...]


REMAINS = (
    "the row in the source, if it is still there (with snapshot: rows its copy, too); it is no longer sent",
    "the key in lines of sync_log, until log_retention_days have passed",
    "salted digests in the table suppressed, which keep the person off the platform",
)


def forget(
    project: Configuration, sync: Sync, key: str, world: World, *, as_logged: bool = False
) -> tuple[Report, Receipt | None]:
    """Remove one key from the audience and suppress it. There is a receipt when the run came to its end."""
    report = run_one(project, sync, Request("forget", key=key), world, as_logged=as_logged)
    if report.result is None:
        return report, None
    return report, _receipt(project, sync, key, report.result, as_logged=as_logged)


def _receipt(project: Configuration, sync: Sync, key: str, result: Result, *, as_logged: bool) -> Receipt:
    with open_ledger(project, sync, Ports()) as ledger:
        known = reads.sync_row(ledger)
        lines = reads.log(ledger, sync=sync.name, run_id=result.run_id, rows=1000)
        text = stored_key(ledger, key, as_logged=as_logged)
        left = reads.mirrored(ledger, text, known.baseline_run_id if known else None)
    unanswered = any(member.state in ("accepted", "leaving") for member in left)
    counts = result.counts
    removals = [line for line in lines if line.operation == "delete" and line.page is not None]
    unsure = sum(counts.get(name) or 0 for name in ("in_doubt_rows", "aborted_rows", "failed_delete"))
    return Receipt(
        receipt_id=uuid4().hex,
        sync=sync.name,
        connector=sync.connector,
        audience_id=known.audience_id if known else None,
        run_id=result.run_id,
        finished_at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        complete=not unsure and not unanswered and result.error is None,
        identities_removed=counts.get("succeeded_delete") or 0,
        without_request=counts.get("skipped_rows") or 0,
        in_doubt=unsure,
        requests=tuple(_requests(removals)),
        other_syncs=tuple(_elsewhere(project, sync, key, as_logged=as_logged)),
        remains=REMAINS,
    )


def _requests(lines: list[reads.LogLine]) -> list[dict[str, Any]]:
    told = {(line.page, line.status, line.http_status, line.request_id) for line in lines}
    names = ("page", "status", "http_status", "request_id")
    return [dict(zip(names, each, strict=True)) for each in sorted(told, key=str)]


def _elsewhere(project: Configuration, forgotten: Sync, key: str, *, as_logged: bool) -> list[str]:
    """Syncs whose audience has, or may have, a member of the same key.

    A key that is kept as its digest is not asked for in plain, unless that sync keeps the same columns in plain.
    """
    found = []
    with open_ledger(project, forgotten, Ports()) as ledger:
        secret = ledger.shape.digest_key
    for sync in project.syncs:
        if sync.name != forgotten.name and len(sync.primary_key) == len(forgotten.primary_key):
            with open_ledger(project, sync, Ports()) as ledger:
                if secret and not ledger.shape.digest_key and sync.primary_key != forgotten.primary_key:
                    continue
                row = reads.sync_row(ledger)
                text = stored_key(ledger, key, as_logged=as_logged)
                if row and reads.mirrored(ledger, text, row.baseline_run_id):
                    found.append(sync.name)
    return found


def keep(receipt: Receipt, root: Path) -> Path:
    """Write the receipt below the project's folder. Raises `WsyncError` where it cannot be written."""
    path = root / RECEIPTS / f"{receipt.receipt_id}.json"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(receipt.__dict__, indent=2) + "\n", encoding="utf-8")
    except OSError as problem:
        raise WsyncError(f"the receipt cannot be written to {path} ({type(problem).__name__})") from None
    return path
