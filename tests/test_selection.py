"""`--select` and `--exclude`: which syncs a row of words chooses."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests import dbt_files
from tests.dbt_files import model, source
from tests.projects import acme_is_installed, project
from warehouse_sync import Project
from warehouse_sync.cli.selecting import spread
from warehouse_sync.config import ConfigErrors
from warehouse_sync.errors import ConfigError

__all__ = ["acme_is_installed"]

WSYNC = """\
dbt: {}
destinations:
  ads: {type: acme, account_id: "1", token: t}
  more: {type: acme, account_id: "2", token: t}
"""
SYNC = """\
source: SOURCE
primary_key: id
destination: DESTINATION
audience: {name: NAME}
tags: [TAGS]
mapping: {EMAIL: email}
"""
SYNCS = {
    "buyers": ("ref('buyers')", "ads", "daily"),
    "visitors": ("ref('visitors')", "ads", "daily, web"),
    "lapsed": ("ref('lapsed')", "more", ""),
    "by-hand": ("main.people", "more", "web"),
    "by-table": ("main.lapsed", "ads", ""),
}
GRAPH = (
    source("raw", "orders"),
    model("stg_orders", "source.shop.raw.orders"),
    model("buyers", "stg_orders", tags=["core"]),
    model("lapsed", "buyers"),
    model("visitors"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        f"syncs/{name}.yml": SYNC.replace("SOURCE", f'"{reads}"')
        .replace("DESTINATION", to)
        .replace("NAME", name)
        .replace("TAGS", tags)
        for name, (reads, to, tags) in SYNCS.items()
    }
    dbt_files.write(tmp_path, *GRAPH)
    return project(tmp_path, WSYNC, None, files)


def chosen(folder: Path, select: str = "", exclude: str = "", state: Path | None = None) -> str:
    found = Project.load(folder, {}).select(select, exclude, state=state)
    return " ".join(sorted(sync.name for sync in found.syncs))


@pytest.mark.parametrize(
    ("select", "exclude", "syncs"),
    [
        ("", "", "buyers by-hand by-table lapsed visitors"),
        ("buyers", "", "buyers"),
        ("buyers by-hand", "", "buyers by-hand"),
        ("b*", "", "buyers by-hand by-table"),
        ("by-t*", "", "by-table"),
        ("tag:daily", "", "buyers visitors"),
        ("tag:core", "", "buyers"),
        ("tag:daily,tag:web", "", "visitors"),
        ("tag:daily tag:web", "", "buyers by-hand visitors"),
        ("tag:daily,destination:ads by-hand", "buyers", "by-hand visitors"),
        ("destination:more", "", "by-hand lapsed"),
        ("destination:acme", "", "buyers by-hand by-table lapsed visitors"),
        ("source:lapsed", "", "by-table lapsed"),
        ("source:shop.lapsed", "", "lapsed"),
        ("source:main.people", "", "by-hand"),
        ("source:people", "", "by-hand"),
        ("+stg_orders", "", "buyers by-table lapsed"),
        ("stg_orders+", "", "buyers by-table lapsed"),
        ("+raw.orders", "", "buyers by-table lapsed"),
        ("+tag:core", "", "buyers by-table lapsed"),
        ("+buyers,destination:more", "", "lapsed"),
        ("", "tag:web", "buyers by-table lapsed"),
        ("", "+stg_*", "by-hand visitors"),
    ],
)
def test_words_choose_syncs(folder: Path, select: str, exclude: str, syncs: str) -> None:
    assert chosen(folder, select, exclude) == syncs


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("buyer", "there is no sync 'buyer'; did you mean buyers?"),
        ("tags:daily", "there is no method 'tags' to select by; did you mean tag?"),
        ("+stg_order", "dbt's manifest has no model 'stg_order'; did you mean stg_orders?"),
        ("result:errors", "there is no result:errors; did you mean error?"),
        ("state:changed", "there is no state:changed"),
    ],
)
def test_a_word_that_cannot_be_meant_is_an_error_also_where_it_would_leave_out(
    folder: Path, words: str, told: str
) -> None:
    for select, exclude in ((words, ""), ("", words)):
        with pytest.raises(ConfigErrors, match=told.replace("+", r"\+").replace("?", r"\?")):
            chosen(folder, select, exclude)


def test_a_pattern_that_fits_nothing_chooses_nothing_and_says_so(folder: Path) -> None:
    found = Project.load(folder, {}).select("tag:weekly")
    assert (found.syncs, found.notes) == ((), ("no sync fits tag:weekly",))


def test_state_needs_a_folder_to_compare_with(folder: Path) -> None:
    with pytest.raises(ConfigError, match="state: needs --state DIR"):
        chosen(folder, "state:modified")


@pytest.fixture
def kept(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of `target` as a run leaves it."""
    from warehouse_sync import artefacts

    configuration = Project.load(folder, {}).configuration
    artefacts.write(configuration, artefacts.manifest_of(configuration))
    copy = tmp_path_factory.mktemp("state") / "target"
    shutil.copytree(folder / "target", copy)
    return copy


