"""`warehouse` in a dbt project: left out, `dbt`, or dbt's with settings of our own over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dbt.captured import WSYNC, changed, kitchen, sync
from tests.projects import SECRET, acme_is_installed, mistakes, read

__all__ = ["acme_is_installed"]

TWO = """\
kitchen:
  target: dev
  outputs:
    dev: {type: duckdb, path: kitchen.duckdb, threads: 4}
    pg: {type: postgres, host: db.example, port: PORT, password: s3cr3t-EAAB-token, user: me,
         dbname: kitchen, schema: x}
"""


def written(root: Path, warehouse: str = "", profiles: str = TWO) -> Path:
    kitchen(root, files={"wsync.yml": warehouse + WSYNC, "syncs/x.yml": sync("ref('plan')")})
    (root / "profiles.yml").write_text(profiles.replace("PORT", "5433"))
    if "pg" in warehouse:
        changed(root / "target" / "manifest.json", lambda whole: whole["metadata"].update(adapter_type="postgres"))
    return root


@pytest.mark.parametrize(
    ("warehouse", "found"),
    [
        ("", {"type": "duckdb", "path": "ROOT/kitchen.duckdb", "state_database": None, "threads": None}),
        ("warehouse: dbt\n", {"type": "duckdb", "path": "ROOT/kitchen.duckdb"}),
        ("warehouse: {dbt: {}}\n", {"type": "duckdb", "path": "ROOT/kitchen.duckdb"}),
        ("warehouse: {dbt: }\n", {"type": "duckdb", "path": "ROOT/kitchen.duckdb"}),
        ("warehouse: {dbt: {target: pg}}\n", {"type": "postgres", "host": "db.example", "port": 5433}),
        (
            "warehouse: {dbt: {target: pg}, port: 6000, statement_timeout_seconds: 900}\n",
            {"host": "db.example", "port": 6000, "statement_timeout_seconds": 900},
        ),
        (
            "warehouse: {dbt: {}, state_database: state.duckdb, memory_limit: 1GB}\n",
            {"path": "ROOT/kitchen.duckdb", "state_database": Path("ROOT/state.duckdb"), "memory_limit": "1GB"},
        ),
        ("warehouse: {type: duckdb, path: kitchen.duckdb}\n", {"path": "ROOT/kitchen.duckdb"}),
    ],
)
@pytest.mark.parametrize("relative", [False, True])
def test_the_connection_is_that_of_the_profile_with_ours_over_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warehouse: str, found: dict[str, object], relative: bool
) -> None:
    root = written(tmp_path / "shop", warehouse)
    if relative:
        monkeypatch.chdir(tmp_path)
        root = Path("shop")
    project = read(root)
    for name, value in found.items():
        wanted = type(value)(str(value).replace("ROOT", str(root))) if isinstance(value, str | Path) else value
        assert getattr(project.warehouse, name) == wanted
    assert {each.name for each in project.syncs} >= {"x", "buyers"}
    assert project.warnings == ()


@pytest.mark.parametrize("setting", ["warehouse: {dbt: {project_dir: ../dbt}}\n", "dbt: {project_dir: ../dbt}\n"])
def test_the_dbt_project_may_be_in_another_folder(tmp_path: Path, setting: str) -> None:
    kitchen(tmp_path / "dbt")
    (tmp_path / "dbt" / "wsync.yml").unlink()
    (tmp_path / "ours" / "syncs").mkdir(parents=True)
    (tmp_path / "ours" / "wsync.yml").write_text(setting + WSYNC)
    (tmp_path / "ours" / "syncs" / "x.yml").write_text(sync("ref('plan')"))
    project = read(tmp_path / "ours")
    assert Path(project.warehouse.path).resolve() == tmp_path / "dbt" / "kitchen.duckdb"  # type: ignore[attr-defined]
    assert {each.name for each in project.syncs} == {"x", "buyers", "buyers_too", "clicks"}


@pytest.mark.parametrize(
    ("warehouse", "said"),
    [
        ("warehouse: {dbt: {targets: pg}}\n", "wsync.yml:1: warehouse.dbt.targets: is not a setting here; did you mean "
                                              "target?"),
        ("warehouse: {dbt: 7}\n", "wsync.yml:1: warehouse.dbt: must be a block of settings (key: value)"),
        ("warehouse: {dbt: {target: stage}}\n", "profiles.yml: kitchen: has no output 'stage'; it has: dev, pg"),
        ("warehouse: {dbt: {}, pat: 1}\n", "wsync.yml:1: warehouse.pat: is not a setting here; did you mean path?"),
        ("warehouse: {dbt: {profile: x}}\n", "profiles.yml: has no profile 'x'; it has: kitchen"),
        ("dbt: {max_age: 5}\n", 'wsync.yml:1: dbt.max_age: must be a period such as "12 hours", "60 days" or "4 '
                                'weeks"'),
        ("dbt: {not_run: walk}\n", "wsync.yml:1: dbt.not_run: is 'walk', but must be one of run, skip"),
        ("dbt: {project_dir: nowhere}\n", "nowhere/dbt_project.yml: cannot be read: No such file or directory"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_where_it_is(tmp_path: Path, warehouse: str, said: str) -> None:
    assert said in mistakes(written(tmp_path, warehouse))


def test_a_value_of_the_profile_that_does_not_fit_is_named_without_it(tmp_path: Path) -> None:
    profiles = TWO.replace("PORT", "\"{{ env_var('HIDDEN') }}\"").replace("target: dev", "target: pg")
    root = written(tmp_path, profiles=profiles)
    assert "profiles.yml:1: warehouse.port: must be a whole number" in mistakes(root, HIDDEN=SECRET)


def test_without_dbt_a_warehouse_is_needed(tmp_path: Path) -> None:
    root = written(tmp_path)
    (root / "dbt_project.yml").unlink()
    assert "wsync.yml:1: warehouse: is missing; in a dbt project it may be left out" in mistakes(root)


def test_init_in_a_dbt_project_writes_no_connection(tmp_path: Path) -> None:
    from warehouse_sync.starting import init

    root = kitchen(tmp_path)
    (root / "wsync.yml").unlink()
    init(root)
    text = (root / "syncs" / "example.yml").read_text()
    (root / "syncs" / "example.yml").write_text(text.replace("ref('customers')", "ref('plan')"))
    changed(root / "target" / "manifest.json", lambda whole: whole.update(sources={}))
    changed(root / "target" / "manifest.json", lambda whole: whole["nodes"].pop("model.kitchen.buyers"))
    project = read(root, WSYNC_ENV_SECRET_FACEBOOK_TOKEN=SECRET)
    assert [(each.name, each.source.node) for each in project.syncs] == [("example", "model.kitchen.plan.v1")]
    assert project.warnings == ()
