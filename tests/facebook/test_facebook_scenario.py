"""A project with Facebook as its destination, told by the command line: two cycles in which much goes wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.stories import Duckdb, Postgres, Story
from warehouse_sync.sandbox import ACCOUNT, Sandbox

TOKEN, SECRET = "tok-canary-b81f/78", "sec-canary-4c2e"
ENVIRON = {"WSYNC_ENV_SECRET_TOKEN": TOKEN, "WSYNC_ENV_SECRET_APP": SECRET}
DESTINATIONS = """\
  ads:
    type: facebook
    ad_account_id: {account}
    access_token: "{{{{ env_var('WSYNC_ENV_SECRET_TOKEN') }}}}"
    app_secret: "{{{{ env_var('WSYNC_ENV_SECRET_APP') }}}}"
    base_url: {url}
"""
BUYERS = """\
primary_key: id
destination: ads
audience: {name: Buyers, description: Bought in the last ninety days}
mapping:
  EMAIL: email
  PHONE: phone
  FN: first_name
  CT: city
  LOOKALIKE_VALUE: spent
options: {default_country: US, data_source_type: FILE_IMPORTED, data_source_sub_type: HASHES}
guards: {removals_percent: off, rekeys_percent: off, invalid_percent: off, field_invalid_percent: off}
schedule: {every: 24 hours, starting_at: "06:00"}
enabled: on
retain_logs: on
log_retention_days: 7
snapshots: 2
retry_failed_records: on
"""
COLUMNS = "id integer, email text, phone text, first_name text, city text, spent integer, earned integer"
HASH = "ad" * 32
Row = tuple[Any, ...]


def person(key: int, email: str | None, phone: str | None = None, city: str | None = None, spent: int = 5) -> Row:
    return (key, email, phone, "Ann" if email else None, city, spent, spent + 1)


FIRST: list[Row] = [
    person(1, "ann.canary@example.com", "+12312345601", "Rome"),
    person(2, "bob.canary@example.com", "+12312345699"),
    person(3, "Cem.Canary@Example.com", "+12312345699", "Oslo"),
    person(4, "dan.canary@example.com", "(231) 234-5604"),
    (5, "not-an-address-canary", None, "Eve", None, 1, 1),
    person(6, HASH),
    (7, None, None, None, None, None, None),
    person(8, "refused.canary@example.com"),
    person(9, "eva.canary@example.com", "no number canary"),
    *(person(at, f"p{at}.canary@example.com") for at in range(10, 20)),
]
"""Two who share a number, a national one, an invalid, a pre-hashed and an empty row, one refused."""

SECOND: list[Row] = [
    person(1, "ann.moved.canary@example.com", "+12312345601", "Rome"),
    person(3, "Cem.Canary@Example.com", "+12312345699", "Bern"),
    person(5, "now.an.address.canary@example.com"),
    person(6, HASH),
    person(8, "refused.canary@example.com"),
    person(9, "eva.canary@example.com"),
    *(person(at, f"p{at}.canary@example.com") for at in range(12, 22)),
]
"""Ann has moved, Bob (who shared a number with Cem) is gone, so is 4; Cem's city; one is corrected; two come."""
REFUSED = sha256(b"refused.canary@example.com").hexdigest()


def digits(number: str) -> str:
    found = re.sub("[^0-9]", "", number)
    return found if found.startswith("1") else f"1{found}"


