"""What rows of the documents' table say that no other test shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from warehouse_sync.config import ConfigErrors, load
from warehouse_sync.model import Sync

WSYNC = """\
warehouse: {type: duckdb, path: shop.duckdb}
destinations:
  meta: {type: facebook, ad_account_id: "1", access_token: "{{ env_var('WSYNC_ENV_SECRET_TOKEN') }}"}
  tiktok: {type: tiktok, advertiser_id: "2", access_token: "{{ env_var('WSYNC_ENV_SECRET_TOKEN') }}"}
"""
SYNC = """\
source: main.{source}
primary_key: id
destination: {destination}
audience: {{name: Buyers {number}}}
mapping: {{EMAIL: email}}
"""


def syncs_of(folder: Path, sources: list[str], destinations: list[str]) -> tuple[Sync, ...]:
    """The syncs of a project with sixty of them, which take sources and destinations in turn."""
    (folder / "wsync.yml").write_text(WSYNC)
    (folder / "syncs").mkdir()
    for number in range(60):
        source, destination = sources[number % len(sources)], destinations[number % len(destinations)]
        text = SYNC.format(source=source, destination=destination, number=number)
        (folder / "syncs" / f"s{number:02}.yml").write_text(text)
    return load(folder, {"WSYNC_ENV_SECRET_TOKEN": "t"}).syncs


def test_one_source_feeds_as_many_destinations_and_syncs_as_wanted(tmp_path: Path) -> None:
    syncs = syncs_of(tmp_path, ["customers"], ["meta", "tiktok"])
    assert {sync.source.relation for sync in syncs} == {("main", "customers")}
    assert [sync.destination_name for sync in syncs] == ["meta", "tiktok"] * 30


def test_one_destination_takes_as_many_sources_as_wanted(tmp_path: Path) -> None:
    syncs = syncs_of(tmp_path, ["buyers", "leads"], ["meta"])
    assert [sync.source.relation for sync in syncs] == [("main", "buyers"), ("main", "leads")] * 30
    assert {sync.destination_name for sync in syncs} == {"meta"}


def test_what_is_not_set_is_as_the_documents_have_it(tmp_path: Path) -> None:
    sync = syncs_of(tmp_path, ["customers"], ["meta"])[0]
    assert (sync.mode, sync.hash, sync.normalize) == ("mirror", "on", "on")
    assert (sync.enabled, sync.retain_logs, sync.retry_failed_records) == (True, True, True)
    assert (sync.log_retention_days, sync.snapshots, sync.snapshot) == (7, 2, "keys")
    assert sync.schedule is None


def test_two_destinations_of_one_name_are_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "wsync.yml").write_text(f"{WSYNC}{WSYNC.splitlines()[-1]}\n")
    with pytest.raises(ConfigErrors, match=r"destinations\.tiktok: stands here twice"):
        load(tmp_path, {"WSYNC_ENV_SECRET_TOKEN": "t"})
