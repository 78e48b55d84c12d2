from __future__ import annotations

import dataclasses
import json
import re
import string
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr

from warehouse_sync import config_models, model
from warehouse_sync.config import ConfigErrors, Project, load, load_destination_file, select
from warehouse_sync.errors import ConfigError
from warehouse_sync.model import AudienceSpec, GuardLimits, Mapped, Source

SECRET = "s3cr3t-EAAB-token"

WSYNC = """\
warehouse: {type: duckdb, path: shop.duckdb}
destinations:
  ads:
    type: acme
    account_id: "1000000001"
    token: "{{ env_var('ACME_TOKEN') }}"
"""

BUYERS = """\
source: {table: main.customers}
primary_key: customer_id
destination: ads
audience: {name: Buyers}
mapping:
  EMAIL: email
"""


@pytest.fixture(autouse=True, scope="module")
def acme_is_installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    place = tmp_path_factory.mktemp("site")
    info = place / "acme-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[warehouse_sync.connectors]\nacme = acme:CONNECTOR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(place))
        yield


Write = Callable[..., Path]


@pytest.fixture
def project(tmp_path: Path) -> Write:
    """Writes a project: `wsync` is its main file, `files` are others, `buyers` by default the one sync."""

    def write(wsync: str = WSYNC, buyers: str | None = BUYERS, files: Mapping[str, str] = {}) -> Path:
        sync = {} if buyers is None else {"syncs/buyers.yml": buyers}
        for name, text in {"wsync.yml": wsync, **sync, **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), encoding="utf-8")
        return tmp_path

    return write


def read(root: Path, **environ: str) -> Project:
    return load(root, {"ACME_TOKEN": SECRET, **environ})


def mistakes(root: Path, **environ: str) -> list[str]:
    """What is said about a project, each sentence with its place, paths as seen from the project."""
    with pytest.raises(ConfigErrors) as caught:
        read(root, **environ)
    assert SECRET not in str(caught.value)
    return str(caught.value).replace(f"{root}/", "").splitlines()


def with_line(text: str, line: str) -> str:
    """A file with this as its first line, in place of what it said of the same key."""
    key = line.partition(":")[0]
    blocks = re.findall(r"^\S.*\n(?:[ ].*\n)*", text, re.MULTILINE)
    return "".join([line + "\n", *(block for block in blocks if block.partition(":")[0] != key)])


# what is read


def test_a_project_is_read_with_every_default(project: Write) -> None:
    found = read(project())
    sync = found.syncs[0]
    assert (found.state_schema, found.warnings) == ("wsync", ())
    assert sync.name == "buyers"
    assert sync.source == Source(relation=("main", "customers"), label="main.customers")
    assert sync.primary_key == ("customer_id",)
    assert (sync.connector, sync.destination_name) == ("acme", "ads")
    assert sync.audience == AudienceSpec(name="Buyers", settings={"description": ""})
    assert sync.mapping == (Mapped("EMAIL", column="email"),)
    assert sync.destination.token.get_secret_value() == SECRET
    defaults = {
        each.name: each.default
        for each in dataclasses.fields(model.Sync)
        if each.default not in (dataclasses.MISSING, None)
    }
    assert {name: getattr(sync, name) for name in defaults} == defaults
    assert sync.guards == GuardLimits()
    assert sync.place is not None
    assert (sync.place.path.name, sync.place.line) == ("buyers.yml", 1)


def test_the_database_file_is_found_from_the_projects_folder(project: Write) -> None:
    root = project()
    assert getattr(read(root).warehouse, "path", None) == str(root / "shop.duckdb")