def hashed(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def wanted(rows: list[Row], *out: int) -> set[str]:
    """The identifiers that the source asks for, without the rows that are not valid."""
    found = set()
    for key, email, phone, *_ in rows:
        if key in out:
            continue
        found |= {f"EMAIL:{hashed(email.lower())}"} if email else set()
        found |= {f"PHONE:{hashed(digits(phone))}"} if phone and "canary" not in phone else set()
    return found


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(token=TOKEN, app_secret=SECRET, require_proof=True) as sandbox:
        yield sandbox
        assert sandbox.journal.failures == []


def story_on(warehouse: Any, folder: Path, sandbox: Sandbox) -> Story:
    story = Story("facebook", folder, sandbox, warehouse, ENVIRON)
    story.files(DESTINATIONS.format(account=ACCOUNT, url=sandbox.url), BUYERS)
    return story


@pytest.fixture
def story(tmp_path: Path, sandbox: Sandbox) -> Story:
    return story_on(Duckdb(tmp_path), tmp_path, sandbox)


@pytest.fixture(params=["duckdb", "postgres"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path, sandbox: Sandbox) -> Story:
    """The story on each warehouse in turn."""
    if request.param == "duckdb":
        return story_on(Duckdb(tmp_path), tmp_path, sandbox)
    return story_on(Postgres(request.getfixturevalue("postgres"), "wsync_facebook"), tmp_path, sandbox)


def members(story: Story) -> set[str]:
    [audience] = story.sandbox.summary()
    return story.sandbox.members(audience.id)


def test_the_scenario_ends_with_the_audience_equal_to_the_source(anywhere: Story) -> None:
    story, sandbox = anywhere, anywhere.sandbox
    story.table(COLUMNS, FIRST)
    story.wsync("check")
    sandbox.refuse(REFUSED, kind="add")
    sandbox.fault("throttled_429", kind="users", headers={"Retry-After": "0"})
    sandbox.fault("partial", kind="users", headers={"Retry-After": "0"})
    story.wsync("run", code=6)
    assert members(story) == wanted(FIRST, 5, 6, 8)
    first = story.log()
    assert first["5"] == [(None, "failed", "invalid", "no_valid_identifier")]
    assert first["6"] == [(None, "failed", "invalid", "already_hashed")]
    assert first["7"] == [(None, "failed", "invalid", "no_valid_field")]
    assert first["8"] == [("insert", "failed", "new", "bad_request")]
    assert first["9"] == [("insert", "succeeded", "new", None)]
    assert sum(len(lines) for lines in first.values()) == len(FIRST)

    story.table(COLUMNS, SECOND)
    sandbox.clear_faults()
    sandbox.fault("expired_token", kind="users", after=1, times=None)
    assert "make a new token" in story.wsync("run", code=5)
    assert members(story) != wanted(SECOND, 6)
    sandbox.clear_faults()
    story.wsync("run", code=6)
    assert members(story) == wanted(SECOND, 6)
    before = len(sandbox.requests)
    story.wsync("run", code=6)
    assert {each.kind for each in sandbox.requests[before:]} <= {"read"}
    assert story.unreconciled() == []
    assert story.leaks(TOKEN, SECRET, "canary") == []
    last = story.last_operations()
    added = {key for key, operation in last.items() if operation != "delete"}
    assert added == {str(key) for key, *_ in SECOND if key != 6}
    assert set(last) - added == {"2", "4", "10", "11"}


@pytest.mark.parametrize("valued", [False, True], ids=["custom audience", "value-based"])
def test_an_existing_audience_is_used_by_its_id(story: Story, valued: bool) -> None:
    made = story.sandbox.create_audience("Mine", is_value_based=valued)
    named = re.sub(r"audience: .*", f'audience: {{id: "{made}"}}', BUYERS)
    story.sync(named if valued else named.replace("  LOOKALIKE_VALUE: spent\n", ""))
    story.table(COLUMNS, FIRST[:4])
    story.wsync("check")
    story.wsync("run")
    assert [each.id for each in story.sandbox.summary()] == [made]
    assert members(story) == wanted(FIRST[:4])


def test_a_removal_refused_for_the_lists_size_stays_planned_and_succeeds_later(story: Story) -> None:
    story.table(COLUMNS, FIRST[:4])
    story.wsync("run")
    story.table(COLUMNS, FIRST[:3])
    story.sandbox.fault("too_small", kind="users", times=None)
    story.wsync("run", code=6)
    assert story.log()["4"] == [("delete", "failed", "gone", "refused_min_size")]
    story.sandbox.clear_faults()
    story.wsync("run")
    assert members(story) == wanted(FIRST[:3])


def test_another_column_for_the_value_is_an_update_of_every_member(story: Story) -> None:
    story.table(COLUMNS, FIRST[:4])
    story.wsync("run")
    before = members(story)
    story.files(DESTINATIONS.format(account=ACCOUNT, url=story.sandbox.url), BUYERS.replace(": spent", ": earned"))
    story.wsync("run")
    assert {key: lines[0][:2] for key, lines in story.log().items()} == {
        str(key): ("update", "succeeded") for key in (1, 2, 3, 4)
    }
    assert members(story) == before
    [sent] = [each.body["payload"] for each in story.sandbox.requests if each.kind == "add"][-1:]
    assert {row[sent["schema"].index("LOOKALIKE_VALUE")] for row in sent["data"]} == {6}


def test_preview_shows_the_request_and_masks_the_token(story: Story) -> None:
    rows = story.folder / "rows.jsonl"
    rows.write_text(json.dumps({"id": 1, "email": "ann@example.com", "city": "Rome", "spent": 7}))
    told = json.loads(story.wsync("preview", "buyers", "--rows", str(rows), "--op", "delete", "--json"))
    [request] = told["requests"]
    assert request["method"] == "DELETE"
    assert request["headers"]["Authorization"] == "Bearer ***"
    assert request["body"]["payload"]["data"][0][0] == hashed("ann@example.com")
    assert story.sandbox.requests == []


def test_a_test_record_is_sent_alone(story: Story) -> None:
    story.table(COLUMNS, FIRST)
    story.wsync("test-record", "buyers", "1")
    assert members(story) == wanted(FIRST[:1])
