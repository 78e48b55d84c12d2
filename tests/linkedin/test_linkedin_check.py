"""`wsync check`: it changes nothing, and every failure comes with its remedy."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.linkedin.case import CONNECTOR, REFRESHED, USERS, LinkedIn, Speak, by_id
from tests.scripted import Time
from warehouse_sync.connectors.linkedin_settings import NEWEST_VERSION
from warehouse_sync.connectors.linkedin_versions import check_version
from warehouse_sync.model import AudienceSpec, Check
from warehouse_sync.sandbox import Sandbox

TODAY = date(2026, 11, 22)


def checked(linkedin: LinkedIn, spec: AudienceSpec = USERS) -> dict[str, Check]:
    return {each.what: each for each in CONNECTOR.check(linkedin, spec)}


def wrong(found: dict[str, Check]) -> list[str]:
    return [what for what, each in found.items() if not each.ok]


def test_a_good_setting_passes_the_check(sandbox: Sandbox, speak: Speak, segment: str) -> None:
    for spec in (USERS, by_id(segment), AudienceSpec(name="not yet")):
        assert wrong(checked(speak(sandbox), spec)) == []


def test_the_check_changes_nothing(sandbox: Sandbox, speak: Speak) -> None:
    checked(speak(sandbox))
    assert {each.method for each in sandbox.requests} == {"GET"}
    assert sandbox.summary() == []


@pytest.mark.parametrize(
    ("fault", "remedy"),
    [
        ("bad_token", "authorise the app again"),
        ("expired_token", "rw_dmp_segments"),
        ("permission", "role above VIEWER"),
        ("old_version", "api_version"),
        ("throttled", "00:00 UTC"),
        ("missing", "base_url"),
    ],
)
def test_each_failure_of_the_check_comes_with_its_remedy(
    sandbox: Sandbox, speak: Speak, fault: str, remedy: str
) -> None:
    sandbox.fault(fault, kind="list", platform="linkedin", times=None)
    found = checked(speak(sandbox))
    assert wrong(found) == ["ad account"]
    assert remedy in found["ad account"].remedy
    assert found["ad account"].remedy not in found["ad account"].found


def test_another_account_is_told(sandbox: Sandbox, speak: Speak) -> None:
    assert wrong(checked(speak(sandbox, account_id="42"))) == ["ad account"]


@pytest.mark.parametrize(
    ("version", "fine", "words"),
    [
        (NEWEST_VERSION, True, "202608"),
        ("202603", True, "until 2027-03-16"),
        ("202601", True, "until 2027-01-15"),
        ("202511", False, "ended on 2026-11-16"),
        ("202510", False, "ended on 2026-10-15"),
        ("202512", False, "no version of that month"),
        ("202401", False, "has ended"),
        ("202612", True, "newer than"),
    ],
)
def test_the_version_is_judged_by_what_linkedin_has_said(version: str, fine: bool, words: str) -> None:
    found = check_version(version, TODAY)
    assert (found.ok, words in found.found) == (fine, True)
    assert fine or "set api_version: 202608" in found.remedy


def test_a_version_of_eleven_months_is_warned_about() -> None:
    assert check_version("202601", date(2026, 11, 30)).remedy == ""
    late = check_version("202601", date(2026, 12, 1))
    assert (late.ok, "ends on 2027-01-15" in late.found) == (True, True)
    assert "set api_version" in late.remedy
    newest = check_version(NEWEST_VERSION, date(2027, 7, 1))
    assert newest.ok and "it ends soon" in newest.found
    assert "upgrade wsync" in newest.remedy


def test_a_version_that_is_not_served_is_named_twice(sandbox: Sandbox, speak: Speak) -> None:
    found = checked(speak(sandbox, api_version="202512"))
    assert wrong(found) == ["API version", "ad account"]
    assert "no longer serves this version" in found["ad account"].found


@pytest.mark.parametrize(
    ("ends", "fine", "words", "remedy"),
    [
        (None, True, "nobody has said", "access_token_expires"),
        ("2027-01-15", True, "in 54 days", ""),
        ("2026-12-01", True, "in 9 days", "authorise the app again"),
        ("2026-11-01", False, "ended on 2026-11-01", "authorise the app again"),
    ],
)
def test_the_end_of_a_pasted_token_is_shown(
    sandbox: Sandbox, speak: Speak, ends: str | None, fine: bool, words: str, remedy: str
) -> None:
    line = checked(speak(sandbox, access_token_expires=ends))["access token"]
    assert (line.ok, words in line.found, remedy in line.remedy, bool(remedy)) == (fine, True, True, bool(line.remedy))


def test_the_end_of_a_refresh_token_is_shown(sandbox: Sandbox, speak: Speak, time: Time) -> None:
    line = checked(speak(sandbox, **REFRESHED))["refresh token"]
    assert "in 364 days" in line.found or "in 365 days" in line.found
    assert "the access token ends on 2027-01-21" in line.found
    assert line.remedy == ""
    sandbox.advance(340 * 86_400)
    late = checked(speak(sandbox, **REFRESHED))["refresh token"]
    assert "use does not prolong it" in late.remedy


def test_the_check_tells_a_name_that_several_segments_have(sandbox: Sandbox, speak: Speak, segment: str) -> None:
    sandbox.create_audience("VIP", platform="linkedin")
    found = checked(speak(sandbox))
    assert wrong(found) == ["audience name"]
    assert "audience: id" in found["audience name"].remedy


@pytest.mark.parametrize(
    ("marks", "what", "words"),
    [({"type": "COMPANY"}, "audience", "other type"), ({"status": "FAILED"}, "audience can take members", "failed")],
)
def test_the_check_tells_a_segment_that_takes_no_members(
    sandbox: Sandbox, speak: Speak, segment: str, marks: dict[str, Any], what: str, words: str
) -> None:
    sandbox.mark(segment, **marks)
    found = checked(speak(sandbox), by_id(segment))
    assert wrong(found) == [what]
    assert words in found[what].found
    assert found[what].remedy


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("BUILDING", "48 hours"),
        ("READY", "ready"),
        ("UPDATING", "24 hours"),
        ("ARCHIVED", "30 days"),
        ("EXPIRED", "members are gone"),
        ("PAUSED", "does not know"),
    ],
)
def test_the_check_names_the_state_of_a_segment(
    sandbox: Sandbox, speak: Speak, segment: str, state: str, words: str
) -> None:
    sandbox.mark(segment, status=state)
    found = checked(speak(sandbox))
    assert words in found["audience state"].found
    assert wrong(found) == []


@pytest.mark.parametrize(("size", "told"), [(299, True), (300, False)])
def test_a_segment_too_small_for_a_campaign_is_told(
    sandbox: Sandbox, speak: Speak, segment: str, size: int, told: bool
) -> None:
    sandbox.mark(segment, size=size)
    assert ("audience size" in checked(speak(sandbox))) is told


def test_the_check_says_where_the_segment_is_seen(sandbox: Sandbox, speak: Speak, segment: str) -> None:
    assert "Campaign Manager" in checked(speak(sandbox))["where to see it"].found


def test_the_check_tells_of_a_lone_device_id(sandbox: Sandbox, speak: Speak) -> None:
    assert "SHA256_EMAIL" in checked(speak(sandbox, "GOOGLE_AID"))["identifiers"].remedy
    assert "identifiers" not in checked(speak(sandbox, "GOOGLE_AID", "SHA512_EMAIL"))


def test_a_destination_without_an_audience_is_told(sandbox: Sandbox, speak: Speak) -> None:
    assert wrong(checked(speak(sandbox), AudienceSpec())) == ["audience"]