def test_every_setting_of_a_sync_is_taken_from_its_file(project: Write) -> None:
    text = (
        BUYERS
        + """\
options: {default_country: DE}
name: Best_buyers
enabled: off
mode: upsert
hash: off
normalize: shouted
retry_failed_records: off
retain_logs: off
log_retention_days: 30
snapshots: 3
snapshot: rows
reassert_every: 60 days
guards: {removals_percent: off, null_keys_rows: null, rekeys_rows: 0, empty_source: off}
schedule: {every: 15 minutes, starting_at: 06:00}
lease: 60
takeover_wait: 0
log_primary_key: digest
concurrency: 8
"""
    )
    sync = read(project(buyers=text)).syncs[0]
    assert sync.name == "Best_buyers"
    assert (sync.enabled, sync.retry_failed_records, sync.retain_logs) == (False, False, False)
    assert (sync.mode, sync.hash, sync.normalize) == ("upsert", "off", "shouted")
    assert (sync.log_retention_days, sync.snapshots, sync.snapshot) == (30, 3, "rows")
    assert (sync.reassert_every, sync.log_primary_key) == ("60 days", "digest")
    limits = GuardLimits(removals_percent=None, null_keys_rows=None, rekeys_rows=0, empty_source=False)
    assert sync.guards == limits
    assert sync.schedule == {"every": "15 minutes", "starting_at": "06:00"}
    assert (sync.lease_seconds, sync.takeover_wait_seconds, sync.concurrency) == (60, 0, 8)
    assert sync.options.default_country == "DE"


@pytest.mark.parametrize(
    ("written", "name", "value"),
    [
        ("hash: on", "hash", "on"),
        ("hash: true", "hash", "on"),
        ("hash: false", "hash", "off"),
        ("hash: auto", "hash", "auto"),
        ("normalize: off", "normalize", "off"),
        ("enabled: Off", "enabled", False),
        ("retain_logs: false", "retain_logs", False),
        ("reassert_every: off", "reassert_every", None),
        ("schedule: manual", "schedule", None),
        ('schedule: {cron: "0 6 * * *"}', "schedule", {"cron": "0 6 * * *"}),
        ("primary_key: [shop, customer_id]", "primary_key", ("shop", "customer_id")),
        ("source: customers", "source", Source(relation=("customers",), label="customers")),
        (
            "source: {table: [main, My Table]}",
            "source",
            Source(relation=("main", "My Table"), label="main.My Table"),
        ),
        ('audience: {id: "0123"}', "audience", AudienceSpec(id="0123", settings={"description": ""})),
    ],
)
def test_a_setting_may_be_written_so(project: Write, written: str, name: str, value: object) -> None:
    assert getattr(read(project(buyers=with_line(BUYERS, written))).syncs[0], name) == value


def test_words_that_yaml_1_1_takes_for_booleans_stay_text(project: Write) -> None:
    text = BUYERS + "  COUNTRY: {static: NO}\n  ln: yes\n  FN: on\n"
    assert read(project(buyers=text)).syncs[0].mapping == (
        Mapped("EMAIL", column="email"),
        Mapped("COUNTRY", static="NO"),
        Mapped("LN", column="yes"),
        Mapped("FN", column="on"),
    )


def test_a_field_may_be_named_by_its_label_in_any_case(project: Write) -> None:
    text = BUYERS + "  phone NUMBER: {column: tel}\n"
    assert read(project(buyers=text)).syncs[0].mapping[1] == Mapped("PHONE", column="tel")


def test_defaults_hold_for_every_sync_that_does_not_say_otherwise(project: Write) -> None:
    wsync = (
        WSYNC
        + "defaults: {log_retention_days: 14, snapshots: 5, guards: {removals_rows: 3, sample_rows: 9}}\n"
    )
    sync = read(project(wsync, BUYERS + "snapshots: 4\nguards: {removals_rows: 7}\n")).syncs[0]
    assert (sync.log_retention_days, sync.snapshots) == (14, 4)
    assert sync.guards == GuardLimits(removals_rows=7, sample_rows=9)


def test_a_sync_may_change_settings_of_its_destination(project: Write) -> None:
    text = with_line(BUYERS, 'destination: {name: ads, account_id: "77", region: us}')
    sync = read(project(buyers=text)).syncs[0]
    assert (sync.destination.account_id, sync.destination.region) == ("77", "us")
    assert sync.destination.token.get_secret_value() == SECRET
    assert sync.destination_name == "ads"


