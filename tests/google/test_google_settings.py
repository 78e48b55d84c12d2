"""What can be set for Google Ads: taken, refused with a reason, never shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.google.case import Speak, given, sync_of
from tests.scripted import Time
from warehouse_sync.connectors import connector, connector_of
from warehouse_sync.connectors.google import CONNECTOR
from warehouse_sync.connectors.google_settings import AudienceSettings, Destination, Options, settings_of
from warehouse_sync.errors import ConfigError
from warehouse_sync.model import AudienceSpec, Mapped, Ports
from warehouse_sync.sandbox import Sandbox

GOOD = given("https://example.com")
CONTACTS = {"EMAIL", "PHONE", "FIRST_NAME", "LAST_NAME", "COUNTRY", "POSTAL_CODE"}


@pytest.mark.parametrize(
    "changes",
    [
        {"customer_id": 1234567890},
        {"customer_id": "123456789"},
        {"customer_id": "customers/1234567890"},
        {"login_customer_id": "me"},
        {"client_id": None},
        {"client_secret": " \n"},
        {"refresh_token": None},
        {"service_account": "key.json"},
        {"transport": "soap"},
        {"quota_project": "My Project"},
        {"contact_data": "plain"},
        {"ads_version": "26"},
        {"rows_per_request": 0},
        {"rows_per_request": 10_001},
        {"timeout_seconds": 0},
        {"login": "x"},
    ],
)
def test_the_settings_are_checked(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Destination.model_validate({**GOOD, **changes})


def test_hyphens_of_a_customer_id_are_taken_off() -> None:
    made = Destination.model_validate({**GOOD, "customer_id": "123-456-7890", "login_customer_id": "987-654-3210"})
    assert (made.customer_id, made.login_customer_id) == ("1234567890", "9876543210")
    assert CONNECTOR.account(made) == "1234567890"


def test_the_defaults_are_the_data_manager_api_and_no_developer_token() -> None:
    made = Destination.model_validate({name: GOOD[name] for name in list(GOOD)[:4]})
    assert (made.transport, made.base_url) == ("data_manager", "https://datamanager.googleapis.com")
    assert (made.token_url, made.developer_token) == ("https://oauth2.googleapis.com/token", None)
    assert (made.rows_per_request, made.ads_version) == (10_000, "v26")


def test_a_secret_from_a_file_loses_its_newline_and_is_never_shown() -> None:
    made = Destination.model_validate({**GOOD, "refresh_token": " s3cret\n"})
    assert made.refresh_token is not None and made.refresh_token.get_secret_value() == "s3cret"
    assert "s3cret" not in repr(made)


@pytest.mark.parametrize("name", ["google_ads", "google_adwords_remarketing_lists", "google_ads_customer_match"])
def test_other_products_names_are_understood(name: str) -> None:
    assert connector(name) is CONNECTOR


@pytest.mark.parametrize(
    ("written", "kept"),
    [("CONTACT_INFO", "CONTACT_INFO"), ("contact info", "CONTACT_INFO"), ("CONTACT_ID", "CONTACT_INFO"),
     ("crm-id", "CRM_ID"), ("USER_ID", "CRM_ID"), ("Mobile advertising ID", "MOBILE_ADVERTISING_ID")],
)  # fmt: skip
def test_a_list_type_may_be_written_as_either_api_has_it(written: str, kept: str) -> None:
    assert settings_of({"list_type": written}).list_type == kept


@pytest.mark.parametrize(
    "settings",
    [{"list_type": "PAIR"}, {"app_id": "123456789"}, {"membership_duration": 541}, {"membership_duration": 0},
     {"list_type": "MOBILE_ADVERTISING_ID", "app_id": "not an app"}, {"description": ""},
     {"list_type": "MOBILE_ADVERTISING_ID", "app_id": "123456789", "key_space": "ANDROID"}],
)  # fmt: skip
def test_the_settings_of_a_list_are_checked(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AudienceSettings.model_validate(settings)


@pytest.mark.parametrize(("app", "kind"), [("123456789", "IOS"), ("com.sampleapp.samplename", "ANDROID")])
def test_the_form_of_an_app_says_its_kind(app: str, kind: str) -> None:
    assert settings_of({"list_type": "MOBILE_ADVERTISING_ID", "app_id": app}).space() == kind


@pytest.mark.parametrize(
    ("list_type", "names"),
    [("CONTACT_INFO", CONTACTS), ("CRM_ID", {"USER_ID"}), ("MOBILE_ADVERTISING_ID", {"MOBILE_ID"})],
)
def test_the_fields_are_those_of_the_lists_type(list_type: str, names: set[str]) -> None:
    audience = AudienceSpec(name="VIP", settings={"list_type": list_type})
    found = {each.name for each in connector_of(sync_of("https://example.com", audience=audience)).fields}
    assert found - {"AD_USER_DATA_CONSENT", "AD_PERSONALIZATION_CONSENT"} == names


@pytest.mark.parametrize(("days", "again"), [(540, "270 days"), (30, "15 days"), (7, "3 days"), (1, "12 hours")])
def test_members_are_sent_again_after_half_the_membership_duration(days: int, again: str) -> None:
    audience = AudienceSpec(name="VIP", settings={"membership_duration": days})
    assert connector_of(sync_of("https://example.com", audience=audience)).reassert_every == again


@pytest.mark.parametrize("word", ["maybe", "", "CONSENT_GRANTED"])
def test_a_consent_for_everybody_is_one_of_four_words(word: str) -> None:
    with pytest.raises(ValidationError):
        Options.model_validate({"user_data_consent": word})


def test_a_consent_for_everybody_is_every_rows() -> None:
    options = Options.model_validate({"user_data_consent": "Granted", "personalization_consent": "unknown"})
    found = {each.name: each.default for each in connector_of(sync_of("https://example.com", options=options)).fields}
    assert (found["AD_USER_DATA_CONSENT"], found["AD_PERSONALIZATION_CONSENT"]) == ("granted", None)


# What does not fit together.


def complaint(*mapped: str, options: Options | None = None, **audience: Any) -> str | None:
    settings = audience.pop("settings", {})
    spec = AudienceSpec(**{"name": "VIP", **audience}, settings=settings)
    return CONNECTOR.validate(sync_of("https://example.com", *mapped, audience=spec, options=options))


@pytest.mark.parametrize(("id", "fine"), [("8861987934", True), ("VIP", False), ("7/../8", False), ("٤٢", False)])
def test_an_audiences_id_is_digits(id: str, fine: bool) -> None:
    found = complaint("EMAIL", id=id, name=None)
    assert (found is None) is fine
    assert fine or (found or "").startswith("audience.id ")


def test_a_new_list_of_devices_needs_its_app() -> None:
    mobile = {"list_type": "MOBILE_ADVERTISING_ID"}
    assert "audience.app_id is missing" in (complaint("MOBILE_ID", settings=mobile) or "")
    assert complaint("MOBILE_ID", settings={**mobile, "app_id": "com.a.b"}) is None
    assert complaint("MOBILE_ID", settings=mobile, id="7", name=None) is None


def test_an_address_is_mapped_whole_or_not_at_all() -> None:
    assert "only a part of the address" in (complaint("EMAIL", "FIRST_NAME", "LAST_NAME") or "")
    assert complaint("FIRST_NAME", "LAST_NAME", "COUNTRY", "POSTAL_CODE") is None


def test_a_mapping_needs_an_identifier_of_the_lists_type() -> None:
    assert "identifier of CRM_ID: USER_ID" in (complaint("EMAIL", settings={"list_type": "CRM_ID"}) or "")
    assert "at least one identifier" in (complaint("AD_USER_DATA_CONSENT") or "")


def test_consent_is_said_once() -> None:
    options = Options(user_data_consent="granted")
    assert "keep one of them" in (complaint("EMAIL", "AD_USER_DATA_CONSENT", options=options) or "")
    sync = sync_of("https://example.com", options=options)
    object.__setattr__(sync, "mapping", (*sync.mapping, Mapped("AD_USER_DATA_CONSENT", static="granted")))
    assert CONNECTOR.validate(sync) is None


# Addresses and keys.


@pytest.mark.parametrize("url", ["http://datamanager.googleapis.com", "ftp://x", "https://user:pw@x", "nonsense"])
@pytest.mark.parametrize("setting", ["base_url", "token_url"])
def test_tokens_leave_over_https_alone(url: str, setting: str) -> None:
    with pytest.raises(ConfigError, match=setting):
        CONNECTOR.connect(sync_of("https://example.com", **{setting: f"{url}/token"}), Ports())


def service(key: str) -> dict[str, Any]:
    return {"client_id": None, "client_secret": None, "refresh_token": None, "service_account": key}


@pytest.mark.parametrize(
    ("key", "words"),
    [("missing.json", "can be read"), ("{", "not JSON"), ("{}", "it lacks client_email"),
     ('{"client_email": "a@b", "private_key": "p-canary"}', "no private key")],
)  # fmt: skip
def test_a_key_that_cannot_be_used_is_told_without_its_text(key: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        CONNECTOR.connect(sync_of("https://example.com", **service(key)), Ports())
    assert str(caught.value).startswith("service_account: ")
    assert "canary" not in str(caught.value)


@pytest.fixture(scope="module")
def key() -> dict[str, str]:
    """A service account's key, as the Cloud console gives it."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {
        "type": "service_account",
        "client_email": "wsync@sandbox-project.iam.gserviceaccount.com",
        "private_key": pem.decode(),
        "private_key_id": "1",
        "token_uri": "https://oauth2.googleapis.com/token",
        "modulus": str(made.public_key().public_numbers().n),
    }


@pytest.mark.parametrize("written", ["text", "file"])
def test_a_service_account_signs_for_its_token(
    sandbox: Sandbox, key: dict[str, str], tmp_path: Path, written: str
) -> None:
    sandbox.configure(platforms={"google": {"service_key": (int(key["modulus"]), 65537)}})
    (tmp_path / "key.json").write_text(json.dumps(key))
    given = json.dumps(key) if written == "text" else str(tmp_path / "key.json")
    session = CONNECTOR.connect(sync_of(sandbox.url, **service(given)), Ports())
    assert list(CONNECTOR.list(session)) == []
    assert {each.kind for each in sandbox.requests} == {"token", "list"}
    session.close()


def test_the_quota_project_travels_in_its_header(sandbox: Sandbox, speak: Speak, time: Time) -> None:
    list(CONNECTOR.list(speak(sandbox, quota_project="sandbox-project")))
    assert sandbox.requests[-1].headers["x-goog-user-project"] == "sandbox-project"
    assert "x-goog-user-project" not in sandbox.requests[0].headers
