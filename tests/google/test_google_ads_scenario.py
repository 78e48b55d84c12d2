"""A project whose transport is the Google Ads API, told by the command line: jobs that wait for each other.

An addition takes five minutes, a removal ten; two jobs never change the list at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.google.case import hashed
from tests.google.judges import judge_all
from tests.stories import Duckdb, Postgres, Story
from warehouse_sync.sandbox import Sandbox
from warehouse_sync.sandbox.google import ACCOUNT

SECRET, REFRESH = "secret-canary-b81f/79", "refresh-canary-19c2/41"
ENVIRON = {"WSYNC_ENV_SECRET_CLIENT": SECRET, "WSYNC_ENV_SECRET_REFRESH": REFRESH}
DESTINATIONS = """\
  ads:
    type: google
    transport: google_ads
    customer_id: "{account}"
    client_id: sandbox-client
    client_secret: "{{{{ env_var('WSYNC_ENV_SECRET_CLIENT') }}}}"
    refresh_token: "{{{{ env_var('WSYNC_ENV_SECRET_REFRESH') }}}}"
    ads_base_url: {url}
    token_url: {url}/token
    rows_per_request: 4
"""
BUYERS = """\
primary_key: id
destination: ads
audience: {name: Buyers}
mapping: {EMAIL: email, PHONE: phone, AD_USER_DATA_CONSENT: consent}
options: {personalization_consent: granted}
guards: {removals_percent: off, rekeys_percent: off, invalid_percent: off, field_invalid_percent: off}
"""
COLUMNS = "id integer, email text, phone text, consent text"
Row = tuple[int, str | None, str | None, str | None]
HASH = "ad" * 32


def person(key: int, email: str | None = None, phone: str | None = None, consent: str | None = None) -> Row:
    return (key, email or f"p{key}.canary@example.com", phone, consent)


FIRST: list[Row] = [
    person(1, "ann.canary@example.com", "+18005550101", "granted"),
    person(2, "bob.canary@example.com", "+18005550199"),
    person(3, "cem.canary@example.com", "+18005550199", "yes"),
    person(4, "not-an-address-canary"),
    person(5, HASH),
    person(6, "refused.canary@example.com"),
    person(7, "eva.canary@example.com", None, "denied"),
    *(person(at) for at in range(10, 16)),
]
"""Two who share a number, an invalid and a pre-hashed row, one refused, one without consent."""

SECOND: list[Row] = [
    person(1, "ann.moved.canary@example.com", "+18005550101", "granted"),
    person(3, "cem.canary@example.com", "+18005550199", "yes"),
    person(4, "now.an.address.canary@example.com"),
    person(5, HASH),
    person(6, "refused.canary@example.com"),
    person(7, "eva.canary@example.com", None, "granted"),
    *(person(at) for at in range(12, 18)),
]
"""Ann has another address, Bob is gone, one is corrected, one is taken at last, one consents, two leave, two come."""


def wanted(rows: list[Row], *out: int) -> set[str]:
    """The identifiers that the source asks for, without the rows that are left out."""
    mails = {f"emailAddress:{hashed(email)}" for key, email, _, _ in rows if email and key not in out}
    return mails | {f"phoneNumber:{hashed(phone)}" for key, _, phone, _ in rows if phone and key not in out}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    own = {"client_secret": SECRET, "refresh_token": REFRESH, "add_seconds": 300, "remove_seconds": 600}
    with Sandbox.start(platforms={"google": own}) as sandbox:
        yield sandbox
        assert sandbox.journal.failures == []
        assert judge_all(sandbox.requests) > 20


@pytest.fixture(params=["duckdb", "postgres"])
def story(request: pytest.FixtureRequest, tmp_path: Path, sandbox: Sandbox) -> Story:
    """The story on each warehouse in turn."""
    name = "google_ads"
    place: Any = Duckdb(tmp_path)
    if request.param == "postgres":
        place = Postgres(request.getfixturevalue("postgres"), f"wsync_{name}")
    story = Story(name, tmp_path, sandbox, place, ENVIRON)
    story.files(DESTINATIONS.format(account=ACCOUNT, url=sandbox.url), BUYERS)
    return story


def members(story: Story) -> set[str]:
    [audience] = story.sandbox.summary()
    return story.sandbox.members(audience.id)


def states(story: Story) -> dict[str, int]:
    return dict(story.sql(f"select state, count(*) from {story.state}.mirror_buyers group by state"))


def test_the_scenario_ends_with_the_list_equal_to_the_source(story: Story) -> None:
    sandbox = story.sandbox
    story.table(COLUMNS, FIRST)
    sandbox.fault("bad_parameter", kind="users", platform="google", times=8, value=hashed("refused.canary@example.com"))
    sandbox.fault("throttled", kind="users", platform="google", headers={"Retry-After": "0"})
    sandbox.fault("expired_token", kind="users", platform="google", after=1)
    story.wsync("run", code=6)
    first = story.log()
    assert first["1"] == [("insert", "accepted", "new", None)]
    assert first["4"] == [(None, "failed", "invalid", "no_valid_identifier")]
    assert first["5"] == [(None, "failed", "invalid", "already_hashed")]
    assert first["6"] == [("insert", "failed", "new", "bad_request")]
    assert "7" not in first
    for _ in range(2):  # two jobs, one for each consent: the second is run when the first has ended
        sandbox.advance(600)
        story.wsync("poll")
    assert members(story) == wanted(FIRST, 4, 5, 6, 7)

    sandbox.clear_faults()
    story.table(COLUMNS, SECOND)
    [audience] = sandbox.summary()
    sandbox.mark(audience.id, outcomes=["FAILED"])  # the first job of the next run
    for _ in range(10):
        story.wsync("run", code=6)
        sandbox.advance(600)
        if set(states(story)) == {"member"}:
            break
    assert members(story) == wanted(SECOND, 5)
    before = len(sandbox.requests)
    story.wsync("run", code=6)
    assert [each.kind for each in sandbox.requests[before:] if each.kind in ("job", "add", "remove", "run")] == []
    assert set(states(story)) == {"member"}
    added = {key for key, operation in story.last_operations().items() if operation != "delete"}
    assert added == {str(key) for key, *_ in SECOND if key != 5}
    assert story.leaks("canary", SECRET, REFRESH, HASH) == []
    assert one_at_a_time(sandbox) > 4


def one_at_a_time(sandbox: Sandbox) -> int:
    """How many jobs there were, none of which began before another one had ended."""
    part: Any = sandbox.parts["google"]
    times = sorted((each.received, each.due) for uploads in part.uploads.values() for each in uploads)
    assert all(ended <= begun for (_, ended), (begun, _) in pairwise(times))
    assert [each.status for each in sandbox.requests if each.kind == "run"] == [200] * len(times)
    return len(times)