@pytest.mark.parametrize(
    "sql",
    [
        "select id, email from c where note <> ';'",
        "-- all\nwith x as (select 1 as id) select * from x",
        "select 'ä' as a",
    ],
)
@pytest.mark.parametrize("end", ["", ";", ";\n-- the end\n", "\n;;"])
def test_a_query_file_is_one_select_without_its_closing_semicolon(project: Write, sql: str, end: str) -> None:
    root = project(
        buyers=with_line(BUYERS, "source: {query_file: sql/buyers.sql}"), files={"sql/buyers.sql": sql + end}
    )
    found = read(root).syncs[0].source
    assert found.label == "sql/buyers.sql"
    assert found.query is not None
    assert found.query.endswith(sql.removeprefix("-- all\n"))


# what is said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("mode: mirrr", "mode: is 'mirrr', but must be one of mirror, upsert, delete; did you mean mirror?"),
        ("hsah: on", "hsah: is not a setting here; did you mean hash?"),
        ("hash: 1", "hash: must be one of on, off, auto"),
        ("retain_logs: maybe", "retain_logs: must be on or off"),
        ('log_retention_days: "7"', "log_retention_days: must be a whole number"),
        ("log_retention_days: 0", "log_retention_days: must be at least 1"),
        ("log_retention_days: 1.5", "log_retention_days: must be a whole number"),
        ("log_retention_days: true", "log_retention_days: must be a whole number"),
        ("log_retention_days:", "log_retention_days: is empty: a whole number is needed"),
        ("snapshots: 0", "snapshots: must be at least 1"),
        ("concurrency: 65", "concurrency: must be at most 64"),
        ("lease: 0", "lease: must be at least 1"),
        ("reassert_every: 60", 'reassert_every: must be a period such as "12 hours", "60 days" or "4 weeks"'),
        ("guards: {removal_rows: 1}", "guards.removal_rows: is not a setting here; did you mean removals_rows?"),
        ("guards: {removals_percent: 101}", "guards.removals_percent: must be at most 100"),
        ("guards: {removals_percent: .nan}", "guards.removals_percent: must be a number"),
        ("guards: 20", "guards: must be a block of settings (key: value)"),
        ("normalize: loud", "normalize: is 'loud', but must be one of on, off, plain, shouted"),
        ("schedule: hourly", 'schedule: must be manual, or a block: {every: 1 hour} or {cron: "0 6 * * *"}'),
        (
            "schedule: {every: 7 minutes}",
            "schedule.every: is '7 minutes', but must be one of 5 minutes, 10 minutes, 15 minutes, 30 minutes, "
            "1 hour, 3 hours, 6 hours, 12 hours, 24 hours; did you mean 5 minutes?",
        ),
        (
            "schedule: {every: 1 hour, starting_at: 24:00}",
            'schedule.starting_at: must be a time of day in UTC written HH:MM, such as "06:00"',
        ),
        (
            'schedule: {cron: "0 25 * * *"}',
            "schedule.cron: is wrong in the hour field: numbers from 0 to 23 are allowed",
        ),
        ("schedule: {}", "schedule: needs either every or cron (or write schedule: manual)"),
        ("destination: adz", "destination: there is no destination 'adz' in wsync.yml; did you mean ads?"),
        ("destination: {account_id: x}", "destination.name: needs the name of a destination of wsync.yml"),
        (
            "destination: {name: ads, acount_id: x}",
            "destination.acount_id: is not a setting here; did you mean account_id?",
        ),
        (
            "destination: {name: ads, account_id: 77}",
            "destination.account_id: is a bare number: put it in quotes, so that it stays text",
        ),
        ("audience: {id: 123}", "audience.id: is a bare number: put it in quotes, so that it stays text"),
        (
            "audience: {id: 0123}",
            "audience.id: is read as different numbers by different YAML versions: put it in quotes",
        ),
        ('audience: {id: "1", name: x}', "audience: needs either the id or the name of the audience"),
        ("audience: {nmae: x}", "audience.nmae: is not a setting here; did you mean name?"),
        ("audience: Buyers", "audience: must be a block with the id or the name of the audience"),
        ("audience: {name: x, descripton: y}", "audience.descripton: is not a setting here; did you mean description?"),
        ("options: {defualt_country: DE}", "options.defualt_country: is not a setting here; did you mean default_country?"),
        ("options: off", "options: must be a block of settings (key: value)"),
        ("primary_key: []", "primary_key: is empty or too short: at least 1 are needed"),
        ("primary_key: [a, a]", "primary_key: names a column twice"),
        ('primary_key: [a, "b\\n"]', "primary_key[1]: holds a control character"),
        ("primary_key: 7", "primary_key: must be a list"),
        ("source: {tabel: x}", "source.tabel: is not a setting here; did you mean table?"),
        ("source: {table: x, query_file: y}", "source: needs either table or query_file"),
        (
            "source: main.my-table",
            "source: is not a plain table name (letters, digits, _ and $, parts joined by dots); "
            "write any other name as a list of its parts",
        ),
        ("source: {table: [main, 'a`b']}", "source.table[1]: holds a backslash, a backtick or a quote, which names may not have"),
        ("source: {query_file: none.sql}", "source.query_file: none.sql cannot be read: No such file or directory"),
        ("name: 1st", "name: is not a sync name: a letter, then at most 62 letters, digits, _ and -"),
        ("name: ../up", "name: is not a sync name: a letter, then at most 62 letters, digits, _ and -"),
        ("mapping: {}", "mapping: is empty or too short: at least 1 are needed"),
        ("mapping: {EMIAL: email}", "mapping.EMIAL: is not a field of Acme Lists; did you mean EMAIL?"),
        ("mapping: {EMAIL: email, e-mail address: b}", "mapping.e-mail address: is the field EMAIL, as is EMAIL above"),
        ("mapping: {EMAIL: {}}", "mapping.EMAIL: needs either a column or a static value"),
        ("mapping: {EMAIL: {column: a, static: b}}", "mapping.EMAIL: needs either a column or a static value"),
        ("mapping: {EMAIL: {static: true}}", "mapping.EMAIL.static: must be text or a number; put a word such as true in quotes"),
        ('mapping: {EMAIL: {static: ""}}', "mapping.EMAIL.static: is empty"),
        ('mapping: {EMAIL: "a\\e[31m"}', "mapping.EMAIL: holds a control character"),
        ("mapping: {EMAIL: {colum: a}}", "mapping.EMAIL.colum: is not a setting here; did you mean column?"),
        ("mapping: {EMAIL: a, LN: b}", "mapping: LN and FN travel together: map both"),
        ("mode: {{ env_var('MODE') }}", "mode: has a key that is not a word; put {{ env_var('NAME') }} in quotes"),
        ("mode: &a mirror", "mode: has an anchor (&name), which is not read here"),
        ("mode: *a", "mode: is an alias (*name); write the value out"),
        ("mode: !!str mirror", "mode: has a tag (!name), which is not read here"),
        ("snapshots: !!python/object:os.system {}", "snapshots: has a tag (!name), which is not read here"),
        ("mode: \"{{ env_var('GONE') }}\"", "mode: environment variable GONE is not set"),
        ("mode: \"{{ env_var(GONE) }}\"", "mode: only {{ env_var('NAME') }} and {{ env_var('NAME', 'default') }} are read here"),
        ("mode: \"{{ ''.__class__ }}\"", "mode: only {{ env_var('NAME') }} and {{ env_var('NAME', 'default') }} are read here"),
        ("mode: \"{{ env_var('A')\"", "mode: has {{ without }}"),
        ("mode: \"{{ env_var('WSYNC_ENV_SECRET_A', 'x') }}\"", "mode: WSYNC_ENV_SECRET_A is named as a secret, but this setting is not kept secret"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_sync_is_named_with_file_line_and_key(project: Write, line: str, said: str) -> None:
    assert mistakes(project(buyers=with_line(BUYERS, line))) == [f"syncs/buyers.yml:1: {said}"]
