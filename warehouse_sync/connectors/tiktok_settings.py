"""What a user can set for TikTok: the destination block, a sync's `audience:` and its `options:`.

Limits and words: TikTok API for Business, Audience segment (read 2026-11-22).
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from warehouse_sync.http import Budget

from .setting_kinds import CaBundle, Country, RetryAttempts, RetrySeconds, Secret, Timeout, TrustEnv

MOST_ROWS = 10_000
"""Rows one request may carry at most. TikTok documents no limit (read 2026-11-22)."""
Style = Literal["plain", "strip_plus", "strip_plus_dots"]
_STRICT = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, str_strip_whitespace=True)


class Destination(BaseModel):
    """A TikTok advertiser and the token to reach it."""

    model_config = _STRICT

    advertiser_id: str = Field(
        title="Advertiser ID",
        description="Digits, as text. Ads Manager shows it in the account menu.",
        pattern=r"^[0-9]{1,20}$",
    )
    access_token: Secret = Field(
        title="Access token",
        description="A long-term token of an app that the advertiser has authorised for audience management.",
    )
    api_version: str = Field(
        default="v1.3",
        title="API version",
        description="Every request names it.",
        pattern=r"^v[0-9]{1,2}\.[0-9]{1,2}$",
    )
    base_url: str = Field(
        default="https://business-api.tiktok.com",
        title="Base address",
        description="Where requests go: https, or plain http on this machine (the sandbox).",
    )
    rows_per_request: int = Field(
        default=1000,
        title="Rows a request",
        description="How many rows one request carries at most. TikTok documents no limit; 1,000 are known to work.",
        ge=1,
        le=MOST_ROWS,
    )
    bytes_per_request: int = Field(
        default=1_000_000,
        title="Bytes a request",
        description="A request that would be longer is sent in halves.",
        ge=10_000,
        le=20_000_000,
    )
    timeout_seconds: Timeout = 60.0
    retry_attempts: RetryAttempts = 6
    retry_seconds: RetrySeconds = 900.0
    ca_bundle: CaBundle = None
    trust_env: TrustEnv = False

    def account(self) -> str:
        """The advertiser, in whose account audiences live."""
        return self.advertiser_id

    def budget(self) -> Budget:
        return Budget(attempts=self.retry_attempts, seconds=self.retry_seconds, timeout=self.timeout_seconds)


class AudienceSettings(BaseModel):
    """How a new audience is made; of no effect on one that exists."""

    model_config = _STRICT

    description: str = Field(
        default="",
        title="Description",
        description="For readers of the sync's file; TikTok's streaming audiences have a name only.",
        max_length=1000,
    )


class Options(BaseModel):
    """What a sync says about its data."""

    model_config = _STRICT

    email_style: Style = Field(
        default="plain",
        title="E-mail style",
        description="plain: spaces removed, lower case, as TikTok's present help says. strip_plus: a plus tag cut off, "
        "too. strip_plus_dots: and the dots before the @ removed; for lists filled by these older rules.",
    )
    default_country: Country = None