def test_nothing_is_modified_before_something_is(folder: Path, kept: Path) -> None:
    assert chosen(folder, "state:modified state:new", state=kept) == ""
    assert chosen(folder, "state:unmodified", state=kept) == "buyers by-hand by-table lapsed visitors"


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("EMAIL: email", "EMAIL: address", "mapping"),
        ("primary_key: id", "primary_key: number", "the key"),
        ("name: buyers", "name: Buyers", "the audience"),
        ("destination: ads", "destination: more", "the destination"),
        ("mapping:", "mode: upsert\nmapping:", "a setting"),
        ("mapping:", "guards: {removals_percent: 5}\nmapping:", "a guard"),
        ("EMAIL: email", "EMAIL: {static: a@example.com}", "a static value"),
    ],
)
def test_a_sync_declared_otherwise_is_modified(folder: Path, kept: Path, old: str, new: str, where: str) -> None:
    path = folder / "syncs" / "buyers.yml"
    path.write_text(path.read_text().replace(old, new))
    assert chosen(folder, "state:modified", state=kept) == "buyers", where


def test_a_sync_that_only_moved_in_its_file_is_not_modified(folder: Path, kept: Path) -> None:
    path = folder / "syncs" / "buyers.yml"
    path.write_text(f"# a comment\n{path.read_text()}")
    assert chosen(folder, "state:modified", state=kept) == ""


def test_a_model_that_changed_modifies_its_sync_and_with_a_plus_those_below(folder: Path, kept: Path) -> None:
    changed = {**GRAPH[2], "checksum": {"name": "sha256", "checksum": "another"}}
    dbt_files.write(folder, *GRAPH[:2], changed, *GRAPH[3:])
    assert chosen(folder, "state:modified", state=kept) == "buyers"
    assert chosen(folder, "state:modified+", state=kept) == "buyers by-table lapsed"


def test_a_sync_that_was_not_there_is_new_and_modified(folder: Path, kept: Path) -> None:
    path = folder / "syncs" / "buyers.yml"
    (folder / "syncs" / "second.yml").write_text(path.read_text().replace("name: buyers", "name: second"))
    assert chosen(folder, "state:new", state=kept) == "second"
    assert chosen(folder, "state:modified", state=kept) == "second"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("--select a b --threads 2", "--select a --select b --threads 2"),
        ("x --exclude a b -s c d", "x --exclude a --exclude b -s c -s d"),
        ("--select=a b", "--select=a b"),
        ("--select a -- b", "--select a -- b"),
        ("--exclude a --json b", "--exclude a --json b"),
    ],
)
def test_an_option_of_several_words_takes_them_all(typed: str, meant: str) -> None:
    assert " ".join(spread(typed.split())) == meant
