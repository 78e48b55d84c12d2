"""Lists: made, found, read, opened, deleted; and `wsync check`, where every failure comes with its remedy."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from tests.google.case import TOKEN, VIP, Speak, refused
from tests.google.judges import judge
from tests.scripted import answer, platform, reset
from warehouse_sync.connectors.google import CONNECTOR
from warehouse_sync.connectors.google_lists import new_list
from warehouse_sync.connectors.google_session import Google
from warehouse_sync.connectors.google_settings import Options, settings_of
from warehouse_sync.errors import ConfigError, Denied, Unavailable
from warehouse_sync.model import Audience, AudienceSpec, Check
from warehouse_sync.sandbox import Sandbox
from warehouse_sync.sandbox.google import ACCOUNT, MANAGER

NODE = {
    "id": "8861987934",
    "displayName": "VIP",
    "membershipStatus": "OPEN",
    "membershipDuration": "46656000s",
    "accessReason": "OWNED",
    "ingestedUserListInfo": {"uploadKeyTypes": ["CONTACT_ID"]},
}
MOBILE = {"list_type": "MOBILE_ADVERTISING_ID", "app_id": "com.sampleapp.samplename"}


def opened(google: Google, audience: str) -> Audience:
    assert CONNECTOR.open is not None
    found = CONNECTOR.open(google, audience)
    assert isinstance(found, Audience)
    return found


def test_a_list_is_made_with_all_that_it_needs(sandbox: Sandbox, speak: Speak) -> None:
    spec = AudienceSpec(name="VIP", settings={"description": "The best tenth", "membership_duration": 30})
    made = CONNECTOR.create(speak(sandbox, audience=spec), spec)
    assert sandbox.requests[-1].body == {
        "displayName": "VIP",
        "description": "The best tenth",
        "membershipStatus": "OPEN",
        "membershipDuration": "2592000s",
        "ingestedUserListInfo": {
            "uploadKeyTypes": ["CONTACT_ID"],
            "contactIdInfo": {"dataSourceType": "DATA_SOURCE_TYPE_FIRST_PARTY"},
        },
    }
    assert [each.id for each in sandbox.summary()] == [made.id]


@pytest.mark.parametrize(
    ("settings", "info"),
    [
        ({"list_type": "CRM_ID"}, {"userIdInfo": {}}),
        (MOBILE, {"mobileIdInfo": {"keySpace": "ANDROID", "appId": "com.sampleapp.samplename"}}),
        ({**MOBILE, "app_id": "123456789"}, {"mobileIdInfo": {"keySpace": "IOS", "appId": "123456789"}}),
    ],
)
def test_a_list_of_each_type_says_what_its_members_are(settings: dict[str, Any], info: dict[str, Any]) -> None:
    made = new_list(settings_of(settings), "VIP")
    judge("create_list", made)
    [(name, facts)] = info.items()
    assert made["ingestedUserListInfo"][name] == {**facts, "dataSourceType": "DATA_SOURCE_TYPE_FIRST_PARTY"}


def test_a_list_of_devices_without_its_app_is_not_asked_for(sandbox: Sandbox, speak: Speak) -> None:
    spec = AudienceSpec(name="VIP", settings={"list_type": "MOBILE_ADVERTISING_ID"})
    with pytest.raises(ConfigError, match="the id of the app"):
        CONNECTOR.create(speak(sandbox, audience=spec), spec)
    assert sandbox.requests == []


def test_an_answer_that_was_lost_makes_no_second_list(sandbox: Sandbox, speak: Speak) -> None:
    sandbox.fault("reset_after", kind="create", platform="google")
    made = CONNECTOR.create(speak(sandbox), VIP)
    assert [each.id for each in sandbox.summary()] == [made.id]


def test_where_nothing_was_made_the_failure_is_told(speak: Speak) -> None:
    nothing = answer({})
    with platform(TOKEN, reset(), nothing) as script, pytest.raises(Unavailable):
        CONNECTOR.create(speak(script), VIP)


def test_a_name_that_is_in_use_is_told(sandbox: Sandbox, speak: Speak, audience: str) -> None:
    with pytest.raises(Denied, match="another list has this name") as caught:
        CONNECTOR.create(speak(sandbox), VIP)
    assert caught.value.code == "name_used"


def test_an_audience_is_found_by_exactly_its_name(sandbox: Sandbox, speak: Speak) -> None:
    odd = 'V"I\\P é'
    made = sandbox.create_audience(odd, platform="google")
    sandbox.create_audience("VIP 2", platform="google")
    assert [each.id for each in CONNECTOR.find(speak(sandbox), odd)] == [made]
    assert CONNECTOR.find(speak(sandbox), "VIP") == []


def test_only_lists_that_take_uploads_are_listed(speak: Speak) -> None:
    other = {"id": "7", "displayName": "Visitors", "membershipStatus": "OPEN"}
    with platform(TOKEN, answer({"userLists": [NODE, other]})) as script:
        assert [each.id for each in CONNECTOR.list(speak(script))] == [NODE["id"]]


def test_every_page_of_the_lists_is_read(speak: Speak) -> None:
    first = answer({"userLists": [NODE], "nextPageToken": "more"})
    with platform(TOKEN, first, answer({"userLists": [{**NODE, "id": "9"}]})) as script:
        assert [each.id for each in CONNECTOR.list(speak(script))] == [NODE["id"], "9"]
        assert "pageToken=more" in script.requests[2].target
        assert "pageToken" not in script.requests[1].target


def test_a_subaccount_is_reached_through_its_manager(sandbox: Sandbox, speak: Speak) -> None:
    sandbox.configure(platforms={"google": {"managed": {ACCOUNT: MANAGER}}})
    with pytest.raises(Denied, match="login_customer_id"):
        list(CONNECTOR.list(speak(sandbox)))
    through = speak(sandbox, login_customer_id=MANAGER)
    assert list(CONNECTOR.list(through)) == []
    assert sandbox.requests[-1].headers["login-account"] == f"accountTypes/GOOGLE_ADS/accounts/{MANAGER}"


@pytest.mark.parametrize(
    ("marks", "code"),
    [
        ({"uploadKeyTypes": ["MOBILE_ID"]}, "list_type"),
        ({"readOnly": True}, "not_ours"),
        ({"accessReason": "SHARED"}, "not_ours"),
        ({"membershipStatus": "CLOSED"}, "list_closed"),
        ({"ingestedUserListInfo": {}}, "not_customer_match"),
    ],
)
def test_a_list_that_takes_no_members_is_refused_with_its_reason(
    speak: Speak, marks: dict[str, Any], code: str
) -> None:
    info = {"ingestedUserListInfo": marks} if "uploadKeyTypes" in marks else marks
    with platform(TOKEN, answer({**NODE, **info})) as script, pytest.raises(Denied) as caught:
        opened(speak(script), str(NODE["id"]))
    assert caught.value.code == code


def test_a_list_with_a_shorter_duration_than_the_settings_say_is_warned_of(
    sandbox: Sandbox, speak: Speak, audience: str, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.mark(audience, days=30)
    with caplog.at_level(logging.WARNING):
        opened(speak(sandbox), audience)
    assert "stay 30 days; set audience: membership_duration" in caplog.text


def test_a_list_is_deleted_and_one_that_is_missing_is_told(sandbox: Sandbox, speak: Speak, audience: str) -> None:
    assert CONNECTOR.delete is not None
    CONNECTOR.delete(speak(sandbox), audience)
    assert sandbox.summary() == []
    with pytest.raises(Denied) as caught:
        CONNECTOR.delete(speak(sandbox), audience)
    assert caught.value.code == "missing"


# The check.


def checked(google: Google, spec: AudienceSpec = VIP) -> dict[str, Check]:
    return {each.what: each for each in CONNECTOR.check(google, spec)}


def wrong(found: dict[str, Check]) -> list[str]:
    return [what for what, each in found.items() if not each.ok]


def test_a_good_setting_passes_the_check_and_the_check_changes_nothing(
    sandbox: Sandbox, speak: Speak, audience: str
) -> None:
    for spec in (VIP, AudienceSpec(id=audience), AudienceSpec(name="not yet")):
        assert wrong(checked(speak(sandbox), spec)) == []
    assert {each.method for each in sandbox.requests if each.kind != "token"} == {"GET"}
    assert len(sandbox.summary()) == 1


@pytest.mark.parametrize(
    ("fault", "kind", "what", "remedy"),
    [
        ("invalid_grant", "token", "credentials", "authorise again"),
        ("bad_token", "list", "account", "authorise again"),
        ("permission", "list", "account", "Standard or Admin access"),
        ("not_allowlisted", "list", "account", "Customer Match policy"),
        ("terms", "list", "account", "Audience manager"),
        ("missing", "list", "account", "customer_id"),
    ],
)
def test_each_trouble_of_a_first_sync_has_its_remedy(
    sandbox: Sandbox, speak: Speak, fault: str, kind: str, what: str, remedy: str
) -> None:
    sandbox.fault(fault, kind=kind, platform="google", times=None)
    found = checked(speak(sandbox))
    assert wrong(found) == [what]
    assert remedy in found[what].remedy
    assert found[what].remedy not in found[what].found


def test_a_token_of_the_other_api_is_told_by_its_scope(sandbox: Sandbox, speak: Speak) -> None:
    sandbox.configure(platforms={"google": {"scopes": ("https://www.googleapis.com/auth/adwords",)}})
    found = checked(speak(sandbox))
    assert wrong(found) == ["scope", "account"]
    assert "auth/datamanager" in found["scope"].remedy


def test_an_api_that_is_not_enabled_is_told(speak: Speak) -> None:
    with platform(TOKEN, refused(403, reason="SERVICE_DISABLED")) as script:
        assert "enable the Data Manager API" in checked(speak(script))["account"].remedy


@pytest.mark.parametrize(
    ("options", "mapped", "found", "remedy"),
    [
        (Options(), (), "user data unspecified, ad personalization unspecified", "European Economic Area"),
        (Options(user_data_consent="granted", personalization_consent="granted"), (), "user data granted", ""),
        (Options(user_data_consent="denied"), (), "user data denied", "everybody who is there is removed"),
        (Options(), ("AD_USER_DATA_CONSENT", "AD_PERSONALIZATION_CONSENT"), "user data by row", ""),
    ],
)
def test_the_check_says_what_is_said_of_consent(
    sandbox: Sandbox, speak: Speak, options: Options, mapped: tuple[str, ...], found: str, remedy: str
) -> None:
    line = checked(speak(sandbox, "EMAIL", *mapped, options=options))["consent"]
    assert found in line.found
    assert remedy in line.remedy and bool(remedy) == bool(line.remedy)


def test_the_check_says_that_national_numbers_are_left_out(sandbox: Sandbox, speak: Speak) -> None:
    assert "default_country" in checked(speak(sandbox, "PHONE"))["phone numbers"].remedy
    assert "phone numbers" not in checked(speak(sandbox, "PHONE", options=Options(default_country="US")))


def test_the_check_compares_the_membership_duration(sandbox: Sandbox, speak: Speak, audience: str) -> None:
    sandbox.mark(audience, days=30)
    found = checked(speak(sandbox))
    assert wrong(found) == ["membership duration"]
    assert "membership_duration: 30" in found["membership duration"].remedy
    short = AudienceSpec(name="VIP", settings={"membership_duration": 30})
    assert wrong(checked(speak(sandbox, audience=short), short)) == []


def test_the_check_says_where_the_list_is_seen(sandbox: Sandbox, speak: Speak, audience: str) -> None:
    assert "Audience manager" in checked(speak(sandbox))["where to see it"].found


def test_the_check_tells_a_list_of_another_type(sandbox: Sandbox, speak: Speak, audience: str) -> None:
    spec = AudienceSpec(id=audience, settings={"list_type": "CRM_ID"})
    found = checked(speak(sandbox, audience=spec), spec)
    assert wrong(found) == ["audience can take members"]
    assert "CONTACT_INFO" in found["audience can take members"].found
