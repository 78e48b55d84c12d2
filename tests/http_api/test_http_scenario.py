"""A project with an HTTP API as its destination, told by the command line: cycles in which much goes wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.overheard import Overheard
from tests.stories import Duckdb, Postgres, Story, Warehouse
from warehouse_sync.sandbox import Sandbox

TOKEN = "tok-canary-c92a/55"
ENVIRON = {"WSYNC_ENV_SECRET_TOKEN": TOKEN}
DESTINATIONS = """\
  api:
    type: custom_activation
    base_url: {url}/
    allow_private: on
    authentication: bearerToken
    token: "{{{{ env_var('WSYNC_ENV_SECRET_TOKEN') }}}}"
    record_key: {record_key}
    actions:
      insert:
        endpoint: receiver/{{{{connection.audienceId}}}}/insert
        batch_size: 4
        body: |
          {{
            "list": $$.connection.audienceId,
            "records": [$$.records.{{"id": id, "email": email, "city": city, "tier": tier}}]
          }}
        fields:
          - {{name: id, required: on}}
          - {{name: email, hash: SHA256, normalize: email}}
          - {{name: city}}
          - {{name: tier, static: on}}
{update}
      delete:
        endpoint: receiver/{{{{connection.audienceId}}}}/delete
        method: DELETE
        batch_size: 4
        body: '[$$.records.{{"id": id}}]'
        fields:
          - {{name: id, required: on}}
"""
UPDATE = """\
      update:
        endpoint: receiver/{{connection.audienceId}}/update
        method: PATCH
        batch_size: 4
        body: '$$.records'
        fields:
          - {name: id, required: on}
          - {name: email, hash: SHA256, normalize: email}
          - {name: city}
          - {name: tier, static: on}
"""
SHARED = "      update: {use_insert: on}\n"
BUYERS = """\
primary_key: key
destination: api
audience: {id: "4711", label: Buyers}
mapping:
  id: id
  email: email
  city: city
  tier: {static: gold}
guards: {removals_percent: off, rekeys_percent: off, invalid_percent: off, field_invalid_percent: off}
schedule: {cron: "0 6 * * *"}
enabled: on
retain_logs: on
log_retention_days: 7
snapshots: 2
retry_failed_records: on
"""
HASH = "ad" * 32
Row = tuple[int, str | None, str | None, str | None]

FIRST: list[Row] = [
    (1, "r1", "Ann.Canary@Example.com", "Rome"),
    (2, "r2", "bob.canary@example.com", "Oslo"),
    (3, "r3", None, "Bern"),
    (4, "r4", "not-an-address-canary", "Kyiv"),
    (5, None, "eva.canary@example.com", "Riga"),
    (6, "r6", HASH, "Bonn"),
    (7, None, None, None),
    (8, "refused", "ref.canary@example.com", "Nice"),
    (30, "shared", "two.canary@example.com", "Ulm"),
    (31, "shared", "two.canary@example.com", "Ulm"),
    *((at, f"r{at}", f"p{at}.canary@example.com", None) for at in range(10, 20)),
]
"""4's mail is left out; 5 and 7 lack what is required, 6 is hashed, 8 is refused; 30 and 31 are one record."""

SECOND: list[Row] = [
    (1, "r1", "ann.moved.canary@example.com", "Rome"),
    (3, "r3-moved", None, "Bern"),
    (4, "r4", "now.canary@example.com", "Kyiv"),
    (5, "r5", "eva.canary@example.com", "Riga"),
    (6, "r6", HASH, "Bonn"),
    (8, "refused", "ref.canary@example.com", "Nice"),
    (31, "shared", "two.canary@example.com", "Ulm"),
    *((at, f"r{at}", f"p{at}.canary@example.com", "Graz" if at == 15 else None) for at in range(12, 22)),
]
"""1 and 15 have changed, 3 has another record key, 4 and 5 are corrected; 2, 10, 11 and 30 leave, 20 and 21 come."""


def wanted(rows: list[Row], *out: int) -> dict[str, dict[str, Any]]:
    """The records that the source asks for, as the API has them."""
    found = {}
    for key, record, email, city in rows:
        if key not in out and record:
            hashed = sha256(email.lower().encode()).hexdigest() if email and "@" in email else None
            cells = {"id": record, "email": hashed, "city": city, "tier": "gold"}
            found[record] = {name: value for name, value in cells.items() if value is not None}
    return found


