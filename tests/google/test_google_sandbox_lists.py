"""The stand-in for Google: customer lists as resources, made, found, changed and deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.google.raw import HASH, LISTS, NEW, Client, person
from warehouse_sync.sandbox import Sandbox


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


# Lists


def test_a_list_is_made_as_it_is_asked_for(google: Client) -> None:
    info = {"uploadKeyTypes": ["MOBILE_ID"], "mobileIdInfo": {"keySpace": "ANDROID", "appId": "com.example.game"}}
    made = google.ask(
        "POST",
        LISTS,
        {"displayName": "Players", "membershipDuration": "86400s", "ingestedUserListInfo": info},
    ).body
    assert made["name"] == f"{LISTS.removeprefix('v1/')}/{made['id']}"
    assert (made["membershipDuration"], made["accessReason"]) == ("86400s", "OWNED")
    assert made["ingestedUserListInfo"]["mobileIdInfo"]["appId"] == "com.example.game"
    assert google.ask("GET", f"{LISTS}/{made['id']}").body == made


INFO = "user_list.ingested_user_list_info"


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"displayName": "VIP"}, "user_list.display_name", "DISPLAY_NAME_ALREADY_USED"),
        ({"displayName": " "}, "user_list.display_name", "REQUIRED_FIELD_MISSING"),
        ({"membershipDuration": "46742400s"}, "user_list.membership_duration", "MEMBERSHIP_DURATION_TOO_LONG"),
        ({"membershipDuration": "3600s"}, "user_list.membership_duration", "INVALID_ARGUMENT"),
        ({"ingestedUserListInfo": {}}, f"{INFO}.upload_key_types", "REQUIRED_FIELD_MISSING"),
        ({"ingestedUserListInfo": {"uploadKeyTypes": ["CONTACT_ID", "USER_ID"]}}, f"{INFO}.upload_key_types",
         "UNSUPPORTED_USER_LIST_UPLOAD_KEY_TYPES"),
        ({"ingestedUserListInfo": {"uploadKeyTypes": ["USER_ID"], "contactIdInfo": {}}}, INFO,
         "UNSUPPORTED_INGESTED_USER_LIST_INFO_CONFIG"),
        ({"ingestedUserListInfo": {"uploadKeyTypes": ["MOBILE_ID"], "mobileIdInfo": {"keySpace": "IOS"}}},
         f"{INFO}.mobile_id_info.app_id", "REQUIRED_FIELD_MISSING"),
        ({"ingestedUserListInfo": {"uploadKeyTypes": ["MOBILE_ID"],
                                   "mobileIdInfo": {"keySpace": "IOS", "appId": "com.example"}}},
         f"{INFO}.mobile_id_info.app_id", "INVALID_FORMAT"),
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_is_not_made(google: Client, change: Any, field: str, reason: str) -> None:
    found = google.ask("POST", LISTS, {**NEW, "displayName": "Another", **change})
    assert (found.status, found.violations) == (400, [(field, reason)])
    assert len(google.sandbox.summary()) == 1


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ('display_name = "VIP"', ["VIP"]),
        ('displayName = "V\\"I"', ['V"I']),
        ('display_name != "VIP"', ['V"I', "Ids"]),
        ('IN(display_name, "VIP", "Ids")', ["VIP", "Ids"]),
        ("ingested_user_list_info.upload_key_types : CONTACT_ID", ["VIP", 'V"I']),
        ('membership_status = OPEN AND display_name = "Ids"', ["Ids"]),
        ("access_reason = SHARED", []),
    ],
)
def test_lists_are_found_by_a_filter(sandbox: Sandbox, google: Client, asked: str, found: list[str]) -> None:
    sandbox.create_audience('V"I', platform="google")
    sandbox.create_audience("Ids", platform="google", key_type="USER_ID")
    lists = google.ask("GET", LISTS, query={"filter": asked}).body["userLists"]
    assert [each["displayName"] for each in lists] == found


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({"filter": "nonsense = 1"}, "INVALID_FILTER"),
        ({"filter": 'display_name = "VIP" OR id = 1'}, "INVALID_FILTER"),
        ({"pageToken": "x"}, "INVALID_PAGE_TOKEN"),
        ({"pageSize": "x"}, "INVALID_NUMBER_FORMAT"),
    ],
)
def test_a_question_that_is_none_is_refused(google: Client, query: Any, reason: str) -> None:
    assert google.ask("GET", LISTS, query=query).violations[0][1] == reason


def test_a_list_changes_by_a_mask_and_some_of_it_never(sandbox: Sandbox, google: Client) -> None:
    one = f"{LISTS}/{google.audience}"
    changed = google.ask("PATCH", one, {"displayName": "Best", "description": "no"}, {"updateMask": "display_name"})
    assert (changed.body["displayName"], changed.body.get("description")) == ("Best", None)
    refused = [
        ({"updateMask": "ingestedUserListInfo"}, "IMMUTABLE_FIELD_FOR_UPDATE"),
        ({"updateMask": "sizeInfo"}, "INVALID_UPDATE_MASK"),
    ]
    for mask, reason in refused:
        assert google.ask("PATCH", one, {}, mask).violations[0][1] == reason
    sandbox.mark(google.audience, read_only=True)
    for method in ("PATCH", "DELETE"):
        found = google.ask(method, one, {"displayName": "x"})
        assert found.violations[0][1] == "OWNERSHIP_REQUIRED_FOR_UPDATE"


def test_a_deleted_list_is_gone(google: Client) -> None:
    assert google.ask("DELETE", f"{LISTS}/{google.audience}").status == 200
    assert google.ask("GET", f"{LISTS}/{google.audience}").reasons == ["NOT_FOUND"]
    assert google.ingest(person(HASH)).violations[0][1] == "INVALID_USER_LIST_ID"
