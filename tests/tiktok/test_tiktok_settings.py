"""What can be set: taken, refused with a reason, never shown."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tests.tiktok.case import sync_of
from warehouse_sync.connectors.tiktok import CONNECTOR
from warehouse_sync.connectors.tiktok_settings import AudienceSettings, Destination, Options
from warehouse_sync.errors import ConfigError
from warehouse_sync.model import AudienceSpec, Ports

GOOD = {"advertiser_id": "7000000000000000001", "access_token": "tok"}


@pytest.mark.parametrize(
    "changes",
    [
        {"advertiser_id": 7000000000000000001},
        {"advertiser_id": "act_7"},
        {"advertiser_id": ""},
        {"access_token": ""},
        {"access_token": " \n"},
        {"api_version": "1.3"},
        {"rows_per_request": 0},
        {"rows_per_request": 10_001},
        {"bytes_per_request": 100},
        {"timeout_seconds": 0},
        {"retry_attempts": 0},
        {"retry_seconds": -1},
        {"app_secret": "x"},
    ],
)
def test_the_settings_are_checked(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Destination.model_validate({**GOOD, **changes})


def test_the_defaults_are_a_thousand_rows_and_a_megabyte_at_tiktoks_address() -> None:
    made = Destination.model_validate(GOOD)
    assert (made.rows_per_request, made.bytes_per_request) == (1000, 1_000_000)
    assert (made.base_url, made.api_version) == ("https://business-api.tiktok.com", "v1.3")
    assert (Options().email_style, Options().default_country, AudienceSettings().description) == ("plain", None, "")


def test_a_token_from_a_file_loses_its_newline() -> None:
    made = Destination.model_validate({**GOOD, "access_token": " s3cret\n"})
    assert made.access_token.get_secret_value() == "s3cret"
    assert "s3cret" not in repr(made)


@pytest.mark.parametrize(("given", "kept"), [("de", "de"), ("US", "US"), ("UK", "GB"), (None, None)])
def test_a_country_is_a_countrys_code(given: str | None, kept: str | None) -> None:
    assert Options.model_validate({"default_country": given}).default_country == kept


@pytest.mark.parametrize("options", [{"default_country": "XX"}, {"default_country": "USA"}, {"email_style": "gmail"}])
def test_unknown_words_in_options_are_refused(options: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Options.model_validate(options)


@pytest.mark.parametrize(("id", "fine"), [("7212345678901234567", True), ("VIP", False), ("7/../8", False)])
def test_an_audiences_id_is_digits(id: str, fine: bool) -> None:
    found = CONNECTOR.validate(sync_of("https://example.com", audience=AudienceSpec(id=id)))
    assert (found is None) is fine
    assert fine or (found or "").startswith("audience.id ")


@pytest.mark.parametrize("url", ["http://business-api.tiktok.com", "ftp://x", "https://user:pw@x", "nonsense"])
def test_the_token_leaves_over_https_alone(url: str) -> None:
    with pytest.raises(ConfigError, match="base_url"):
        CONNECTOR.connect(sync_of(url), Ports())


def test_an_account_is_the_advertiser() -> None:
    assert CONNECTOR.account(Destination.model_validate(GOOD)) == "7000000000000000001"
