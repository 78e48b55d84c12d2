"""The gate: whether what dbt did last allows a sync to send what its model holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ..model import Gate, Sync
from .files import DbtFiles
from .manifest import Manifest, Node
from .results import Results

DONE = frozenset({"success", "reused", "no-op", "pass"})
"""What dbt calls a node that it made, or found unchanged."""

FAILED = frozenset({"fail", "error", "runtime error"})


def gate(files: DbtFiles, sync: Sync, now: float) -> Gate:
    """What the artefacts say of a sync; `now` is in seconds since 1970. Raises `ConfigError` where they are unreadable.

    A sync that reads no dbt node is never stopped, but the invocation is recorded for it, too.
    """
    results = files.results()
    invocation = results.invocation_id if results else None
    manifest = files.manifest()
    node = manifest.nodes.get(sync.source.node or "") if manifest else None
    if not files.gate.on or manifest is None or node is None:
        return Gate(invocation)
    found = _verdict(files, manifest, results, node, now)
    if found:
        return Gate(invocation, *found)
    return Gate(invocation, once=files.gate.consumed == "skip" and results is not None)


def _verdict(
    files: DbtFiles, manifest: Manifest, results: Results | None, node: Node, now: float
) -> tuple[str, str] | None:
    """The code and the sentence that stop the sync; None where nothing does."""
    if results is None:
        return _not_run(files, node, "dbt has left no results")
    limit = files.gate.max_age_seconds
    if limit is not None and _older(results.generated_at, limit, now):
        return "dbt_results_stale", f"dbt's results are older than dbt.max_age allows ({timedelta(seconds=limit)})"
    status = results.statuses.get(node.unique_id)
    if status == "skipped":
        return "dbt_model_skipped", f"dbt skipped {node.label}: something it is made from failed"
    if status is not None and status not in DONE:
        return "dbt_model_failed", f"{node.label} ended as {status} in dbt's last invocation"
    test = _failed_test(manifest, results, node)
    if test:
        return "dbt_test_failed", f"the test {test} on {node.label} failed"
    if status is None or not results.makes:
        return _not_run(files, node, f"dbt's last invocation ({results.command or 'unknown'}) did not build it")
    return None


def _not_run(files: DbtFiles, node: Node, why: str) -> tuple[str, str] | None:
    """Sources are never run by dbt, so that setting is not about them."""
    if files.gate.not_run == "run" or node.resource_type == "source":
        return None
    return "dbt_model_not_run", f"{node.label} was not built: {why}"


def _older(generated_at: datetime | None, seconds: int, now: float) -> bool:
    return generated_at is None or datetime.fromtimestamp(now, UTC) - generated_at > timedelta(seconds=seconds)


def _failed_test(manifest: Manifest, results: Results, node: Node) -> str | None:
    """A test of severity error on the node that failed, or could not be run."""
    for unique_id, status in results.statuses.items():
        test = manifest.tests.get(unique_id)
        if test and status in FAILED and test.severity == "error" and node.unique_id in test.depends_on:
            return test.name
    return None
