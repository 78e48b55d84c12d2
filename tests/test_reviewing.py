"""`wsync check --ci`: what a pull request does to the syncs, told from files alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests import dbt_files
from tests.dbt_files import model, source
from tests.projects import acme_is_installed, project
from warehouse_sync import Project, artefacts
from warehouse_sync.cli import main
from warehouse_sync.lineage import Graph

__all__ = ["acme_is_installed"]

WSYNC = """\
dbt: {}
destinations:
  ads: {type: acme, account_id: "1", token: "{{ env_var('ACME_TOKEN') }}"}
  more: {type: acme, account_id: "2", token: "{{ env_var('ACME_TOKEN') }}"}
"""
BUYERS = """\
source: ref('buyers')
primary_key: id
destination: ads
audience: {name: Buyers}
mapping:
  EMAIL: email
"""
BY_HAND = BUYERS.replace("ref('buyers')", "{query_file: people.sql}").replace("Buyers", "People")
NODES = (
    source("raw", "orders"),
    model("stg", "source.shop.raw.orders", compiled_code="select id, mail as email from shop.raw.orders"),
    model("buyers", "stg", compiled_code='select * from "shop"."main"."stg"'),
    model("people", columns=["id", "email"]),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {"syncs/buyers.yml": BUYERS, "syncs/people.yml": BY_HAND, "people.sql": "select id, email from main.people"}
    folder = tmp_path / "shop"
    folder.mkdir()
    dbt_files.write(folder, *NODES)
    return project(folder, WSYNC, None, files)


@pytest.fixture
def state(folder: Path, tmp_path: Path) -> Path:
    """A copy of `target` from before the pull request."""
    configuration = Project.load(folder, secrets=False).configuration
    artefacts.write(configuration, artefacts.manifest_of(configuration))
    return Path(shutil.copytree(folder / "target", tmp_path / "before"))


def checked(folder: Path, state: Path, code: int = 0) -> str:
    told = ["check", "--ci", "--state", str(state), "--project-dir", str(folder)]
    done = CliRunner().invoke(main, told, env={"ACME_TOKEN": None}, catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.output.replace(f"{folder}/", "")


def edited(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def made(folder: Path, *nodes: Any) -> None:
    """dbt wrote its manifest anew."""
    dbt_files.manifest(folder / "target" / "manifest.json", *nodes)


def test_nothing_changed_is_said_and_needs_no_secret(folder: Path, state: Path) -> None:
    assert checked(folder, state) == "no sync would do anything else than before\n"


# what a sync needs


def without(name: str, *more: Any) -> tuple[Any, ...]:
    return (*(node for node in NODES if node["name"] != name), *more)


BROKEN = [
    ("dropped", without("buyers"), "syncs/buyers.yml:1: buyers: ref('buyers') was dropped; keep it"),
    (
        "renamed",
        without("buyers", {**model("customers", "stg"), "checksum": {"checksum": "sum of buyers"}}),
        "syncs/buyers.yml:1: buyers: ref('buyers') was renamed to ref('customers'); name ref('customers') in the sync",
    ),
    (
        "dropped under a query",
        without("people"),
        "syncs/people.yml:1: people: ref('people') was dropped; keep it, or change or remove the sync",
    ),
    (
        "lost a column two models below",
        without("stg", model("stg", "source.shop.raw.orders", compiled_code="select id, mail from shop.raw.orders")),
        "syncs/buyers.yml:6: buyers: mapping.EMAIL: ref('buyers') has no column email any more",
    ),
    (
        "lost the key",
        without("buyers", model("buyers", "stg", compiled_code="select email from shop.main.stg")),
        "syncs/buyers.yml:2: buyers: primary_key: ref('buyers') has no column id any more",
    ),
]


@pytest.mark.parametrize(("what", "nodes", "told"), BROKEN, ids=[row[0] for row in BROKEN])
def test_what_a_sync_needs_and_dbt_would_not_make_fails(
    folder: Path, state: Path, what: str, nodes: tuple[Any, ...], told: str
) -> None:
    made(folder, *nodes)
    assert told in checked(folder, state, code=2), what


def test_a_column_that_is_no_longer_described_counts_as_lost_where_the_text_does_not_tell(
    folder: Path, state: Path
) -> None:
    described = model("buyers", "stg", columns=["id", "email"])
    made(state.parent / "shop", *without("buyers", described))
    shutil.copy(folder / "target" / "manifest.json", state / "manifest.json")
    assert "no sync" in checked(folder, state)
    made(folder, *without("buyers", model("buyers", "stg", columns=["id"])))
    assert "mapping.EMAIL: ref('buyers') has no column email" in checked(folder, state, code=2)


def test_a_sync_that_follows_the_renamed_model_is_fine(folder: Path, state: Path) -> None:
    made(folder, *without("buyers", model("customers", "stg", compiled_code="select id, email from shop.main.stg")))
    edited(folder, "syncs/buyers.yml", "ref('buyers')", "ref('customers')")
    assert "buyers: changed (source)\n  every row is prepared again" in checked(folder, state)


# what a change does

CHANGES: list[tuple[str, str, str, str]] = [
    ("EMAIL: email", "EMAIL: mail_address", "changed (mapping.EMAIL)", "every row is prepared again"),
    ("EMAIL: email", "EMAIL: mail_address", "", "a run that would remove or rekey anybody is blocked once"),
    ("primary_key: id", "primary_key: email", "changed (primary_key)", "keys are compared anew"),
    ("mapping:", "mode: upsert\nmapping:", "changed (mode)", "mode upsert: nobody is removed any more"),
    ("mapping:", "enabled: off\nmapping:", "changed (enabled)", "runs leave it out"),
    ("destination: ads", "destination: more", "changed (destination, account,", "runs are refused"),
    ("name: Buyers", "name: Best", "changed (audience)", "nothing is sent for the audience's name: the sync keeps"),
    ("mapping:", "guards: {removals_percent: 5}\nmapping:", "changed (guards.removals_percent)", "nothing is prepared"),
    ("mapping:", "schedule: {every: 1 hour}\nmapping:", "changed (schedule)", "nothing is prepared or sent for that"),
    ("mapping:", "tags: [daily]\nmapping:", "changed (tags)", "nothing is prepared or sent for that alone"),
]


@pytest.mark.parametrize(("old", "new", "headline", "effect"), CHANGES, ids=[f"{row[1]}: {row[3]}" for row in CHANGES])
def test_what_a_changed_sync_would_do_is_told(
    folder: Path, state: Path, old: str, new: str, headline: str, effect: str
) -> None:
    made(folder, *NODES[:2], model("buyers"), NODES[3])  # whose columns nothing tells
    shutil.copy(folder / "target" / "manifest.json", state / "manifest.json")
    edited(folder, "syncs/buyers.yml", old, new)
    told = checked(folder, state)
    assert f"buyers: {headline}" in told
    assert f"\n  {effect}" in told
    assert "people" not in told


def test_a_new_sync_and_a_removed_one_are_told(folder: Path, state: Path) -> None:
    (folder / "syncs" / "people.yml").unlink()
    (folder / "syncs" / "second.yml").write_text(BUYERS.replace("Buyers", "Second"))
    assert checked(folder, state) == (
        "people: removed\n  nobody is removed: its members stay in the audience\n"
        "  `wsync abandon people --yes` drops what is known of them\n"
        "second: new\n  its first run adds everybody of ref('buyers') to the audience 'Second', found or created, "
        "in account 1\n"
    )


def test_a_renamed_sync_is_told_how_its_state_moves(folder: Path, state: Path) -> None:
    (folder / "syncs" / "people.yml").rename(folder / "syncs" / "persons.yml")
    assert "`wsync rename people persons` moves what is known of it" in checked(folder, state)


def test_a_model_made_otherwise_is_told(folder: Path, state: Path) -> None:
    made(folder, *NODES[:3], {**NODES[3], "checksum": {"checksum": "another"}})
    assert checked(folder, state).startswith("people: reads a model that changed\n  ref('people') is made otherwise")


def test_a_manifest_of_an_older_version_without_a_setting_is_no_change(folder: Path, state: Path) -> None:
    path = state / "wsync" / "manifest.json"
    told = json.loads(path.read_text())
    del told["syncs"]["buyers"]["settings"]["removals"], told["syncs"]["buyers"]["settings"]["guards"]["sample_rows"]
    path.write_text(json.dumps(told))
    assert checked(folder, state) == "no sync would do anything else than before\n"
    told["syncs"]["buyers"]["prepares"] = "with other rules"
    path.write_text(json.dumps(told))
    assert checked(folder, state).startswith("buyers: changed (the rules of this version of wsync)\n  every row is")


def test_without_a_state_or_with_a_sync_it_is_a_wrong_call(folder: Path, state: Path) -> None:
    for words in (["--ci"], ["buyers", "--ci", "--state", str(state)]):
        done = CliRunner().invoke(main, ["check", *words, "--project-dir", str(folder)])
        assert done.exit_code == 2
        assert "--ci takes --state DIR" in done.output


def test_a_folder_without_our_manifest_is_told(folder: Path, tmp_path: Path) -> None:
    for empty in (tmp_path, folder / "target"):  # the one with dbt's file of that name
        assert "there is no manifest.json of wsync here" in checked(folder, empty, code=2)


# the columns of a model, by its text

TEXTS: list[tuple[str, str | None]] = [
    ("select id, mail as email, count(*) as n from x group by 1", "email id n"),
    ("with a as (select 1 as id, 2 as b), c as (select * from a) select * from c", "b id"),
    ("with a as (select 1 as id, 2 as b) select a.*, 3 as d from a join shop.main.stg as s on true", "b d id"),
    ("select * exclude (email) from shop.main.stg", "id"),
    ("select * from (select id from shop.main.stg) as inside", "id"),
    ("select id from x union all select other from y", "id"),
    ("select s.* from shop.main.stg as s", "email id"),
    ("select * from elsewhere", None),
    ("select *, 1 as one from shop.main.stg, unnest([1]) as u", None),
    ("not sql at (all", None),
    ("{{ config(materialized='table') }} select * from {{ ref('stg') }}", "email id"),
    ("select * from {{ source('raw', 'orders') }}", None),
    ("{% if x %} select 1 as one {% endif %}", None),
    ("select {{ dbt.safe_cast('a') }} as b", None),
]


@pytest.mark.parametrize(("text", "columns"), TEXTS, ids=[row[0] for row in TEXTS])
def test_the_columns_of_a_model_are_read_from_its_text(tmp_path: Path, text: str, columns: str | None) -> None:
    own = {"raw_code": text} if ("{" in text and "{{" in text) or "{%" in text else {"compiled_code": text}
    path = dbt_files.manifest(
        tmp_path / "manifest.json", *NODES[:2], model("m", "stg", "source.shop.raw.orders", **own)
    )
    found = Graph(path).columns("model.shop.m")
    assert (None if found is None else " ".join(sorted(found))) == columns


def test_the_columns_of_a_seed_are_those_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "s.csv").write_text("Id,email\n1,x\n")
    seed = model("s", resource_type="seed", root_path=str(tmp_path), original_file_path="seeds/s.csv")
    assert Graph(dbt_files.manifest(tmp_path / "m.json", seed)).columns("model.shop.s") == {"id", "email"}
