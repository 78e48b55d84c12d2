"""What can be set: taken, refused with a reason, never shown."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tests.linkedin.case import COMPANIES, CONNECTOR, REFRESHED, sync_of
from warehouse_sync.connectors.linkedin_settings import AudienceSettings, Destination
from warehouse_sync.errors import ConfigError
from warehouse_sync.model import Ports

GOOD: dict[str, Any] = {"account_id": "500000001", "source_platform": "SANDBOX", "access_token": "tok"}


@pytest.mark.parametrize(
    "changes",
    [
        {"account_id": 500000001},
        {"account_id": "urn:li:organization:1"},
        {"account_id": ""},
        {"source_platform": "sandbox"},
        {"access_token": ""},
        {"access_token": None},
        {"access_token_expires": "soon"},
        {"access_token_expires": 1_700_000_000},
        {"refresh_token": "r"},
        {"refresh_token": "r", "client_id": "i"},
        {"client_id": "i", "client_secret": "s"},
        {"api_version": "202613"},
        {"api_version": "2026-08"},
        {"rows_per_request": 0},
        {"rows_per_request": 5001},
        {"timeout_seconds": 0},
        {"retry_attempts": 0},
        {"app_secret": "x"},
    ],
)
def test_the_settings_are_checked(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Destination.model_validate({**GOOD, **changes})


def test_the_defaults_are_five_thousand_rows_and_the_newest_version() -> None:
    made = Destination.model_validate(GOOD)
    assert (made.rows_per_request, made.api_version) == (5000, "202608")
    assert (made.base_url, made.oauth_url) == ("https://api.linkedin.com", "https://www.linkedin.com/oauth/v2")
    assert (AudienceSettings().type, AudienceSettings().description) == ("USER", "")
    assert CONNECTOR.reassert_every == "60 days"


@pytest.mark.parametrize("account", ["500000001", "urn:li:sponsoredAccount:500000001"])
def test_an_account_is_its_urn(account: str) -> None:
    made = Destination.model_validate({**GOOD, "account_id": account})
    assert CONNECTOR.account(made) == "urn:li:sponsoredAccount:500000001"


def test_a_refresh_token_with_its_app_is_enough() -> None:
    made = Destination.model_validate({**GOOD, **REFRESHED})
    assert made.access_token is None
    assert not any(secret in repr(made) for secret in ("sandbox-refresh", "sandbox-secret"))


def test_a_token_from_a_file_loses_its_newline() -> None:
    made = Destination.model_validate({**GOOD, "access_token": " s3cret\n"})
    assert made.access_token is not None and made.access_token.get_secret_value() == "s3cret"
    assert "s3cret" not in repr(made)


@pytest.mark.parametrize("settings", [{"type": "user"}, {"type": "CONTACT"}, {"source_segment_id": "a b"}])
def test_unknown_words_of_an_audience_are_refused(settings: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        AudienceSettings.model_validate(settings)


@pytest.mark.parametrize("setting", ["base_url", "oauth_url"])
@pytest.mark.parametrize("url", ["http://api.linkedin.com", "ftp://x", "https://user:pw@x", "nonsense"])
def test_tokens_leave_over_https_alone(setting: str, url: str) -> None:
    with pytest.raises(ConfigError, match=setting):
        CONNECTOR.connect(sync_of("https://example.com", **{setting: url}), Ports())


def test_a_token_that_cannot_travel_is_told_and_not_shown() -> None:
    with pytest.raises(ConfigError, match="Authorization") as caught:
        CONNECTOR.connect(sync_of("https://example.com", access_token="s3crét"), Ports())
    assert "s3cr" not in str(caught.value)


def test_the_rows_of_a_request_are_the_destinations() -> None:
    sync = sync_of("https://example.com", rows_per_request=7)
    for audience in (sync.audience, COMPANIES):
        assert CONNECTOR.fitted(sync.destination, audience, sync.options).rows == 7
