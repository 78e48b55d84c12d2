"""A project with LinkedIn as its destination, told by the command line: two cycles in which much goes wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.linkedin.case import hashed, hashed_512
from tests.overheard import Overheard
from tests.stories import Duckdb, Postgres, Story, Warehouse
from warehouse_sync.sandbox import Sandbox
from warehouse_sync.sandbox.linkedin import ACCOUNT, PLATFORM

TOKEN, SECRET, REFRESH = "tok-canary-b81f/77", "sec-canary-4c2d", "ref-canary-9a0e"
ENVIRON = {"WSYNC_ENV_SECRET_TOKEN": TOKEN, "WSYNC_ENV_SECRET_APP": SECRET, "WSYNC_ENV_SECRET_REFRESH": REFRESH}
PASTED = "    access_token: \"{{ env_var('WSYNC_ENV_SECRET_TOKEN') }}\"\n    access_token_expires: 2099-01-01\n"
RENEWED = (
    "    refresh_token: \"{{ env_var('WSYNC_ENV_SECRET_REFRESH') }}\"\n    client_id: app-1\n"
    "    client_secret: \"{{ env_var('WSYNC_ENV_SECRET_APP') }}\"\n"
)
DESTINATIONS = """\
  ads:
    type: linkedin
    account_id: "{account}"
    source_platform: {platform}
    base_url: {url}
    oauth_url: {url}/oauth/v2
    rows_per_request: 4
    retry_attempts: 2
    retry_seconds: 1
{tokens}"""
BUYERS = """\
primary_key: id
destination: ads
audience: {name: Buyers, type: USER, description: Bought in the last ninety days}
mapping:
  SHA256_EMAIL: email
  SHA512_EMAIL: email2
  GOOGLE_AID: aid
  firstName: first_name
  title: title
  country: country
guards: {removals_percent: off, rekeys_percent: off, invalid_percent: off, field_invalid_percent: off}
schedule: {cron: "0 6 * * *"}
enabled: on
retain_logs: on
log_retention_days: 7
snapshots: 2
retry_failed_records: on
"""
FIRMS = """\
primary_key: id
destination: ads
audience: {name: Firms, type: COMPANY}
mapping: {companyName: name, companyWebsiteDomain: site, organizationUrn: urn, industries: industries, city: city}
guards: {removals_percent: off, rekeys_percent: off, invalid_percent: off, field_invalid_percent: off}
"""
HASH = "ad" * 32
AID = "AB1234CD-E123-42EF-A123-00000000000{}"
Row = tuple[Any, ...]

FIRST: list[Row] = [
    (1, "ann.canary@example.com", "ann.canary@example.com", AID.format(1), "Ann", "Canary Keeper", "US"),
    (2, "bob.canary@example.com", "shared.canary@example.com", None, "Bob", None, "Germany"),
    (3, "Cem Canary@Example.com", "shared.canary@example.com", None, "Cem", None, None),
    (4, None, None, AID.format(4), None, None, "Atlantis"),
    (5, "not-an-address-canary", None, None, "Eve", None, None),
    (6, HASH, None, None, None, None, None),
    (7, None, None, None, "Nobody", None, None),
    (8, "refused.canary@example.com", None, None, None, None, None),
    (9, "eva.canary@example.com", None, "no device canary", None, None, None),
    *((at, f"p{at}.canary@example.com", None, None, None, None, None) for at in range(10, 20)),
]
"""Somebody with every kind of id, two who share an address, an invalid, a pre-hashed and an empty row, one refused."""

SECOND: list[Row] = [
    (1, "ann.moved.canary@example.com", "ann.canary@example.com", AID.format(1), "Ann", "Canary Keeper", "US"),
    (3, "Cem Canary@Example.com", "shared.canary@example.com", None, "Cem", "Chief", None),
    (5, "now.an.address.canary@example.com", None, None, "Eve", None, None),
    (6, HASH, None, None, None, None, None),
    (8, "refused.canary@example.com", None, None, None, None, None),
    (9, "eva.canary@example.com", None, None, None, None, None),
    *((at, f"p{at}.canary@example.com", None, None, None, None, None) for at in range(12, 22)),
]
"""Ann has moved, Bob (who shared an address with Cem) is gone, so is 4; one is corrected; two leave, two come."""
REFUSED = hashed("refused.canary@example.com")


class Buyers(Story):
    """The project, and its segment."""

    def __init__(
        self, folder: Path, sandbox: Sandbox, tokens: str = PASTED, warehouse: Warehouse | None = None
    ) -> None:
        super().__init__("linkedin", folder, sandbox, warehouse or Duckdb(folder), ENVIRON)
        own = {"account": ACCOUNT, "platform": PLATFORM, "url": sandbox.url, "tokens": tokens}
        self.files(DESTINATIONS.format(**own), BUYERS)

    def customers(self, rows: list[Row]) -> None:
        texts = ", ".join(f"{name} text" for name in ("email", "email2", "aid", "first_name", "title", "country"))
        self.table(f"id integer, {texts}", rows)

    @property
    def members(self) -> set[str]:
        [audience] = self.sandbox.summary()
        return self.sandbox.members(audience.id)


def wanted(rows: list[Row], *out: int) -> set[str]:
    """The ids that the source asks for, without the rows that are not valid."""
    found = set()
    for key, email, email2, aid, *_ in rows:
        if key in out:
            continue
        found |= {f"SHA256_EMAIL:{hashed(spelled(email))}"} if email else set()
        found |= {f"SHA512_EMAIL:{hashed_512(spelled(email2))}"} if email2 else set()
        found |= {f"GOOGLE_AID:{aid.lower()}"} if aid and "canary" not in aid else set()
    return found


def spelled(email: str) -> str:
    return email.lower().replace(" ", "")


def order(sandbox: Sandbox, **changes: Any) -> None:
    """Settings of LinkedIn's part."""
    own = {"client_id": "app-1", "client_secret": SECRET, "refresh_token": REFRESH}
    sandbox.configure(platforms={"linkedin": {**own, **changes}})


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(token=TOKEN) as sandbox:
        order(sandbox)
        yield sandbox
        assert sandbox.journal.failures == []