class Records(Story):
    """The project of an API; its actions and record key can be changed."""

    def __init__(
        self,
        folder: Path,
        sandbox: Sandbox,
        update: str = UPDATE,
        record_key: str = "[id]",
        warehouse: Warehouse | None = None,
    ) -> None:
        super().__init__("http", folder, sandbox, warehouse or Duckdb(folder), ENVIRON)
        self.files(DESTINATIONS.format(url=sandbox.url, update=update, record_key=record_key), BUYERS)

    def people(self, rows: list[Row]) -> None:
        self.table("key integer, id text, email text, city text", rows)

    @property
    def records(self) -> dict[str, Any]:
        found: dict[str, Any] = self.sandbox.others["receiver"].records("4711")  # type: ignore[attr-defined]
        return found

    def kinds(self, since: int = 0) -> set[str]:
        return {each.kind for each in self.sandbox.requests[since:]}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(token=TOKEN, platforms={"receiver": {"missing": 404}}) as sandbox:
        sandbox.create_audience("Buyers", id="4711", platform="receiver")
        yield sandbox
        assert sandbox.journal.failures == []


@pytest.fixture
def warehouse(request: pytest.FixtureRequest, tmp_path: Path) -> Warehouse:
    if request.param == "duckdb":
        return Duckdb(tmp_path)
    return Postgres(request.getfixturevalue("postgres"), "wsync_http")


@pytest.mark.parametrize(
    ("warehouse", "update"),
    [("duckdb", UPDATE), ("duckdb", SHARED), ("duckdb", ""), ("postgres", UPDATE)],
    ids=["own", "as insert", "none", "postgres"],
    indirect=["warehouse"],
)
def test_the_scenario_ends_with_the_records_equal_to_the_source(
    tmp_path: Path, sandbox: Sandbox, warehouse: Warehouse, update: str
) -> None:
    story = Records(tmp_path, sandbox, update, warehouse=warehouse)
    story.people(FIRST)
    story.wsync("check")
    refusal = sandbox.fault("bad_request", kind="users", platform="receiver", times=None, value="refused")
    sandbox.fault("throttled", kind="users", platform="receiver", headers={"Retry-After": "0"})
    story.wsync("run", code=6)
    assert story.records == wanted(FIRST, 6, 8)
    first = story.log()
    assert {key: first[key][0][-1] for key in ("5", "6", "7", "8")} == {
        "5": "required_missing",
        "6": "already_hashed",
        "7": "required_missing",
        "8": "refused",
    }
    assert len(first) == len(FIRST)

    story.people(SECOND)
    sandbox.faults.orders.remove(refusal)
    sandbox.fault("bad_token", kind="users", platform="receiver", after=1, times=None)
    assert "the API does not accept the credentials; renew them" in story.wsync("run", code=5)
    sandbox.clear_faults()
    story.wsync("run", code=6)
    assert story.records == wanted(SECOND, 6)
    before = len(sandbox.requests)
    story.wsync("run", code=6)
    assert story.kinds(before) == set()

    moved = [(1, "r1", "ann.moved.canary@example.com", "Pisa"), *SECOND[1:]]
    story.people(moved)
    story.wsync("run", code=6)
    assert story.records == wanted(moved, 6)
    assert ("update" in story.kinds(before)) == (update == UPDATE)
    assert story.unreconciled(exactly=False) == []
    assert story.leaks(TOKEN, "canary") == []


def test_records_that_are_gone_from_the_api_are_gone(tmp_path: Path, sandbox: Sandbox) -> None:
    story = Records(tmp_path, sandbox)
    story.people([FIRST[0], FIRST[1]])
    story.wsync("run")
    story.records.clear()
    story.sandbox.others["receiver"].audiences["4711"].clear()  # type: ignore[attr-defined]
    story.people([FIRST[0]])
    story.wsync("run")
    assert [(each.kind, each.status) for each in sandbox.requests][-1] == ("delete", 404)
    assert story.sql("select count(*) from wsync_http.mirror_buyers") == [(1,)]


def test_a_deletion_has_what_was_sent_last_also_of_fields_that_only_it_uses(tmp_path: Path, sandbox: Sandbox) -> None:
    story = Records(tmp_path, sandbox)
    text = (tmp_path / "wsync.yml").read_text()
    text = text.replace('"email": email, "city"', '"city"').replace(
        "'[$$.records.{\"id\": id}]'", "'{\"records\": $$.records}'"
    )
    (tmp_path / "wsync.yml").write_text(text)
    moved = "ann.moved.canary@example.com"
    for rows in ([FIRST[0], FIRST[1]], [(1, "r1", moved, "Rome"), FIRST[1]], [FIRST[1]]):
        story.people(rows)
        story.wsync("run")
    assert [each.kind for each in sandbox.requests] == ["insert", "update", "delete"]
    assert sandbox.others["receiver"].records("4711").keys() == {"r2"}  # type: ignore[attr-defined]
    sent = {"id": "r1", "email": sha256(moved.encode()).hexdigest(), "city": "Rome", "tier": "gold"}
    assert sandbox.requests[-1].body == {"records": [sent]}


