"""The stand-in for Google's Data Manager API behaves as its documents say: what it takes, what it refuses, and when.

What its clients make of that is in `test_google_official` and in the connector's own tests.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from tests.google.raw import HASH, HOME, LISTS, MAIL, MORE, OTHER, TERMS, Client, person
from warehouse_sync.sandbox import Sandbox
from warehouse_sync.sandbox.google import ACCOUNT


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start() as sandbox:
        yield sandbox
        assert sandbox.journal.failures == []


@pytest.fixture
def google(sandbox: Sandbox) -> Client:
    return Client(sandbox)


@pytest.fixture
def behaves(sandbox: Sandbox) -> Callable[..., None]:
    return lambda **settings: sandbox.configure(platforms={"google": settings})


# The front end


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            {"audienceMembers": [{"userData": {"userIdentifiers": [{"addressInfo": HOME}]}}]},
            'Invalid JSON payload received. Unknown name "addressInfo" at '
            "'audience_members[0].user_data.user_identifiers[0]': Cannot find field.",
        ),
        ({"nonsense": 1}, 'Invalid JSON payload received. Unknown name "nonsense": Cannot find field.'),
        (
            {"encoding": "hex"},
            "Invalid value at 'encoding' (type.googleapis.com/google.ads.datamanager.v1.Encoding), \"hex\"",
        ),
        ({"validateOnly": "true"}, "Invalid value at 'validate_only' (TYPE_BOOL), \"true\""),
        (
            {"audienceMembers": [{**person(HASH), "userIdData": {"userId": "1"}}]},
            "Invalid value at 'audience_members[0]' (oneof), oneof field 'data' is already set. "
            "Cannot set 'userIdData'",
        ),
    ],
)
def test_what_is_no_field_or_no_value_is_refused_with_its_place(
    google: Client, change: dict[str, Any], text: str
) -> None:
    found = google.ask("POST", "v1/audienceMembers:ingest", {**google.body(person(HASH)), **TERMS, **change})
    assert (found.status, found.error["status"], found.error["message"]) == (400, "INVALID_ARGUMENT", text)
    assert google.members == set()


def test_removals_carry_neither_consent_nor_terms(google: Client) -> None:
    for field in ({"consent": {}}, TERMS):
        found = google.ask("POST", "v1/audienceMembers:remove", {**google.body(person(HASH)), **field})
        assert found.error["message"].startswith("Invalid JSON payload received. Unknown name")


def test_json_that_is_none_is_refused(google: Client) -> None:
    url, headers = f"{google.sandbox.url}/v1/audienceMembers:ingest", {"Content-Type": "application/json"}
    reply = requests.post(url, data=b'{"destinations":', headers={**google.headers, **headers}, timeout=30)
    assert reply.json()["error"]["message"].startswith("Invalid JSON payload received.")


def test_other_spellings_and_numbers_for_names_are_understood_and_unknown_parameters_ignored(google: Client) -> None:
    asked = {
        "destinations": [
            {"operating_account": {"account_type": 1, "account_id": ACCOUNT}, "product_destination_id": google.audience}
        ],
        "audience_members": [{"user_data": {"user_identifiers": [{"email_address": HASH.upper()}]}, "consent": None}],
        "encoding": 1,
        "terms_of_service": {"customer_match_terms_of_service_status": 1},
    }
    assert google.ask("POST", "v1/audienceMembers:ingest", asked, {"$alt": "json;enum-encoding=int"}).status == 200
    assert google.members == {MAIL}


# What the service refuses


def identifiers(*given: Any) -> list[Any]:
    return [{"userData": {"userIdentifiers": list(given)}}]


WHO = "audience_members[0].user_data.user_identifiers"
WRONG = [
    ({"destinations": []}, "destinations", "REQUIRED_FIELD_MISSING"),
    ({"audienceMembers": []}, "audience_members", "REQUIRED_FIELD_MISSING"),
    ({"audienceMembers": [person(HASH)] * 10_001}, "audience_members", "TOO_MANY_AUDIENCE_MEMBERS"),
    ({"audienceMembers": [person(*[HASH] * 11)]}, WHO, "TOO_MANY_USER_IDENTIFIERS"),
    ({"audienceMembers": identifiers()}, WHO, "REQUIRED_FIELD_MISSING"),
    ({"audienceMembers": [{}]}, "audience_members[0]", "INVALID_AUDIENCE_MEMBER"),
    ({"audienceMembers": [person(HASH), {"userIdData": {"userId": "1"}}]}, "audience_members",
     "MULTIPLE_DATA_TYPES_NOT_ALLOWED"),
    ({"audienceMembers": [{"userIdData": {"userId": "1"}}]}, "destinations[0].product_destination_id",
     "INVALID_USER_LIST_TYPE"),
    ({"audienceMembers": [{"mobileData": {"mobileIds": ["1"]}}]}, "audience_members[0].mobile_data.mobile_ids[0]",
     "INVALID_MOBILE_ID_FORMAT"),
    ({"audienceMembers": [person("dana@example.com")]}, f"{WHO}[0].email_address", "INVALID_HEX_ENCODING"),
    ({"audienceMembers": [person(HASH[:62])]}, f"{WHO}[0].email_address", "INVALID_SHA256_FORMAT"),
    ({"audienceMembers": identifiers({"phoneNumber": ""})}, f"{WHO}[0].phone_number", "REQUIRED_FIELD_MISSING"),
    ({"audienceMembers": identifiers({"address": {**HOME, "postalCode": ""}})}, f"{WHO}[0].address.postal_code",
     "REQUIRED_FIELD_MISSING"),
    ({"audienceMembers": identifiers({"address": {**HOME, "postalCode": "940433"}})}, f"{WHO}[0].address.postal_code",
     "INVALID_POSTAL_CODE"),
    ({"audienceMembers": identifiers({"address": {**HOME, "regionCode": "USA"}})}, f"{WHO}[0].address.region_code",
     "INVALID_REGION_CODE"),
    ({"audienceMembers": identifiers({"address": {**HOME, "givenName": "dana"}})}, f"{WHO}[0].address.given_name",
     "INVALID_HEX_ENCODING"),
    ({"audienceMembers": [person(HASH)], "encoding": "BASE64"}, f"{WHO}[0].email_address", "INVALID_SHA256_FORMAT"),
    ({"audienceMembers": [person("?")], "encoding": "BASE64"}, f"{WHO}[0].email_address", "INVALID_BASE64_ENCODING"),
    ({"encoding": "ENCODING_UNSPECIFIED"}, "encoding", "REQUIRED_FIELD_MISSING"),
    ({"termsOfService": {}}, "terms_of_service.customer_match_terms_of_service_status", "REQUIRED_FIELD_MISSING"),
    ({"termsOfService": {"customerMatchTermsOfServiceStatus": "REJECTED"}},
     "terms_of_service.customer_match_terms_of_service_status", "TERMS_AND_CONDITIONS_NOT_SIGNED"),
    ({"audienceMembers": [{**person(HASH), "destinationReferences": ["b"]}]},
     "audience_members[0].destination_references", "INVALID_DESTINATION"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "field", "reason"), WRONG)
def test_a_mistake_anywhere_refuses_the_whole_request_and_is_named(
    google: Client, change: dict[str, Any], field: str, reason: str
) -> None:
    google.ingest(person(OTHER))
    found = google.ask("POST", "v1/audienceMembers:ingest", {**google.body(person(HASH)), **TERMS, **change})
    assert (found.status, found.reasons) == (400, ["INVALID_ARGUMENT"])
    assert (field, reason) in found.violations
    assert google.members == {MORE}


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"operatingAccount": None}, "operating_account", "REQUIRED_FIELD_MISSING"),
        ({"operatingAccount": {"accountType": "GOOGLE_ADS", "accountId": "123-456-7890"}},
         "operating_account.account_id", "INVALID_NUMBER_FORMAT"),
        ({"operatingAccount": {"accountId": ACCOUNT}}, "operating_account.account_type", "REQUIRED_FIELD_MISSING"),
        ({"operatingAccount": {"accountType": "DATA_PARTNER", "accountId": "1"}}, "operating_account",
         "DESTINATION_ACCOUNT_TYPE_MISMATCH"),
        ({"productDestinationId": ""}, "product_destination_id", "REQUIRED_FIELD_MISSING"),
        ({"productDestinationId": f"customers/{ACCOUNT}/userLists/1"}, "product_destination_id",
         "INVALID_USER_LIST_ID"),
        ({"productDestinationId": "404"}, "product_destination_id", "INVALID_USER_LIST_ID"),
    ],
)  # fmt: skip
def test_so_does_a_destination_that_is_none(google: Client, change: Any, field: str, reason: str) -> None:
    found = google.ingest(person(HASH), destinations=[{**google.to(), **change}])
    assert (f"destinations[0].{field}", reason) in found.violations


def test_at_most_ten_destinations_each_of_its_own_reference(google: Client) -> None:
    found = google.ingest(person(HASH), destinations=[{**google.to(), "reference": "a"}] * 11)
    assert {reason for _, reason in found.violations} == {"TOO_MANY_DESTINATIONS", "DUPLICATE_DESTINATION_REFERENCE"}


def test_all_rows_at_fault_are_named_or_some_or_none_and_by_an_older_path(
    google: Client, behaves: Callable[..., None]
) -> None:
    rows = [person("x"), person(HASH), person("y"), person("z")]
    assert [field[:19] for field, _ in google.ingest(*rows).violations] == [
        f"audience_members[{at}]" for at in (0, 2, 3)
    ]
    behaves(violations=1, doubled_paths=True)
    [(field, _)] = google.ingest(*rows).violations
    assert field.startswith("audience_members.audience_members[0].")
    behaves(violations=0)
    assert google.ingest(*rows).violations == []


def test_a_row_can_be_ordered_to_be_at_fault(google: Client, behaves: Callable[..., None]) -> None:
    behaves(refused={OTHER: "INVALID_AUDIENCE_MEMBER"})
    [(field, reason)] = google.ingest(person(HASH), person(OTHER)).violations
    assert (field.partition(".")[0], reason) == ("audience_members[1]", "INVALID_AUDIENCE_MEMBER")
    assert google.ingest(person(HASH)).status == 200


def test_a_warning_does_not_refuse(google: Client, behaves: Callable[..., None]) -> None:
    behaves(warns=True)
    assert google.ingest(person(HASH)).body["fieldWarnings"][0]["reason"] == "WARNING_REASON_GENERIC"
    assert google.members == {MAIL}


# Members


def test_every_kind_of_member_has_lists_of_its_own(google: Client, sandbox: Sandbox) -> None:
    device = "AAAAAAAA-BBBB-CCCC-DDDD-000000000001"
    for key, member, token in (
        ("CONTACT_ID", {"compositeData": person(HASH)}, MAIL),
        ("MOBILE_ID", {"mobileData": {"mobileIds": [device]}}, f"mobileId:{device}"),
        ("USER_ID", {"userIdData": {"userId": "customer 1"}}, "userId:customer 1"),
    ):
        sandbox.mark(google.audience, key_type=key)
        asked = google.ingest(member)
        assert (google.became(asked), google.members) == ("SUCCESS", {token})
        google.clear()


def test_base64_is_the_same_hash(google: Client) -> None:
    google.ingest(person(base64.b64encode(bytes.fromhex(HASH)).decode()), encoding="BASE64")
    assert google.members == {MAIL}


def test_a_removal_drops_who_has_any_of_its_identifiers_or_only_these(sandbox: Sandbox, google: Client) -> None:
    google.ingest(person(HASH, OTHER))
    assert len(sandbox.entries(google.audience)) == 1
    google.remove(person(HASH))
    assert google.members == set()
    sandbox.configure(members="tokens")
    other = Client(sandbox)
    other.ingest(person(HASH, OTHER))
    other.remove(person(HASH))
    assert other.members == {MORE}


def test_members_are_forgotten_when_their_time_is_over_unless_added_again(sandbox: Sandbox, google: Client) -> None:
    sandbox.mark(google.audience, days=30)
    google.ingest(person(HASH), person(OTHER))
    sandbox.advance(20 * 86_400)
    google.ingest(person(HASH))
    sandbox.advance(20 * 86_400)
    assert google.members == {MAIL}


def test_all_are_removed_who_were_added_before_a_time_in_the_past(sandbox: Sandbox, google: Client) -> None:
    google.ingest(person(OTHER))
    sandbox.advance(60)
    google.ingest(person(HASH))
    assert google.became(google.clear(removeAsOfTime=clock(sandbox, -30))) == "SUCCESS"
    assert google.members == {MAIL}
    assert google.clear(removeAsOfTime=clock(sandbox, 30)).violations == [
        ("remove_as_of_time", "INVALID_REMOVE_AS_OF_TIME")
    ]
    assert google.clear(removeAsOfTime="2026-11-22 10:00:00").status == 400
    google.clear()
    assert google.members == set()


def clock(sandbox: Sandbox, seconds: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(sandbox.clock.now() + seconds, UTC).isoformat()


def test_rows_go_to_the_destinations_they_name(sandbox: Sandbox, google: Client) -> None:
    second = sandbox.create_audience("Other", platform="google")
    both = [{**google.to(), "reference": "a"}, {**google.to(second), "reference": "b"}]
    asked = google.ingest({**person(HASH), "destinationReferences": ["b"]}, person(OTHER), destinations=both)
    assert (google.members, sandbox.members(second)) == ({MORE}, {MAIL, MORE})
    told = google.status(asked.body["requestId"]).body["requestStatusPerDestination"]
    assert [each["destination"]["reference"] for each in told] == ["a", "b"]


def test_what_is_only_validated_changes_nothing_and_has_no_status(google: Client) -> None:
    asked = google.ingest(person(HASH), validateOnly=True)
    assert (asked.status, google.members) == (200, set())
    assert google.status(asked.body["requestId"]).violations == [("request_id", "INVALID_REQUEST_ID")]


# Later


def test_nothing_is_done_before_its_time_and_a_removal_may_overtake_or_be_overtaken(
    sandbox: Sandbox, google: Client, behaves: Callable[..., None]
) -> None:
    behaves(add_seconds=60, remove_seconds=120)
    removed, added = google.remove(person(HASH)), google.ingest(person(HASH))
    assert [google.became(each) for each in (removed, added)] == ["PROCESSING", "PROCESSING"]
    sandbox.advance(60)
    assert (google.became(removed), google.became(added), google.members) == ("PROCESSING", "SUCCESS", {MAIL})
    sandbox.advance(60)
    assert (google.became(removed), google.members) == ("SUCCESS", set())


def test_the_status_has_counts_as_texts_of_all_that_was_sent(google: Client, behaves: Callable[..., None]) -> None:
    behaves(late={OTHER: "PROCESSING_ERROR_REASON_INTERNAL_ERROR"})
    asked = google.ingest(person(HASH), person(OTHER), identifiers({"address": HOME}, {"phoneNumber": HASH})[0])
    [found] = google.status(asked.body["requestId"]).body["requestStatusPerDestination"]
    assert found["requestStatus"] == "PARTIAL_SUCCESS"
    assert found["errorInfo"]["errorCounts"] == [
        {"recordCount": "1", "reason": "PROCESSING_ERROR_REASON_INTERNAL_ERROR"}
    ]
    counts = found["audienceMembersIngestionStatus"]["userDataIngestionStatus"]
    assert (counts["recordCount"], counts["userIdentifierCount"]) == ("3", "4")
    assert MORE not in google.members


@pytest.mark.parametrize(
    ("outcome", "members"),
    [("FAILED", set()), ("PARTIAL_SUCCESS", {MORE}), ("PROCESSING", set()), ("SUCCESS", {MAIL, MORE})],
)
def test_what_becomes_of_the_next_requests_can_be_ordered(
    sandbox: Sandbox, google: Client, outcome: str, members: set[str]
) -> None:
    sandbox.mark(google.audience, outcomes=[outcome])
    asked = google.ingest(person(HASH), person(OTHER))
    assert (google.became(asked), google.members) == (outcome, members)
    assert google.became(google.ingest(person(HASH))) == "SUCCESS"


@pytest.mark.parametrize(
    ("of_all", "of_row", "settings", "reason"),
    [
        ("CONSENT_DENIED", None, {}, "DENIED_CONSENT"),
        ("CONSENT_GRANTED", "CONSENT_DENIED", {}, "DENIED_CONSENT"),
        ("CONSENT_DENIED", "CONSENT_GRANTED", {}, None),
        (None, None, {}, None),
        (None, None, {"unconsented": "refused"}, "NO_CONSENT"),
        ("CONSENT_GRANTED", None, {"unconsented": "refused"}, None),
    ],
)
def test_consent_is_looked_at_later_and_the_row_s_own_word_goes_first(
    google: Client,
    behaves: Callable[..., None],
    of_all: str | None,
    of_row: str | None,
    settings: dict[str, Any],
    reason: str | None,
) -> None:
    behaves(**settings)
    row = {**person(HASH), **({"consent": consent(of_row)} if of_row else {})}
    asked = google.ingest(row, **({"consent": consent(of_all)} if of_all else {}))
    [found] = google.status(asked.body["requestId"]).body["requestStatusPerDestination"]
    told = [each["reason"] for each in found.get("errorInfo", {}).get("errorCounts", ())]
    assert told == ([f"PROCESSING_ERROR_REASON_{reason}"] if reason else [])
    assert (found["requestStatus"], google.members) == (("FAILED", set()) if reason else ("SUCCESS", {MAIL}))


def consent(status: str) -> dict[str, str]:
    return {"adUserData": status, "adPersonalization": status}


def test_a_request_is_known_for_fifty_days(sandbox: Sandbox, google: Client) -> None:
    asked = google.ingest(person(HASH))
    sandbox.advance(49 * 86_400)
    assert google.became(asked) == "SUCCESS"
    sandbox.advance(2 * 86_400)
    assert google.status(asked.body["requestId"]).violations == [("request_id", "REQUEST_TOO_OLD")]


# The sandbox's own doors


def test_faults_marks_and_counts_are_as_on_every_platform(sandbox: Sandbox, google: Client) -> None:
    sandbox.fault("aborted", platform="google", kind="users", value=HASH)
    assert google.ingest(person(OTHER)).status == 200
    assert google.ingest(person(HASH)).status == 409
    assert google.ingest(person(HASH)).status == 200
    assert sandbox.counts()["rows"] == {"google add": 2}
    [told] = sandbox.summary()
    assert str(told).endswith("2 entries; 2 emailAddress")
    assert [(each.kind, each.node) for each in sandbox.requests] == [("add", google.audience)] * 3
    with pytest.raises(ValueError, match="no mark"):
        sandbox.mark(google.audience, nonsense=1)


def test_what_is_no_call_of_google_s_is_not_found(google: Client) -> None:
    for method, path in (("POST", "v1/audienceMembers:add"), ("GET", "v1/other"), ("PUT", LISTS)):
        assert google.ask(method, path).status == 404
