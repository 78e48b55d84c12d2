"""`wsync dbt exposures`: the file, byte for byte; that a real dbt takes it is in tests/dbt/test_package.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from tests import dbt_files
from tests.dbt_files import model, source
from tests.projects import acme_is_installed, project
from warehouse_sync import Project
from warehouse_sync.cli import main
from warehouse_sync.errors import ConfigError

__all__ = ["acme_is_installed"]

WSYNC = """\
dbt: {}
destinations:
  ads: {type: acme, account_id: "1", token: "{{ env_var('ACME_TOKEN') }}"}
"""
BUYERS = """\
source: ref('buyers')
primary_key: id
destination: ads
audience: {name: Käufer}
tags: [daily]
owner: {name: Audiences, email: audiences@example.com}
mapping: {EMAIL: email}
"""
NODES = (
    source("raw", "orders"),
    model("buyers", "source.shop.raw.orders"),
    model("lapsed", alias="lapsed_customers", config={"meta": {"owner": "Retention"}}),
    model("customers", unique_id="model.shop.customers.v2", version=2, latest_version=2, alias="customers_v2"),
    model("people", unique_id="model.crm.people", package_name="crm"),
)
WRITTEN = """\
# Written by `wsync dbt exposures`: change the syncs and write it anew, `wsync dbt exposures --check` compares.
version: 2
exposures:
- name: wsync_buyers
  label: 'Acme Lists: Käufer'
  type: application
  description: The sync buyers keeps an audience of Acme Lists equal to ref('buyers').
  depends_on:
  - ref('buyers')
  owner:
    name: Audiences
    email: audiences@example.com
  config:
    enabled: true
    tags:
    - daily
    meta:
      wsync:
        sync: buyers
        declared_in: syncs/buyers.yml
        platform: Acme Lists
        account: '1'
        audience:
          name: Käufer
        mode: mirror
        columns:
        - email
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    dbt_files.write(tmp_path, *NODES)
    return project(tmp_path, WSYNC, None, {"syncs/buyers.yml": BUYERS})


def exposures(folder: Path, *words: str, code: int = 0) -> str:
    told = ["dbt", "exposures", *words, "--project-dir", str(folder)]
    done = CliRunner().invoke(main, told, env={"ACME_TOKEN": None}, catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.output


def made_of(folder: Path, source: str, **more: str) -> dict[str, Any]:
    """The exposure of a sync that reads this."""
    lines = {"source": source, "name": "second", "audience": "{name: Second}", **more}
    text = "".join(f"{key}: {value}\n" for key, value in lines.items())
    rest = "primary_key: id\ndestination: ads\nmapping: {EMAIL: email}\n"
    (folder / "syncs" / "second.yml").write_text(text + rest)
    return next(each for each in told(folder) if each["config"]["meta"]["wsync"]["sync"] == lines["name"])


def told(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(Project.load(folder, secrets=False).exposures())["exposures"]
    return found


def test_the_file_is_this_and_needs_no_secret(folder: Path) -> None:
    assert exposures(folder) == WRITTEN


def test_a_file_is_written_once_and_compared(folder: Path) -> None:
    path = folder / "models" / "wsync.yml"
    assert exposures(folder, "--output", str(path)).endswith("wsync.yml: written\n")
    assert path.read_text() == WRITTEN
    assert "is as the syncs say" in exposures(folder, "--output", str(path))
    assert "is as the syncs say" in exposures(folder, "--output", str(path), "--check")
    path.write_text(WRITTEN.replace("Audiences", "Others"))
    assert "is not what the syncs say; write it: wsync dbt exposures" in exposures(
        folder, "--output", str(path), "--check", code=2
    )
    assert "Others" in path.read_text()


def test_a_check_needs_the_file_to_compare_with(folder: Path) -> None:
    assert "--check needs the --output FILE" in exposures(folder, "--check", code=2)


@pytest.mark.parametrize(
    ("reads", "depends_on"),
    [
        ("ref('lapsed')", ["ref('lapsed')"]),
        ("ref('customers')", ["ref('customers', v=2)"]),
        ("ref('crm', 'people')", ["ref('crm', 'people')"]),
        ("source('raw', 'orders')", ["source('raw', 'orders')"]),
        ("main.lapsed_customers", ["ref('lapsed')"]),
        ("lapsed_customers", ["ref('lapsed')"]),
        ("other.lapsed_customers", []),
        ("{query_file: query.sql}", ["ref('buyers')", "source('raw', 'orders')"]),
    ],
)
def test_it_depends_on_what_the_sync_reads(folder: Path, reads: str, depends_on: list[str]) -> None:
    query = (
        "with lapsed_customers as (select 1) select b.* from main.buyers b join raw.orders o on true, lapsed_customers"
    )
    (folder / "query.sql").write_text(query)
    assert made_of(folder, reads)["depends_on"] == depends_on


@pytest.mark.parametrize(
    ("reads", "owner", "named"),
    [
        ("ref('lapsed')", "Shop", {"name": "Shop"}),
        ("ref('lapsed')", "{email: shop@example.com}", {"email": "shop@example.com"}),
        ("ref('lapsed')", None, {"name": "Retention"}),
        ("main.people_by_hand", None, {"name": "wsync"}),
    ],
)
def test_its_owner_is_the_syncs_else_the_models(
    folder: Path, reads: str, owner: str | None, named: dict[str, str]
) -> None:
    assert made_of(folder, reads, **({"owner": owner} if owner else {}))["owner"] == named


def test_an_owner_who_is_nobody_is_refused(folder: Path) -> None:
    with pytest.raises(ConfigError, match="owner: needs a name, an email, or both"):
        made_of(folder, "ref('lapsed')", owner="{}")


def test_names_that_dbt_cannot_have_become_such_that_it_can(folder: Path) -> None:
    assert made_of(folder, "ref('lapsed')", name="best-buyers")["name"] == "wsync_best_buyers"
    (folder / "syncs" / "third.yml").write_text(BUYERS.replace("Käufer", "Third") + "name: best_buyers\n")
    names = [each["name"] for each in told(folder)]
    assert len(set(names)) == 3
    assert all(name.replace("_", "").isalnum() for name in names)


def test_without_a_manifest_it_says_what_is_missing(folder: Path) -> None:
    (folder / "syncs" / "buyers.yml").write_text(BUYERS.replace("ref('buyers')", "main.buyers"))
    (folder / "target" / "manifest.json").unlink()
    assert "there is no manifest of dbt here; `dbt parse` writes it" in exposures(folder, code=2)
