"""What a user can set for LinkedIn: the destination block, a sync's `audience:` and its `options:`.

Limits and words: learn.microsoft.com/linkedin, Matched Audiences, DMP segments (read 2026-11-22).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from warehouse_sync.http import Budget

from .setting_kinds import CaBundle, RetryAttempts, RetrySeconds, Secret, Timeout, TrustEnv

MOST_ROWS = 5_000
"""Elements one BATCH_CREATE request may have."""
NEWEST_VERSION = "202608"
"""The newest version known (recent changes, read 2026-11-22)."""
ACCOUNT_URN = "urn:li:sponsoredAccount:"
AudienceType = Literal["USER", "COMPANY"]
_STRICT = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, str_strip_whitespace=True)


class Destination(BaseModel):
    """A LinkedIn ad account and the token, or the means to get one, to reach it."""

    model_config = _STRICT

    account_id: str = Field(
        title="Ad account",
        description="Digits, as text, or the account's URN. Campaign Manager shows them beside the account's name.",
        pattern=rf"^({ACCOUNT_URN})?[0-9]{{1,20}}$",
    )
    source_platform: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,63}$")] = Field(
        title="Source platform",
        description="The word that LinkedIn gave to your app when it was approved for Matched Audiences.",
    )
    access_token: Secret | None = Field(
        default=None,
        title="Access token",
        description="A member's token with the scope rw_dmp_segments; LinkedIn's tokens live 60 days.",
    )
    access_token_expires: date | None = Field(
        default=None,
        title="End of the access token",
        description="The day on which the token ends (YYYY-MM-DD): shown, and warned about in time.",
    )
    refresh_token: Secret | None = Field(
        default=None,
        title="Refresh token",
        description="Gets access tokens by itself, for apps that LinkedIn has approved for it; lives 365 days.",
    )
    client_id: str | None = Field(
        default=None,
        title="Client ID",
        description="Of the app that the refresh token was made for.",
        pattern=r"^[!-~]{1,200}$",
    )
    client_secret: Secret | None = Field(
        default=None, title="Client secret", description="Of the app that the refresh token was made for."
    )
    api_version: str = Field(
        default=NEWEST_VERSION,
        title="API version",
        description="Year and month, sent as LinkedIn-Version. Each lives about a year; not every month has one.",
        pattern=r"^20[0-9]{2}(0[1-9]|1[0-2])$",
    )
    base_url: str = Field(
        default="https://api.linkedin.com",
        title="Base address",
        description="Where requests go: https, or plain http on this machine (the sandbox).",
    )
    oauth_url: str = Field(
        default="https://www.linkedin.com/oauth/v2",
        title="Address for tokens",
        description="Where a refresh token is exchanged: https, or plain http on this machine (the sandbox).",
    )
    rows_per_request: int = Field(
        default=MOST_ROWS,
        title="Rows a request",
        description="How many members one request carries at most; LinkedIn takes 5,000.",
        ge=1,
        le=MOST_ROWS,
    )
    timeout_seconds: Timeout = 60.0
    retry_attempts: RetryAttempts = 6
    retry_seconds: RetrySeconds = 900.0
    ca_bundle: CaBundle = None
    trust_env: TrustEnv = False

    @field_validator("access_token_expires", mode="before")
    @classmethod
    def _a_day(cls, value: object) -> object:
        """A day and no number, which would be read as seconds since 1970."""
        if isinstance(value, int | float):
            raise ValueError("is a day, written YYYY-MM-DD")
        return value

    @model_validator(mode="after")
    def _can_authorise(self) -> Self:
        parts = (self.refresh_token, self.client_id, self.client_secret)
        if any(parts) and not all(parts):
            raise ValueError("refresh_token, client_id and client_secret belong together")
        if self.access_token is None and not all(parts):
            raise ValueError("needs access_token, or refresh_token with client_id and client_secret")
        return self

    def account(self) -> str:
        """The ad account as LinkedIn names it."""
        return f"{ACCOUNT_URN}{self.account_id.removeprefix(ACCOUNT_URN)}"

    def budget(self) -> Budget:
        return Budget(attempts=self.retry_attempts, seconds=self.retry_seconds, timeout=self.timeout_seconds)


class AudienceSettings(BaseModel):
    """What kind of segment it is, and how a new one is made."""

    model_config = _STRICT

    type: AudienceType = Field(
        default="USER",
        title="Audience type",
        description="USER: people, by e-mail or advertising id. COMPANY: companies. A segment keeps its type for ever.",
    )
    description: str = Field(
        default="",
        title="Description",
        description="For readers of the sync's file; LinkedIn's segments have a name only.",
        max_length=1000,
    )
    source_segment_id: str | None = Field(
        default=None,
        title="Key of the segment",
        description="What LinkedIn keeps as sourceSegmentId and the segment is found by; left out, made of the name.",
        pattern=r"^[A-Za-z0-9._-]{1,100}$",
    )


class Options(BaseModel):
    """What a sync says about its data: nothing more than its mapping does."""

    model_config = _STRICT