def test_the_primary_key_may_be_what_makes_a_member(tmp_path: Path, sandbox: Sandbox) -> None:
    story = Records(tmp_path, sandbox, record_key="[]")
    story.people(FIRST)
    story.wsync("run", code=6)
    assert story.records == wanted(FIRST, 6)


def test_a_mapping_that_is_stale_fails_with_its_whole_list_before_anything_is_sent(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    story = Records(tmp_path, sandbox)
    story.people(FIRST)
    text = (tmp_path / "wsync.yml").read_text()
    removed = text.replace("- {name: city}", "- {name: town}").replace('"city": city', '"city": town')
    (tmp_path / "wsync.yml").write_text(removed)
    assert "mapping.city: is not a field of HTTP API" in story.wsync("run", code=2)
    required = text.replace("- {name: city}", "- {name: phone, required: on}\n          - {name: zip, required: on}")
    (tmp_path / "wsync.yml").write_text(required)
    told = " ".join(story.wsync("run", code=2).split())
    assert "phone is required and not mapped; zip is required and not mapped" in told
    assert sandbox.requests == []


def test_every_mistake_of_a_template_is_told_with_its_place_when_the_project_is_read(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    story = Records(tmp_path, sandbox)
    text = (tmp_path / "wsync.yml").read_text()
    (tmp_path / "wsync.yml").write_text(text.replace('"id": id}]', '"id": $id, "x": $string(id)}]'))
    told = " ".join(story.wsync("check", code=2).split())
    assert "$id is not known" in told
    assert "$string cannot be called" in told


def test_no_value_and_no_token_is_in_any_output(tmp_path: Path, sandbox: Sandbox) -> None:
    story, overheard, said = Records(tmp_path, sandbox), Overheard(ENVIRON), b""
    story.people(FIRST)
    for faults in ([], ["throttled", "bad_request"], ["bad_token"]):
        for fault in faults:
            sandbox.fault(fault, kind="users", platform="receiver", headers={"Retry-After": "0"})
        for words in (["check"], ["plan"], ["run"], ["status"], ["log", "buyers"], ["explain", "buyers", "3"]):
            said += overheard(*words, "--project-dir", str(tmp_path)).out
        story.people(SECOND)
    told = said.decode().lower()
    assert TOKEN not in told
    assert "canary" not in told.replace(str(tmp_path).lower(), "")
    assert not re.search("[0-9a-f]{64}", told)
    assert TOKEN not in "\n".join(overheard.statements)


def test_preview_shows_the_request_and_masks_the_token(tmp_path: Path, sandbox: Sandbox) -> None:
    story, rows = Records(tmp_path, sandbox), tmp_path / "rows.jsonl"
    rows.write_text(json.dumps({"key": 1, "id": "r1", "email": "ann@example.com", "city": 'a "quote"'}))
    told = json.loads(story.wsync("preview", "buyers", "--rows", str(rows), "--op", "update", "--json"))
    [request] = told["requests"]
    hashed = sha256(b"ann@example.com").hexdigest()
    assert (request["method"], request["url"]) == ("PATCH", f"{sandbox.url}/receiver/4711/update")
    assert request["headers"]["Authorization"] == "***"
    assert request["body"] == [{"id": "r1", "email": hashed, "city": 'a "quote"', "tier": "gold"}]
    assert sandbox.requests == []


def test_a_test_record_is_sent_alone(tmp_path: Path, sandbox: Sandbox) -> None:
    story = Records(tmp_path, sandbox)
    story.people(FIRST)
    story.wsync("test-record", "buyers", "1")
    assert story.records == wanted(FIRST[:1])


def test_audiences_are_none_of_an_apis_matters(tmp_path: Path, sandbox: Sandbox) -> None:
    story = Records(tmp_path, sandbox)
    story.people(FIRST)
    said = {
        "list": "nothing is created, found or listed",
        "create": "nothing to create",
        "delete": "nothing is deleted",
    }
    for command, words in said.items():
        audience = ["4711"] if command == "delete" else []
        assert words in story.wsync("audiences", command, "buyers", *audience, code=2)
    assert story.sandbox.requests == []
