"""A project with TikTok as its destination, told by the command line: two cycles in which much goes wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from click.testing import CliRunner

from tests.overheard import Overheard
from tests.tiktok.case import hashed
from warehouse_sync.cli import main
from warehouse_sync.sandbox import Sandbox
from warehouse_sync.sandbox.tiktok import ADVERTISER

TOKEN = "tok-canary-b81f/77"
ENVIRON = {"WSYNC_ENV_SECRET_TOKEN": TOKEN}
WSYNC = """\
warehouse: {warehouse}
state_schema: {state}
destinations:
  ads:
    type: tiktok
    advertiser_id: "{advertiser}"
    access_token: "{{{{ env_var('WSYNC_ENV_SECRET_TOKEN') }}}}"
    base_url: {url}
    rows_per_request: 4
"""
BUYERS = """\
source: main.tiktok_customers
primary_key: id
destination: ads
audience: {name: Buyers, description: Bought in the last ninety days}
mapping:
  EMAIL_SHA256: email
  PHONE_SHA256: phone
  IDFA_SHA256: idfa
  AAID_MD5: aaid
options: {default_country: US}
guards: {removals_percent: off, rekeys_percent: off, invalid_percent: off, field_invalid_percent: off}
schedule: {cron: "0 6 * * *"}
enabled: on
retain_logs: on
log_retention_days: 7
snapshots: 2
retry_failed_records: on
"""
FIELDS = {"email": "EMAIL_SHA256", "phone": "PHONE_SHA256", "idfa": "IDFA_SHA256", "aaid": "AAID_MD5"}
HASH = "ad" * 32
Row = tuple[int, str | None, str | None, str | None, str | None]

FIRST: list[Row] = [
    (1, "ann.canary@example.com", "+12312345601", None, None),
    (2, "bob.canary@example.com", "+12312345699", None, None),
    (3, "Cem Canary@Example.com", "+12312345699", "AB1234CD-E123-42EF-A123-000000000003", None),
    (4, None, "(231) 234-5604", None, "ab1234cd-e123-42ef-a123-000000000004"),
    (5, "not-an-address-canary", None, None, None),
    (6, HASH, None, None, None),
    (7, None, None, None, None),
    (8, "refused.canary@example.com", None, None, None),
    (9, "eva.canary@example.com", "no number canary", None, None),
    *((at, f"p{at}.canary@example.com", None, None, None) for at in range(10, 20)),
]
"""Somebody with every kind of id, two who share a number, an invalid, a pre-hashed and an empty row, one refused."""

SECOND: list[Row] = [
    (1, "ann.moved.canary@example.com", "+12312345601", None, None),
    (3, "Cem Canary@Example.com", "+12312345699", "AB1234CD-E123-42EF-A123-000000000003", None),
    (5, "now.an.address.canary@example.com", None, None, None),
    (6, HASH, None, None, None),
    (8, "refused.canary@example.com", None, None, None),
    (9, "eva.canary@example.com", None, None, None),
    *((at, f"p{at}.canary@example.com", None, None, None) for at in range(12, 22)),
]
"""Ann has moved, Bob (who shared a number with Cem) is gone, so is 4; one is corrected; two leave, two come."""

SENT = {"Cem Canary@Example.com": "cemcanary@example.com", "(231) 234-5604": "+12312345604"}
REFUSED = hashed("EMAIL_SHA256", "refused.canary@example.com")


class Story:
    """The project on a duckdb file, and its platform."""

    schema, state, block = "main", "wsync", "{type: duckdb, path: shop.duckdb}"

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.folder, self.sandbox = folder, sandbox
        (folder / "syncs").mkdir()
        text = WSYNC.format(warehouse=self.block, state=self.state, advertiser=ADVERTISER, url=sandbox.url)
        (folder / "wsync.yml").write_text(text)
        (folder / "syncs" / "buyers.yml").write_text(BUYERS.replace("main.", f"{self.schema}."))

    @contextmanager
    def open(self) -> Iterator[Any]:
        with duckdb.connect(str(self.folder / "shop.duckdb")) as connection:
            yield connection

    def customers(self, rows: list[Row], mark: str = "?") -> None:
        with self.open() as connection:
            connection.execute("drop table if exists tiktok_customers")
            connection.execute(
                "create table tiktok_customers (id integer, email text, phone text, idfa text, aaid text)"
            )
            for row in rows:
                connection.execute(f"insert into tiktok_customers values ({', '.join([mark] * 5)})", row)

    def wsync(self, *words: str, code: int = 0) -> str:
        told = CliRunner().invoke(main, [*words, "--project-dir", str(self.folder)], env=ENVIRON)
        assert told.exit_code == code, told.output
        return told.stdout if "--json" in words else told.output

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        with self.open() as connection:
            found: list[tuple[Any, ...]] = connection.execute(statement).fetchall()
            return found

    @property
    def members(self) -> set[str]:
        [audience] = self.sandbox.summary()
        return self.sandbox.members(audience.id)

    def log(self) -> dict[str, list[tuple[Any, ...]]]:
        """The lines of the newest run, by key: operation, status, reason, error code."""
        found: dict[str, list[tuple[Any, ...]]] = {}
        for key, *line in self.sql(
            f"select primary_key, operation, status, reason, error_code from {self.state}.sync_log "
            f"where sync_run_id = (select sync_run_id from {self.state}.sync_log order by logged_at desc limit 1)"
        ):
            found.setdefault(key, []).append(tuple(line))
        return found


class PostgresStory(Story):
    """The same on a PostgreSQL server."""

    schema, state = "public", "wsync_tiktok"

    def __init__(self, folder: Path, sandbox: Sandbox, server: dict[str, Any]) -> None:
        self.server = server
        self.block = f"{{type: postgres, {', '.join(f'{name}: {value}' for name, value in server.items())}}}"
        super().__init__(folder, sandbox)
        with self.open() as connection:
            connection.execute("drop schema if exists wsync_tiktok cascade")

    @contextmanager
    def open(self) -> Iterator[Any]:
        with psycopg.connect(**self.server, autocommit=True) as connection:
            yield connection

    def customers(self, rows: list[Row], mark: str = "%s") -> None:
        super().customers(rows, mark)


def wanted(rows: list[Row], *out: int) -> set[str]:
    """The ids that the source asks for, without the rows that are not valid."""
    found = set()
    for key, *cells in rows:
        for name, value in zip(FIELDS, cells, strict=True):
            if value and key not in out and "no number" not in value:
                found.add(f"{FIELDS[name]}:{hashed(FIELDS[name], SENT.get(value, value).lower())}")
    return found


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(token=TOKEN) as sandbox:
        yield sandbox
        assert sandbox.journal.failures == []


@pytest.fixture
def story(tmp_path: Path, sandbox: Sandbox) -> Story:
    return Story(tmp_path, sandbox)


@pytest.fixture(params=["duckdb", "postgres"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path, sandbox: Sandbox) -> Story:
    """The story on each warehouse in turn."""
    if request.param == "duckdb":
        return Story(tmp_path, sandbox)
    return PostgresStory(tmp_path, sandbox, request.getfixturevalue("postgres"))


def test_the_scenario_ends_with_the_audience_equal_to_the_source(anywhere: Story) -> None:
    story, sandbox = anywhere, anywhere.sandbox
    story.customers(FIRST)
    story.wsync("check")
    refusal = sandbox.fault("bad_parameter", kind="users", platform="tiktok", times=None, value=REFUSED)
    sandbox.fault("throttled", kind="users", platform="tiktok")
    story.wsync("run", code=6)
    assert story.members == wanted(FIRST, 5, 6, 8)
    first = story.log()
    assert first["5"] == [(None, "failed", "invalid", "no_valid_identifier")]
    assert first["6"] == [(None, "failed", "invalid", "already_hashed")]
    assert first["7"] == [(None, "failed", "invalid", "no_valid_field")]
    assert first["8"] == [("insert", "failed", "new", "bad_request")]
    assert first["9"] == [("insert", "succeeded", "new", None)]
    assert sum(len(lines) for lines in first.values()) == len(FIRST)

    story.customers(SECOND)
    sandbox.faults.orders.remove(refusal)
    sandbox.fault("expired_token", kind="users", platform="tiktok", after=1, times=None)
    assert "authorise the app again" in story.wsync("run", code=5)
    assert story.members != wanted(SECOND, 6)
    sandbox.clear_faults()
    story.wsync("run", code=6)
    assert story.members == wanted(SECOND, 6)
    assert story.log()["6"] == [(None, "failed", "invalid", "already_hashed")]
    before = len(sandbox.requests)
    story.wsync("run", code=6)
    assert [each.kind for each in sandbox.requests[before:]] == []
    reconciled(story)


def reconciled(story: Story) -> None:
    """The log has what the platform was sent: every key that is a member was added last, no other was."""
    lines = story.sql(
        f"select primary_key, logged_at, operation from {story.state}.sync_log "
        "where status = 'succeeded' and operation is not null"
    )
    last: dict[str, str] = {}
    for key, _, operation in sorted(lines, key=lambda line: (line[1], line[2] != "delete")):
        last[key] = operation
    added = {key for key, operation in last.items() if operation in ("insert", "update")}
    assert added == {str(key) for key, *_ in SECOND if key != 6}
    assert set(last) - added == {"2", "4", "10", "11"}


def test_no_value_and_no_token_is_in_any_output(story: Story) -> None:
    overheard, said = Overheard(ENVIRON), b""
    story.customers(FIRST)
    for faults in ([], ["throttled", "bad_parameter"], ["expired_token"]):
        for fault in faults:
            story.sandbox.fault(fault, kind="users", platform="tiktok")
        for words in (["check"], ["plan"], ["run"], ["status"], ["log", "buyers"], ["explain", "buyers", "3"]):
            said += overheard(*words, "--project-dir", str(story.folder)).out
        story.customers(SECOND)
    told = said.decode().lower()
    assert TOKEN not in told
    assert "canary" not in told.replace(str(story.folder).lower(), "")
    assert not re.search("[0-9a-f]{64}", told)
    plain = {value for row in (*FIRST, *SECOND) for value in row[1:] if value}
    tokens = {token.partition(":")[2] for token in wanted(FIRST) | wanted(SECOND)}
    assert [value for value in plain | tokens if value.lower() in told] == []
    statements = "\n".join(overheard.statements)
    assert TOKEN not in statements


def test_preview_shows_the_request_and_masks_the_token(story: Story) -> None:
    rows = story.folder / "rows.jsonl"
    rows.write_text(json.dumps({"id": 1, "email": "ann@example.com", "aaid": "ab1234cd-e123-42ef-a123-000000000004"}))
    told = json.loads(story.wsync("preview", "buyers", "--rows", str(rows), "--op", "delete", "--json"))
    [request] = told["requests"]
    assert (request["method"], request["body"]["action"]) == ("POST", "delete")
    assert request["url"].endswith("/open_api/v1.3/segment/mapping/")
    assert request["headers"]["Access-Token"] == "***"
    assert request["body"]["id_schema"] == ["EMAIL_SHA256", "AAID_MD5"]
    assert story.sandbox.requests == []


def test_a_test_record_is_sent_alone(story: Story) -> None:
    story.customers(FIRST)
    story.wsync("test-record", "buyers", "1")
    assert story.members == wanted(FIRST[:1])


def test_audiences_are_listed_created_and_deleted(story: Story) -> None:
    story.customers(FIRST[:4])
    other = story.sandbox.create_audience("Old", platform="tiktok", is_expiring=True)
    made = json.loads(story.wsync("audiences", "create", "buyers", "--json"))
    assert made["created"] and not json.loads(story.wsync("audiences", "create", "buyers", "--json"))["created"]
    listed = json.loads(story.wsync("audiences", "list", "--json"))["audiences"]
    assert {each["id"]: each["facts"]["is_expiring"] for each in listed} == {other: True, made["id"]: False}
    assert "add --yes" in story.wsync("audiences", "delete", "buyers", other, code=2)
    assert len(story.sandbox.summary()) == 2
    story.wsync("audiences", "delete", "buyers", other, "--yes")
    assert [each.name for each in story.sandbox.summary()] == ["Buyers"]


def test_an_audience_that_a_sync_keeps_is_not_deleted(story: Story) -> None:
    story.customers(FIRST[:4])
    story.wsync("run")
    [owned] = story.sandbox.summary()
    assert "wsync abandon buyers" in story.wsync("audiences", "delete", "buyers", owned.id, "--yes", code=2)
    assert "no such audience" in story.wsync("audiences", "delete", "buyers", "7", "--yes", code=2)
    assert [each.id for each in story.sandbox.summary()] == [owned.id]
    story.wsync("abandon", "buyers", "--yes")
    story.wsync("audiences", "delete", "buyers", owned.id, "--yes")
    assert story.sandbox.summary() == []


def test_a_field_that_tiktok_has_not_is_a_mistake_of_the_file(story: Story) -> None:
    path = story.folder / "syncs" / "buyers.yml"
    path.write_text(BUYERS.replace("AAID_MD5: aaid", "EXTERN_ID: aaid"))
    assert "EXTERN_ID: is not a field of TikTok Audiences; known: EMAIL_SHA256" in story.wsync("check", code=2)


@pytest.mark.parametrize("schedule", ["{every: 30 minutes}", '{every: 24 hours, starting_at: "06:00"}', "manual"])
def test_the_sync_settings_of_the_document_are_taken(story: Story, schedule: str) -> None:
    path = story.folder / "syncs" / "buyers.yml"
    path.write_text(BUYERS.replace('{cron: "0 6 * * *"}', schedule))
    story.customers(FIRST[:4])
    story.wsync("check")


def test_a_description_is_taken_and_an_audience_is_named_by_its_id(story: Story) -> None:
    audience = story.sandbox.create_audience("Mine", platform="tiktok")
    path = story.folder / "syncs" / "buyers.yml"
    path.write_text(re.sub(r"audience: .*", f'audience: {{id: "{audience}"}}', BUYERS))
    story.customers(FIRST[:4])
    story.wsync("run")
    assert story.members == wanted(FIRST[:4])
    assert len(story.sandbox.summary()) == 1
