"""A project with TikTok as its destination, told by the command line: two cycles in which much goes wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.overheard import Overheard
from tests.stories import Duckdb, Postgres, Story, Warehouse
from tests.tiktok.case import hashed
from warehouse_sync.sandbox import Sandbox
from warehouse_sync.sandbox.tiktok import ADVERTISER

TOKEN = "tok-canary-b81f/77"
ENVIRON = {"WSYNC_ENV_SECRET_TOKEN": TOKEN}
DESTINATIONS = """\
  ads:
    type: tiktok
    advertiser_id: "{advertiser}"
    access_token: "{{{{ env_var('WSYNC_ENV_SECRET_TOKEN') }}}}"
    base_url: {url}
    rows_per_request: 4
"""
BUYERS = """\
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


class Buyers(Story):
    """The project, and its audience."""

    def __init__(self, folder: Path, sandbox: Sandbox, warehouse: Warehouse) -> None:
        super().__init__("tiktok", folder, sandbox, warehouse, ENVIRON)
        self.files(DESTINATIONS.format(advertiser=ADVERTISER, url=sandbox.url), BUYERS)

    def customers(self, rows: list[Row]) -> None:
        self.table("id integer, email text, phone text, idfa text, aaid text", rows)

    @property
    def members(self) -> set[str]:
        [audience] = self.sandbox.summary()
        return self.sandbox.members(audience.id)


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
def story(tmp_path: Path, sandbox: Sandbox) -> Buyers:
    return Buyers(tmp_path, sandbox, Duckdb(tmp_path))


@pytest.fixture(params=["duckdb", "postgres"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path, sandbox: Sandbox) -> Buyers:
    """The story on each warehouse in turn."""
    if request.param == "duckdb":
        return Buyers(tmp_path, sandbox, Duckdb(tmp_path))
    return Buyers(tmp_path, sandbox, Postgres(request.getfixturevalue("postgres"), "wsync_tiktok"))


def test_the_scenario_ends_with_the_audience_equal_to_the_source(anywhere: Buyers) -> None:
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


def reconciled(story: Buyers) -> None:
    """The log has what the platform was sent: every key that is a member was added last, no other was."""
    last = story.last_operations()
    added = {key for key, operation in last.items() if operation in ("insert", "update")}
    assert added == {str(key) for key, *_ in SECOND if key != 6}
    assert set(last) - added == {"2", "4", "10", "11"}
    assert story.unreconciled() == []
    assert story.leaks(TOKEN, "canary") == []


def test_no_value_and_no_token_is_in_any_output(story: Buyers) -> None:
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


def test_preview_shows_the_request_and_masks_the_token(story: Buyers) -> None:
    rows = story.folder / "rows.jsonl"
    rows.write_text(json.dumps({"id": 1, "email": "ann@example.com", "aaid": "ab1234cd-e123-42ef-a123-000000000004"}))
    told = json.loads(story.wsync("preview", "buyers", "--rows", str(rows), "--op", "delete", "--json"))
    [request] = told["requests"]
    assert (request["method"], request["body"]["action"]) == ("POST", "delete")
    assert request["url"].endswith("/open_api/v1.3/segment/mapping/")
    assert request["headers"]["Access-Token"] == "***"
    assert request["body"]["id_schema"] == ["EMAIL_SHA256", "AAID_MD5"]
    assert story.sandbox.requests == []


def test_a_test_record_is_sent_alone(story: Buyers) -> None:
    story.customers(FIRST)
    story.wsync("test-record", "buyers", "1")
    assert story.members == wanted(FIRST[:1])


def test_audiences_are_listed_created_and_deleted(story: Buyers) -> None:
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


def test_an_audience_that_a_sync_keeps_is_not_deleted(story: Buyers) -> None:
    story.customers(FIRST[:4])
    story.wsync("run")
    [owned] = story.sandbox.summary()
    assert "wsync abandon buyers" in story.wsync("audiences", "delete", "buyers", owned.id, "--yes", code=2)
    assert "no such audience" in story.wsync("audiences", "delete", "buyers", "7", "--yes", code=2)
    assert [each.id for each in story.sandbox.summary()] == [owned.id]
    story.wsync("abandon", "buyers", "--yes")
    story.wsync("audiences", "delete", "buyers", owned.id, "--yes")
    assert story.sandbox.summary() == []


def test_a_field_that_tiktok_has_not_is_a_mistake_of_the_file(story: Buyers) -> None:
    story.sync(BUYERS.replace("AAID_MD5: aaid", "EXTERN_ID: aaid"))
    assert "EXTERN_ID: is not a field of TikTok Audiences; known: EMAIL_SHA256" in story.wsync("check", code=2)


@pytest.mark.parametrize("schedule", ["{every: 30 minutes}", '{every: 24 hours, starting_at: "06:00"}', "manual"])
def test_the_sync_settings_of_the_document_are_taken(story: Buyers, schedule: str) -> None:
    story.sync(BUYERS.replace('{cron: "0 6 * * *"}', schedule))
    story.customers(FIRST[:4])
    story.wsync("check")


def test_a_description_is_taken_and_an_audience_is_named_by_its_id(story: Buyers) -> None:
    audience = story.sandbox.create_audience("Mine", platform="tiktok")
    story.sync(re.sub(r"audience: .*", f'audience: {{id: "{audience}"}}', BUYERS))
    story.customers(FIRST[:4])
    story.wsync("run")
    assert story.members == wanted(FIRST[:4])
    assert len(story.sandbox.summary()) == 1
