"""The gate, in rows: what dbt's last invocation means for a sync of each model."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.dbt.captured import VERSIONS, changed, kitchen
from warehouse_sync.dbt.files import DbtFiles, GateSettings
from warehouse_sync.dbt.gate import gate
from warehouse_sync.dbt.profiles import read_project
from warehouse_sync.errors import ConfigError
from warehouse_sync.model import AudienceSpec, Gate, Source, Sync

PLAIN = GateSettings()
NOW = datetime(2026, 11, 22, 16, 0, tzinfo=UTC).timestamp()
"""A minute after the artefacts were written."""


def asked(root: Path, node: str | None, settings: GateSettings = PLAIN, now: float = NOW) -> Gate:
    sync = Sync("x", Source(node=node), (), "acme", "ads", None, AudienceSpec(), ())
    return gate(DbtFiles(read_project(root, {}), settings), sync, now)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("node", "code", "reason"),
    [
        ("model.kitchen.buyers", None, ""),
        ("model.kitchen.warned", None, ""),
        ("model.kitchen.plan.v2", None, ""),
        ("snapshot.kitchen.kept", None, ""),
        ("source.kitchen.raw.clicks", None, ""),
        ("model.kitchen.broken", "dbt_model_failed", "ref('broken') ended as error in dbt's last invocation"),
        (
            "model.kitchen.below_broken",
            "dbt_model_skipped",
            "dbt skipped ref('below_broken'): something it is made from failed",
        ),
        ("model.kitchen.doubled", "dbt_test_failed", "the test unique_doubled_id on ref('doubled') failed"),
        (None, None, ""),
        ("model.kitchen.gone", None, ""),
    ],
)
def test_a_sync_runs_when_its_model_and_its_tests_succeeded(
    tmp_path: Path, version: str, node: str | None, code: str | None, reason: str
) -> None:
    found = asked(kitchen(tmp_path, version), node)
    assert (found.code, found.reason, found.once) == (code, reason, False)
    assert found.invocation_id is not None


def test_a_gate_that_is_off_only_records_the_invocation(tmp_path: Path) -> None:
    found = asked(kitchen(tmp_path), "model.kitchen.broken", GateSettings(on=False))
    assert found == Gate("81cfe0df-a16f-4843-97ce-263a19b45d9f")


def without(node: str) -> Callable[[Any], object]:
    def change(whole: Any) -> None:
        whole["results"] = [each for each in whole["results"] if each["unique_id"] != node]

    return change


def ending(node: str, status: str) -> Callable[[Any], object]:
    return lambda whole: [each.update(status=status) for each in whole["results"] if each["unique_id"] == node]


def by(command: str) -> Callable[[Any], object]:
    return lambda whole: whole["args"].update(which=command)


BUYERS = "model.kitchen.buyers"
TEST = "test.kitchen.unique_buyers_id.b3eb321a72"


@pytest.mark.parametrize(
    ("change", "run", "skip"),
    [
        (without(BUYERS), None, "dbt_model_not_run"),
        (by("test"), None, "dbt_model_not_run"),
        (by("compile"), None, "dbt_model_not_run"),
        (by("generate"), None, "dbt_model_not_run"),
        (by("run"), None, None),
        (by("seed"), None, None),
        (by("retry"), None, None),
        (ending(BUYERS, "reused"), None, None),
        (ending(BUYERS, "partial success"), "dbt_model_failed", "dbt_model_failed"),
        (ending(BUYERS, "never heard of"), "dbt_model_failed", "dbt_model_failed"),
        (ending(TEST, "error"), "dbt_test_failed", "dbt_test_failed"),
        (ending(TEST, "skipped"), None, None),
        (ending(TEST, "warn"), None, None),
    ],
)
def test_what_was_not_run_is_a_setting_and_what_failed_is_not(
    tmp_path: Path, change: Callable[[Any], object], run: str | None, skip: str | None
) -> None:
    root = kitchen(tmp_path)
    changed(root / "target" / "run_results.json", change)
    assert asked(root, BUYERS).code == run
    assert asked(root, BUYERS, GateSettings(not_run="skip")).code == skip


def test_a_failed_test_alone_gates_after_dbt_test(tmp_path: Path) -> None:
    root = kitchen(tmp_path)
    changed(root / "target" / "run_results.json", by("test"))
    changed(root / "target" / "run_results.json", without("model.kitchen.doubled"))
    assert asked(root, "model.kitchen.doubled").code == "dbt_test_failed"


def test_without_results_nothing_was_run(tmp_path: Path) -> None:
    root = kitchen(tmp_path)
    (root / "target" / "run_results.json").unlink()
    assert asked(root, "model.kitchen.broken") == Gate(None)
    skipped = asked(root, BUYERS, GateSettings(not_run="skip"))
    assert (skipped.code, skipped.reason) == (
        "dbt_model_not_run",
        "ref('buyers') was not built: dbt has left no results",
    )
    assert asked(root, "source.kitchen.raw.clicks", GateSettings(not_run="skip")).code is None


@pytest.mark.parametrize(("hours", "code"), [(1, None), (25, None), (27, "dbt_results_stale")])
def test_old_results_are_stale_where_a_limit_is_set(tmp_path: Path, hours: int, code: str | None) -> None:
    root, later = kitchen(tmp_path), NOW + hours * 3600
    found = asked(root, BUYERS, GateSettings(max_age_seconds=26 * 3600), later)
    assert found.code == code
    assert asked(root, BUYERS, now=later).code is None
    if code:
        assert found.reason == "dbt's results are older than dbt.max_age allows (1 day, 2:00:00)"


def test_results_that_were_consumed_are_a_setting(tmp_path: Path) -> None:
    root = kitchen(tmp_path)
    assert asked(root, BUYERS, GateSettings(consumed="skip")).once
    assert not asked(root, BUYERS).once


def test_unreadable_results_are_an_error_and_not_a_permission(tmp_path: Path) -> None:
    root = kitchen(tmp_path)
    (root / "target" / "run_results.json").write_text("{")
    with pytest.raises(ConfigError):
        asked(root, BUYERS)


def test_artefacts_are_read_anew_when_dbt_has_run_again(tmp_path: Path) -> None:
    root = kitchen(tmp_path)
    assert asked(root, BUYERS).code is None
    changed(root / "target" / "run_results.json", ending(BUYERS, "error"))
    assert asked(root, BUYERS).code == "dbt_model_failed"
