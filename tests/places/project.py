"""A project on disk over a warehouse under test: only its `warehouse:` block tells one from another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.places import Place
from tests.scenario import COLUMNS
from warehouse_sync.config import Configuration, load
from warehouse_sync.model import Sync
from warehouse_sync.sandbox import ACCOUNT, TOKEN, Sandbox

MAIN = """\
warehouse: {warehouse}
state_schema: {state}
destinations:
  meta: {{type: facebook, ad_account_id: {account}, access_token: {token}, base_url: "{url}", retry_attempts: 1}}
"""
BUYERS = """\
source: {{table: {schema}.people}}
primary_key: id
destination: meta
audience: {{name: Buyers}}
mapping: {{EMAIL: email, PHONE: phone, CT: city}}
{more}
"""


@dataclass
class Shop:
    """A project with one sync, `buyers`, of the table `people`, into a sandbox of its own."""

    folder: Path
    place: Place
    sandbox: Sandbox

    @property
    def project(self) -> Configuration:
        return load(self.folder, {})

    @property
    def sync(self) -> Sync:
        return self.project.syncs[0]

    def source(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """The source has exactly these rows."""
        with closing(self.place.open()) as warehouse:
            self.place.fill(warehouse, "people", COLUMNS, rows)


@contextmanager
def shop(folder: Path, place: Place, more: str = "") -> Iterator[Shop]:
    """The project's files in this folder, its empty source, and its platform; `more` are lines of the sync's file."""
    with Sandbox.start() as sandbox, closing(place.open()) as warehouse:
        place.create(warehouse, "people", COLUMNS)
        told = {"account": ACCOUNT, "token": TOKEN, "url": sandbox.url, "state": place.state}
        (folder / "wsync.yml").write_text(MAIN.format(warehouse=place.block, **told))
        (folder / "syncs").mkdir()
        (folder / "syncs" / "buyers.yml").write_text(BUYERS.format(schema=place.schema, more=more))
        warehouse.close()
        yield Shop(folder, place, sandbox)
