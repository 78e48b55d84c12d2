"""A shop with a warehouse file, a project and a real sandbox: what the tests of the command line run against."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from warehouse_sync.cli import main
from warehouse_sync.sandbox import ACCOUNT, TOKEN, Sandbox

ROOT = Path(__file__).parent.parent

WSYNC = """\
warehouse: {{type: duckdb, path: shop.duckdb}}
destinations:
  meta:
    type: facebook
    ad_account_id: {account}
    access_token: "{{{{ env_var('WSYNC_ENV_SECRET_TOKEN') }}}}"
    base_url: {url}
    retry_attempts: 1
"""

BUYERS = """\
source: {table: main.customers}
primary_key: id
destination: meta
audience: {name: Buyers}
mapping: {EMAIL: email, PHONE: phone, CT: city}
"""

Row = tuple[int | None, str | None, str | None, str | None]


class Shop:
    """One project in a folder; `wsync` runs a command in this process, `spawn` in one of its own."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.folder, self.sandbox = folder, sandbox
        self.environ = {"WSYNC_ENV_SECRET_TOKEN": TOKEN}
        (folder / "syncs").mkdir()
        self.main_file()
        self.sync("buyers", BUYERS)

    def main_file(self, url: str | None = None, more: str = "") -> None:
        text = WSYNC.format(account=ACCOUNT, url=url or self.sandbox.url)
        (self.folder / "wsync.yml").write_text(text + more)

    def sync(self, name: str, text: str) -> None:
        (self.folder / "syncs" / f"{name}.yml").write_text(text)

    def sql(self, statement: str, rows: Iterable[Sequence[Any]] | None = None) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.folder / "shop.duckdb")) as connection:
            if rows is not None:
                connection.executemany(statement, list(rows))
                return []
            return connection.execute(statement).fetchall()

    def customers(self, *rows: Row, table: str = "customers") -> None:
        """The source has exactly these rows: id, e-mail, phone, city."""
        self.sql(f"drop table if exists {table}")
        self.sql(f"create table {table} (id integer, email text, phone text, city text)")
        if rows:
            self.sql(f"insert into {table} values (?, ?, ?, ?)", rows)

    def wsync(self, *words: str, code: int | None = 0) -> Result:
        """Run a command; `code` is the exit code it must have (None: any)."""
        told = [*words, "--project-dir", str(self.folder)]
        result = CliRunner().invoke(main, told, env=self.environ, catch_exceptions=False)
        if code is not None:
            assert result.exit_code == code, result.output
        return result

    def json(self, *words: str, code: int = 0) -> Any:
        return json.loads(self.wsync(*words, "--json", code=code).stdout)

    def spawn(self, *words: str, **options: Any) -> subprocess.Popen[str]:
        """The command in a process of its own."""
        told = [sys.executable, "-c", "from warehouse_sync.cli import main; main()", *words]
        environ = {**os.environ, "PYTHONPATH": str(ROOT), **self.environ}
        return subprocess.Popen(
            [*told, "--project-dir", str(self.folder)],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    @property
    def members(self) -> int:
        """How many entries the audience Buyers has on the platform."""
        return {each.name: each.entries for each in self.sandbox.summary()}.get("Buyers", 0)


def people(count: int, start: int = 1) -> list[Row]:
    return [(n, f"p{n}@example.com", f"+4930{1000000 + n}", "Berlin") for n in range(start, start + count)]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop of three customers whose platform is a fresh sandbox."""
    with Sandbox.start() as sandbox:
        made = Shop(tmp_path, sandbox)
        made.customers(*people(3))
        yield made
        assert sandbox.journal.failures == []
