"""How a run is told: to people in a few lines, to programs as one object of a stable shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from .failures import described, message
from .screen import Screen

if TYPE_CHECKING:
    from ..executing import Report
    from ..runner import Result

COUNTS = (
    "source_rows",
    "keys_present",
    "surplus_copies",
    "null_key_rows",
    "inserted_keys",
    "updated_keys",
    "deleted_keys",
    "unchanged_keys",
    "held_keys",
    "refused_keys",
    "invalid_rows",
    "members",
    "planned_insert",
    "planned_update",
    "planned_delete",
    "planned_pages",
    "succeeded_insert",
    "succeeded_update",
    "succeeded_delete",
    "failed_insert",
    "failed_update",
    "failed_delete",
    "skipped_rows",
    "aborted_rows",
    "in_doubt_rows",
    "accepted_rows",
)


def record(report: Report) -> dict[str, Any]:
    """A report as JSON; every key is always there."""
    result = report.result
    return {
        "sync": report.sync,
        "run_id": result.run_id if result else None,
        "status": report.status,
        "exit_code": report.exit_code,
        "counts": _counts(result),
        "plan": _dicts(report, "plan"),
        "refused": _dicts(report, "refused"),
        "notes": _dicts(report, "notes"),
        "sample": _dicts(report, "sample"),
        "log": _dicts(report, "log"),
        "guards": [asdict(each) for each in result.guards] if result else [],
        "recovered": list(result.recovered) if result else [],
        "prepared_at": result.prepared_at if result else None,
        "warnings": list(result.warnings) if result else [],
        "approve": approval(report),
        "error": described(report.error),
    }


def _counts(result: Result | None) -> dict[str, int | None]:
    known: Mapping[str, Any] = result.counts if result else {}
    return {name: known.get(name) for name in COUNTS}


def _dicts(report: Report, name: str) -> list[dict[str, Any]]:
    return [row._asdict() for row in getattr(report, name)]


def approval(report: Report) -> str | None:
    """The command that sends exactly this plan, where one waits."""
    waits = report.result is not None and report.status in ("planned", "blocked")
    return f"wsync apply {report.result.run_id}" if waits and report.result else None


def tell(report: Report, screen: Screen) -> None:
    """A report for people."""
    screen.line(headline(report))
    if report.result:
        for earlier in report.result.recovered:
            screen.line(f"  run {earlier}, interrupted before, was settled first")
        if report.result.prepared_at:
            screen.line(
                f"  changes as the warehouse's task prepared them at {report.result.prepared_at:%Y-%m-%d %H:%M} UTC"
            )
        _tell_plan(report, screen)
        _tell_guards(report, screen)
        for warning in report.result.warnings:
            screen.note(f"warning: {report.sync}: {warning}")
    if report.error is not None and report.status != "skipped":
        screen.note(f"{report.sync}: {message(report.error)}")
    command = approval(report)
    if command:
        words = "To send exactly this plan all the same" if report.status == "blocked" else "To send exactly this plan"
        screen.line(f"{words}: {command}")


def _tell_guards(report: Report, screen: Screen) -> None:
    guards = report.result.guards if report.result else ()
    if report.status == "blocked":
        screen.table(("guard", "found", "allowed", "blocked"), [_row(each) for each in guards])
        which = ", ".join(each.guard for each in guards if each.blocked)
        screen.line(f"Nothing was sent. Blocked by {which}: correct the source or the mapping, and run again")
    elif report.status == "planned":
        screen.line(f"guards: none of {len(guards)} objects")


def _row(guard: Any) -> tuple[Any, ...]:
    return (guard.guard, guard.found, guard.allowed, guard.blocked)


def headline(report: Report) -> str:
    """One line: what became of the sync."""
    if report.status == "skipped":
        why = f", run {report.run_id}: {report.error}" if report.error else " (enabled: false)"
        return f"{report.sync}: skipped{why}"
    if report.status == "not_started":
        return f"{report.sync}: not started"
    if report.result is None:
        return f"{report.sync}: {report.status}"
    told = _told(report.result.counts, planned=report.status in ("planned", "blocked"))
    return f"{report.sync}: {report.status}, run {report.result.run_id}: {told}"


def _told(counts: Mapping[str, Any], *, planned: bool) -> str:
    kind = "planned" if planned else "succeeded"
    verbs = {"insert": "added", "update": "updated", "delete": "removed"}
    words = {"insert": "to add", "update": "to update", "delete": "to remove"} if planned else verbs
    parts = [f"{counts.get(f'{kind}_{name}') or 0:,} {word}" for name, word in words.items()]
    failed = sum(counts.get(f"failed_{name}") or 0 for name in words)
    others = {
        "failed": failed,
        "in doubt": counts.get("in_doubt_rows"),
        "not attempted": counts.get("aborted_rows"),
        "waiting for a verdict": counts.get("accepted_rows"),
        "without a request": counts.get("skipped_rows"),
        "invalid": counts.get("invalid_rows"),
        "held": counts.get("held_keys"),
        "unchanged": counts.get("unchanged_keys"),
        "waiting for their turn": counts.get("waiting_rows"),
        "answered": counts.get("answered_rows"),
        "still unanswered": counts.get("pending_rows"),
    }
    return ", ".join([*parts, *(f"{number:,} {word}" for word, number in others.items() if number)])


def _tell_plan(report: Report, screen: Screen) -> None:
    pages = (report.result.counts.get("planned_pages") if report.result else None) or 0
    if report.status in ("planned", "blocked"):
        screen.table(("operation", "reason", "action", "identities", "pages"), report.plan)
        screen.line(f"requests: {pages:,}")
        read = report.result.counts.get("source_bytes") if report.result else None
        if read is not None:
            screen.line(f"reading the source: {read / 10**9:,.2f} GB by the warehouse's own estimate")
        screen.table(("error_code", "error_reason", "rows"), report.refused, "refused rows")
        screen.table(("field_notes", "rows"), report.notes, "fields left out")
        sample = [
            (row.primary_key, row.operation, row.reason, " ".join(f"{k}={v}" for k, v in row.tokens.items()))
            for row in report.sample
        ]
        screen.table(("primary_key", "operation", "reason", "tokens"), sample, "sample")
    elif report.exit_code:
        bad = [row for row in report.log if row.status != "succeeded"]
        screen.table(("operation", "status", "reason", "error_code", "keys"), bad)