@pytest.fixture
def story(tmp_path: Path, sandbox: Sandbox) -> Buyers:
    return Buyers(tmp_path, sandbox)


@pytest.fixture(params=["duckdb", "postgres"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path, sandbox: Sandbox) -> Buyers:
    """The story on each warehouse in turn."""
    if request.param == "duckdb":
        return Buyers(tmp_path, sandbox)
    return Buyers(tmp_path, sandbox, warehouse=Postgres(request.getfixturevalue("postgres"), "wsync_linkedin"))


@pytest.fixture(params=["pasted", "renewed"])
def either(request: pytest.FixtureRequest, tmp_path: Path, sandbox: Sandbox) -> Buyers:
    """The story with a pasted token, and with one that renews itself."""
    return Buyers(tmp_path, sandbox, PASTED if request.param == "pasted" else RENEWED)


def test_the_scenario_ends_with_the_audience_equal_to_the_source(
    anywhere: Buyers, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from warehouse_sync.connectors import linkedin_errors

    story = anywhere
    known = {**linkedin_errors.TABLE, (429, None): linkedin_errors.TABLE[429, None]._replace(seconds=0.01)}
    monkeypatch.setattr(linkedin_errors, "TABLE", known)
    story.customers(FIRST)
    story.wsync("check")
    order(sandbox, verdicts={REFUSED: [400]})
    sandbox.fault("throttled", kind="users", platform="linkedin")
    story.wsync("run", code=6)
    assert story.members == wanted(FIRST, 5, 6, 8)
    first = story.log()
    assert first["5"] == [(None, "failed", "invalid", "no_valid_identifier")]
    assert first["6"] == [(None, "failed", "invalid", "already_hashed")]
    assert first["7"] == [(None, "failed", "invalid", "no_valid_field")]
    assert first["8"] == [("insert", "failed", "new", "element_refused")]
    assert first["9"] == [("insert", "succeeded", "new", None)]
    assert sum(len(lines) for lines in first.values()) == len(FIRST)

    story.customers(SECOND)
    order(sandbox)
    sandbox.fault("expired_token", kind="users", platform="linkedin", after=1, times=None)
    assert "authorise the app again" in story.wsync("run", code=5)
    assert story.members != wanted(SECOND, 6)
    sandbox.clear_faults()
    story.wsync("run", code=6)
    assert story.members == wanted(SECOND, 6)
    assert story.log()["6"] == [(None, "failed", "invalid", "already_hashed")]
    before = len(sandbox.requests)
    story.wsync("run", code=6)
    assert {each.kind for each in sandbox.requests[before:]} <= {"read"}
    removes_first(sandbox)
    reconciled(story)


def removes_first(sandbox: Sandbox) -> None:
    """No request mixes additions and removals."""
    for each in sandbox.requests:
        if each.kind in ("add", "remove"):
            assert {element["action"] for element in each.body["elements"]} == {each.kind.upper()}


def reconciled(story: Buyers) -> None:
    """The log has what the platform was sent: every key that is a member was added last, no other was."""
    last = story.last_operations()
    added = {key for key, operation in last.items() if operation in ("insert", "update")}
    assert added == {str(key) for key, *_ in SECOND if key != 6}
    assert set(last) - added == {"2", "4", "10", "11"}
    assert story.unreconciled() == []
    assert story.leaks(TOKEN, SECRET, REFRESH, "canary") == []


def test_a_token_that_ends_in_the_middle_is_renewed_and_nobody_notices(tmp_path: Path, sandbox: Sandbox) -> None:
    story = Buyers(tmp_path, sandbox, RENEWED)
    story.customers(FIRST[9:])
    sandbox.fault("expired_token", kind="users", platform="linkedin", after=1)
    story.wsync("run")
    assert story.members == wanted(FIRST[9:])
    assert [each.kind for each in sandbox.requests].count("token") == 2


def test_no_value_and_no_token_is_in_any_output(either: Buyers) -> None:
    overheard, said = Overheard(ENVIRON), b""
    either.customers(FIRST)
    for faults in ([], ["conflict", "bad_parameter"], ["expired_token"]):
        for fault in faults:
            either.sandbox.fault(fault, kind="users", platform="linkedin")
        for words in (["check"], ["plan"], ["run"], ["status"], ["log", "buyers"], ["explain", "buyers", "3"]):
            said += overheard(*words, "--project-dir", str(either.folder)).out
        either.customers(SECOND)
    told = said.decode().lower()
    assert "canary" not in told.replace(str(either.folder).lower(), "")
    assert not re.search("[0-9a-f]{64}", told)
    plain = {str(value) for row in (*FIRST, *SECOND) for value in row[1:4] if value}
    tokens = {token.partition(":")[2] for token in wanted(FIRST) | wanted(SECOND)}
    assert [value for value in plain | tokens if value.lower() in told] == []
    statements = "\n".join(overheard.statements)
    issued = either.sandbox.others["linkedin"].issued  # type: ignore[attr-defined]
    assert [each for each in (TOKEN, SECRET, REFRESH, *issued) if each in statements or each.lower() in told] == []


def test_rows_without_a_result_are_in_doubt_and_healed_by_the_next_run(
    story: Buyers, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from warehouse_sync.connectors import linkedin

    monkeypatch.setattr(linkedin._Page, "pause", lambda _page: 0.0)
    story.customers(FIRST[9:])
    order(sandbox, short=1)
    story.wsync("run", code=6)
    status = [lines[0][1] for lines in story.log().values()]
    assert {each: status.count(each) for each in set(status)} == {"succeeded": 7, "in_doubt": 3}
    order(sandbox)
    story.wsync("run")
    assert story.members == wanted(FIRST[9:])
    assert {lines[0][1] for lines in story.log().values()} == {"succeeded"}


def test_a_row_that_linkedin_failed_on_is_sent_again_alone(
    story: Buyers, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from warehouse_sync.connectors import linkedin

    monkeypatch.setattr(linkedin._Page, "pause", lambda _page: 0.0)
    story.customers(FIRST[9:])
    order(sandbox, verdicts={hashed("p12.canary@example.com"): [503, 429]})
    story.wsync("run")
    assert story.members == wanted(FIRST[9:])
    assert [each.rows for each in sandbox.requests if each.kind == "add"].count(1) == 2


def test_an_expired_segment_is_filled_again(story: Buyers, sandbox: Sandbox) -> None:
    story.customers(FIRST[9:])
    story.wsync("run")
    [made] = sandbox.summary()
    sandbox.mark(made.id, touched=sandbox.clock.now() - 91 * 86_400)
    assert story.members == set()
    assert "has expired" in story.wsync("run")
    assert story.members == wanted(FIRST[9:])


FIRMS_FIRST: list[Row] = [
    (1, "Acme Corp", "https://www.acme.example/about", "1035", "Technology, Software", "New York"),
    (2, "Acme Corp", None, "urn:li:organizationUrn:1036", None, None),
    (3, None, "bolt.example", None, '["Oil, Gas"]', None),
    (4, None, "not a domain", None, None, "Berlin"),
    (5, "Left Ltd", "left.example", None, None, None),
]
FIRMS_SECOND: list[Row] = [
    (1, "Acme Corp", "https://www.acme.example/about", "1035", "Technology", "Boston"),
    (2, "Acme Corp", None, "1037", None, None),
    (3, None, "bolt.example", None, '["Oil, Gas"]', None),
    (4, None, "now.example", None, None, "Berlin"),
]


def firms(rows: list[Row], *out: int) -> list[frozenset[str]]:
    found = []
    for key, name, site, urn, *_ in rows:
        tokens = {f"companyName:{name}"} if name else set()
        tokens |= {f"companyWebsiteDomain:{site.removeprefix('https://').removesuffix('/about')}"} if site else set()
        tokens |= {f"organizationUrn:urn:li:organization:{urn.rpartition(':')[2]}"} if urn else set()
        found += [] if key in out else [frozenset(tokens)]
    return sorted(found, key=sorted)


def test_companies_are_kept_too_each_known_by_all_that_names_it(story: Buyers, sandbox: Sandbox) -> None:
    story.sync(FIRMS, "firms")
    columns = "id int, name text, site text, urn text, industries text, city text"

    def held() -> list[frozenset[str]]:
        [audience] = sandbox.summary()
        return sorted((each.tokens for each in sandbox.entries(audience.id)), key=sorted)

    story.table(columns, FIRMS_FIRST, "firms")
    story.wsync("check")
    story.wsync("run", code=6)
    assert held() == firms(FIRMS_FIRST, 4)
    story.table(columns, FIRMS_SECOND, "firms")
    story.wsync("run")
    assert held() == firms(FIRMS_SECOND)
    last = [each for each in sandbox.requests if each.kind in ("add", "remove")][-1].body["elements"]
    acme = {"companyName": "Acme Corp", "companyWebsiteDomain": "www.acme.example", "city": "Boston"}
    urn = "urn:li:organization:1035"
    assert {"action": "ADD", **acme, "organizationUrn": urn, "industries": ["Technology"]} in last


def test_an_audience_keeps_its_type(story: Buyers, sandbox: Sandbox) -> None:
    story.customers(FIRST[9:])
    story.wsync("run")
    mapped = re.sub("mapping: .*", "mapping: {companyName: first_name}", FIRMS)
    story.sync(mapped.replace("Firms", "Buyers"))
    before = len(sandbox.summary())
    assert "keeps its type" in story.wsync("run", code=5)
    assert len(sandbox.summary()) == before == 1


def test_preview_shows_the_request_and_masks_the_token(story: Buyers) -> None:
    rows = story.folder / "rows.jsonl"
    rows.write_text(json.dumps({"id": 1, "email": "ann@example.com", "email2": "ann@example.com", "title": "Boss"}))
    told = json.loads(story.wsync("preview", "buyers", "--rows", str(rows), "--op", "delete", "--json"))
    [request] = told["requests"]
    assert request["method"] == "POST"
    assert request["url"].endswith("/users")
    assert request["headers"]["Authorization"] == "Bearer ***"
    [element] = request["body"]["elements"]
    assert element["action"] == "REMOVE"
    assert [each["idType"] for each in element["userIds"]] == ["SHA256_EMAIL", "SHA512_EMAIL"]
    assert story.sandbox.requests == []


def test_a_test_record_is_sent_alone(story: Buyers) -> None:
    story.customers(FIRST)
    story.wsync("test-record", "buyers", "1")
    assert story.members == wanted(FIRST[:1])


def test_audiences_are_listed_created_and_deleted(story: Buyers) -> None:
    story.customers(FIRST[:4])
    other = story.sandbox.create_audience("Old", platform="linkedin", status="ARCHIVED")
    made = json.loads(story.wsync("audiences", "create", "buyers", "--json"))
    assert made["created"] and not json.loads(story.wsync("audiences", "create", "buyers", "--json"))["created"]
    listed = json.loads(story.wsync("audiences", "list", "--json"))["audiences"]
    assert {each["id"]: each["facts"]["status"] for each in listed} == {other: "ARCHIVED", made["id"]: "BUILDING"}
    story.wsync("audiences", "delete", "buyers", other, "--yes")
    assert [each.name for each in story.sandbox.summary()] == ["Buyers"]


@pytest.mark.parametrize(("field", "kind"), [("companyName", "USER"), ("SHA256_EMAIL", "COMPANY")])
def test_a_field_of_the_other_type_is_a_mistake_of_the_file(story: Buyers, field: str, kind: str) -> None:
    text = re.sub(r"mapping:.*?guards", f"mapping: {{{field}: email}}\nguards", BUYERS, flags=re.DOTALL)
    story.sync(text.replace("USER", kind))
    assert f"{field}: is not a field of LinkedIn Audience" in story.wsync("check", code=2)


EVERY = ("5 minutes", "10 minutes", "15 minutes", "30 minutes", "1 hour", "3 hours", "6 hours", "12 hours", "24 hours")


@pytest.mark.parametrize("schedule", [*(f"{{every: {each}}}" for each in EVERY), "manual"])
def test_the_sync_settings_of_the_document_are_taken(story: Buyers, schedule: str) -> None:
    story.sync(BUYERS.replace('{cron: "0 6 * * *"}', schedule))
    story.customers(FIRST[:4])
    story.wsync("check")


def test_an_audience_is_named_by_its_id(story: Buyers) -> None:
    audience = story.sandbox.create_audience("Mine", platform="linkedin")
    story.sync(re.sub(r"audience: .*", f'audience: {{id: "{audience}"}}', BUYERS))
    story.customers(FIRST[:4])
    story.wsync("run")
    assert story.members == wanted(FIRST[:4])
    assert len(story.sandbox.summary()) == 1
