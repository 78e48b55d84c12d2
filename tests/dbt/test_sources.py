"""Sources that name a node of dbt, and syncs that stand beside their model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.dbt.captured import VERSIONS, changed, kitchen, sync
from tests.projects import acme_is_installed, mistakes, read
from warehouse_sync.model import Sync

__all__ = ["acme_is_installed"]

MARTS = ("kitchen", "main")


def loaded(root: Path) -> dict[str, Sync]:
    return {each.name: each for each in read(root).syncs}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("source", "node", "relation", "tags"),
    [
        ("ref('buyers')", "model.kitchen.buyers", (*MARTS, "aud_buyers"), ("nightly", "audience")),
        ('ref("buyers")', "model.kitchen.buyers", (*MARTS, "aud_buyers"), ("nightly", "audience")),
        ("\"{{ ref('buyers') }}\"", "model.kitchen.buyers", (*MARTS, "aud_buyers"), ("nightly", "audience")),
        ("{dbt: \"ref( 'buyers' )\"}", "model.kitchen.buyers", (*MARTS, "aud_buyers"), ("nightly", "audience")),
        ("ref('kitchen', 'buyers')", "model.kitchen.buyers", (*MARTS, "aud_buyers"), ("nightly", "audience")),
        ("ref('people')", "seed.kitchen.people", (*MARTS, "people"), ()),
        ("ref('kept')", "snapshot.kitchen.kept", (*MARTS, "kept"), ()),
        ("ref('shared')", "model.kitchen.shared", (*MARTS, "shared"), ("nightly",)),
        ("ref('other', 'shared')", "model.other.shared", ("kitchen", "main_other", "shared"), ()),
        ("ref('elsewhere')", "model.other.elsewhere", ("kitchen", "main_other", "elsewhere"), ()),
        ("ref('plan')", "model.kitchen.plan.v1", (*MARTS, "plan_v1"), ("nightly",)),
        ("ref('plan', v=2)", "model.kitchen.plan.v2", (*MARTS, "plan_v2"), ("nightly",)),
        ("ref('plan', version='2')", "model.kitchen.plan.v2", (*MARTS, "plan_v2"), ("nightly",)),
        ("ref('kitchen', 'plan', v=1)", "model.kitchen.plan.v1", (*MARTS, "plan_v1"), ("nightly",)),
        ("source('raw', 'clicks')", "source.kitchen.raw.clicks", (*MARTS, "raw_clicks"), ()),
    ],
)
def test_a_source_is_the_relation_that_dbt_made(
    tmp_path: Path, version: str, source: str, node: str, relation: tuple[str, ...], tags: tuple[str, ...]
) -> None:
    root = kitchen(tmp_path, version, {"syncs/x.yml": sync(source)})
    found = loaded(root)["x"]
    assert (found.source.node, found.source.relation, found.tags) == (node, relation, tags)
    assert found.declared_in is not None
    assert found.declared_in.path == root / "syncs" / "x.yml"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("ref('byers')", "is no model, seed or snapshot of TARGET/manifest.json; did you mean ref('buyers')? "
                         "(`dbt parse` writes that file anew)"),
        ("source('raw', 'click')", "is no source of TARGET/manifest.json; did you mean source('raw', 'clicks')? "
                                   "(`dbt parse` writes that file anew)"),
        ("ref('passing')", "is ephemeral: dbt makes no table or view of it; materialize it as one of them"),
        ("ref('asleep')", "is disabled in dbt (enabled: false): enable it, or set enabled: off here, too, and read a "
                          "table"),
        ("ref('plan', v=3)", "has no version 3; it has: 1, 2"),
        ("ref('kitchen', 'elsewhere')", "is no model, seed or snapshot of TARGET/manifest.json; did you mean "
                                        "ref('elsewhere')? (`dbt parse` writes that file anew)"),
    ],
)  # fmt: skip
def test_a_node_that_cannot_be_read_is_refused_with_the_remedy(tmp_path: Path, source: str, said: str) -> None:
    root = kitchen(tmp_path, files={"syncs/x.yml": sync(source)})
    assert mistakes(root) == [f"syncs/x.yml:1: source: {said}".replace("TARGET", "target")]


@pytest.mark.parametrize(
    "source",
    ["ref(buyers)", "ref('a', 'b', 'c')", "ref('buyers', u=2)", "ref('buyers') as b", "ref()", "source('raw')"],
)
def test_what_only_looks_like_a_reference_is_refused_with_the_right_forms(tmp_path: Path, source: str) -> None:
    (said,) = mistakes(kitchen(tmp_path, files={"syncs/x.yml": sync(f'"{source}"')}))
    assert said.startswith("syncs/x.yml:1: source: ")
    assert "source('source', 'table')" in said


def test_two_packages_with_one_name_need_the_package(tmp_path: Path) -> None:
    root = kitchen(tmp_path, files={"syncs/x.yml": sync("ref('shared')")})
    changed(root / "target" / "manifest.json", lambda whole: whole["metadata"].update(project_name="third"))
    assert mistakes(root) == [
        "syncs/x.yml:1: source: is in several packages (kitchen, other); write ref('package', 'shared')"
    ]


def test_before_dbt_has_run_a_reference_says_what_to_do(tmp_path: Path) -> None:
    root = kitchen(tmp_path, files={"syncs/x.yml": sync("ref('buyers')")})
    (root / "target" / "manifest.json").unlink()
    assert mistakes(root) == [
        "syncs/x.yml:1: source: is a node of dbt, which has written no manifest yet; run `dbt build` or `dbt parse`"
    ]


def test_without_a_dbt_project_a_reference_says_where_it_is_looked_for(tmp_path: Path) -> None:
    root = kitchen(tmp_path, files={"syncs/x.yml": sync("ref('buyers')")})
    (root / "dbt_project.yml").unlink()
    own = (root / "wsync.yml").read_text()
    (root / "wsync.yml").write_text(f"warehouse: {{type: duckdb, path: x.duckdb}}\n{own}")
    assert mistakes(root) == [
        "syncs/x.yml:1: source: is a node of dbt, but there is no dbt_project.yml here; dbt.project_dir says where it "
        "is"
    ]


def test_a_manifest_of_another_warehouse_is_refused(tmp_path: Path) -> None:
    root = kitchen(tmp_path, files={"syncs/x.yml": sync("ref('buyers')")})
    changed(root / "target" / "manifest.json", lambda whole: whole["metadata"].update(adapter_type="snowflake"))
    assert "source: is a node of dbt, whose manifest is made for snowflake, but the warehouse is duckdb" in str(
        mistakes(root)
    )


def test_a_manifest_of_another_target_is_refused(tmp_path: Path) -> None:
    root = kitchen(tmp_path, files={"syncs/x.yml": sync("ref('plan')")})
    prod = "kitchen: {target: prod, outputs: {prod: {type: duckdb, path: prod.duckdb}}}"
    (root / "profiles.yml").write_text(prod)
    assert (
        "syncs/x.yml:1: source: is in database kitchen by dbt's manifest, but the connection is to prod; was dbt run "
        "with another --target? Give DBT_TARGET to both"
    ) in mistakes(root)


def test_without_a_manifest_a_warning_says_what_is_not_seen(tmp_path: Path) -> None:
    root = kitchen(tmp_path, files={"syncs/x.yml": sync("main.people")})
    (root / "target" / "manifest.json").unlink()
    assert read(root).warnings == (
        "dbt has written no manifest yet (`dbt parse`): syncs beside its models are not seen",
    )


def test_an_unknown_manifest_is_one_complaint_and_names_the_file(tmp_path: Path) -> None:
    root = kitchen(tmp_path, files={"syncs/x.yml": sync("main.people")})
    new = "https://schemas.getdbt.com/dbt/manifest/v20.json"
    changed(root / "target" / "manifest.json", lambda whole: whole["metadata"].update(dbt_schema_version=new))
    (said,) = mistakes(root)
    assert said.startswith("target/manifest.json: has the manifest schema v20, written by dbt 1.12.6; wsync reads v10")


# beside the model


@pytest.mark.parametrize("version", VERSIONS)
def test_syncs_stand_beside_their_model_one_or_several(tmp_path: Path, version: str) -> None:
    root = kitchen(tmp_path, version, {"syncs/mine.yml": sync("ref('plan')", "Mine")})
    found = loaded(root)
    assert {name: (each.source.node, each.audience.name, each.tags) for name, each in found.items()} == {
        "mine": ("model.kitchen.plan.v1", "Mine", ("nightly",)),
        "buyers": ("model.kitchen.buyers", "Buyers", ("nightly", "audience")),
        "buyers_too": ("model.kitchen.buyers", "Buyers again", ("second", "nightly", "audience")),
        "clicks": ("source.kitchen.raw.clicks", "Clickers", ()),
    }
    lines = (root / "models" / "schema.yml").read_text().splitlines()
    for name in ("buyers", "buyers_too"):
        place = found[name].declared_in
        assert place is not None
        assert place.path == root / "models" / "schema.yml"
        assert f"- name: {name}" in lines[place.line - 1]


def planted(value: Any, root: Path) -> None:
    def change(whole: Any) -> None:
        node = whole["nodes"]["model.kitchen.buyers"]
        node["config"]["meta"] = node["meta"] = {"wsync": value}

    changed(root / "target" / "manifest.json", change)


BLOCK = {"primary_key": "id", "destination": "ads", "audience": {"name": "A"}, "mapping": {"EMAIL": "email"}}
HERE = "model.kitchen.buyers"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("yes", [f"{HERE}.meta.wsync: must be a block of settings (key: value), or a list of them"]),
        ([BLOCK, 7], [f"{HERE}.meta.wsync: must be a block of settings (key: value), or a list of them"]),
        (
            {**BLOCK, "source": "main.people"},
            [f"{HERE}.source: is not set here: the sync reads the model it stands beside"],
        ),
        (
            {**BLOCK, "mapping": {"EMAILS": "email"}},
            [f"{HERE}.mapping.EMAILS: is not a field of Acme Lists; did you mean EMAIL?"],
        ),
        ({**BLOCK, "modus": "mirror"}, [f"{HERE}.modus: is not a setting here; did you mean mode?"]),
        (
            {**BLOCK, "destination": "adds"},
            [f"{HERE}.destination: there is no destination 'adds' in wsync.yml; did you mean ads?"],
        ),
        (
            {key: value for key, value in BLOCK.items() if key != "primary_key"},
            [f"{HERE}.primary_key: is missing"],
        ),
    ],
)
def test_a_mistake_beside_a_model_names_its_file_and_the_model(tmp_path: Path, value: Any, said: list[str]) -> None:
    root = kitchen(tmp_path)
    planted(value, root)
    found = mistakes(root)
    assert [each.partition(": ")[2] for each in found] == said
    assert all(each.startswith("models/schema.yml:") for each in found)


def test_the_line_of_a_mistake_is_where_the_key_stands(tmp_path: Path) -> None:
    root = kitchen(tmp_path)
    schema = root / "models" / "schema.yml"
    schema.write_text(schema.read_text().replace("            mapping:\n              EMAIL: email", "XX"))
    wrong = schema.read_text().replace("XX", "            mapping:\n              EMAILS: email")
    schema.write_text(wrong)
    first = {**BLOCK, "audience": {"name": "B"}}
    planted([first, {**BLOCK, "name": "too", "mapping": {"EMAILS": "email"}}], root)
    line = wrong.splitlines().index("              EMAILS: email") + 1
    assert mistakes(root) == [
        f"models/schema.yml:{line}: {HERE}.mapping.EMAILS: is not a field of Acme Lists; did you mean EMAIL?"
    ]


def test_two_syncs_of_a_model_need_names(tmp_path: Path) -> None:
    root = kitchen(tmp_path)
    planted([BLOCK, {**BLOCK, "audience": {"name": "B"}}], root)
    (said,) = mistakes(root)
    assert "name: the sync buyers has this name, too (models/schema.yml:" in said


def test_a_dbt_project_without_a_sync_is_told_where_one_may_stand(tmp_path: Path) -> None:
    root = kitchen(tmp_path)
    changed(
        root / "target" / "manifest.json",
        lambda whole: [whole.update(sources={}), whole["nodes"].pop("model.kitchen.buyers")],
    )
    (warning,) = read(root).warnings
    assert warning.endswith(
        "holds no sync (a file NAME.yml each), and no model of dbt's manifest has one under its meta"
    )
    (root / "target" / "manifest.json").unlink()
    (warning,) = read(root).warnings
    assert "dbt has written no manifest yet" in warning
