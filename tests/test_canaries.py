"""Planted values and secrets are looked for wherever wsync could repeat one: none may be found.

The primary key is the exception (design.md, section 4), and `preview`, which is asked to show values.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.canaries import Canary, files_below, leaks
from tests.overheard import Overheard
from tests.planted import APP_SECRET, COLUMNS, FIRST, SECRETS, TOKEN, Story, Told, canaries, tokens
from tests.planted_places import LOG_TABLES, InDuckdb, InPostgres, Place, everything, found_in, rows_of
from tests.shop import ROOT
from warehouse_sync.adapters.duckdb import DuckDB
from warehouse_sync.config import load
from warehouse_sync.fields import Preparer
from warehouse_sync.model import Ports
from warehouse_sync.opening import World, open_runner
from warehouse_sync.runner import Request
from warehouse_sync.sandbox import Sandbox
from warehouse_sync.wire import Wire

PLANTED = (*canaries(), *tokens())

RAW_FIELDS = ("MADID", "EXTERN_ID", "APPUID", "LOOKALIKE_VALUE")
"""What the platform wants raw: the mirror and the tables of a run hold it."""
HASHED = tuple(
    Canary(each.name, each.value, each.sent, digest=False)
    for each in canaries()
    if each.name.split()[0] not in RAW_FIELDS
)
"""What may be in no table, except as the hash that travels."""


def test_the_search_finds_a_canary_in_every_spelling() -> None:
    bird = Canary("bird", "Kanarie+vogel & 17 'geel'", sent="kanarievogel")
    raw = bird.value.encode()
    spelled = [raw, raw.upper(), raw.hex().encode(), quote(bird.value).encode(), b'{"a": "kanarievogel"}']
    spelled += [b64encode(b"." * before + raw + b"...") for before in range(4)]
    assert [leaks(b"before " + each + b" after", [bird]) for each in spelled] == [["bird"]] * len(spelled)
    assert leaks(b"a bird in a cage", [bird]) == []


@dataclass
class Heard:
    """The story as told on one warehouse, all that was overheard, and the tables before the sync was given up."""

    story: Story
    overheard: Overheard
    logs: dict[str, list[Any]]
    tables: dict[str, list[Any]]


@contextmanager
def platform() -> Iterator[Sandbox]:
    with Sandbox.start(token=TOKEN, app_secret=APP_SECRET, require_proof=True) as sandbox:
        yield sandbox


def placed(name: str, project: Path, request: pytest.FixtureRequest, database: str) -> Place:
    return InDuckdb(project) if name == "duckdb" else InPostgres(request.getfixturevalue("postgres"), database)


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def heard(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Heard]:
    project = tmp_path_factory.mktemp(request.param) / "project"
    place = placed(request.param, project, request, "planted")
    overheard = Overheard({**SECRETS, **place.environ})
    with platform() as sandbox:
        story = Story(project, sandbox, overheard, place.fill, place.schema, place.block)
        story.tell(trouble=request.param == "duckdb")
        with place.open() as connection:
            logs, tables = rows_of(connection, LOG_TABLES), everything(connection)
        story.end()
        yield Heard(story, overheard, logs, tables)


def where(found: dict[Any, list[str]]) -> dict[Any, list[str]]:
    return {place: names for place, names in found.items() if names}


def test_more_than_two_hundred_values_and_secrets_are_planted_and_the_story_sends_them(heard: Heard) -> None:
    bodies = "\n".join(json.dumps(dict(each.body)) for each in heard.story.sandbox.requests)
    arrived = leaks(bodies.encode(), PLANTED)
    assert len({each.value for each in PLANTED}) > 200
    assert {f"{name} of 1" for name in COLUMNS.values()} <= set(arrived)
    assert len(arrived) > 90


def test_no_command_repeats_a_value_or_secret_however_it_ends(heard: Heard) -> None:
    assert {each.code for each in heard.story.told} >= {0, 2, 3, 4, 6}
    assert where({each.words: leaks(each.out, PLANTED) for each in heard.story.told}) == {}


def test_no_statement_text_has_a_value_or_secret(heard: Heard) -> None:
    statements = dict.fromkeys(heard.overheard.statements)
    assert len(statements) > 500
    assert where({text: leaks(text.encode(), PLANTED) for text in statements}) == {}


def test_no_file_but_the_warehouse_has_a_value_or_secret(heard: Heard) -> None:
    folder = heard.story.folder.parent
    found = {name: leaks(data, PLANTED) for name, data in files_below(folder, but=("shop.duckdb",))}
    assert {Path(name).suffix for name in found} == {".yml", ".sql", ".json"}
    assert where(found) == {}


def test_no_log_table_has_a_value_or_secret(heard: Heard) -> None:
    assert len(heard.logs["sync_log"]) > 20
    assert found_in(heard.logs, PLANTED) == {}


def test_after_its_runs_the_warehouse_has_what_travels_hashed_only_as_its_hash(heard: Heard) -> None:
    assert any(name.startswith("mirror_") and rows for name, rows in heard.tables.items())
    assert found_in(heard.tables, HASHED) == {}


# -- while a run sends ---------------------------------------------------------------------------------------------


@pytest.fixture(params=["duckdb", "postgres"])
def planted(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Story, Place]]:
    """The project with its customers, before any command."""
    project = tmp_path / "project"
    place = placed(request.param, project, request, f"planted_{request.node.name.split('[')[0][-40:]}")
    with platform() as sandbox:
        overheard = Overheard({**SECRETS, **place.environ})
        story = Story(project, sandbox, overheard, place.fill, place.schema, place.block)
        story.fill("customers", FIRST)
        yield story, place


def seen_while_sending(story: Story, place: Place) -> list[dict[str, list[Any]]]:
    """Everything in the state schema when a run's sending begins, and when its first request leaves."""
    seen: list[dict[str, list[Any]]] = []
    project = load(story.folder, {**SECRETS, **place.environ})

    def look(name: str) -> None:
        if name in ("before run/phase", "before POST add users") and len(seen) < 2:
            seen.append(everything(runner.ledger.warehouse.connection.cursor()))  # type: ignore[attr-defined]

    with open_runner(project, project.syncs[0], World(Ports(boundary=look))) as runner:
        assert runner.run(Request("run")).status == "partial"
    return seen


