"""`wsync check`: it changes nothing, and every failure comes with its remedy."""

from __future__ import annotations

import pytest

from tests.tiktok.case import VIP, Speak
from warehouse_sync.connectors.tiktok import CONNECTOR
from warehouse_sync.connectors.tiktok_audiences import TikTok
from warehouse_sync.connectors.tiktok_settings import Options
from warehouse_sync.model import AudienceSpec, Check
from warehouse_sync.sandbox import Sandbox


def checked(tiktok: TikTok, spec: AudienceSpec = VIP) -> dict[str, Check]:
    return {each.what: each for each in CONNECTOR.check(tiktok, spec)}


def wrong(found: dict[str, Check]) -> list[str]:
    return [what for what, each in found.items() if not each.ok]


def test_a_good_setting_passes_the_check(sandbox: Sandbox, speak: Speak, audience: str) -> None:
    for spec in (VIP, AudienceSpec(id=audience), AudienceSpec(name="not yet")):
        assert wrong(checked(speak(sandbox), spec)) == []


def test_the_check_changes_nothing(sandbox: Sandbox, speak: Speak) -> None:
    checked(speak(sandbox))
    assert {each.method for each in sandbox.requests} == {"GET"}
    assert sandbox.summary() == []


@pytest.mark.parametrize(
    ("fault", "remedy"),
    [
        ("bad_token", "authorise the app again"),
        ("expired_token", "authorise the app again"),
        ("permission", "Business Center"),
        ("not_allowed", "TikTok representative"),
        ("missing", "advertiser_id"),
    ],
)
def test_each_failure_of_the_check_comes_with_its_remedy(
    sandbox: Sandbox, speak: Speak, fault: str, remedy: str
) -> None:
    sandbox.fault(fault, kind="list", platform="tiktok", times=None)
    found = checked(speak(sandbox))
    assert wrong(found) == ["advertiser"]
    assert remedy in found["advertiser"].remedy
    assert found["advertiser"].remedy not in found["advertiser"].found


def test_another_advertisers_account_is_told(sandbox: Sandbox, speak: Speak) -> None:
    found = checked(speak(sandbox, advertiser_id="42"))
    assert "check advertiser_id" in found["advertiser"].remedy


def test_the_check_tells_a_name_that_several_audiences_have(sandbox: Sandbox, speak: Speak, audience: str) -> None:
    sandbox.create_audience("VIP", platform="tiktok")
    found = checked(speak(sandbox))
    assert wrong(found) == ["audience name"]
    assert "audience: id" in found["audience name"].remedy


@pytest.mark.parametrize(
    ("marks", "what", "words"),
    [
        ({"audience_type": "Customer File"}, "audience", "not made by the streaming API"),
        ({"expired_at": 1_600_000_000.0}, "audience can take members", "has expired"),
    ],
)
def test_the_check_tells_an_audience_that_takes_no_members(
    sandbox: Sandbox, speak: Speak, audience: str, marks: dict[str, object], what: str, words: str
) -> None:
    sandbox.mark(audience, **marks)
    found = checked(speak(sandbox), AudienceSpec(id=audience))
    assert wrong(found) == [what]
    assert words in found[what].found
    assert found[what].remedy


def test_the_check_names_the_states_of_an_audience_that_takes_members(
    sandbox: Sandbox, speak: Speak, audience: str
) -> None:
    sandbox.mark(audience, is_valid=False, is_expiring=True)
    found = checked(speak(sandbox))
    assert "1,000 people" in found["audience in use"].remedy
    assert "expires at" in found["audience expires"].found
    assert wrong(found) == []


def test_the_check_says_where_the_audience_is_seen(sandbox: Sandbox, speak: Speak, audience: str) -> None:
    assert "Audience manager, column Availability" in checked(speak(sandbox))["where to see it"].found


def test_the_check_says_what_to_do_where_an_app_is_not_allow_listed(sandbox: Sandbox, speak: Speak) -> None:
    assert "40118" in checked(speak(sandbox))["streaming API"].remedy


def test_the_check_tells_of_numbers_that_will_be_left_out(sandbox: Sandbox, speak: Speak) -> None:
    assert "default_country" in checked(speak(sandbox, "PHONE_SHA256"))["phone numbers"].remedy
    settled = speak(sandbox, "PHONE_SHA256", options=Options(default_country="US"))
    assert "phone numbers" not in checked(settled)


def test_the_check_tells_of_a_name_that_will_be_cut_and_of_large_requests(sandbox: Sandbox, speak: Speak) -> None:
    found = checked(speak(sandbox, rows_per_request=5000), AudienceSpec(name="x" * 71))
    assert "67 characters" in found["audience name length"].found
    assert "lower it" in found["rows_per_request"].remedy


def test_a_version_that_is_not_served_is_told_with_the_one_that_is(sandbox: Sandbox, speak: Speak) -> None:
    found = checked(speak(sandbox, api_version="v1.4"))
    assert wrong(found) == ["advertiser"]
    assert "v1.3" in found["API version"].remedy


def test_a_destination_without_an_audience_is_told(sandbox: Sandbox, speak: Speak) -> None:
    assert wrong(checked(speak(sandbox), AudienceSpec())) == ["audience"]


def test_an_address_that_is_not_there_is_told(speak: Speak, sandbox: Sandbox) -> None:
    url = sandbox.url
    sandbox.close()
    tiktok = speak(sandbox_at(url), retry_attempts=1)
    assert "base_url" in checked(tiktok)["advertiser"].remedy


def sandbox_at(url: str) -> object:
    return type("Nowhere", (), {"url": url})()
