"""What a user can set for Facebook: the destination block, a sync's `audience:` and its `options:`.

Limits and words: developers.facebook.com, Custom Audience and Custom Audience Users (read 2026-11).
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator

from warehouse_sync.http import Budget
from warehouse_sync.places import COUNTRIES

DATA_SOURCE_TYPES = (
    *("UNKNOWN", "FILE_IMPORTED", "EVENT_BASED", "SEED_BASED", "THIRD_PARTY_IMPORTED", "COPY_PASTE"),
    *("CONTACT_IMPORTER", "HOUSEHOLD_AUDIENCE"),
)
DATA_SOURCE_SUB_TYPES = (
    *("ANYTHING", "NOTHING", "HASHES", "USER_IDS", "HASHES_OR_USER_IDS", "MOBILE_ADVERTISER_IDS"),
    *("EXTERNAL_IDS", "MULTI_HASHES", "TOKENS", "EXTERNAL_IDS_MIX", "CUSTOM_DATA_TARGETING"),
    *("CONTACT_IMPORTER", "DATA_FILE", "SUBSCRIBER_LIST"),
)

Word = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,63}$")]
_STRICT = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, str_strip_whitespace=True)


class Destination(BaseModel):
    """A Facebook ad account and the credentials to reach it."""

    model_config = _STRICT

    ad_account_id: str = Field(
        title="Ad account ID",
        description="Digits, as text, with or without act_. Ads Manager shows it in the account menu.",
        pattern=r"^(act_)?[0-9]{1,20}$",
    )
    access_token: SecretStr = Field(
        title="Access token",
        description="A system user's token with ads_read and ads_management.",
        min_length=1,
    )
    app_secret: SecretStr | None = Field(
        default=None,
        title="App secret",
        description="Optional. Signs every request with appsecret_proof (app dashboard, Settings, Basic).",
        min_length=1,
    )
    appsecret_proof: Literal["plain", "timed"] = Field(
        default="plain",
        title="Kind of proof",
        description="plain: of the token. timed: of token and time, made anew for each request.",
    )
    api_version: str = Field(
        default="v26.0",
        title="Marketing API version",
        description="Every request names it; Facebook ends a version about a year after its release.",
        pattern=r"^v[0-9]{1,3}\.[0-9]{1,2}$",
    )
    base_url: str = Field(
        default="https://graph.facebook.com",
        title="Base address",
        description="Where requests go: https, or plain http on this machine (the sandbox).",
    )
    delete_method: Literal["delete", "post"] = Field(
        default="delete",
        title="How removals travel",
        description="delete: DELETE with a body. post: POST with method=DELETE, where a proxy drops bodies.",
    )
    timeout_seconds: float = Field(
        default=60.0,
        title="Timeout",
        description="Seconds for one request in all, from the first byte sent to the last byte read.",
        gt=0,
        le=600,
    )
    retry_attempts: int = Field(
        default=6, title="Attempts", description="How often one request is tried at most.", ge=1, le=50
    )
    retry_seconds: float = Field(
        default=900.0,
        title="Time for retries",
        description="Seconds one request may take with all its retries and pauses.",
        ge=0,
        le=86_400,
    )
    ca_bundle: str | None = Field(
        default=None,
        title="CA bundle",
        description="Path of a PEM file with the authorities to trust, where a proxy needs its own.",
    )
    trust_env: bool = Field(
        default=False,
        title="Proxy from the environment",
        description="Whether HTTPS_PROXY, HTTP_PROXY and NO_PROXY are honoured.",
    )

    @field_validator("access_token", "app_secret")
    @classmethod
    def _trimmed(cls, secret: SecretStr | None) -> SecretStr | None:
        """Secrets often come from files that end with a newline."""
        plain = secret.get_secret_value().strip() if secret is not None else None
        if plain == "":
            raise ValueError("must not be blank")
        return SecretStr(plain) if plain is not None else None

    def account(self) -> str:
        """The ad account as Facebook names it in paths."""
        return f"act_{self.ad_account_id.removeprefix('act_')}"

    def budget(self) -> Budget:
        return Budget(attempts=self.retry_attempts, seconds=self.retry_seconds, timeout=self.timeout_seconds)

    def proof(self, now: float) -> dict[str, str]:
        """The query parameters that prove we know the app secret, at `now` seconds since 1970.

        developers.facebook.com, Graph API, Securing requests (read 2026-11).
        """
        if self.app_secret is None:
            return {}
        key, token = self.app_secret.get_secret_value(), self.access_token.get_secret_value()
        if self.appsecret_proof == "plain":
            return {"appsecret_proof": _hmac(key, token)}
        moment = str(int(now))
        return {"appsecret_proof": _hmac(key, f"{token}|{moment}"), "appsecret_time": moment}


def _hmac(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


class AudienceSettings(BaseModel):
    """How a new audience is made; of no effect on one that exists."""

    model_config = _STRICT

    description: str = Field(
        default="", title="Description", description="Shown in Ads Manager beside the name.", max_length=1000
    )
    customer_file_source: Literal["USER_PROVIDED_ONLY", "PARTNER_PROVIDED_ONLY", "BOTH_USER_AND_PARTNER_PROVIDED"] = (
        Field(
            default="USER_PROVIDED_ONLY",
            title="Customer file source",
            description="Who collected the data: you from your customers, partners of yours, or both.",
        )
    )
    retention_days: int | None = Field(
        default=None,
        title="Retention",
        description="Days after which Facebook drops a member that was not sent again.",
        ge=1,
        le=180,
    )


class Options(BaseModel):
    """What a sync says about its data."""

    model_config = _STRICT

    data_source_type: Word | None = Field(
        default=None,
        title="Where your data originates from",
        description=f"How the list came about. Known: {', '.join(DATA_SOURCE_TYPES)}.",
    )
    data_source_sub_type: Word | None = Field(
        default=None,
        title="Identifier type",
        description=f"What identifies people. Known, among others: {', '.join(DATA_SOURCE_SUB_TYPES)}.",
    )
    default_country: str | None = Field(
        default=None,
        title="Default country",
        description="Two letters. The country of phone numbers that are not written in international form.",
        pattern=r"^[A-Za-z]{2}$",
    )
    is_raw: bool | None = Field(
        default=None,
        title="is_raw",
        description="Sent as it is when set. It does not mean unhashed; leave it out.",
    )

    @field_validator("default_country")
    @classmethod
    def _of_a_country(cls, code: str | None) -> str | None:
        """A code that no country has would make every national number invalid; UK is read as GB."""
        found = COUNTRIES.get(code.lower()) if code is not None else None
        if code is not None and found is None:
            raise ValueError("is not the code of a country (ISO 3166-1 alpha-2, such as DE)")
        return code if code is None or code.lower() == found else str(found).upper()

    def data_source(self) -> dict[str, str]:
        """The payload's `data_source`; empty when nothing is set."""
        both = {"type": self.data_source_type, "sub_type": self.data_source_sub_type}
        return {name: word for name, word in both.items() if word is not None}

    def unknown_words(self) -> tuple[str, ...]:
        """Names of the options whose word is not in the documents' lists."""
        known = {"data_source_type": DATA_SOURCE_TYPES, "data_source_sub_type": DATA_SOURCE_SUB_TYPES}
        return tuple(name for name, words in known.items() if getattr(self, name) not in (None, *words))
