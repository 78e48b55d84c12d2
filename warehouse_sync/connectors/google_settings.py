"""What a user can set for Google Ads: the destination block, a sync's `audience:` and its `options:`.

Limits and words: developers.google.com, Data Manager API and Google Ads API, Customer Match (read 2026-11-22).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from warehouse_sync.http import Budget

from .setting_kinds import CaBundle, Country, RetryAttempts, RetrySeconds, Secret, Timeout, TrustEnv

MOST_ROWS = 10_000
"""Members that one request of the Data Manager API may carry."""
LONGEST_MEMBERSHIP = 540
"""Days after which Google forgets a member at the latest."""
Transport = Literal["data_manager", "google_ads"]
ListType = Literal["CONTACT_INFO", "CRM_ID", "MOBILE_ADVERTISING_ID"]
Consent = Literal["unspecified", "unknown", "granted", "denied"]
_STRICT = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, str_strip_whitespace=True)


def _digits(number: str) -> str:
    return number.replace("-", "")


_LIST_TYPES = {"CONTACT_ID": "CONTACT_INFO", "USER_ID": "CRM_ID", "MOBILE_ID": "MOBILE_ADVERTISING_ID"}
"""The Data Manager API's own words for them."""


def _list_type(word: Any) -> Any:
    if not isinstance(word, str):
        return word
    plain = re.sub(r"[\s-]+", "_", word.strip()).upper()
    return _LIST_TYPES.get(plain, plain)


def _lower(word: Any) -> Any:
    return word.strip().lower() if isinstance(word, str) else word


CustomerId = Annotated[str, Field(pattern=r"^[0-9]{3}-?[0-9]{3}-?[0-9]{4}$"), AfterValidator(_digits)]


class Destination(BaseModel):
    """A Google Ads account and the credentials to reach it."""

    model_config = _STRICT

    customer_id: CustomerId = Field(
        title="Customer ID",
        description="Ten digits, as text, with or without hyphens. Google Ads shows them beside the account's name.",
    )
    login_customer_id: CustomerId | None = Field(
        default=None,
        title="Login customer ID",
        description="The manager account, where the account is reached through one (a subaccount).",
    )
    transport: Transport = Field(
        default="data_manager",
        title="Transport",
        description="data_manager: the Data Manager API. google_ads: offline user data jobs of the Google Ads API, "
        "for those who used them between October 2025 and March 2026; Google refuses all others.",
    )
    client_id: str | None = Field(
        default=None,
        title="Client ID",
        description="Of the OAuth client that the refresh token was made for.",
        pattern=r"^[!-~]{1,200}$",
    )
    client_secret: Secret | None = Field(
        default=None, title="Client secret", description="Of the OAuth client that the refresh token was made for."
    )
    refresh_token: Secret | None = Field(
        default=None,
        title="Refresh token",
        description="Of a user with Standard or Admin access, made with the scope of the transport.",
    )
    service_account: Secret | None = Field(
        default=None,
        title="Service account",
        description="The key of a service account instead: the JSON text, or the path of its file, where it is not "
        "absolute from the folder in which wsync is started. Its e-mail address must be a user of the account. Needs "
        'pip install "warehouse-sync[google]".',
    )
    quota_project: str | None = Field(
        default=None,
        title="Quota project",
        description="The Cloud project whose quota is used, where it is not the credentials' own.",
        pattern=r"^[a-z0-9.:-]{4,63}$",
    )
    developer_token: Secret | None = Field(
        default=None,
        title="Developer token",
        description="Sent by the transport google_ads alone. Google retired it on 9 September 2026; nobody needs one.",
    )
    contact_data: Literal["user_data", "composite_data"] = Field(
        default="user_data",
        title="Form of contact data",
        description="How the Data Manager API is sent contact data; Google's documents show both forms.",
    )
    base_url: str = Field(
        default="https://datamanager.googleapis.com",
        title="Base address",
        description="Where requests to the Data Manager API go: https, or plain http on this machine (the sandbox).",
    )
    ads_base_url: str = Field(
        default="https://googleads.googleapis.com",
        title="Base address of the Google Ads API",
        description="Where requests of the transport google_ads go.",
    )
    ads_version: str = Field(
        default="v26",
        title="Version of the Google Ads API",
        description="Each lives about a year.",
        pattern=r"^v[0-9]{2,3}$",
    )
    token_url: str = Field(
        default="https://oauth2.googleapis.com/token",
        title="Address for tokens",
        description="Where access tokens are got: https, or plain http on this machine (the sandbox).",
    )
    rows_per_request: int = Field(
        default=MOST_ROWS,
        title="Rows a request",
        description="How many members one request carries at most; Google takes 10,000.",
        ge=1,
        le=MOST_ROWS,
    )
    timeout_seconds: Timeout = 120.0
    retry_attempts: RetryAttempts = 6
    retry_seconds: RetrySeconds = 900.0
    ca_bundle: CaBundle = None
    trust_env: TrustEnv = False

    @model_validator(mode="after")
    def _can_authorise(self) -> Self:
        parts = (self.refresh_token, self.client_id, self.client_secret)
        if any(parts) and not all(parts):
            raise ValueError("refresh_token, client_id and client_secret belong together")
        if bool(self.service_account) == all(parts):
            raise ValueError("needs either service_account or refresh_token with client_id and client_secret")
        return self

    def account(self) -> str:
        """The account in which lists live."""
        return self.customer_id

    def budget(self) -> Budget:
        return Budget(attempts=self.retry_attempts, seconds=self.retry_seconds, timeout=self.timeout_seconds)


