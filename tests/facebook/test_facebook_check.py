"""`wsync check`: it changes nothing, and every failure comes with its remedy."""

from __future__ import annotations

import pytest

from tests.facebook.case import VIP, Speak, failure
from warehouse_sync.connectors.facebook import CONNECTOR
from warehouse_sync.connectors.facebook_account import Facebook
from warehouse_sync.connectors.facebook_settings import Options
from warehouse_sync.model import AudienceSpec, Check
from warehouse_sync.sandbox import Sandbox


def checked(facebook: Facebook, spec: AudienceSpec = VIP) -> list[Check]:
    return list(CONNECTOR.check(facebook, spec))


def wrong(checks: list[Check]) -> dict[str, Check]:
    return {each.what: each for each in checks if not each.ok}


def test_a_good_setting_passes_the_check(sandbox: Sandbox, speak: Speak) -> None:
    audience = sandbox.create_audience("VIP")
    for spec in (VIP, AudienceSpec(id=audience), AudienceSpec(name="not yet")):
        assert wrong(checked(speak(sandbox), spec)) == {}


def test_the_check_changes_nothing(sandbox: Sandbox, speak: Speak) -> None:
    checked(speak(sandbox))
    assert {each.method for each in sandbox.requests} == {"GET"}
    assert sandbox.summary() == []


@pytest.mark.parametrize(
    ("fault", "kind", "what", "remedy"),
    [
        ("bad_token", "list", "ad account", "ads_read and ads_management"),
        ("expired_token", "list", "ad account", "Generate new token"),
        ("permission", "list", "ad account", "advertiser or admin"),
        ("missing", "list", "ad account", "account menu"),
        ("old_version", "list", "ad account", "api_version"),
        ("flagged", "read", "audience", "Ads Manager"),
    ],
)
def test_each_failure_of_the_check_comes_with_its_remedy(
    sandbox: Sandbox, speak: Speak, fault: str, kind: str, what: str, remedy: str
) -> None:
    audience = sandbox.create_audience("VIP")
    sandbox.fault(fault, kind=kind, times=None)
    found = wrong(checked(speak(sandbox), AudienceSpec(id=audience)))
    assert remedy in found[what].remedy
    assert found[what].remedy not in found[what].found


def test_the_check_tells_missing_permissions_and_terms(sandbox: Sandbox, speak: Speak) -> None:
    granted = {"data": [{"permission": "ads_read", "status": "granted"}]}
    sandbox.fault("custom", kind="permissions", body=granted)
    sandbox.fault("custom", kind="account", body={"id": "act_1", "tos_accepted": {}})
    found = wrong(checked(speak(sandbox)))
    assert found["permissions"].found == "not granted: ads_management"
    assert "accept the Custom Audience terms" in found["terms"].remedy


def test_the_check_tells_a_name_that_several_audiences_have(sandbox: Sandbox, speak: Speak) -> None:
    for _ in range(2):
        sandbox.create_audience("VIP")
    assert "audience: id" in wrong(checked(speak(sandbox)))["audience name"].remedy


def test_the_check_tells_an_ended_version_an_unknown_word_and_a_fading_identifier(
    sandbox: Sandbox, speak: Speak
) -> None:
    facebook = speak(sandbox, "EXTERN_ID", api_version="v24.0", options=Options(data_source_type="PIGEON"))
    found = checked(facebook)
    assert "v26.0" in wrong(found)["API version"].remedy
    assert {"options.data_source_type", "identifiers"} <= {each.what for each in found if each.ok and each.remedy}


def test_the_check_explains_error_2650(sandbox: Sandbox, speak: Speak) -> None:
    audience = sandbox.create_audience("VIP")
    found = {each.what: each for each in checked(speak(sandbox), AudienceSpec(id=audience))}
    assert "does not mix data sources" in found["data source"].remedy
    sandbox.fault("failed_update", kind="users")
    assert "does not mix data sources" in str(failure(speak(sandbox), audience=audience))
