"""dbt's artefacts: two versions of real ones are read alike, and what is not known is refused in clear words."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.dbt.captured import FOLDER, VERSIONS, changed
from warehouse_sync.dbt.manifest import Manifest, read_manifest, upstream
from warehouse_sync.dbt.results import read_results
from warehouse_sync.errors import ConfigError

versions = pytest.mark.parametrize("version", VERSIONS)
MANIFEST_V = "https://schemas.getdbt.com/dbt/manifest/v{}.json"
RESULTS_V = "https://schemas.getdbt.com/dbt/run-results/v{}.json"


def manifest(version: str) -> Manifest:
    return read_manifest(FOLDER / version / "manifest.json")


@versions
def test_what_is_read_of_a_manifest(version: str) -> None:
    found = manifest(version)
    assert (found.adapter_type, found.project_name) == ("duckdb", "kitchen")
    assert found.dbt_version.startswith(f"{version}.")
    assert [(key, node.relation_name) for key, node in sorted(found.nodes.items())] == [
        ("model.kitchen.below_broken", '"kitchen"."main"."below_broken"'),
        ("model.kitchen.broken", '"kitchen"."main"."broken"'),
        ("model.kitchen.buyers", '"kitchen"."main"."aud_buyers"'),
        ("model.kitchen.clicked", '"kitchen"."main"."clicked"'),
        ("model.kitchen.doubled", '"kitchen"."main"."doubled"'),
        ("model.kitchen.passing", None),
        ("model.kitchen.plan.v1", '"kitchen"."main"."plan_v1"'),
        ("model.kitchen.plan.v2", '"kitchen"."main"."plan_v2"'),
        ("model.kitchen.shared", '"kitchen"."main"."shared"'),
        ("model.kitchen.warned", '"kitchen"."main"."warned"'),
        ("model.other.elsewhere", '"kitchen"."main_other"."elsewhere"'),
        ("model.other.shared", '"kitchen"."main_other"."shared"'),
        ("seed.kitchen.people", '"kitchen"."main"."people"'),
        ("snapshot.kitchen.kept", '"kitchen"."main"."kept"'),
        ("source.kitchen.raw.clicks", '"kitchen"."main"."raw_clicks"'),
    ]
    assert {key: node.enabled for key, node in found.disabled.items()} == {"model.kitchen.asleep": False}
    assert {(test.name, test.severity, test.depends_on) for test in found.tests.values()} == {
        ("not_null_buyers_id", "error", ("model.kitchen.buyers",)),
        ("unique_buyers_id", "error", ("model.kitchen.buyers",)),
        ("unique_doubled_id", "error", ("model.kitchen.doubled",)),
        ("unique_warned_id", "warn", ("model.kitchen.warned",)),
    }


@versions
def test_what_is_read_of_a_model(version: str) -> None:
    buyers = manifest(version).nodes["model.kitchen.buyers"]
    assert (buyers.alias, buyers.schema, buyers.database) == ("aud_buyers", "main", "kitchen")
    assert (buyers.tags, buyers.materialized, buyers.description) == (("nightly", "audience"), "table", "Who bought.")
    assert buyers.columns == {"id": "integer", "email": "varchar"}
    assert (buyers.group, buyers.owner) == ("growth", {"name": "Growth", "email": "growth@example.com"})
    assert (buyers.file, buyers.patch) == ("models/buyers.sql", "models/schema.yml")
    assert buyers.label == "ref('buyers')"
    assert manifest(version).nodes["model.kitchen.plan.v2"].label == "ref('plan', v=2)"
    assert manifest(version).nodes["source.kitchen.raw.clicks"].label == "source('raw', 'clicks')"


@versions
def test_what_a_model_is_made_from_whole(version: str) -> None:
    found = manifest(version)
    assert upstream(found, "model.kitchen.plan.v1") == {
        "model.kitchen.passing",
        "model.kitchen.buyers",
        "seed.kitchen.people",
    }
    assert upstream(found, "model.kitchen.clicked") == {"source.kitchen.raw.clicks"}
    assert upstream(found, "seed.kitchen.people") == upstream(found, "model.nowhere") == frozenset()


@versions
def test_what_is_read_of_the_results(version: str) -> None:
    found = read_results(FOLDER / version / "run_results.json")
    assert (found.command, found.makes) == ("build", True)
    assert found.invocation_id == manifest(version).invocation_id
    assert found.generated_at is not None
    assert {key: status for key, status in found.statuses.items() if status not in ("success", "pass")} == {
        "model.kitchen.broken": "error",
        "model.kitchen.below_broken": "skipped",
        "test.kitchen.unique_doubled_id.4a501d6b20": "fail",
        "test.kitchen.unique_warned_id.f9ddb217c6": "warn",
    }


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        (
            {"dbt_schema_version": MANIFEST_V.format(20), "dbt_version": "3.1.0"},
            "has the manifest schema v20, written by dbt 3.1.0; wsync reads v10 to v12: use a newer wsync, or name "
            "tables in the syncs",
        ),
        (
            {"dbt_schema_version": MANIFEST_V.format(9), "dbt_version": "1.5.2"},
            "has the manifest schema v9, written by dbt 1.5.2; wsync reads v10 to v12: use a newer dbt, or name "
            "tables in the syncs",
        ),
        (
            {"dbt_schema_version": RESULTS_V.format(6)},
            "is not a manifest of dbt: its metadata has no dbt_schema_version of one",
        ),
        ({"dbt_schema_version": None}, "is not a manifest of dbt: its metadata has no dbt_schema_version of one"),
    ],
)
def test_another_schema_is_refused_in_clear_words(tmp_path: Path, metadata: dict[str, Any], said: str) -> None:
    path = Path(shutil.copy(FOLDER / "1.12" / "manifest.json", tmp_path))
    changed(path, lambda whole: whole["metadata"].update(metadata))
    with pytest.raises(ConfigError) as caught:
        read_manifest(path)
    assert str(caught.value) == f"{path}: {said}"


def test_results_of_another_schema_are_refused_in_clear_words(tmp_path: Path) -> None:
    path = Path(shutil.copy(FOLDER / "1.12" / "run_results.json", tmp_path))
    changed(path, lambda whole: whole["metadata"].update(dbt_schema_version=RESULTS_V.format(7)))
    with pytest.raises(ConfigError, match=r"has the run-results schema v7, written by dbt 1\.12\.\d+; wsync reads v4"):
        read_results(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not JSON; dbt may still be writing it"),
        ('{"metadata": {}', "is not JSON; dbt may still be writing it"),
        ("[]", "is not an artefact of dbt: it has no metadata"),
        ('{"metadata": []}', "is not an artefact of dbt: it has no metadata"),
    ],
)
def test_half_a_file_and_other_files_are_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(text)
    for read in (read_manifest, read_results):
        with pytest.raises(ConfigError) as caught:
            read(path)
        assert str(caught.value) == f"{path}: {said}"


@pytest.mark.parametrize("key", ["nodes", "sources"])
def test_a_manifest_of_another_shape_is_refused(tmp_path: Path, key: str) -> None:
    path = Path(shutil.copy(FOLDER / "1.12" / "manifest.json", tmp_path))
    changed(path, lambda whole: whole.update({key: {"model.x.y": {"name": "y"}}}))
    with pytest.raises(ConfigError, match="is not what dbt writes as manifest v12"):
        read_manifest(path)


def test_a_unit_test_gates_as_a_data_test_does(tmp_path: Path) -> None:
    path = Path(shutil.copy(FOLDER / "1.12" / "manifest.json", tmp_path))
    unit = {
        "unique_id": "unit_test.kitchen.buyers.one",
        "name": "one",
        "depends_on": {"nodes": ["model.kitchen.buyers"]},
    }
    changed(path, lambda whole: whole.update(unit_tests={unit["unique_id"]: unit}))
    found = read_manifest(path).tests["unit_test.kitchen.buyers.one"]
    assert (found.severity, found.depends_on) == ("error", ("model.kitchen.buyers",))