def test_while_a_run_sends_no_table_has_a_raw_value_that_travels_hashed(planted: tuple[Story, Place]) -> None:
    seen = seen_while_sending(*planted)
    assert [any(name.startswith("plan_") for name in tables) for tables in seen] == [True, True]
    assert [[name for name in tables if name.startswith("changes_")] for tables in seen] == [[], []]
    assert [found_in(tables, HASHED) for tables in seen] == [{}, {}]


def test_only_a_sync_that_asks_for_it_keeps_the_mapped_columns_in_its_snapshots(planted: tuple[Story, Place]) -> None:
    story, place = planted
    path = story.folder / "syncs" / "buyers.yml"
    path.write_text(path.read_text() + "snapshot: rows\n")
    kept = [set(found_in(tables, HASHED)) for tables in seen_while_sending(story, place)]
    assert [{name.split("_")[0] for name in names} for names in kept] == [{"snapshot"}, {"snapshot"}]


# -- faults of our own ---------------------------------------------------------------------------------------------


def bursts(inner: Callable[..., Any], quoting: int) -> Callable[..., Any]:
    """A function that fails with a traceback full of values: its own and its cause's messages repeat an argument."""

    def burst(*told: Any, **_more: Any) -> Any:
        words = told[quoting] if isinstance(told[quoting], str | bytes) else list(told[quoting])
        try:
            raise UnicodeError(f"cannot encode {words!r}")
        except UnicodeError as cause:
            raise ValueError(f"{inner.__name__} failed over {words!r}", words) from cause

    return burst


FAULTS = {
    "the loading of prepared rows": (DuckDB, "load", 4),
    "a query": (DuckDB, "query", 1),
    "the preparation of rows": (Preparer, "prepare", 1),
}


@pytest.fixture
def in_duckdb(tmp_path: Path) -> Iterator[Story]:
    place = InDuckdb(tmp_path / "project")
    with platform() as sandbox:
        story = Story(tmp_path / "project", sandbox, Overheard({**SECRETS, **place.environ}), place.fill)
        story.fill("customers", FIRST)
        yield story


