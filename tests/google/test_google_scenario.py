"""A project with Google Ads as its destination, told by the command line: cycles in which much goes wrong.

Google answers later: an addition takes five minutes, a removal ten, so that an addition sent too early would overtake
a removal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from click.testing import CliRunner

from tests.google.case import given, hashed
from tests.google.judges import judge_all
from tests.overheard import Overheard
from warehouse_sync.cli import main
from warehouse_sync.sandbox import Sandbox

SECRET, REFRESH = "secret-canary-b81f/77", "refresh-canary-19c2/40"
ENVIRON = {"WSYNC_ENV_SECRET_CLIENT": SECRET, "WSYNC_ENV_SECRET_REFRESH": REFRESH}
ADD_SECONDS, REMOVE_SECONDS = 300.0, 600.0
BUYERS = """\
source: main.google_customers
primary_key: id
destination: ads
audience: {name: Buyers, description: Bought in the last ninety days, membership_duration: 60}
mapping:
  EMAIL: email
  PHONE: phone
  FIRST_NAME: first
  LAST_NAME: last
  COUNTRY: {static: US}
  POSTAL_CODE: zip
  AD_USER_DATA_CONSENT: consent
options: {default_country: US, personalization_consent: granted}
guards: {removals_percent: off, rekeys_percent: off, invalid_percent: off, field_invalid_percent: off}
schedule: {cron: "0 6 * * *"}
enabled: on
retain_logs: on
log_retention_days: 7
snapshots: 2
retry_failed_records: on
"""
COLUMNS = "id integer, email text, phone text, first text, last text, zip text, consent text"
HASH = "ad" * 32
Row = tuple[int, str | None, str | None, str | None, str | None, str | None, str | None]


def person(key: int, email: str | None, phone: str | None = None, *address: str, consent: str | None = None) -> Row:
    first, last, zip_code = address or (None, None, None)
    return (key, email, phone, first, last, zip_code, consent)


FIRST: list[Row] = [
    person(1, "ann.canary@example.com", "+18005550101", "Ann", "Canary", "94043", consent="granted"),
    person(2, "bob.canary@example.com", "+18005550199"),
    person(3, "C.em+x.canary@gmail.com", "+18005550199", consent="yes"),
    person(4, None, "(800) 555-0104", "Dee", "Canary", "10001-0042"),
    person(5, "not-an-address-canary"),
    person(6, HASH),
    person(7, None),
    person(8, "refused.canary@example.com"),
    person(9, "eva.canary@example.com", "no number canary"),
    person(10, "no.canary@example.com", consent="denied"),
    *(person(at, f"p{at}.canary@example.com") for at in range(11, 19)),
]
"""Somebody with every kind of identifier, two who share a number, an invalid, a pre-hashed and an empty row, one that
is refused, one without consent."""

SECOND: list[Row] = [
    person(1, "ann.moved.canary@example.com", "+18005550101", "Ann", "Canary", "10001", consent="granted"),
    person(3, "C.em+x.canary@gmail.com", "+18005550199", consent="yes"),
    person(5, "now.an.address.canary@example.com"),
    person(6, HASH),
    person(8, "refused.canary@example.com"),
    person(9, "eva.canary@example.com", consent="denied"),
    person(10, "no.canary@example.com", consent="granted"),
    *(person(at, f"p{at}.canary@example.com") for at in range(13, 21)),
]
"""Ann has another address and e-mail, Bob (who shared a number with Cem) is gone, so is 4; one is corrected, one
refuses consent, one grants it; two leave, two come."""

CLEAN = {"C.em+x.canary@gmail.com": "cem@gmail.com", "(800) 555-0104": "+18005550104"}
REFUSED = hashed("refused.canary@example.com")
LATE = hashed("p11.canary@example.com")


class Story:
    """The project on a duckdb file, and its platform."""

    schema, state, block = "main", "wsync", "{type: duckdb, path: shop.duckdb}"

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.folder, self.sandbox = folder, sandbox
        (folder / "syncs").mkdir()
        secrets = {name: f"{{{{ env_var('WSYNC_ENV_SECRET_{which}') }}}}" for name, which in SECRETS.items()}
        ads = {"type": "google", **given(sandbox.url), **secrets, "rows_per_request": 4}
        text = f"warehouse: {self.block}\nstate_schema: {self.state}\ndestinations: {json.dumps({'ads': ads})}\n"
        (folder / "wsync.yml").write_text(text)
        (folder / "syncs" / "buyers.yml").write_text(BUYERS.replace("main.", f"{self.schema}."))

    @contextmanager
    def open(self) -> Iterator[Any]:
        with duckdb.connect(str(self.folder / "shop.duckdb")) as connection:
            yield connection

    def customers(self, rows: list[Row], mark: str = "?") -> None:
        with self.open() as connection:
            connection.execute("drop table if exists google_customers")
            connection.execute(f"create table google_customers ({COLUMNS})")
            for row in rows:
                connection.execute(f"insert into google_customers values ({', '.join([mark] * 7)})", row)

    def wsync(self, *words: str, code: int = 0) -> str:
        told = CliRunner().invoke(main, [*words, "--project-dir", str(self.folder)], env=ENVIRON)
        assert told.exit_code == code, told.output
        return told.stdout if "--json" in words else told.output

    def answered(self) -> None:
        """Google has done what it was asked, and says so."""
        self.sandbox.advance(REMOVE_SECONDS)
        self.wsync("poll")

    def runs(self, *rows: Row, times: int = 1) -> None:
        """So many runs, each of which asks what became of the one before."""
        self.customers(list(rows))
        for _ in range(times):
            self.wsync("run")
            self.sandbox.advance(REMOVE_SECONDS)

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        with self.open() as connection:
            found: list[tuple[Any, ...]] = connection.execute(statement).fetchall()
            return found

    @property
    def members(self) -> set[str]:
        [audience] = self.sandbox.summary()
        return self.sandbox.members(audience.id)

    def latest(self) -> dict[str, list[tuple[Any, ...]]]:
        """What the log says last of the newest run, by key: operation, status, reason, error code."""
        found: dict[str, list[tuple[Any, ...]]] = {}
        for key, *line in self.sql(
            f"select primary_key, operation, status, reason, error_code from {self.state}.sync_log_latest "
            f"where sync_run_id = (select sync_run_id from {self.state}.sync_log order by sync_started_at desc limit 1)"
        ):
            found.setdefault(key, []).append(tuple(line))
        return found

    def mirror(self) -> dict[str, int]:
        rows = self.sql(f"select state, count(*) from {self.state}.mirror_buyers group by state")
        return {str(state): int(count) for state, count in rows}


SECRETS = {"client_secret": "CLIENT", "refresh_token": "REFRESH"}


class PostgresStory(Story):
    """The same on a PostgreSQL server."""

    schema, state = "public", "wsync_google"

    def __init__(self, folder: Path, sandbox: Sandbox, server: dict[str, Any]) -> None:
        self.server = server
        self.block = f"{{type: postgres, {', '.join(f'{name}: {value}' for name, value in server.items())}}}"
        super().__init__(folder, sandbox)
        with self.open() as connection:
            connection.execute("drop schema if exists wsync_google cascade")

    @contextmanager
    def open(self) -> Iterator[Any]:
        with psycopg.connect(**self.server, autocommit=True) as connection:
            yield connection

    def customers(self, rows: list[Row], mark: str = "%s") -> None:
        super().customers(rows, mark)


def wanted(rows: list[Row], *out: int) -> set[str]:
    """The identifiers that the source asks for, without the rows that are left out."""
    found = set()
    for key, email, phone, first, last, zip_code, _consent in rows:
        if key in out:
            continue
        if email:
            found.add(f"emailAddress:{hashed(CLEAN.get(email, email))}")
        if phone and "no number" not in phone:
            found.add(f"phoneNumber:{hashed(CLEAN.get(phone, phone))}")
        if first and last:
            found.add(f"address:{hashed(first.lower())}|{hashed(last.lower())}|US|{zip_code}")
    return found


def under_way_together(sandbox: Sandbox) -> list[tuple[Any, Any]]:
    """Additions and removals of one identifier of which neither was done when the other was sent."""
    part: Any = sandbox.parts["google"]
    uploads = [(each, {token for row in each.rows for token in row.tokens}) for (each,) in part.uploads.values()]
    return [
        (one.id, other.id)
        for (one, its), (other, others) in combinations(uploads, 2)
        if one.verb != other.verb and its & others and one.received < other.due and other.received < one.due
    ]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    own = {"client_secret": SECRET, "refresh_token": REFRESH, "add_seconds": ADD_SECONDS}
    with Sandbox.start(platforms={"google": {**own, "remove_seconds": REMOVE_SECONDS}}) as sandbox:
        yield sandbox
        assert sandbox.journal.failures == []
        judge_all(sandbox.requests)
        assert under_way_together(sandbox) == []


@pytest.fixture
def story(tmp_path: Path, sandbox: Sandbox) -> Story:
    return Story(tmp_path, sandbox)


@pytest.fixture(params=["duckdb", "postgres"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path, sandbox: Sandbox) -> Story:
    """The story on each warehouse in turn."""
    if request.param == "duckdb":
        return Story(tmp_path, sandbox)
    return PostgresStory(tmp_path, sandbox, request.getfixturevalue("postgres"))


def late(sandbox: Sandbox, reasons: dict[str, str]) -> None:
    """Rows with these cells fail after their request was accepted."""
    google = {**sandbox.settings.platforms["google"], "late": reasons}
    sandbox.configure(platforms={"google": google})


def test_the_scenario_ends_with_the_list_equal_to_the_source(anywhere: Story) -> None:
    story, sandbox = anywhere, anywhere.sandbox
    story.customers(FIRST)
    story.wsync("check")
    refusal = sandbox.fault("bad_parameter", kind="users", platform="google", times=None, value=REFUSED)
    sandbox.fault("throttled", kind="users", platform="google", headers={"Retry-After": "0"})
    sandbox.fault("expired_token", kind="users", platform="google", after=1)
    late(sandbox, {LATE: "PROCESSING_ERROR_REASON_INTERNAL_ERROR"})
    story.wsync("run", code=6)
    assert {line[1] for lines in story.latest().values() for line in lines} == {"accepted", "failed"}
    story.answered()
    assert story.members == wanted(FIRST, 5, 6, 8, 10, 11)
    first = story.latest()
    assert first["1"] == [("insert", "succeeded", "new", None)]
    assert first["5"] == [(None, "failed", "invalid", "no_valid_identifier")]
    assert first["6"] == [(None, "failed", "invalid", "already_hashed")]
    assert first["7"] == [(None, "failed", "invalid", "no_valid_field")]
    assert first["8"] == [("insert", "failed", "new", "bad_request")]
    assert first["11"] == [("insert", "in_doubt", "new", "google_internal_error")]
    assert sum(len(lines) for lines in first.values()) == len(FIRST) - 1
    assert "10" not in first

    story.customers(SECOND)
    sandbox.faults.orders.remove(refusal)
    late(sandbox, {})
    sandbox.fault("invalid_grant", kind="token", platform="google", times=None)
    assert "authorise again" in story.wsync("run", code=5)
    sandbox.clear_faults()
    for _ in range(3):
        sandbox.advance(REMOVE_SECONDS)
        story.wsync("run", code=6)
    story.answered()
    assert story.members == wanted(SECOND, 6, 9)
    assert set(story.mirror()) == {"member"}
    before = len(sandbox.requests)
    story.wsync("run", code=6)
    assert [each.kind for each in sandbox.requests[before:]] == []
    reconciled(story)


def reconciled(story: Story) -> None:
    """The log has what Google did: every key that is a member was added last, no other was."""
    lines = story.sql(
        f"select primary_key, sync_started_at, operation from {story.state}.sync_log "
        "where status = 'succeeded' and operation is not null"
    )
    last: dict[str, str] = {}
    for key, _, operation in sorted(lines, key=lambda line: (line[1], line[2] != "delete")):
        last[key] = operation
    added = {key for key, operation in last.items() if operation in ("insert", "update")}
    assert added == {str(key) for key, *_ in SECOND if key not in (6, 9)}
    assert set(last) - added == {"2", "4", "9", "11", "12"}


def test_no_value_and_no_secret_is_in_any_output(story: Story) -> None:
    overheard, said = Overheard(ENVIRON), b""
    story.customers(FIRST)
    for fault, kind in (("bad_parameter", "users"), ("invalid_grant", "token")):
        story.sandbox.fault(fault, kind=kind, platform="google")
        for words in (["run"], ["log", "buyers"], ["explain", "buyers", "3"]):
            said += overheard(*words, "--project-dir", str(story.folder)).out
        story.customers(SECOND)
        story.sandbox.advance(REMOVE_SECONDS)
    told = said.decode().lower()
    assert "canary" not in told.replace(str(story.folder).lower(), "")
    assert not re.search("[0-9a-f]{64}", told)
    plain = {str(value).lower() for row in (*FIRST, *SECOND) for value in row[1:4] if value and len(str(value)) > 4}
    assert [value for value in plain if value in told] == []
    statements = "\n".join(overheard.statements)
    assert SECRET not in statements and REFRESH not in statements


def test_who_shares_an_identifier_with_what_leaves_comes_back_after_the_verdict(story: Story) -> None:
    ann, bob = person(1, "ann@example.com", "+18005550101"), person(2, "bob@example.com", "+18005550101")
    story.runs(ann, bob)
    story.customers([bob])
    story.wsync("run")
    story.wsync("run")
    assert [each.kind for each in story.sandbox.requests if each.rows] == ["add", "remove"]
    story.sandbox.advance(REMOVE_SECONDS)
    story.runs(bob)
    assert [each.kind for each in story.sandbox.requests if each.rows] == ["add", "remove", "add"]
    assert story.members == {f"emailAddress:{hashed('bob@example.com')}", f"phoneNumber:{hashed('+18005550101')}"}


def test_consent_that_is_withdrawn_takes_a_member_off_and_one_that_changes_is_sent_again(story: Story) -> None:
    there = []
    for consent in (None, "granted", "denied"):
        story.runs(person(1, "ann@example.com", consent=consent), person(2, "bob@example.com"))
        there.append(f"emailAddress:{hashed('ann@example.com')}" in story.members)
    story.wsync("poll")
    assert there == [True, True, False]
    sent = [each.body.get("consent") for each in story.sandbox.requests if each.kind == "add"]
    granted = {"adUserData": "CONSENT_GRANTED", "adPersonalization": "CONSENT_GRANTED"}
    assert sent == [{"adPersonalization": "CONSENT_GRANTED"}, granted]
    lines = story.sql("select operation, status, reason from wsync.sync_log where primary_key = '1'")
    assert ("delete", "succeeded", "cleared") in lines
    assert {status for _, status, _ in lines} == {"accepted", "succeeded"}


def test_a_row_whose_consent_cannot_be_read_stays_as_it_is_and_is_logged(story: Story) -> None:
    story.runs(person(1, "ann@example.com", consent="granted"))
    story.runs(person(1, "ann@example.com", consent="perhaps"))
    assert story.latest()["1"] == [(None, "held", "invalid", "consent_unreadable")]
    assert len(story.members) == 1


def test_preview_shows_the_request_and_masks_the_token(story: Story) -> None:
    rows = story.folder / "rows.jsonl"
    rows.write_text(json.dumps({"id": 1, "email": "ann@example.com", "consent": True}))
    told = json.loads(story.wsync("preview", "buyers", "--rows", str(rows), "--op", "delete", "--json"))
    [request] = told["requests"]
    assert (request["method"], request["url"]) == ("POST", f"{story.sandbox.url}/v1/audienceMembers:remove")
    assert request["headers"]["Authorization"] == "Bearer ***"
    assert set(request["body"]) == {"destinations", "audienceMembers", "encoding"}
    assert story.sandbox.requests == []


def test_a_test_record_is_sent_alone(story: Story) -> None:
    story.customers(FIRST[:4])
    story.wsync("test-record", "buyers", "3")
    story.answered()
    assert story.members == wanted(FIRST[2:3])


def test_lists_are_shown_by_name_and_id(story: Story) -> None:
    made = story.sandbox.create_audience("Mine", platform="google")
    told = story.wsync("audiences", "list", "buyers")
    assert made in told and "Mine" in told


@pytest.mark.parametrize("schedule", ["{every: 30 minutes}", '{every: 24 hours, starting_at: "06:00"}', "manual"])
def test_the_sync_settings_of_the_document_are_taken(story: Story, schedule: str) -> None:
    path = story.folder / "syncs" / "buyers.yml"
    path.write_text(BUYERS.replace('{cron: "0 6 * * *"}', schedule))
    story.customers(FIRST[:4])
    story.wsync("check")


def test_a_field_of_another_list_type_is_a_mistake_of_the_file(story: Story) -> None:
    path = story.folder / "syncs" / "buyers.yml"
    path.write_text(BUYERS.replace("  EMAIL: email", "  MOBILE_ID: email"))
    assert "MOBILE_ID: is not a field" in story.wsync("check", code=2)


def test_many_who_deny_consent_are_no_invalid_rows_but_many_who_withdraw_it_stop_the_run(story: Story) -> None:
    path = story.folder / "syncs" / "buyers.yml"
    path.write_text(re.sub(r"guards: .*\n", "", path.read_text()))
    story.runs(*(person(at, f"p{at}@example.com", consent="no" if at > 20 else "yes") for at in range(1, 61)))
    assert len(story.members) == 20
    assert story.sql("select invalid_rows, keys_present from wsync.runs")[0] == (0, 60)
    story.customers([person(at, f"p{at}@example.com", consent="no" if at > 8 else "yes") for at in range(1, 61)])
    assert "removals" in story.wsync("run", code=4)
    assert len(story.members) == 20


def test_a_list_that_is_replaced_loses_whoever_else_was_in_it(story: Story) -> None:
    rows = [person(at, f"p{at}@example.com") for at in range(1, 4)]
    story.customers(rows)
    story.wsync("run")
    [found] = story.sandbox.summary()
    part: Any = story.sandbox.parts["google"]
    part.lists[found.id].members.add(frozenset({"emailAddress:" + "0" * 64}), 0.0)
    story.answered()
    story.wsync("resync", "buyers", "--mode", "replace")
    story.answered()
    assert [each.kind for each in story.sandbox.requests if each.kind in ("add", "clear")] == ["add", "clear", "add"]
    assert story.members == wanted(rows)


@pytest.mark.sweep
def test_a_person_who_is_to_be_forgotten_leaves_with_the_address_and_stays_away(story: Story) -> None:
    rows = [person(1, "ann@example.com", None, "Ann", "Lee", "94043"), person(2, "bob@example.com")]
    story.runs(*rows)
    story.wsync("forget", "buyers", "1")
    story.sandbox.advance(REMOVE_SECONDS)
    story.runs(*rows)
    assert story.members == wanted(rows[1:])
