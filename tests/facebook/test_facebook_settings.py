"""Settings, the proof of the app secret, quotas, and what a sync may combine."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from tests.facebook.case import ROWS, VIP, Speak, counted, failure, sync_of
from tests.scripted import Time, answer, platform
from warehouse_sync.connectors import connector
from warehouse_sync.connectors.facebook import CONNECTOR
from warehouse_sync.connectors.facebook_settings import AudienceSettings, Destination, Options
from warehouse_sync.connectors.facebook_usage import usage
from warehouse_sync.model import AudienceSpec
from warehouse_sync.sandbox import Sandbox


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("plain", {"appsecret_proof": "9bcde7f1d5e226d86e4692a62e5ec88f99306fb302d74b2dc3bff8a03770b63d"}),
        (
            "timed",
            {
                "appsecret_proof": "8aa9481024615f3a5db850c026af0c76da656f66e54e80f238d560186cd48460",
                "appsecret_time": "1700000000",
            },
        ),
    ],
)
def test_the_proof_of_the_app_secret_equals_the_official_ones(kind: Any, expected: dict[str, str]) -> None:
    given = {"ad_account_id": "1", "access_token": "TOKEN", "app_secret": "SECRET", "appsecret_proof": kind}
    assert Destination.model_validate(given).proof(1_700_000_000.9) == expected


@pytest.mark.parametrize("kind", ["plain", "timed"])
def test_the_platform_takes_the_proof(kind: str, speak: Speak) -> None:
    with Sandbox.start(app_secret="SECRET", require_proof=True) as sandbox:
        sandbox.advance(1_700_000_000 - sandbox.clock.now())
        audience = sandbox.create_audience("VIP")
        good = speak(sandbox, app_secret="SECRET", appsecret_proof=kind)
        assert CONNECTOR.send(good, audience, "add", ROWS).received == 1
        assert failure(speak(sandbox, app_secret="OTHER"), audience=audience).code == "bad_request"


def test_a_timed_proof_is_made_for_each_attempt(speak: Speak) -> None:
    with platform(answer({}, 429, {"Retry-After": "299"}), counted()) as script:
        CONNECTOR.send(speak(script, app_secret="S", appsecret_proof="timed"), "42", "add", ROWS)
    times = [each.target.partition("appsecret_time=")[2] for each in script.requests]
    assert times == ["1700000000", "1700000299"]


BUC = {"type": "custom_audience", "call_count": 2, "total_cputime": 1, "total_time": 1}


@pytest.mark.parametrize(
    ("headers", "percent", "regain", "pause"),
    [
        ({}, 0, 0, None),
        ({"X-App-Usage": '{"call_count":10,"total_time":74,"total_cputime":0}'}, 74, 0, None),
        ({"X-App-Usage": '{"call_count":80,"total_time":1,"total_cputime":0}'}, 80, 0, 12),
        ({"X-App-Usage": '{"call_count":250}'}, 250, 0, 60),
        ({"X-Ad-Account-Usage": '{"acc_id_util_pct":87.5,"reset_time_duration":100}'}, 87.5, 0, 30),
        ({"X-Ad-Account-Usage": '{"acc_id_util_pct":100,"reset_time_duration":100}'}, 100, 100, 100),
        ({"X-Business-Use-Case-Usage": json.dumps({"1": [{**BUC, "estimated_time_to_regain_access": 0}]})}, 2, 0, None),
        (
            {"X-Business-Use-Case-Usage": json.dumps({"1": [{**BUC, "estimated_time_to_regain_access": 4}]})},
            *(2, 240, 240),
        ),
        (
            {"X-Business-Use-Case-Usage": json.dumps({"1": [{**BUC, "type": "ads_insights", "call_count": 99}]})},
            *(0, 0, None),
        ),
        ({"X-Business-Use-Case-Usage": json.dumps({"1": [BUC, {**BUC, "total_time": 90}]})}, 90, 0, 36),
        ({"X-App-Usage": "{", "X-Ad-Account-Usage": "[]", "X-Business-Use-Case-Usage": '{"1":7}'}, 0, 0, None),
        ({"X-App-Usage": '{"call_count":"80","total_time":-5,"total_cputime":null}'}, 0, 0, None),
    ],
)
def test_usage_headers_are_read_and_requests_spread_out_in_proportion(
    headers: dict[str, str], percent: float, regain: float, pause: float | None
) -> None:
    found = usage(headers)
    assert (found.percent, found.regain, found.pause()) == (percent, regain, pause)


def test_a_nearly_used_quota_spreads_requests_out(speak: Speak, time: Time) -> None:
    with Sandbox.start(usage_percent=85) as sandbox:
        audience, facebook = sandbox.create_audience("VIP"), speak(sandbox)
        for _ in range(3):
            CONNECTOR.send(facebook, audience, "add", ROWS)
    assert time.slept == [24.0, 24.0]


@pytest.mark.parametrize("given", ["1000000001", "act_1000000001"])
def test_an_account_is_named_with_or_without_its_prefix(given: str) -> None:
    settings = Destination.model_validate({"ad_account_id": given, "access_token": "t"})
    assert CONNECTOR.account(settings) == "act_1000000001"


@pytest.mark.parametrize(
    "wrong",
    [
        {"ad_account_id": 1000000001},
        {"ad_account_id": "act_"},
        {"ad_account_id": "１２"},
        {"ad_account_id": "1/../2"},
        {"access_token": " \n"},
        {"app_secret": ""},
        {"api_version": "26.0"},
        {"api_version": "v26.0/x"},
        {"delete_method": "put"},
        {"retry_attempts": 0},
        {"acces_token": "typo"},
    ],
)
def test_a_destination_that_cannot_be_is_refused_without_showing_secrets(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        Destination.model_validate({"ad_account_id": "1", "access_token": "tok-secret-1", **wrong})
    assert "tok-secret" not in str(caught.value)


@pytest.mark.parametrize("model", [Destination, AudienceSettings, Options])
def test_every_setting_has_a_title_and_a_description(model: Any) -> None:
    properties = model.model_json_schema()["properties"]
    assert [name for name, each in properties.items() if not (each.get("title") and each.get("description"))] == []


@pytest.mark.parametrize(
    ("mapped", "audience", "finding"),
    [
        (("EMAIL",), VIP, None),
        (("COUNTRY",), VIP, None),
        (("LOOKALIKE_VALUE",), VIP, "no field that finds a person"),
        (("APPUID",), VIP, "APPUID means something only with app_ids"),
        (("APPUID", "app_ids"), VIP, None),
        (("EMAIL", "PAGEUID"), VIP, "PAGEUID means something only with page_ids"),
        (("EMAIL",), AudienceSpec(id="act_1"), "audience.id must be the digits"),
        (("EMAIL",), AudienceSpec(id="23847289886350582"), None),
    ],
)
def test_combinations_that_cannot_work_are_named(
    mapped: tuple[str, ...], audience: AudienceSpec, finding: str | None
) -> None:
    found = CONNECTOR.validate(sync_of("https://example.com", *mapped, audience=audience))
    assert found is None if finding is None else finding in (found or "")


@pytest.mark.parametrize(("given", "read"), [("DE", "DE"), ("de", "de"), ("UK", "GB"), (None, None)])
def test_a_default_country_is_one_that_there_is(given: str | None, read: str | None) -> None:
    assert Options(default_country=given).default_country == read


def test_a_default_country_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValidationError, match="not the code of a country"):
        Options(default_country="ZZ")


def test_facebook_is_known_by_name() -> None:
    assert connector("facebook") is CONNECTOR