@pytest.mark.parametrize("at", FAULTS)
@pytest.mark.parametrize("more", [(), ("--json",)], ids=["text", "json"])
def test_an_unexpected_fault_is_told_without_what_it_says(
    in_duckdb: Story, monkeypatch: pytest.MonkeyPatch, at: str, more: tuple[str, ...]
) -> None:
    owner, name, quoting = FAULTS[at]
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, bursts(getattr(owner, name), quoting))
        told = in_duckdb.wsync("run", "buyers", *more, code=1)
    assert b"unexpected ValueError" in told.out
    assert leaks(told.out, PLANTED) == []
    assert leaks(in_duckdb.wsync("run", "buyers", code=6).out, PLANTED) == []
    with InDuckdb(in_duckdb.folder).open() as connection:
        assert found_in(everything(connection), HASHED) == {}


def test_a_fault_in_a_sending_thread_is_told_without_what_it_says(
    in_duckdb: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = Wire.send

    def burst(wire: Wire, request: Any) -> Any:
        if b'"payload"' in (request.body or b""):
            raise KeyError(request.body, request.headers, request.query)
        return send(wire, request)

    with monkeypatch.context() as patch:
        patch.setattr(Wire, "send", burst)
        told = in_duckdb.wsync("run", "buyers", code=1)
    assert b"unexpected KeyError" in told.out
    assert leaks(told.out, PLANTED) == []
    assert leaks(in_duckdb.wsync("run", "buyers", code=6).out, PLANTED) == []


# -- in processes of their own -------------------------------------------------------------------------------------

LOUD = """\
import faulthandler, logging, os, sys, warnings
logging.basicConfig(level=logging.DEBUG, stream=sys.stderr, format="%(name)s %(message)s %(args)s")
for name in ("urllib3", "urllib3.connectionpool", "urllib3.util.retry", "requests", "duckdb", "sqlglot", "psycopg"):
    logging.getLogger(name).setLevel(logging.DEBUG)
faulthandler.enable()
warnings.simplefilter("always")
if os.environ.get("BURST"):
    import warehouse_sync.wire as wire
    def burst(self, request):
        raise ValueError(request.body, request.headers)
    wire.Wire.send = burst
"""
"""What a user can do to hear everything: a `sitecustomize` that asks every library for its debug log."""


@pytest.fixture
def loud(tmp_path: Path) -> Iterator[tuple[Story, dict[str, str]]]:
    """The project whose commands are processes with all debugging on, and their environment."""
    own, spare = tmp_path / "loud", tmp_path / "tmp"
    for each in (own, spare):
        each.mkdir()
    (own / "sitecustomize.py").write_text(LOUD)
    environ = {**os.environ, **SECRETS, "PYTHONPATH": f"{own}{os.pathsep}{ROOT}", "PYTHONFAULTHANDLER": "1"}
    environ |= {"TMPDIR": str(spare), "HOME": str(spare), "PYTHONDONTWRITEBYTECODE": "1", "RUST_BACKTRACE": "full"}

    def command(*words: str) -> Told:
        program = [sys.executable, "-X", "dev", "-c", "from warehouse_sync.cli import main; main()", *words]
        ran = subprocess.run(program, env=environ, cwd=spare, capture_output=True, check=False, timeout=120)
        return Told(words, ran.returncode, ran.stdout + b"\n" + ran.stderr)

    with platform() as sandbox:
        yield Story(tmp_path / "project", sandbox, command, InDuckdb(tmp_path / "project").fill), environ


def test_nothing_leaks_from_a_process_with_all_debugging_on(loud: tuple[Story, dict[str, str]]) -> None:
    story, environ = loud
    story.fill("customers", FIRST)
    story.sync("broken", "broken", "id", "{name: Broken}", "  EMAIL: email\n  LN: ln\n")
    environ["BURST"] = "1"
    story.wsync("run", "buyers", code=1)
    del environ["BURST"]
    story.sandbox.refuse("ext-Zq2-bobo")
    story.wsync("run", code=3)
    story.wsync("explain", "buyers", "1", "--json", code=0)
    story.wsync("forget", "buyers", "1", code=0)
    assert [leaks(each.out, PLANTED) for each in story.told] == [[]] * 4
    assert b"unexpected ValueError" in story.told[0].out
    found = {name: leaks(data, PLANTED) for name, data in files_below(story.folder.parent, but=("shop.duckdb",))}
    assert where(found) == {}