class AudienceSettings(BaseModel):
    """What kind of list it is, and how a new one is made."""

    model_config = _STRICT

    list_type: Annotated[ListType, BeforeValidator(_list_type)] = Field(
        default="CONTACT_INFO",
        title="List type",
        description="CONTACT_INFO: e-mail, phone, address. CRM_ID: your own ids of customers. MOBILE_ADVERTISING_ID: "
        "ids of devices. A list keeps its type for ever; it says which fields can be mapped.",
    )
    app_id: str | None = Field(
        default=None,
        title="App ID",
        description="Of a new list of device ids: of an iOS app the digits at the end of its App Store address, of an "
        "Android app its package name.",
        pattern=r"^([0-9]{1,20}|[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+)$",
    )
    key_space: Literal["IOS", "ANDROID"] | None = Field(
        default=None,
        title="Key space",
        description="The kind of device the app runs on; left out, told by the form of app_id.",
    )
    description: str = Field(
        default="Kept by warehouse-sync",
        title="Description",
        description="Of a new list, as Google Ads shows it.",
        max_length=1000,
        min_length=1,
    )
    membership_duration: int = Field(
        default=LONGEST_MEMBERSHIP,
        title="Membership duration",
        description="Days a member of a new list stays without being sent again, at most 540; of a list that exists "
        "as it is there. Members are sent again after half of it, unless reassert_every says otherwise.",
        ge=1,
        le=LONGEST_MEMBERSHIP,
    )

    @model_validator(mode="after")
    def _app_of_devices(self) -> Self:
        if self.list_type != "MOBILE_ADVERTISING_ID" and (self.app_id or self.key_space):
            raise ValueError("app_id and key_space are for the list_type MOBILE_ADVERTISING_ID alone")
        if self.app_id and self.key_space and self.space() != self.key_space:
            raise ValueError("app_id is digits for IOS and a package name for ANDROID")
        return self

    def space(self) -> str:
        """Which kind of device the ids are of."""
        return "IOS" if self.app_id and self.app_id.isdigit() else "ANDROID" if self.app_id else self.key_space or ""

    def reassert_every(self) -> str:
        """Half the membership duration."""
        return f"{self.membership_duration * 12} hours" if self.membership_duration < 2 else self._half()

    def _half(self) -> str:
        return f"{self.membership_duration // 2} days"


def settings_of(given: Mapping[str, Any]) -> AudienceSettings:
    """The audience's settings as a sync has them."""
    return AudienceSettings.model_validate(dict(given))


_Consent = Annotated[Consent, BeforeValidator(_lower)]


class Options(BaseModel):
    """What a sync says about its data."""

    model_config = _STRICT

    user_data_consent: _Consent = Field(
        default="unspecified",
        title="User consent",
        description="Whether everybody has consented to the use of their data for ads. In the European Economic Area "
        "Google uses members only where both consents are granted. By row: map AD_USER_DATA_CONSENT instead.",
    )
    personalization_consent: _Consent = Field(
        default="unspecified",
        title="Ad personalization consent",
        description="Whether everybody has consented to personalised ads. By row: map AD_PERSONALIZATION_CONSENT.",
    )
    strip_punctuation: bool = Field(
        default=False,
        title="Strip punctuation",
        description="Whether names lose punctuation and symbols. Google's documents disagree, its own library does not "
        "strip; changing it changes every address.",
    )
    default_country: Country = None
